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

    /// The mean score of pictures, one for each pair in their order, over the pixels that a tune looks
    /// at.
    ///
    /// # Errors
    /// When a picture does not have the view's pixels.
    pub fn mean(&self, pictures: &[Frame]) -> Result<f64> {
        let score = |(frame, goal): (&Frame, &FilterSight)| {
            let view = View::of_size(frame.width(), frame.height());
            let seen = view.gather(frame).context("the pixels of the view")?;
            Ok(self.bank.see(&Planes::from(&seen)).score(goal))
        };
        let scores: Vec<f64> =
            pictures.par_iter().zip(&self.goals).map(score).collect::<Result<_>>()?;
        Ok(scores.iter().sum::<f64>() / scores.len().max(1) as f64)
    }
}
