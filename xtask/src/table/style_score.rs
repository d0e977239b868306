//! The column StyleScore: what random filters say of how near a picture came to a style.

use anyhow::{Context, Result};
use rayon::prelude::*;
use train_host::evaluation::{FilterBank, FilterSight};
use tuner::{Frame, Planes, StyleGoal, View};

/// Seed of the random filters.
pub const FILTER_SEED: u64 = 0;

/// The goals as the filters see them.
pub struct Scorer {
    bank: FilterBank,
    goals: Vec<FilterSight>,
}

impl Scorer {
    /// Looks at the goals, one for each pair.
    pub fn new<'a>(goals: impl Iterator<Item = &'a StyleGoal>) -> Self {
        let bank = FilterBank::new(FILTER_SEED);
        let goals = goals.map(|goal| bank.see(&goal.planes())).collect();
        Self { bank, goals }
    }

    /// The mean score of pictures, each with the number of its pair, over the pixels that a tune looks
    /// at; `None` of none.
    ///
    /// # Errors
    /// When a picture cannot be had.
    pub fn mean(
        &self,
        numbers: &[usize],
        picture: impl Fn(usize) -> Result<Frame> + Sync,
    ) -> Result<Option<f64>> {
        let scores: Vec<f64> = numbers
            .par_iter()
            .map(|&number| {
                let frame = picture(number)?;
                let view = View::of_size(frame.width(), frame.height());
                let seen = view.gather(&frame).context("the pixels of the view")?;
                let goal = self.goals.get(number).context("no goal")?;
                Ok(self.bank.see(&Planes::from(&seen)).score(goal))
            })
            .collect::<Result<_>>()?;
        let count = scores.len();
        Ok((count > 0).then(|| scores.iter().sum::<f64>() / count as f64))
    }
}
