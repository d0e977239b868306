//! What was lived through, to learn from again.

use rand::{Rng, RngExt};
use tch::{Device, Tensor};

/// A ring of transitions, each a row of numbers: observation, action, reward, 1 where the episode
/// could go on (0 where it had terminated), next observation.
///
/// An observation may begin with two pictures, one that changes and one that stays the same for the
/// whole episode, in steps of 1/255: they are kept as bytes, the second once.
#[derive(Debug)]
pub struct Replay {
    observation: usize,
    /// Values of one picture; 0 where observations have none.
    picture: usize,
    action: usize,
    /// Transitions that it holds at most.
    capacity: usize,
    /// The numbers of all rows, oldest first until the ring is full.
    pub(super) values: Vec<f32>,
    /// The pictures of all rows: before the action, unchanging, after it.
    pub(super) pictures: Vec<u8>,
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
    /// An empty ring for this many `transitions`, whose observations begin with two pictures of so
    /// many values; 0 where they have none.
    #[must_use]
    pub const fn new(
        observation: usize,
        picture: usize,
        action: usize,
        transitions: usize,
    ) -> Self {
        Self {
            observation,
            picture,
            action,
            capacity: transitions,
            values: Vec::new(),
            pictures: Vec::new(),
            next: 0,
        }
    }

    /// Numbers of an observation that are no pictures.
    const fn numbers(&self) -> usize {
        self.observation - 2 * self.picture
    }

    /// Numbers of a row.
    const fn row(&self) -> usize {
        2 * self.numbers() + self.action + 2
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
        let [before, after] = [observation, next_observation]
            .map(|all| all.split_at(all.len().min(2 * self.picture)));
        let changed = after.0.iter().take(self.picture);
        let bytes = before.0.iter().chain(changed).map(|value| (value * 255.0).round() as u8);
        let parts = [before.1, action, &outcome, after.1];
        let row = parts.into_iter().flatten().copied();
        if self.len() < self.capacity {
            self.values.extend(row);
            self.pictures.extend(bytes);
        } else {
            let start = self.next * self.row();
            self.values.iter_mut().skip(start).zip(row).for_each(|(place, value)| *place = value);
            let start = self.next * 3 * self.picture;
            let places = self.pictures.iter_mut().skip(start);
            places.zip(bytes).for_each(|(place, value)| *place = value);
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
                let pictures = ring.pictures.get(at * 3 * ring.picture..).unwrap_or_default();
                let (now, rest) = pictures.split_at(ring.picture);
                let (unchanging, after) = rest.split_at(ring.picture);
                let after = after.get(..ring.picture).unwrap_or_default();
                let shown = |bytes: &[u8], values: &mut Vec<f32>| {
                    values.extend(bytes.iter().map(|byte| f32::from(*byte) / 255.0));
                };
                shown(now, &mut observations);
                shown(unchanging, &mut observations);
                shown(after, &mut next);
                shown(unchanging, &mut next);
                let (observation, row) = row.split_at(ring.numbers());
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
        let mut ring = Replay::new(2, 0, 1, 3);
        for number in 0..5 {
            let value = number as f32;
            ring.push(&[value, 1.0], &[-value], 10.0 * value, number == 4, &[value + 1.0, 2.0]);
        }
        assert_eq!(ring.len(), 3);
        let empty = Replay::new(2, 0, 1, 3);
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

    #[test]
    fn pictures_come_back_as_they_went_in() {
        let mut ring = Replay::new(5, 2, 1, 2);
        let step = |number: u8| f32::from(number) / 255.0;
        for number in 0..3 {
            let before = [step(number), step(7), step(255), step(number + 100), 1.0];
            let after = [step(number + 1), step(8), step(255), step(number + 100), 2.0];
            ring.push(&before, &[f32::from(number)], 0.0, false, &after);
        }
        assert_eq!([ring.len(), ring.pictures.len(), ring.values.len()], [2, 12, 10]);
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let drawn = Replay::sample([(&ring, 30), (&ring, 0)], &mut random, Device::Cpu);
        let (before, after) = (to_host(&drawn.observations), to_host(&drawn.next_observations));
        let actions = to_host(&drawn.actions);
        let rows = before.chunks(5).zip(after.chunks(5)).zip(&actions);
        for ((before, after), number) in rows {
            let number = *number as u8;
            assert!(number == 1 || number == 2);
            assert_eq!(before, [step(number), step(7), step(255), step(number + 100), 1.0]);
            assert_eq!(after, [step(number + 1), step(8), step(255), step(number + 100), 2.0]);
        }
    }
}
