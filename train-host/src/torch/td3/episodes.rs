//! Running episodes, and those that only judge a policy.

use rayon::prelude::*;

use super::{Finished, Td3};
use crate::environment::{ControlTask, EpisodeError, Step};

/// An environment in the middle of an episode.
pub(super) struct Slot {
    pub task: Box<dyn ControlTask>,
    pub observation: Vec<f32>,
    pub earned: f64,
    /// Seed and actions of the episode: they bring it back after a resume.
    pub seed: u64,
    pub actions: Vec<f32>,
}

impl Slot {
    /// Before its first episode.
    pub fn new(task: Box<dyn ControlTask>) -> Self {
        Self { task, observation: Vec::new(), earned: 0.0, seed: 0, actions: Vec::new() }
    }

    pub fn start(&mut self, seed: u64) -> Result<(), EpisodeError> {
        self.observation = self.task.reset(seed)?;
        (self.seed, self.earned) = (seed, 0.0);
        self.actions.clear();
        Ok(())
    }

    pub fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let step = self.task.step(action)?;
        self.earned += step.reward;
        self.actions.extend_from_slice(action);
        Ok(step)
    }
}

impl Td3 {
    /// One episode without noise in each task, with seeds from `seed` upwards.
    ///
    /// # Errors
    /// [`EpisodeError`] when an environment fails.
    pub fn evaluate(
        &self,
        tasks: Vec<Box<dyn ControlTask>>,
        seed: u64,
    ) -> Result<Vec<Finished>, EpisodeError> {
        let mut slots = Vec::new();
        for (task, seed) in tasks.into_iter().zip(seed..) {
            let mut slot = Slot::new(task);
            slot.start(seed)?;
            slots.push(slot);
        }
        let mut finished = Vec::new();
        while !slots.is_empty() {
            let actions = self.greedy(slots.iter().map(|slot| slot.observation.as_slice()));
            let chunks = actions.par_chunks_exact(self.policy.shape().outputs);
            let steps = slots.par_iter_mut().zip(chunks).map(|(slot, action)| slot.step(action));
            let steps = steps.collect::<Result<Vec<Step>, _>>()?;
            let mut running = Vec::new();
            for (mut slot, step) in slots.into_iter().zip(steps) {
                slot.observation = step.observation;
                if step.terminated || step.truncated {
                    finished.push(Finished { earned: slot.earned, figure: slot.task.figure() });
                } else {
                    running.push(slot);
                }
            }
            slots = running;
        }
        Ok(finished)
    }
}
