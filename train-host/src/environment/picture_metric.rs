//! How much an error of the parameters shows in the picture.

use tuner::{Parameter, Params, Planes, Simulator};

const COUNT: usize = Parameter::COUNT;

/// Difference, in canonical units, over which a picture's change is measured.
const DIFFERENCE: f64 = 0.05;
/// Part of the mean sensitivity that is added to every parameter's own: what the picture hides
/// should not be wild all the same.
const EVERYWHERE: f64 = 1e-3;
/// Independent partial sums.
const LANES: usize = 16;

/// The quadratic form that turns an error of the parameters into (nearly) the mean squared error of
/// the picture, at one vector: `M = JᵀJ / n` with J the derivatives of all n samples.
///
/// The gains and exposure are four numbers for three degrees of freedom, and a clipped picture
/// hides what clips it: a policy judged by the plain error of the parameters spends itself on what
/// nobody sees.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureMetric {
    entries: [[f64; COUNT]; COUNT],
}

impl PictureMetric {
    /// Measures the metric at `params`, where the simulator gives `picture`: nine renderings.
    pub fn measure(simulator: &mut dyn Simulator, params: &Params, picture: &Planes) -> Self {
        Self::measure_of(simulator, params, picture, |picture| picture.channels().concat())
    }

    /// The same where not the samples of a picture count but some numbers of it, `seen`, as many of
    /// every picture: the form then gives nearly their mean squared error.
    pub fn measure_of(
        simulator: &mut dyn Simulator,
        params: &Params,
        picture: &Planes,
        seen: impl Fn(&Planes) -> Vec<f32>,
    ) -> Self {
        let here = seen(picture);
        let changes: Vec<Vec<f32>> = Parameter::ALL
            .iter()
            .map(|&parameter| {
                let value = params.get(parameter);
                let difference = if value > 0.0 { -DIFFERENCE } else { DIFFERENCE };
                let moved = seen(&simulator.simulate(&params.with(parameter, value + difference)));
                let scale = 1.0 / difference as f32;
                moved.iter().zip(&here).map(|(moved, here)| (moved - here) * scale).collect()
            })
            .collect();
        let samples = here.len().max(1) as f64;
        let mut entries = [[0.0; COUNT]; COUNT];
        for (line, a) in entries.iter_mut().zip(&changes) {
            for (entry, b) in line.iter_mut().zip(&changes) {
                *entry = product(a, b) / samples;
            }
        }
        let trace: f64 = entries.iter().enumerate().filter_map(|(row, line)| line.get(row)).sum();
        for (row, line) in entries.iter_mut().enumerate() {
            if let Some(entry) = line.get_mut(row) {
                *entry += EVERYWHERE * trace / COUNT as f64;
            }
        }
        Self { entries }
    }

    /// The form, row by row: 9 × 9, symmetric, positive definite unless nothing changes the picture.
    #[must_use]
    pub const fn entries(&self) -> &[[f64; COUNT]; COUNT] {
        &self.entries
    }
}

/// Sum of products in lanes, so that it vectorises.
fn product(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    f64::from(lanes.iter().sum::<f32>() + rest)
}

#[cfg(test)]
mod tests {
    use isp_hw::{Input, PicturePipeline, SoftwareIsp};
    use tuner::mse;

    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn small_errors_cost_what_the_metric_says() {
        let frame = dead_leaves(5, 32, 32).unwrap();
        let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(frame));
        let params = Params::new([0.1, 0.2, -0.3, 0.1, 0.3, -0.2, 0.4, -0.5, 0.2]).unwrap();
        let picture = isp.simulate(&params);
        let metric = PictureMetric::measure(&mut isp, &params, &picture);
        let error = [0.02, -0.01, 0.02, 0.0, 0.03, 0.01, -0.02, 0.02, 0.01];
        let values = params.values();
        let moved: Vec<f64> = values.iter().zip(error).map(|(value, e)| value + e).collect();
        let moved = isp.simulate(&Params::new(moved.try_into().unwrap()).unwrap());
        let measured = mse(&moved, &picture, None).unwrap();
        let lines = metric.entries().iter().zip(error);
        let predicted: f64 = lines
            .map(|(line, e)| e * line.iter().zip(error).map(|(m, e)| m * e).sum::<f64>())
            .sum();
        assert!((measured / predicted - 1.0).abs() < 0.3, "{measured} {predicted}");
        // Moving all gains alike changes nothing that is seen.
        let alike = metric.entries();
        let block: f64 = (1..4).flat_map(|i| (1..4).map(move |j| alike[i][j])).sum();
        assert!(block < 0.05 * (alike[1][1] + alike[2][2] + alike[3][3]), "{block}");
    }
}
