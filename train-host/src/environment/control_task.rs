//! What a task of continuous control looks like to reinforcement learning.

use super::EpisodeError;

/// What one step came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The state after the step.
    pub observation: Vec<f32>,
    /// Reward of the step.
    pub reward: f64,
    /// The episode ended, and nothing more could have been earned.
    pub terminated: bool,
    /// The episode ended because it was long enough: more could have been earned.
    pub truncated: bool,
    /// The step is not to be learned from.
    pub dropped: bool,
}

/// A task. The same seed and the same actions make the same episode, bit by bit: that is how a
/// resumed training gets back into the episodes that it was stopped in.
pub trait ControlTask: Send {
    /// What is learned: a policy that learned one task has no place in another, even where both show
    /// it as many numbers.
    fn name(&self) -> &'static str;

    /// Numbers of an observation.
    fn observation_length(&self) -> usize;

    /// Numbers of an action, each in [−1, 1].
    fn action_length(&self) -> usize;

    /// Starts an episode and returns its first observation.
    ///
    /// # Errors
    /// [`EpisodeError`] when there is no such episode.
    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError>;

    /// Acts; values outside [−1, 1] are moved into it.
    ///
    /// # Errors
    /// [`EpisodeError`] when the new state cannot be observed.
    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError>;

    /// What one who knows the answer would do now; `None` where nobody does.
    fn demonstration(&mut self) -> Option<Vec<f32>> {
        None
    }

    /// What the task itself calls success, beside the rewards: for finishing, PSNR in dB.
    fn figure(&self) -> Option<f64> {
        None
    }
}
