//! Nelder–Mead simplex search with adaptive coefficients, in a box.

use nalgebra::{DMatrix, DVector};

use super::Domain;
use super::minimiser::{BlackBoxSearch, Minimiser};

/// Edge of the strategy's first simplex in the cube [−1, 1]^n: a fifth of a parameter's range.
const FIRST_EDGE: f64 = 0.4;

/// A simplex smaller than this has found its minimum, as far as an 8-bit picture can show.
const SMALLEST_EDGE: f64 = 1e-4;

/// A simplex is flat when its thinnest direction is this small a part of its longest.
const FLAT: f64 = 1e-6;

#[derive(Debug, Clone)]
struct Vertex {
    point: DVector<f64>,
    value: f64,
}

/// What the pending point is.
#[derive(Debug, Clone)]
enum Move {
    /// A vertex of a new or a shrunk simplex.
    Fill,
    Reflect,
    Expand {
        reflected: Vertex,
    },
    ContractOutside {
        reflected: Vertex,
    },
    ContractInside,
}

/// The simplex search of Nelder and Mead (Computer Journal 7, 1965) with the coefficients of Gao and
/// Han, "Implementing the Nelder–Mead simplex algorithm with adaptive parameters" (Computational
/// Optimization and Applications 51, 2012), eq. 4.1: reflection 1, expansion 1 + 2/n, contraction
/// 3/4 − 1/(2n), shrinkage 1 − 1/n (n taken as at least 2).
///
/// Points are clamped to the domain, which presses a simplex flat when the minimum lies on a bound. A
/// simplex that has become small or flat is replaced by a fresh one at the best vertex, turned
/// around, and half as large as the one before when that one did not move the best vertex.
#[derive(Debug, Clone)]
pub struct NelderMead {
    domain: Domain,
    smallest_edge: f64,
    /// Edge of the newest fresh simplex; its sign is the side on which its vertices lie.
    edge: f64,
    /// The best vertex when that simplex was made.
    origin: DVector<f64>,
    /// Measured vertices; complete (n + 1) and sorted, best first, whenever a move starts.
    vertices: Vec<Vertex>,
    /// Vertices still to be measured, the next one last.
    unmeasured: Vec<DVector<f64>>,
    pending: Option<DVector<f64>>,
    kind: Move,
}

impl NelderMead {
    /// Starts with a simplex of `start` (length n, moved into the domain) and n points `edge` away
    /// from it; ends when a simplex smaller than `smallest_edge` has been restarted from an edge
    /// that is hardly longer. Both edges are > 0.
    #[must_use]
    pub fn new(mut start: Vec<f64>, edge: f64, smallest_edge: f64, domain: Domain) -> Self {
        domain.clamp(&mut start);
        let origin = DVector::from_vec(start);
        Self {
            domain,
            smallest_edge,
            edge,
            vertices: Vec::new(),
            unmeasured: Vec::new(),
            pending: Some(origin.clone()),
            origin,
            kind: Move::Fill,
        }
    }

    /// The best point measured so far with its value.
    #[must_use]
    pub fn best(&self) -> Option<(&[f64], f64)> {
        let best = self.vertices.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
        Some((best.point.as_slice(), best.value))
    }

    fn coefficient_n(&self) -> f64 {
        self.domain.dimensions().max(2) as f64
    }

    /// `origin + factor · (through − origin)`, clamped.
    fn along(&self, origin: &DVector<f64>, through: &DVector<f64>, factor: f64) -> DVector<f64> {
        let mut point = origin + factor * (through - origin);
        self.domain.clamp(point.as_mut_slice());
        point
    }

    /// Mean of all vertices but the worst.
    fn centroid(&self) -> DVector<f64> {
        let n = self.domain.dimensions();
        let sum = self
            .vertices
            .iter()
            .take(n)
            .fold(DVector::zeros(n), |sum: DVector<f64>, vertex| sum + &vertex.point);
        sum / n as f64
    }

    fn is_collapsed(&self) -> bool {
        let Some((best, others)) = self.vertices.split_first() else { return false };
        let edges: Vec<DVector<f64>> =
            others.iter().map(|vertex| &vertex.point - &best.point).collect();
        let longest = edges.iter().map(DVector::amax).fold(0.0, f64::max);
        if longest < self.smallest_edge {
            return true;
        }
        let spread = DMatrix::from_columns(&edges).singular_values();
        spread.min() < FLAT * spread.max()
    }

    /// Queues n points around the best vertex and keeps nothing else.
    fn surround_best(&mut self) {
        self.vertices.sort_by(|a, b| a.value.total_cmp(&b.value));
        self.vertices.truncate(1);
        let Some(best) = self.vertices.first() else { return };
        self.origin.copy_from(&best.point);
        let axes = self.domain.axes().iter().zip(best.point.iter()).enumerate();
        self.unmeasured = axes
            .rev()
            .map(|(axis, (&[low, high], &at))| {
                let step = if self.edge > 0.0 {
                    Domain::step_inwards([low, high], at, self.edge)
                } else {
                    // Turned around: the mirror image of a step inwards.
                    -Domain::step_inwards([-high, -low], -at, -self.edge)
                };
                let mut point = best.point.clone();
                if let Some(value) = point.get_mut(axis) {
                    *value += step;
                }
                point
            })
            .collect();
        self.kind = Move::Fill;
        self.pending = self.unmeasured.pop();
    }

    /// Starts a reflection, or a new simplex when this one has collapsed.
    fn start_move(&mut self) {
        self.vertices.sort_by(|a, b| a.value.total_cmp(&b.value));
        if self.is_collapsed() {
            let moved = self.vertices.first().map(|best| (&best.point - &self.origin).amax());
            let has_moved = moved.is_some_and(|distance| distance >= self.smallest_edge);
            self.edge *= if has_moved { -1.0 } else { -0.5 };
            if self.edge.abs() < 2.0 * self.smallest_edge {
                self.pending = None;
            } else {
                self.surround_best();
            }
            return;
        }
        let centroid = self.centroid();
        self.pending = self.vertices.last().map(|worst| self.along(&centroid, &worst.point, -1.0));
        self.kind = Move::Reflect;
    }

    fn replace_worst(&mut self, vertex: Vertex) {
        self.vertices.pop();
        self.vertices.push(vertex);
        self.start_move();
    }

    fn shrink(&mut self) {
        let factor = 1.0 - 1.0 / self.coefficient_n();
        let Some((best, others)) = self.vertices.split_first() else { return };
        self.unmeasured =
            others.iter().map(|vertex| self.along(&best.point, &vertex.point, factor)).collect();
        self.vertices.truncate(1);
        self.kind = Move::Fill;
        self.pending = self.unmeasured.pop();
    }

    fn judge_reflection(&mut self, reflected: Vertex) {
        let n = self.coefficient_n();
        let value_at = |from_last: usize| {
            self.vertices.iter().rev().nth(from_last).map_or(f64::INFINITY, |each| each.value)
        };
        let (worst, second_worst) = (value_at(0), value_at(1));
        let best = self.vertices.first().map_or(f64::INFINITY, |vertex| vertex.value);
        let centroid = self.centroid();
        let contraction = 0.75 - 0.5 / n;
        if reflected.value < best {
            self.pending = Some(self.along(&centroid, &reflected.point, 1.0 + 2.0 / n));
            self.kind = Move::Expand { reflected };
        } else if reflected.value < second_worst {
            self.replace_worst(reflected);
        } else if reflected.value < worst {
            self.pending = Some(self.along(&centroid, &reflected.point, contraction));
            self.kind = Move::ContractOutside { reflected };
        } else {
            let inside = self.vertices.last();
            self.pending = inside.map(|worst| self.along(&centroid, &worst.point, contraction));
            self.kind = Move::ContractInside;
        }
    }
}

impl Minimiser for NelderMead {
    fn ask(&mut self) -> Option<Vec<f64>> {
        self.pending.as_ref().map(|point| point.as_slice().to_vec())
    }

    fn tell(&mut self, value: f64) {
        let Some(point) = self.pending.take() else { return };
        let told = Vertex { point, value: if value.is_nan() { f64::INFINITY } else { value } };
        match std::mem::replace(&mut self.kind, Move::Fill) {
            Move::Fill => {
                self.vertices.push(told);
                self.pending = self.unmeasured.pop();
                if self.vertices.len() == 1 && self.pending.is_none() {
                    self.surround_best();
                }
                if self.pending.is_none() {
                    self.start_move();
                }
            }
            Move::Reflect => self.judge_reflection(told),
            Move::Expand { reflected } => {
                let better = if told.value < reflected.value { told } else { reflected };
                self.replace_worst(better);
            }
            Move::ContractOutside { reflected } if told.value <= reflected.value => {
                self.replace_worst(told);
            }
            Move::ContractInside
                if self.vertices.last().is_some_and(|worst| told.value < worst.value) =>
            {
                self.replace_worst(told);
            }
            Move::ContractOutside { .. } | Move::ContractInside => self.shrink(),
        }
    }
}

/// The strategy `nelder-mead`: neutral first, then [`NelderMead`] in the cube of the limits.
pub(super) fn strategy(seed: u64) -> BlackBoxSearch {
    BlackBoxSearch::new(
        super::NELDER_MEAD,
        |start, _| {
            let domain = Domain::cube(start.len());
            Box::new(NelderMead::new(start.to_vec(), FIRST_EDGE, SMALLEST_EDGE, domain))
        },
        seed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimise(mut search: NelderMead, most: usize, f: impl Fn(&[f64]) -> f64) -> (f64, usize) {
        let mut queries = 0;
        while let Some(point) = search.ask().filter(|_| queries < most) {
            search.tell(f(&point));
            queries += 1;
        }
        (search.best().unwrap().1, queries)
    }

    fn rosenbrock(x: &[f64]) -> f64 {
        x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum()
    }

    #[test]
    fn follows_the_valley_of_rosenbrock() {
        let start = NelderMead::new(vec![-1.2, 1.0], 0.5, 1e-6, Domain::unbounded(2));
        let (value, _) = minimise(start, 200, rosenbrock);
        assert!(value < 1e-8, "{value:e}");
        let start = NelderMead::new(vec![0.0; 6], 0.5, 1e-8, Domain::unbounded(6));
        let (value, _) = minimise(start, 4000, rosenbrock);
        assert!(value < 1e-8, "{value:e}");
    }

    #[test]
    fn a_simplex_pressed_flat_against_a_bound_is_restarted() {
        // The minimum over the box lies in a corner; every simplex flattens on its way there.
        let sloped = |x: &[f64]| (x[0] + 2.0).powi(2) + (x[1] - 3.0).powi(2) + x[2] * x[2];
        let start = NelderMead::new(vec![0.9, -0.9, 0.5], 0.4, 1e-5, Domain::cube(3));
        let (value, queries) = minimise(start, 2000, sloped);
        assert!((value - 5.0).abs() < 1e-6, "{value}");
        assert!(queries < 2000, "never ended");
    }

    #[test]
    fn one_dimension_works() {
        let start = NelderMead::new(vec![0.5], 0.4, 1e-6, Domain::cube(1));
        let (value, _) = minimise(start, 120, |x| (x[0] + 0.37).powi(2));
        assert!(value < 1e-10, "{value:e}");
    }
}
