//! The pendulum that TD3 is checked on.

use std::f64::consts::PI;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{ControlTask, EpisodeError, Step};

const GRAVITY: f64 = 10.0;
const MASS: f64 = 1.0;
const LENGTH: f64 = 1.0;
/// Seconds of a step.
const TIME_STEP: f64 = 0.05;
const LARGEST_TORQUE: f64 = 2.0;
const LARGEST_SPEED: f64 = 8.0;
/// Steps of an episode.
const EPISODE: usize = 200;
/// Share of the squared speed and of the squared torque in the cost.
const SPEED_COST: f64 = 0.1;
const TORQUE_COST: f64 = 0.001;

/// Pendulum-v1 as the documentation of gymnasium defines it: a rod is to be swung up and held
/// upright by a motor too weak to lift it. Observation: cosine and sine of the angle (0 = upright),
/// speed. Action: torque over 2. Reward: −(angle² + 0.1 speed² + 0.001 torque²) before the step.
#[derive(Debug, Clone)]
pub struct Pendulum {
    /// Angle in radians, not wrapped.
    theta: f64,
    /// Radians a second.
    speed: f64,
    steps: usize,
}

impl Pendulum {
    /// A pendulum at angle `theta` in radians, moving at `speed` in radians a second.
    #[must_use]
    pub const fn at(theta: f64, speed: f64) -> Self {
        Self { theta, speed, steps: 0 }
    }

    fn observation(&self) -> Vec<f32> {
        [self.theta.cos(), self.theta.sin(), self.speed].map(|value| value as f32).to_vec()
    }
}

impl ControlTask for Pendulum {
    fn name(&self) -> &'static str {
        "pendulum"
    }

    fn observation_length(&self) -> usize {
        3
    }

    fn action_length(&self) -> usize {
        1
    }

    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        *self = Self::at(random.random_range(-PI..PI), random.random_range(-1.0..1.0));
        Ok(self.observation())
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let action = action.first().map_or(0.0, |value| f64::from(*value));
        let torque = LARGEST_TORQUE * action.clamp(-1.0, 1.0);
        let angle = (self.theta + PI).rem_euclid(2.0 * PI) - PI;
        let reward =
            -(angle.powi(2) + SPEED_COST * self.speed.powi(2) + TORQUE_COST * torque.powi(2));
        let gravity = 3.0 * GRAVITY / (2.0 * LENGTH) * self.theta.sin();
        let motor = 3.0 / (MASS * LENGTH.powi(2)) * torque;
        let speed = self.speed + (gravity + motor) * TIME_STEP;
        self.speed = speed.clamp(-LARGEST_SPEED, LARGEST_SPEED);
        self.theta += self.speed * TIME_STEP;
        self.steps += 1;
        let truncated = self.steps >= EPISODE;
        let observation = self.observation();
        Ok(Step { observation, reward, terminated: false, truncated, dropped: false })
    }
}
