//! A score over the queries, as a small drawing.

/// The plot inside a drawing of 420 × 258 units.
const LEFT: f64 = 50.0;
const RIGHT: f64 = 404.0;
const TOP: f64 = 32.0;
const BOTTOM: f64 = 214.0;

/// Which way the scores run and how the axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Decibels, even, higher is better.
    Decibels,
    /// CIEDE2000, logarithmic, lower is better.
    DeltaE,
    /// Anything else in [0.01, 100], logarithmic, lower is better.
    Lower,
}

/// A mark on an axis.
pub(super) struct Mark {
    /// Its place.
    pub at: String,
    /// Its number.
    pub label: String,
    /// Whether the number is written (they would touch otherwise).
    pub labelled: bool,
}

/// A measured value.
pub(super) struct Dot {
    /// Place from the left.
    pub x: String,
    /// Place from the top.
    pub y: String,
    /// What it stands for, in words.
    pub words: String,
    /// Whether it is the kept one.
    pub best: bool,
}

/// The drawing.
pub(super) struct Curve {
    /// Marks of the query axis.
    pub columns: Vec<Mark>,
    /// Marks of the score axis.
    pub rows: Vec<Mark>,
    /// `points` of the line through all measured values.
    pub measured: String,
    /// `points` of the best so far: a stair up to the end of the budget.
    pub best_so_far: String,
    /// The measured values; the first is the picture as found.
    pub dots: Vec<Dot>,
    /// Text beside the kept value.
    pub best_label: Option<BestLabel>,
    /// Place of ΔE00 = 1, where the axis holds it.
    pub just_noticeable: Option<String>,
}

/// Text beside the kept value.
pub(super) struct BestLabel {
    pub x: String,
    pub y: String,
    pub anchor: &'static str,
    pub text: String,
}

struct Scale {
    axis: Axis,
    low: f64,
    high: f64,
    last_query: f64,
}

impl Scale {
    fn x(&self, query: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * query / self.last_query
    }

    fn y(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let share = match self.axis {
            Axis::Decibels => (value - self.low) / (self.high - self.low),
            Axis::DeltaE | Axis::Lower => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        BOTTOM - (BOTTOM - TOP) * share
    }
}

impl Curve {
    /// Draws `values`: (query, score), query 0 being the picture as found, against `budget`.
    pub(super) fn of(axis: Axis, values: &[(usize, f64)], best: usize, budget: usize) -> Self {
        let values: Vec<(usize, f64)> =
            values.iter().map(|&(query, value)| (query, shown(axis, value))).collect();
        let last_query = values.iter().map(|&(query, _)| query).max().unwrap_or(0).max(budget);
        let last_query = last_query.max(1);
        let scores = || values.iter().map(|&(_, value)| value);
        let (lowest, highest) =
            (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));
        let divisions = divisions(axis, lowest, highest);
        let (low, high) =
            (divisions.first().copied().unwrap_or(0.1), divisions.last().copied().unwrap_or(1.0));
        let scale = Scale { axis, low, high, last_query: last_query as f64 };
        let dots = values.iter().map(|&(query, value)| scale.dot(query, value, best)).collect();
        let line = values
            .iter()
            .map(|&(query, value)| format!("{:.1},{:.1}", scale.x(query as f64), scale.y(value)));
        Self {
            columns: scale.columns(last_query),
            rows: scale.rows(&divisions),
            measured: line.collect::<Vec<_>>().join(" "),
            best_so_far: scale.stair(&values),
            dots,
            best_label: values
                .iter()
                .find(|&&(query, _)| query == best && best > 0)
                .map(|&(query, value)| scale.best_label(query, value)),
            just_noticeable: (axis == Axis::DeltaE && low < 1.0 && high > 1.0)
                .then(|| format!("{:.1}", scale.y(1.0))),
        }
    }
}

/// A value that can be drawn: equal pictures are 100 dB and ΔE00 0.01, not a number is the worst.
fn shown(axis: Axis, value: f64) -> f64 {
    match axis {
        Axis::Decibels if value.is_nan() => 0.0,
        Axis::Decibels => value.clamp(0.0, 100.0),
        Axis::DeltaE | Axis::Lower if value.is_nan() => 100.0,
        Axis::DeltaE | Axis::Lower => value.clamp(0.01, 100.0),
    }
}

/// Values of the axis marks, from the lowest end of the axis to the highest.
fn divisions(axis: Axis, lowest: f64, highest: f64) -> Vec<f64> {
    match axis {
        Axis::Decibels => {
            let step = match highest - lowest {
                wide if wide > 50.0 => 20.0,
                middle if middle > 15.0 => 10.0,
                _ => 5.0,
            };
            let first = (lowest / step).floor();
            let last = (highest / step).ceil().max(first + 1.0);
            (0..=(last - first) as usize).map(|n| (first + n as f64) * step).collect()
        }
        Axis::DeltaE | Axis::Lower => {
            let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
            let first = steps.iter().rposition(|&step| step <= lowest).unwrap_or(0);
            let last = steps.iter().position(|&step| step >= highest).unwrap_or(steps.len() - 1);
            steps
                .into_iter()
                .take(last.max(first + 1) + 1)
                .skip(first.min(steps.len() - 2))
                .collect()
        }
    }
}

impl Scale {
    fn dot(&self, query: usize, value: f64, best: usize) -> Dot {
        let unit = match self.axis {
            Axis::Decibels => format!("{value:.1} dB"),
            Axis::DeltaE => format!("ΔE₀₀ {value:.2}"),
            Axis::Lower => format!("{value:.2}"),
        };
        let what = if query == 0 { "Before".to_owned() } else { format!("Query {query}") };
        Dot {
            x: format!("{:.1}", self.x(query as f64)),
            y: format!("{:.1}", self.y(value)),
            words: format!("{what}: {unit}"),
            best: query == best && best > 0,
        }
    }

    fn columns(&self, last: usize) -> Vec<Mark> {
        let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|step| last / step <= 10);
        let step = step.unwrap_or(last.div_ceil(10));
        (0..=last)
            .step_by(step)
            .map(|query| Mark {
                at: format!("{:.1}", self.x(query as f64)),
                label: if query == 0 { "before".to_owned() } else { query.to_string() },
                labelled: true,
            })
            .collect()
    }

    fn rows(&self, divisions: &[f64]) -> Vec<Mark> {
        let every = divisions.len().div_ceil(8);
        divisions
            .iter()
            .enumerate()
            .map(|(number, &value)| Mark {
                at: format!("{:.1}", self.y(value)),
                label: format!("{value}"),
                labelled: number % every == 0,
            })
            .collect()
    }

    fn stair(&self, values: &[(usize, f64)]) -> String {
        let mut best: Option<f64> = None;
        let mut points = Vec::new();
        for &(query, value) in values {
            let x = self.x(query as f64);
            if let Some(best) = best {
                points.push(format!("{x:.1},{:.1}", self.y(best)));
            }
            let better = match (best, self.axis) {
                (None, _) => value,
                (Some(best), Axis::Decibels) => best.max(value),
                (Some(best), Axis::DeltaE | Axis::Lower) => best.min(value),
            };
            points.push(format!("{x:.1},{:.1}", self.y(better)));
            best = Some(better);
        }
        if let Some(best) = best {
            points.push(format!("{RIGHT:.1},{:.1}", self.y(best)));
        }
        points.join(" ")
    }

    fn best_label(&self, query: usize, value: f64) -> BestLabel {
        let (x, y) = (self.x(query as f64), self.y(value));
        let text = match self.axis {
            Axis::Decibels => format!("best: {value:.1} dB"),
            Axis::DeltaE | Axis::Lower => format!("best: {value:.2}"),
        };
        let anchor = match x {
            left if left < LEFT + 60.0 => "start",
            right if right > RIGHT - 60.0 => "end",
            _ => "middle",
        };
        // Above the dot, unless that leaves the plot.
        let y = if y < TOP + 14.0 { y + 22.0 } else { y - 11.0 };
        BestLabel { x: format!("{x:.1}"), y: format!("{y:.1}"), anchor, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_enclose_the_values_even_at_the_ends() {
        for (axis, lowest, highest) in [
            (Axis::Decibels, 0.0, 100.0),
            (Axis::Decibels, 30.0, 30.0),
            (Axis::DeltaE, 0.01, 0.01),
            (Axis::DeltaE, 100.0, 100.0),
            (Axis::DeltaE, 0.3, 12.0),
        ] {
            let divisions = divisions(axis, lowest, highest);
            assert!(divisions.len() >= 2, "{axis:?} {lowest} {highest}: {divisions:?}");
            assert!(divisions[0] <= lowest && divisions[divisions.len() - 1] >= highest);
            assert!(divisions.is_sorted());
        }
    }

    #[test]
    fn equal_pictures_and_nan_stay_inside_the_plot() {
        let values = [(0, f64::NAN), (1, f64::INFINITY), (2, 40.0)];
        let curve = Curve::of(Axis::Decibels, &values, 1, 10);
        for dot in &curve.dots {
            let y: f64 = dot.y.parse().unwrap();
            assert!((TOP..=BOTTOM).contains(&y), "{y}");
        }
        assert!(curve.best_label.is_some());
    }

    #[test]
    fn best_so_far_never_falls() {
        let values = [(0, 20.0), (1, 40.0), (2, 30.0), (3, 45.0)];
        let curve = Curve::of(Axis::Decibels, &values, 3, 10);
        let heights: Vec<f64> = curve
            .best_so_far
            .split(' ')
            .map(|point| point.split_once(',').unwrap().1.parse().unwrap())
            .collect();
        assert!(heights.windows(2).all(|pair| pair[1] <= pair[0]), "{heights:?}");
        assert!(curve.best_so_far.ends_with(&format!("{RIGHT:.1},{}", curve.dots[3].y)));
    }
}
