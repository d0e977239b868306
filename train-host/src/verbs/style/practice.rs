//! What TD3 practises on, and its settings.

use std::sync::Arc;

use anyhow::{Result, ensure};
use serde_json::json;
use tch::Device;
use train_host::environment::{
    ControlTask, EpisodeError, Move, State, StyleCosts, StyleEpisode, StyleLesson, Styling,
};
use train_host::torch::{Exploration, PaperReward, PolicyShape, Regression, Td3, Td3Options, Vgg};
use tuner::actor::{OUTPUT_SOFTNESS, PAPER_SIDE};

use super::{Method, Options, RewardKind};
use crate::verbs::schooling::{Run, rounded};

/// Environments of TD3 side by side.
const ENVIRONMENTS: usize = 32;
/// The same with pictures, of which an update costs more.
const PAPER_ENVIRONMENTS: usize = 16;
/// Discount of TD3: any of the queries may be the one that is chosen, the first ones are dearest.
const GAMMA: f64 = 0.8;
/// Standard deviation of TD3's exploration.
const EXPLORATION: f64 = 0.05;
/// Standard deviation of TD3's exploration where actions are the parameters.
const PAPER_EXPLORATION: f64 = 0.1;
/// Seed of the weights that stand in for VGG-19's.
const VGG_SEED: u64 = 0;

/// TD3 as it is asked for.
pub(super) struct Practice<'a> {
    options: &'a Options,
    costs: Option<Arc<dyn StyleCosts>>,
}

impl<'a> Practice<'a> {
    /// Asked before lessons are searched, which takes minutes.
    ///
    /// # Errors
    /// When options do not go together, or there are no such weights of VGG-19.
    pub(super) fn new(options: &'a Options) -> Result<Self> {
        let Options { reward, vgg, method, seen, side, schooling, .. } = options;
        ensure!(
            *reward == RewardKind::StyleScore || vgg.is_none(),
            "--vgg: only --reward style-score asks it"
        );
        ensure!(
            *reward == RewardKind::Distance || *method == Method::Td3,
            "--reward style-score: --method regression has no reward"
        );
        if seen.state() == State::Paper {
            ensure!(
                *side == PAPER_SIDE,
                "--side {side}: --state paper sees {PAPER_SIDE} × {PAPER_SIDE} pixels; give --side \
                 {PAPER_SIDE}"
            );
            ensure!(
                *method == Method::Td3 && schooling.init.is_none(),
                "--state paper: neither --method regression nor --init go with it; TD3 starts at \
                 random weights there"
            );
        }
        let costs: Option<Arc<dyn StyleCosts>> = match reward {
            RewardKind::Distance => None,
            RewardKind::StyleScore => {
                let vgg = Vgg::of(vgg.as_deref(), VGG_SEED)?;
                eprintln!("StyleScore by VGG-19 with {}", vgg.origin());
                Some(Arc::new(PaperReward::new(vgg)))
            }
        };
        Ok(Self { options, costs })
    }

    pub(super) fn is_on_paper_state(&self) -> bool {
        self.options.seen.state() == State::Paper
    }

    fn task(&self, lessons: &Arc<Vec<StyleLesson>>) -> Result<Box<dyn ControlTask>> {
        let seen = &self.options.seen;
        let task = Styling::new(Arc::clone(lessons))?.seen_as(seen.state(), seen.moves());
        Ok(match &self.costs {
            Some(costs) => Box::new(task.rewarded_by(Arc::clone(costs))),
            None => Box::new(task),
        })
    }

    /// TD3 on what a device sees, from where regression ended.
    ///
    /// # Errors
    /// When a step fails or a file cannot be written.
    pub(super) fn after_regression(
        &self,
        run: &mut Run,
        first: &Regression,
        lessons: &Arc<Vec<StyleLesson>>,
    ) -> Result<()> {
        let schooling = &self.options.schooling;
        let tasks = (0..ENVIRONMENTS).map(|_| self.task(lessons)).collect::<Result<_>>()?;
        let exploration = Exploration::Gaussian(EXPLORATION);
        let settings = schooling.td3_options(GAMMA, OUTPUT_SOFTNESS, exploration);
        let mut td3 = schooling.td3(first, tasks, settings, &schooling.out)?;
        run.reinforce(&mut td3, schooling.steps(true), "distance", &schooling.out)
    }

    /// TD3 on the paper's state, for which regression has no labels.
    ///
    /// # Errors
    /// When a step fails or a file cannot be written.
    pub(super) fn on_paper_state(
        &self,
        run: &mut Run,
        lessons: &Arc<Vec<StyleLesson>>,
        held_out: &[StyleLesson],
    ) -> Result<()> {
        let Options { seen, schooling, .. } = self.options;
        let tasks = (0..PAPER_ENVIRONMENTS).map(|_| self.task(lessons)).collect::<Result<_>>()?;
        let mut td3 = if schooling.resume {
            Td3::resume(&schooling.out, tasks, Device::Cpu)?
        } else {
            let shape = PolicyShape::paper(seen.features());
            Td3::new(shape, None, vec![512; 3], tasks, self.paper_options(), Device::Cpu)?
        };
        run.reinforce(&mut td3, schooling.steps(true), "distance", &schooling.out)?;
        let alone = |lesson: &StyleLesson| self.task(&Arc::new(vec![lesson.clone()]));
        let ended =
            td3.evaluate(held_out.iter().map(alone).collect::<Result<_>>()?, schooling.seed)?;
        let found = held_out.iter().map(|lesson| Ok(StyleEpisode::new(lesson)?.record().distance));
        let found = found.sum::<Result<f64, EpisodeError>>()?;
        let last: f64 = ended.iter().filter_map(|each| each.figure).sum();
        let count = held_out.len().max(1) as f64;
        run.report(&json!({
            "held_out_after": "td3",
            "found": rounded(found / count),
            "last": rounded(last / count),
        }))
    }

    fn paper_options(&self) -> Td3Options {
        let moves = self.options.seen.moves();
        let (squash, exploration) = match moves {
            Move::Step => (OUTPUT_SOFTNESS, EXPLORATION),
            Move::Absolute => (1.0, PAPER_EXPLORATION),
        };
        let exploration = Exploration::Gaussian(exploration);
        let usual = self.options.schooling.td3_options(GAMMA, squash, exploration);
        Td3Options {
            batch_size: 64,
            replay_size: 8000,
            random_starts: moves == Move::Absolute,
            actor_starts: 200,
            updates_per_step: 2,
            demonstrations: usual.learning_starts,
            ..usual
        }
    }
}
