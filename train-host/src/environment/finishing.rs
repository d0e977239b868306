//! Photo finishing as a task of continuous control.

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{OBSERVATION_LENGTH, PAPER_OBSERVATION_LENGTH, PaperEye};
use tuner::{Frame, Parameter};

use super::acting::{Move, State, reach};
use super::episode::MEAN_INTENSITY;
use super::{ControlTask, Episode, EpisodeError, PracticeOptions, Step};

/// Queries of an episode.
const QUERIES: usize = 10;
/// Rewards are divided by this: 10 dB, or a difference of ten, earn 1.
const REWARD_UNIT: f64 = 10.0;

/// What is rewarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reward {
    /// Rise of the PSNR against the goal in dB, capped at 60 (the paper, section 3).
    Psnr,
    /// Decrease of the mean CIEDE2000 difference from the goal.
    DeltaE,
}

/// Episodes of at most ten queries on random pictures with random goals, each query on the picture
/// as found.
pub struct Finishing {
    photographs: Arc<Vec<Frame>>,
    practice: PracticeOptions,
    reward: Reward,
    state: State,
    moves: Move,
    running: Option<Running>,
}

struct Running {
    episode: Episode,
    /// Of the paper's state.
    eye: Option<PaperEye>,
    queries: usize,
    /// Negative distance to the goal in units of the reward.
    merit: f64,
    /// How far the parameters move for an action of 1.
    reach: f64,
}

impl Finishing {
    /// Episodes on crops of these photographs.
    ///
    /// # Errors
    /// [`EpisodeError::NothingToDraw`] when there is none.
    pub fn new(
        photographs: Arc<Vec<Frame>>,
        practice: PracticeOptions,
        reward: Reward,
    ) -> Result<Self, EpisodeError> {
        if photographs.is_empty() {
            return Err(EpisodeError::NothingToDraw);
        }
        let (state, moves) = (State::Residual, Move::Step);
        Ok(Self { photographs, practice, reward, state, moves, running: None })
    }

    /// The same with another state and other actions.
    #[must_use]
    pub const fn seen_as(mut self, state: State, moves: Move) -> Self {
        (self.state, self.moves) = (state, moves);
        self
    }

    fn merit(&self, episode: &Episode) -> f64 {
        match self.reward {
            Reward::Psnr => episode.psnr_db() / REWARD_UNIT,
            Reward::DeltaE => -episode.mean_delta_e() / REWARD_UNIT,
        }
    }
}

impl ControlTask for Finishing {
    fn name(&self) -> &'static str {
        "finishing"
    }

    fn observation_length(&self) -> usize {
        match self.state {
            State::Residual => OBSERVATION_LENGTH,
            State::Paper => PAPER_OBSERVATION_LENGTH,
        }
    }

    fn action_length(&self) -> usize {
        Parameter::COUNT
    }

    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let at = random.random_range(0..self.photographs.len());
        let photograph = self.photographs.get(at).ok_or(EpisodeError::NothingToDraw)?;
        let drawn = random.random_range(0..u64::MAX);
        let episode = Episode::draw(photograph, &self.practice, drawn)?;
        let seen = episode.observe()?;
        let (merit, reach) = (self.merit(&episode), reach(seen.scale));
        let eye = match self.state {
            State::Residual => None,
            State::Paper => Some(PaperEye::new(episode.goal())?),
        };
        let observation = match &eye {
            None => seen.values.to_vec(),
            Some(eye) => eye.observe(episode.picture())?,
        };
        self.running = Some(Running { episode, eye, queries: 0, merit, reach });
        Ok(observation)
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let Some(mut running) = self.running.take() else { return Err(EpisodeError::NotReset) };
        running.episode.query(self.moves.applied(running.episode.params(), action, running.reach));
        running.queries += 1;
        let seen = running.episode.observe()?;
        let merit = self.merit(&running.episode);
        let reward = merit - running.merit;
        (running.merit, running.reach) = (merit, reach(seen.scale));
        let collapsed = !MEAN_INTENSITY.contains(&running.episode.mean_intensity());
        let truncated = running.queries >= QUERIES;
        let observation = match &mut running.eye {
            None => seen.values.to_vec(),
            Some(eye) => eye.observe_query(running.episode.picture(), running.episode.params())?,
        };
        self.running = Some(running);
        Ok(Step { observation, reward, terminated: collapsed, truncated, dropped: collapsed })
    }

    fn demonstration(&mut self) -> Option<Vec<f32>> {
        let Running { episode, reach, .. } = self.running.as_mut()?;
        let answer = episode.answer();
        Some(self.moves.towards(&answer, episode.params(), *reach))
    }

    fn figure(&self) -> Option<f64> {
        self.running.as_ref().map(|running| running.episode.psnr_db())
    }
}

#[cfg(test)]
mod tests {
    use tuner::Params;

    use super::*;
    use crate::photographs::dead_leaves;

    fn task(pipeline: &str, reward: Reward) -> Finishing {
        let photographs = (0..2).map(|seed| dead_leaves(seed, 96, 72).unwrap()).collect();
        let mix = pipeline.parse().unwrap();
        let practice = PracticeOptions { mix, goals: None, noisy_share: 0.0, side: 24 };
        Finishing::new(Arc::new(photographs), practice, reward).unwrap()
    }

    #[test]
    fn demonstrations_reach_the_goal_and_rewards_add_up() {
        let mut task = task("software", Reward::Psnr);
        task.reset(3).unwrap();
        let first = task.figure().unwrap();
        let mut earned = 0.0;
        for query in 1..=QUERIES {
            let action = task.demonstration().unwrap();
            let step = task.step(&action).unwrap();
            earned += step.reward * REWARD_UNIT;
            assert_eq!(step.truncated, query == QUERIES);
        }
        let last = task.figure().unwrap();
        assert!(last > 50.0, "{last}");
        assert!((last - first - earned).abs() < 1e-6, "{first} {earned} {last}");
    }

    #[test]
    fn with_the_papers_state_and_actions_one_demonstration_is_enough() {
        let mut task = task("software", Reward::Psnr).seen_as(State::Paper, Move::Absolute);
        assert!(matches!(task.reset(3), Err(EpisodeError::PaperSide { width: 24, height: 24 })));
        task.practice.side = 64;
        let found = task.reset(3).unwrap();
        assert_eq!(found.len(), task.observation_length());
        let action = task.demonstration().unwrap();
        let step = task.step(&action).unwrap();
        assert!(task.figure().unwrap() > 50.0);
        let history = &step.observation[found.len() - 100..];
        assert_eq!(history[..9], action[..]);
        assert_ne!(history[90], 0.0);
    }

    #[test]
    fn demonstrations_come_near_a_goal_that_another_pipeline_made() {
        let mut task = task("software", Reward::Psnr);
        task.practice.goals = Some("foreign".parse().unwrap());
        task.reset(4).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let running = task.running.as_mut().unwrap();
        let drawn = (0..300).map(|_| {
            running
                .episode
                .query(Params::new([(); 9].map(|()| random.random_range(-1.0..1.0))).unwrap());
            running.episode.psnr_db()
        });
        let drawn = drawn.fold(0.0, f64::max);
        task.reset(4).unwrap();
        for _ in 0..QUERIES {
            let action = task.demonstration().unwrap();
            task.step(&action).unwrap();
        }
        let reached = task.figure().unwrap();
        assert!(reached > drawn + 3.0, "{drawn} {reached}");
        assert!(reached < 50.0, "the goal is within reach: {reached}");
    }

    #[test]
    fn the_same_seed_and_actions_make_the_same_episode() {
        let run = || {
            let mut task = task("software", Reward::DeltaE);
            task.reset(5).unwrap();
            let actions = [0.2, -0.1, 0.0, 0.05, 0.3, -0.2, 0.1, 0.0, -0.4];
            (0..3).map(|_| task.step(&actions).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn a_collapsed_picture_ends_the_episode_and_is_not_learned_from() {
        let mut task = task("paper", Reward::Psnr);
        let dropped = (0..30).any(|seed| {
            task.reset(seed).unwrap();
            // Six and a half times as bright.
            let step = task.step(&[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap();
            assert_eq!(step.terminated, step.dropped);
            step.dropped
        });
        assert!(dropped);
    }
}
