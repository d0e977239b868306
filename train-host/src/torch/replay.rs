//! What was lived through, to learn from again.

use rand::{Rng, RngExt};
use tch::{Device, Tensor};

/// A ring of transitions, each a row of numbers: observation, action, reward, 1 where the episode
/// could go on (0 where it had terminated), next observation.
#[derive(Debug)]
pub struct Replay {
    observation: usize,
    action: usize,
    /// Transitions that it holds at most.
    capacity: usize,
    /// All rows, oldest first until the ring is full.
    pub(super) values: Vec<f32>,
    /// Row that the next transition goes to.
    pub(super) next: usize,
}

/// Rows drawn from a [`Replay`], one tensor for each column.
#[derive(Debug)]
pub struct Minibatch {
    /// n × observation.
    pub observations: Tensor,
    /// n × action.
    pub actions: Tensor,
    /// n.
    pub rewards: Tensor,
    /// n.
    pub continues: Tensor,
    /// n × observation.
    pub next_observations: Tensor,
}

impl Replay {
    /// An empty ring for this many `transitions`.
    #[must_use]
    pub const fn new(observation: usize, action: usize, transitions: usize) -> Self {
        Self { observation, action, capacity: transitions, values: Vec::new(), next: 0 }
    }

    /// Numbers of a row.
    const fn row(&self) -> usize {
        2 * self.observation + self.action + 2
    }

    /// Transitions in the ring.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len() / self.row()
    }

    /// Keeps a transition, in the place of the oldest one when the ring is full.
    pub fn push(
        &mut self,
        observation: &[f32],
        action: &[f32],
        reward: f32,
        terminated: bool,
        next_observation: &[f32],
    ) {
        let outcome = [reward, if terminated { 0.0 } else { 1.0 }];
        let parts = [observation, action, &outcome, next_observation];
        let row = parts.into_iter().flatten().copied();
        if self.len() < self.capacity {
            self.values.extend(row);
        } else {
            let start = self.next * self.row();
            self.values.iter_mut().skip(start).zip(row).for_each(|(place, value)| *place = value);
        }
        self.next = (self.next + 1) % self.capacity.max(1);
    }

    /// Random rows: for each ring as many as stand beside it, in this order.
    pub fn sample(rings: [(&Self, usize); 2], random: &mut impl Rng, device: Device) -> Minibatch {
        let [mut observations, mut actions, mut rewards, mut continues, mut next] =
            [const { Vec::<f32>::new() }; 5];
        for (ring, count) in rings {
            let rows = ring.values.chunks_exact(ring.row());
            for _ in 0..if rows.len() == 0 { 0 } else { count } {
                let at = random.random_range(0..rows.len());
                let row = rows.clone().nth(at).unwrap_or_default();
                let (observation, row) = row.split_at(ring.observation);
                let (action, row) = row.split_at(ring.action);
                observations.extend_from_slice(observation);
                actions.extend_from_slice(action);
                if let [reward, goes_on, following @ ..] = row {
                    rewards.push(*reward);
                    continues.push(*goes_on);
                    next.extend_from_slice(following);
                }
            }
        }
        let count = rewards.len() as i64;
        let column = |values: &[f32]| Tensor::from_slice(values).to_device(device);
        Minibatch {
            observations: column(&observations).view([count, -1]),
            actions: column(&actions).view([count, -1]),
            rewards: column(&rewards),
            continues: column(&continues),
            next_observations: column(&next).view([count, -1]),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::torch::policy::to_host;

    #[test]
    fn the_oldest_transition_makes_room_and_columns_stay_together() {
        let mut ring = Replay::new(2, 1, 3);
        for number in 0..5 {
            let value = number as f32;
            ring.push(&[value, 1.0], &[-value], 10.0 * value, number == 4, &[value + 1.0, 2.0]);
        }
        assert_eq!(ring.len(), 3);
        let empty = Replay::new(2, 1, 3);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let drawn = Replay::sample([(&empty, 4), (&ring, 60)], &mut random, Device::Cpu);
        let seen = to_host(&drawn.observations);
        let mut kinds: Vec<i32> = seen.chunks(2).map(|pair| pair[0] as i32).collect();
        let continues = to_host(&drawn.continues);
        let columns = seen.chunks(2).zip(to_host(&drawn.rewards)).zip(continues);
        for ((observation, reward), goes_on) in columns {
            assert_eq!(reward, 10.0 * observation[0]);
            assert_eq!(goes_on == 0.0, observation[0] == 4.0);
        }
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, [2, 3, 4]);
        assert_eq!(drawn.next_observations.size(), [60, 2]);
    }
}
