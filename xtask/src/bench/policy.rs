//! The row on the policy: what it takes between a frame and the next parameters.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result};
use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::shipped_actor;
use isp_hw::PipelineFile;
use tuner::actor::{ActorEye, step};
use tuner::{Frame, Params, Pipeline, Planes, View};

use super::live::processor_time;
use super::{Row, Target};

const SIZE: [usize; 2] = [1280, 720];
/// Rounds of which the fastest counts.
const ROUNDS: usize = 50;
/// Parameters of the goal, all nine active.
const LOOK: [f64; 9] = [0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7];

/// Measures the row, in time of the processor.
///
/// # Errors
/// When a picture cannot be rendered or observed, or the policy fails.
pub fn rows() -> Result<Vec<Row>> {
    let [width, height] = SIZE;
    let frame = LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight)?;
    let goal = PipelineFile::software()
        .open_frame(frame.clone(), &std::sync::Arc::default())?
        .query(&Params::new(LOOK)?)?;
    let view = View::of_size(width, height);
    let seen = |picture: &Frame| -> Result<Planes> {
        Ok(Planes::from(&view.gather(picture).context("the view is of another size")?))
    };
    let (found, goal) = (seen(&frame)?, seen(&goal)?);
    let eye = ActorEye::new(&found, &goal, &vec![true; found.pixel_count()])?;
    let actor = shipped_actor::actor(None)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let (mut observing, mut inferring) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        pool.install(|| -> Result<()> {
            let start = processor_time();
            let observed = eye.observe(&seen(black_box(&frame))?, &Params::NEUTRAL)?;
            let between = processor_time();
            let outputs = actor.infer(black_box(&observed.values))?;
            black_box(step(&outputs, observed.scale)?);
            observing = observing.min(between.saturating_sub(start));
            inferring = inferring.min(processor_time().saturating_sub(between));
            Ok(())
        })?;
    }
    let [observing, inferring] = [observing, inferring].map(|time| time.as_secs_f64() * 1e3);
    Ok(vec![Row {
        name: "observation and the policy's answer at 1280×720, one core, in ms",
        value: observing + inferring,
        target: Target::AtMost(5.0),
        note: format!(
            "the processor's time; cutting out {} pixels and observing them {observing:.2} ms, \
             the network {inferring:.3} ms",
            found.pixel_count()
        ),
    }])
}
