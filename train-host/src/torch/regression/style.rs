//! Goal regression on goals that show something else: the answers are what a search found.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Regression, RegressionError, RegressionReport};
use crate::environment::{EpisodeError, StyleEpisode, StyleLesson};

impl Regression {
    /// One iteration on lessons drawn by seed and number of the iteration. A half starts at the
    /// picture as found, the others after a query that missed; each then makes `unroll` queries as
    /// the policy proposes, so that it learns to correct itself.
    ///
    /// # Errors
    /// [`RegressionError`] when there is no lesson or a picture cannot be observed.
    pub fn learn_style(
        &mut self,
        lessons: &[StyleLesson],
    ) -> Result<RegressionReport, RegressionError> {
        if lessons.is_empty() {
            return Err(EpisodeError::NothingToDraw.into());
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.options.seed);
        random.set_stream(self.iteration + 1);
        let draws: Vec<(usize, u64)> = (0..self.options.batch)
            .map(|_| (random.random_range(0..lessons.len()), random.random_range(0..u64::MAX)))
            .collect();
        let from_found = self.options.batch.div_ceil(2);
        let episodes = draws.into_par_iter().enumerate().map(|(number, (place, seed))| {
            let lesson = lessons.get(place).ok_or(EpisodeError::NothingToDraw)?;
            if number < from_found {
                StyleEpisode::new(lesson)
            } else {
                StyleEpisode::missed(lesson, seed)
            }
        });
        let episodes = episodes.collect::<Result<Vec<_>, EpisodeError>>()?;
        self.learn_alone(episodes)
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::environment::{STYLE_QUERIES, StyleStudio};
    use crate::evaluation::run_style_policy;
    use crate::photographs::dead_leaves;
    use crate::torch::{PolicyShape, RegressionOptions, TrainedPolicy};

    fn lessons() -> Vec<StyleLesson> {
        let scenes = (0..6).map(|seed| dead_leaves(seed, 72, 48).unwrap()).collect();
        let studio = StyleStudio::new(Vec::new(), scenes, "software".parse().unwrap(), 16).unwrap();
        (0..30).map(|seed| studio.lesson(seed).unwrap()).collect()
    }

    #[test]
    fn a_short_training_brings_pictures_nearer_to_their_goals() {
        let lessons = lessons();
        let options =
            RegressionOptions { iterations: 150, batch: 16, unroll: 2, ..Default::default() };
        let mut training = Regression::new(PolicyShape::style(48, 2), options, Device::Cpu);
        for _ in 0..150 {
            training.learn_style(&lessons).unwrap();
        }
        let trained = TrainedPolicy {
            shape: training.shape().clone(),
            squash: None,
            weights: training.averaged_weights(),
            task: None,
            made: String::new(),
        };
        let actor = trained.actor("short".to_owned()).unwrap();
        let (mut found, mut reached, mut known) = (0.0, 0.0, 0.0);
        for lesson in &lessons {
            let run = run_style_policy(&actor, lesson, STYLE_QUERIES).unwrap();
            found += run.found;
            reached += run.best.last().unwrap();
            known += run.searched;
        }
        // Three quarters of what the search gains: an untrained policy gains next to nothing.
        assert!(reached < found - 0.75 * (found - known), "{found} {reached} {known}");
    }

    #[test]
    fn nothing_is_learned_of_nothing() {
        let options = RegressionOptions::default();
        let mut training = Regression::new(PolicyShape::style(8, 1), options, Device::Cpu);
        let error = training.learn_style(&[]).unwrap_err().to_string();
        assert!(error.contains("no photograph"), "{error}");
    }
}
