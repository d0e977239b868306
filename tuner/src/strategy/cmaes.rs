//! CMA-ES: evolution strategy with covariance matrix adaptation.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Domain;
use super::minimiser::{BlackBoxSearch, Minimiser};

/// First standard deviation of the strategy in the cube [−1, 1]^n: a fifth of a parameter's range,
/// so that a first sample is rarely folded at a bound.
const FIRST_SIGMA: f64 = 0.4;

/// When no axis of the distribution is longer than this part of the first one, the search is over.
const SMALLEST_SIGMA: f64 = 1e-12;

/// Strategy parameters that depend on n only.
///
/// Source: Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv:1604.00772), table 1.
#[derive(Debug, Clone)]
struct Constants {
    /// Recombination weights w_i, best sample first; the worse half is negative (eq. 49–53).
    weights: Vec<f64>,
    /// Variance-effective selection mass μ_eff (eq. 8).
    mu_eff: f64,
    c_sigma: f64,
    d_sigma: f64,
    c_c: f64,
    c_1: f64,
    c_mu: f64,
    /// Expected length of a standard normal vector, E‖N(0, I)‖.
    chi_n: f64,
}

impl Constants {
    fn new(dimensions: usize) -> Self {
        let n = dimensions as f64;
        let lambda = 4 + (3.0 * n.ln()).floor().max(0.0) as usize;
        let raw: Vec<f64> =
            (1..=lambda).map(|i| (0.5 * (lambda + 1) as f64).ln() - (i as f64).ln()).collect();
        let (better, worse) = raw.split_at(lambda / 2);
        let mass = |half: &[f64]| {
            half.iter().sum::<f64>().powi(2) / half.iter().map(|w| w * w).sum::<f64>()
        };
        let (mu_eff, mu_eff_worse) = (mass(better), mass(worse));
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let d_sigma = 1.0 + 2.0 * (((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma;
        let c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);
        let c_1 = 2.0 / ((n + 1.3).powi(2) + mu_eff);
        let c_mu = (2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((n + 2.0).powi(2) + mu_eff))
            .min(1.0 - c_1);
        // Negative weights are scaled so that the covariance cannot lose definiteness.
        let worse_sum = (1.0 + c_1 / c_mu)
            .min(1.0 + 2.0 * mu_eff_worse / (mu_eff_worse + 2.0))
            .min((1.0 - c_1 - c_mu) / (n * c_mu));
        let positive: f64 = raw.iter().filter(|w| **w > 0.0).sum();
        let negative: f64 = -raw.iter().filter(|w| **w < 0.0).sum::<f64>();
        let weights = raw
            .iter()
            .map(|&w| if w >= 0.0 { w / positive } else { w * worse_sum / negative })
            .collect();
        let chi_n = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        Self { weights, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi_n }
    }
}

/// One sample of the current generation.
#[derive(Debug, Clone)]
struct Sample {
    /// Step from the mean in units of sigma, y = B D z.
    step: DVector<f64>,
    /// ‖C^(−1/2) y‖² = ‖z‖².
    mahalanobis: f64,
    value: f64,
}

/// (μ/μ_w, λ)-CMA-ES with active covariance update, as in Hansen's tutorial (arXiv:1604.00772), with
/// its default population λ = 4 + ⌊3 ln n⌋ and default constants.
///
/// In a box the distribution itself is unbounded and samples are folded at the bounds
/// ([`Domain::reflect`]); what is learned from are the samples before folding, so the distribution
/// is not squeezed by a bound.
#[derive(Debug, Clone)]
pub struct CmaEs {
    domain: Domain,
    constants: Constants,
    rng: ChaCha8Rng,
    mean: DVector<f64>,
    sigma: f64,
    first_sigma: f64,
    covariance: DMatrix<f64>,
    /// Eigenvectors of the covariance, B.
    basis: DMatrix<f64>,
    /// Square roots of its eigenvalues, D.
    scales: DVector<f64>,
    path_sigma: DVector<f64>,
    path_c: DVector<f64>,
    generation: u32,
    samples: Vec<Sample>,
    told: usize,
}

impl CmaEs {
    /// Starts at `mean` (length n ≥ 1, as long as the domain has axes) with standard deviation
    /// `sigma` > 0 along every axis. The same seed gives the same points.
    #[must_use]
    pub fn new(mean: Vec<f64>, sigma: f64, domain: Domain, seed: u64) -> Self {
        let n = mean.len();
        Self {
            domain,
            constants: Constants::new(n),
            rng: ChaCha8Rng::seed_from_u64(seed),
            mean: DVector::from_vec(mean),
            sigma,
            first_sigma: sigma,
            covariance: DMatrix::identity(n, n),
            basis: DMatrix::identity(n, n),
            scales: DVector::from_element(n, 1.0),
            path_sigma: DVector::zeros(n),
            path_c: DVector::zeros(n),
            generation: 0,
            samples: Vec::new(),
            told: 0,
        }
    }

    /// Samples in a generation, λ.
    #[must_use]
    pub fn population(&self) -> usize {
        self.constants.weights.len()
    }

    fn sample(&mut self) -> Sample {
        let n = self.mean.len();
        let z = DVector::from_fn(n, |_, _| StandardNormal.sample(&mut self.rng));
        let mahalanobis = z.norm_squared();
        let step = &self.basis * self.scales.component_mul(&z);
        Sample { step, mahalanobis, value: f64::INFINITY }
    }

    /// Eq. 9–17, 35–47 of the tutorial, on a complete generation.
    fn update(&mut self) {
        let mut samples = std::mem::take(&mut self.samples);
        samples.sort_by(|a, b| a.value.total_cmp(&b.value));
        self.told = 0;
        self.generation += 1;
        let n = self.mean.len();
        let constants = &self.constants;
        let ranked = || constants.weights.iter().zip(&samples);

        let better = ranked().filter(|(weight, _)| **weight > 0.0);
        let mean_step = better
            .fold(DVector::zeros(n), |sum: DVector<f64>, (&weight, s)| sum + weight * &s.step);
        self.mean += self.sigma * &mean_step;

        let whitened =
            &self.basis * (self.basis.transpose() * &mean_step).component_div(&self.scales);
        let c_sigma = constants.c_sigma;
        self.path_sigma = (1.0 - c_sigma) * &self.path_sigma
            + (c_sigma * (2.0 - c_sigma) * constants.mu_eff).sqrt() * whitened;
        let path_length = self.path_sigma.norm();

        // While sigma still has to grow a lot, the other path waits (h_sigma).
        let started = 1.0 - (1.0 - c_sigma).powf(2.0 * f64::from(self.generation));
        let is_short =
            path_length / started.sqrt() < (1.4 + 2.0 / (n as f64 + 1.0)) * constants.chi_n;
        let h_sigma = f64::from(u8::from(is_short));
        let c_c = constants.c_c;
        self.path_c = (1.0 - c_c) * &self.path_c
            + h_sigma * (c_c * (2.0 - c_c) * constants.mu_eff).sqrt() * &mean_step;

        let weight_sum: f64 = constants.weights.iter().sum();
        let lost_variance = (1.0 - h_sigma) * c_c * (2.0 - c_c);
        self.covariance *=
            1.0 + constants.c_1 * lost_variance - constants.c_1 - constants.c_mu * weight_sum;
        self.covariance.ger(constants.c_1, &self.path_c, &self.path_c, 1.0);
        for (&weight, sample) in ranked() {
            let length = if weight < 0.0 { n as f64 / sample.mahalanobis } else { 1.0 };
            let rate = constants.c_mu * weight * length;
            self.covariance.ger(rate, &sample.step, &sample.step, 1.0);
        }

        let growth = c_sigma / constants.d_sigma * (path_length / constants.chi_n - 1.0);
        self.sigma *= growth.min(1.0).exp();
        self.decompose();
        // A distribution wider than the box tells nothing apart any more.
        let widest = self.domain.extent();
        if self.sigma * self.scales.max() > widest {
            self.sigma = widest / self.scales.max();
        }
    }

    fn decompose(&mut self) {
        self.covariance.fill_upper_triangle_with_lower_triangle();
        let SymmetricEigen { eigenvectors, eigenvalues } =
            SymmetricEigen::new(self.covariance.clone());
        // Rounding may turn the smallest eigenvalues of an ill-conditioned matrix negative.
        let smallest = eigenvalues.max() * 1e-15;
        self.scales = eigenvalues.map(|eigenvalue| eigenvalue.max(smallest).sqrt());
        self.basis = eigenvectors;
    }
}

impl Minimiser for CmaEs {
    fn ask(&mut self) -> Option<Vec<f64>> {
        let size = self.sigma * self.scales.max();
        if !size.is_finite() || size < SMALLEST_SIGMA * self.first_sigma {
            return None;
        }
        if self.samples.len() == self.told {
            let sample = self.sample();
            self.samples.push(sample);
        }
        let step = &self.samples.last()?.step;
        let mut point = (&self.mean + self.sigma * step).as_slice().to_vec();
        self.domain.reflect(&mut point);
        Some(point)
    }

    fn tell(&mut self, value: f64) {
        // Without a point asked for there is nothing to tell about.
        if self.samples.len() == self.told {
            return;
        }
        if let Some(sample) = self.samples.last_mut() {
            sample.value = if value.is_nan() { f64::INFINITY } else { value };
            self.told += 1;
        }
        if self.told == self.population() {
            self.update();
        }
    }
}

/// The strategy `cmaes`: [`CmaEs`] in the cube of the limits around neutral. Neutral itself is not
/// queried: CMA-ES does not evaluate its mean.
pub(super) fn strategy(seed: u64) -> BlackBoxSearch {
    BlackBoxSearch::new(
        super::CMAES,
        |start, seed| {
            let domain = Domain::cube(start.len());
            Box::new(CmaEs::new(start.to_vec(), FIRST_SIGMA, domain, seed))
        },
        seed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_tutorial_in_nine_dimensions() {
        let constants = Constants::new(9);
        assert_eq!(constants.weights.len(), 10);
        let positive: f64 = constants.weights.iter().filter(|w| **w > 0.0).sum();
        assert!((positive - 1.0).abs() < 1e-12);
        // As pip cma 4.5.0 prints them for n = 9.
        let near = |ours: f64, theirs: f64| assert!((ours / theirs - 1.0).abs() < 1e-9, "{ours}");
        near(constants.mu_eff, 3.1672992814107017);
        near(constants.c_1, 0.018305413122547177);
        near(constants.c_mu, 0.02791436540039038);
        near(constants.weights[0], 0.45627264690340597);
        near(constants.weights[9], -0.5520252151170734);
    }

    #[test]
    fn an_optimum_beyond_a_bound_is_found_on_the_bound() {
        let mut search = CmaEs::new(vec![0.2; 4], 0.4, Domain::cube(4), 3);
        let mut best = f64::INFINITY;
        for _ in 0..900 {
            let Some(point) = search.ask() else { break };
            assert!(point.iter().all(|value| value.abs() <= 1.0), "{point:?}");
            let value = point.iter().map(|x| (x - 1.5) * (x - 1.5)).sum();
            best = f64::min(best, value);
            search.tell(value);
        }
        assert!((best - 1.0).abs() < 1e-6, "{best}");
    }

    #[test]
    fn asking_twice_gives_the_same_point_and_telling_twice_counts_once() {
        let mut search = CmaEs::new(vec![0.0; 3], 0.3, Domain::unbounded(3), 5);
        let point = search.ask();
        assert_eq!(point, search.ask());
        search.tell(1.0);
        search.tell(2.0);
        assert_eq!(search.told, 1);
        assert_ne!(point, search.ask());
    }

    #[test]
    fn a_flat_or_broken_function_does_not_break_the_distribution() {
        for value in [0.5, f64::NAN, f64::INFINITY] {
            let mut search = CmaEs::new(vec![0.0; 9], 0.4, Domain::cube(9), 1);
            for _ in 0..2000 {
                let Some(point) = search.ask() else { break };
                assert!(point.iter().all(|x| x.is_finite() && x.abs() <= 1.0));
                search.tell(value);
            }
        }
    }
}
