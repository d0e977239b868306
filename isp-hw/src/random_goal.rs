//! Goals for tables: random parameters by the published protocol.

use rand::{Rng, RngExt};
use tuner::{Frame, Params, Pipeline, PipelineError, Samples};

/// A goal that a pipeline can reach, with the parameters that reach it.
#[derive(Debug, Clone)]
pub struct RandomGoal {
    /// What made the goal.
    pub params: Params,
    /// The goal, 8 bits a sample.
    pub picture: Frame,
}

/// Mean intensity that a goal must have, relative to white.
const MEAN_INTENSITY: std::ops::RangeInclusive<f64> = 0.01..=0.9;

/// After this many draws the last one is taken as it is: some inputs are all black or all white.
const DRAWS: usize = 200;

/// Draws all parameters uniformly from [−1, 1], again while the goal's mean leaves [0.01, 0.9], and
/// rounds the goal to 8 bits. Parameters that the pipeline lacks stay neutral.
///
/// # Errors
/// [`PipelineError`] when the pipeline fails.
pub fn random_goal(
    pipeline: &mut (impl Pipeline + ?Sized),
    random: &mut (impl Rng + ?Sized),
) -> Result<RandomGoal, PipelineError> {
    let mut draw = 0;
    loop {
        let params = pipeline.parameters().iter().fold(Params::NEUTRAL, |params, info| {
            params.with(info.parameter, random.random_range(-1.0..=1.0))
        });
        let picture = to_8_bit(pipeline.query(&params)?);
        draw += 1;
        if draw == DRAWS || MEAN_INTENSITY.contains(&mean_intensity(&picture)) {
            return Ok(RandomGoal { params, picture });
        }
    }
}

/// The picture with 8 bits a sample, rounded to nearest.
fn to_8_bit(frame: Frame) -> Frame {
    let [width, height] = frame.size();
    let rounded = match frame.samples() {
        Samples::U8(_) => return frame,
        Samples::U16(samples) => {
            samples.iter().map(|&sample| ((u32::from(sample) + 128) / 257) as u8).collect()
        }
    };
    Frame::new(width, height, Samples::U8(rounded)).unwrap_or(frame)
}

/// Mean of all samples relative to white.
fn mean_intensity(frame: &Frame) -> f64 {
    match frame.samples() {
        Samples::U8(samples) => {
            let sum: u64 = samples.iter().map(|&sample| u64::from(sample)).sum();
            sum as f64 / samples.len() as f64 / 255.0
        }
        Samples::U16(samples) => {
            let sum: u64 = samples.iter().map(|&sample| u64::from(sample)).sum();
            sum as f64 / samples.len() as f64 / 65535.0
        }
    }
}
