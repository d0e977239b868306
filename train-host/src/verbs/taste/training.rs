//! One training: regression, then the method.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use train_host::environment::{ControlTask, Taste, TasteLesson};
use train_host::torch::{Exploration, PolicyShape, TasteLoss, TrainedPolicy};

use super::{Method, Options};
use crate::verbs::schooling::Run;

/// Environments of TD3 side by side.
const ENVIRONMENTS: usize = 32;
/// Epsilon at the end of TD3's exploration.
const LAST_EPSILON: f64 = 0.01;
/// Discount of TD3: the first query is the one that counts.
const GAMMA: f64 = 0.5;

/// Trains on these lessons and leaves the checkpoint in `out`; the policy.
pub fn train(options: &Options, lessons: Vec<TasteLesson>, out: &Path) -> Result<TrainedPolicy> {
    let schooling = &options.schooling;
    let mut run = Run::start(schooling, out)?;
    let pretrained = out.with_extension("pretrained");
    let mut first = schooling.pretraining(PolicyShape::taste(schooling.width, 2), &pretrained)?;
    let in_time = run.regress(&mut first, "regression", &pretrained, |training| {
        training.learn_taste(&lessons, TasteLoss::Answer)
    })?;
    if !in_time {
        first.save(out)?;
        return Ok(TrainedPolicy::load(out)?);
    }
    match options.method {
        Method::Regression | Method::Simulator => {
            let (stage, loss) = match options.method {
                Method::Simulator => ("simulator", TasteLoss::Picture),
                _ => ("regression", TasteLoss::Answer),
            };
            let mut training = schooling.more_regression(&first, out)?;
            run.regress(&mut training, stage, out, |training| {
                training.learn_taste(&lessons, loss)
            })?;
        }
        Method::Td3 => {
            let lessons = Arc::new(lessons);
            let tasks = (0..ENVIRONMENTS)
                .map(|_| Ok(Box::new(Taste::new(Arc::clone(&lessons))?) as Box<dyn ControlTask>))
                .collect::<Result<Vec<_>>>()?;
            let steps = schooling.steps(true);
            let exploration =
                Exploration::EpsilonGreedy { first: options.epsilon, last: LAST_EPSILON, steps };
            let settings = schooling.td3_options(GAMMA, 1.0, exploration);
            let mut td3 = schooling.td3(&first, tasks, settings, out)?;
            run.reinforce(&mut td3, steps, "delta_e00", out)?;
        }
    }
    Ok(TrainedPolicy::load(out)?)
}
