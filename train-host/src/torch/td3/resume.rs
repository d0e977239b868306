//! A training with TD3 in a file, everything of it: what is resumed goes on bit by bit.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tch::Device;

use super::{Learned, Td3, Td3Options};
use crate::environment::{ControlTask, EpisodeError};
use crate::torch::checkpoint::{Checkpoint, CheckpointError};
use crate::torch::policy::{PolicyShape, to_host};

/// Why a training stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Td3Error {
    /// An environment failed.
    #[error(transparent)]
    Episode(#[from] EpisodeError),
    /// A checkpoint could not be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The policy sees other things than the task shows.
    #[error(
        "the policy takes {takes} numbers, the task shows {shown}: --state must be that of the \
         training which is resumed or started from"
    )]
    OtherState {
        /// Numbers that the policy takes.
        takes: usize,
        /// Numbers of an observation.
        shown: usize,
    },
    /// The checkpoint is of a policy that learns something else.
    #[error("{}: it learns {learned}, not {wanted}", path.display())]
    OtherTask {
        /// The checkpoint.
        path: PathBuf,
        /// What it learns.
        learned: String,
        /// What was to be learned.
        wanted: &'static str,
    },
    /// Demonstrations were asked for where nobody knows the answer.
    #[error("this task has no demonstrator: leave out the demonstrations")]
    NoDemonstrator,
}

/// Everything of a training that is no tensor.
#[derive(Serialize, Deserialize)]
struct State {
    /// What is learned ([`ControlTask::name`]); missing in checkpoints from before it was noted.
    #[serde(default)]
    task: Option<String>,
    td3: Td3Options,
    shape: PolicyShape,
    critic_hidden: Vec<usize>,
    steps: u64,
    updates: u64,
    adam_steps: [i64; 2],
    /// Word position of the generator: high and low half.
    position: [u64; 2],
    /// Next row of the replay and of the demonstrations.
    next: [usize; 2],
    /// Seed of each running episode and the length of its actions so far.
    episodes: Vec<(u64, usize)>,
}

/// A policy trained with TD3, for export.
#[derive(Debug)]
pub struct Td3Policy {
    /// Its sizes.
    pub shape: PolicyShape,
    /// Flat weights, in the order of [`PolicyShape::spans`].
    pub weights: Vec<f32>,
    /// Its actions are tanh(squash · output).
    pub squash: f64,
    /// Updates made.
    pub updates: u64,
    /// What it learned ([`ControlTask::name`]), where the checkpoint says it.
    pub task: Option<String>,
}

impl Td3Policy {
    /// The policy in a checkpoint; `None` where another kind of training wrote it.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is no checkpoint at all.
    pub fn load(path: &Path) -> Result<Option<Self>, CheckpointError> {
        let saved = Checkpoint::load(path)?;
        if saved.state.get("td3").is_none() {
            return Ok(None);
        }
        let state = state(&saved, path)?;
        let weights = saved.tensor("actor", state.shape.weight_count(), Device::Cpu, path)?;
        let weights = to_host(&weights);
        let State { td3: Td3Options { squash, .. }, shape, updates, task, .. } = state;
        Ok(Some(Self { shape, weights, squash, updates, task }))
    }
}

fn unusable(path: &Path, reason: impl ToString) -> CheckpointError {
    CheckpointError::Unusable { path: path.to_owned(), reason: reason.to_string() }
}

fn state(saved: &Checkpoint, path: &Path) -> Result<State, CheckpointError> {
    serde_json::from_value(saved.state.clone()).map_err(|error| unusable(path, error))
}

impl Td3 {
    /// Writes everything that [`Self::resume`] needs to go on as if nothing had happened.
    ///
    /// # Errors
    /// [`CheckpointError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let position = self.random.get_word_pos();
        let state = State {
            task: self.slots.first().map(|slot| slot.task.name().to_owned()),
            td3: self.options.clone(),
            shape: self.policy.shape().clone(),
            critic_hidden: self.critics.0.hidden.clone(),
            steps: self.steps,
            updates: self.updates,
            adam_steps: [self.actor.adam.steps, self.critic.adam.steps],
            position: [(position >> 64) as u64, position as u64],
            next: [self.replay.next, self.demonstrated.next],
            episodes: self.slots.iter().map(|slot| (slot.seed, slot.actions.len())).collect(),
        };
        let state = serde_json::to_value(state).map_err(|error| unusable(path, error))?;
        let mut tensors = Vec::new();
        for (learned, names) in [(&self.actor, ACTOR), (&self.critic, CRITIC)] {
            let Learned { weights, target, adam, .. } = learned;
            tensors.extend(names.into_iter().zip([weights, target, &adam.mean, &adam.square]));
        }
        let mut checkpoint = Checkpoint::of(state, &tensors);
        let actions = self.slots.iter().flat_map(|slot| &slot.actions).copied().collect();
        let rest = [
            ("replay", self.replay.values.clone()),
            ("demonstrations", self.demonstrated.values.clone()),
            ("actions", actions),
        ];
        checkpoint.tensors.extend(rest.map(|(name, values)| (name.to_owned(), values)));
        let rings = [(PICTURES[0], &self.replay), (PICTURES[1], &self.demonstrated)];
        let pictures = rings.map(|(name, ring)| (name.to_owned(), ring.pictures.clone()));
        checkpoint.bytes.extend(pictures.into_iter().filter(|(_, bytes)| !bytes.is_empty()));
        checkpoint.save(path)
    }

    /// Goes on where a checkpoint ends, in `tasks` that are as they were.
    ///
    /// # Errors
    /// [`Td3Error`] when the file is no checkpoint of this kind, or a task fails.
    pub fn resume(
        path: &Path,
        tasks: Vec<Box<dyn ControlTask>>,
        device: Device,
    ) -> Result<Self, Td3Error> {
        let mut saved = Checkpoint::load(path)?;
        let state = state(&saved, path)?;
        let wanted = tasks.first().map(|task| task.name());
        if let (Some(learned), Some(wanted)) = (&state.task, wanted)
            && learned != wanted
        {
            let (path, learned) = (path.to_owned(), learned.clone());
            return Err(Td3Error::OtherTask { path, learned, wanted });
        }
        if tasks.len() != state.episodes.len() {
            let (had, has) = (state.episodes.len(), tasks.len());
            return Err(unusable(path, format!("it has {had} environments, not {has}")).into());
        }
        // The demonstrations are in the file: none is to be watched again.
        let options = Td3Options { demonstrations: 0, ..state.td3.clone() };
        let mut td3 = Self::new(state.shape, None, state.critic_hidden, tasks, options, device)?;
        let learned = [(&mut td3.actor, ACTOR), (&mut td3.critic, CRITIC)];
        for ((learned, names), steps) in learned.into_iter().zip(state.adam_steps) {
            let count = learned.weights.numel();
            let Learned { weights, target, adam, .. } = learned;
            let places = [weights, target, &mut adam.mean, &mut adam.square];
            for (name, place) in names.into_iter().zip(places) {
                let values = saved.tensor(name, count, device, path)?;
                // Into the same memory, which the networks' pieces are views of.
                tch::no_grad(|| place.copy_(&values));
            }
            adam.steps = steps;
        }
        let mut take = |name: &str| {
            saved.tensors.remove(name).ok_or_else(|| unusable(path, format!("{name} is missing")))
        };
        (td3.replay.values, td3.demonstrated.values) = (take("replay")?, take("demonstrations")?);
        [td3.replay.pictures, td3.demonstrated.pictures] =
            PICTURES.map(|name| saved.bytes.remove(name).unwrap_or_default());
        [td3.replay.next, td3.demonstrated.next] = state.next;
        let actions = take("actions")?;
        let mut actions = actions.as_slice();
        let width = td3.policy.shape().outputs.max(1);
        for (slot, (seed, made)) in td3.slots.iter_mut().zip(state.episodes) {
            slot.start(seed)?;
            let (own, rest) = actions
                .split_at_checked(made)
                .ok_or_else(|| unusable(path, "actions of the running episodes are missing"))?;
            for action in own.chunks_exact(width) {
                slot.observation = slot.step(action)?.observation;
            }
            actions = rest;
        }
        let [high, low] = state.position.map(u128::from);
        td3.random.set_word_pos(high << 64 | low);
        (td3.options, td3.steps, td3.updates) = (state.td3, state.steps, state.updates);
        Ok(td3)
    }
}

/// Names of weights, target and the two moments in the file.
const ACTOR: [&str; 4] = ["actor", "actor_target", "actor_mean", "actor_square"];
/// Names of the pictures of the replay and of the demonstrations, where observations have some.
const PICTURES: [&str; 2] = ["replay_pictures", "demonstration_pictures"];
const CRITIC: [&str; 4] = ["critics", "critics_target", "critics_mean", "critics_square"];
