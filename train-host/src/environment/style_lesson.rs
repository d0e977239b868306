//! An input and a goal that shows something else, with what a search finds for them.

use isp_hw::{Input, PicturePipeline, Renderer};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, Params, Planes, Simulator, StyleFeatures, StyleGoal, View};

use super::demonstrator::Demonstrator;
use super::{EpisodeError, PictureMetric, PipelineMix};

/// What a training knows of one input and one goal.
#[derive(Debug, Clone)]
pub struct StyleLesson {
    /// The input, 8 bits.
    pub input: Frame,
    /// The goal.
    pub goal: StyleGoal,
    /// What strategy `style` finds in ten queries, with the practised pipeline as its own
    /// simulator; neutral where nothing is nearer than the input itself and keeps its content.
    pub answer: Params,
    /// How much errors of the parameters show in the style at the answer, in squared distance.
    pub metric: PictureMetric,
    mix: PipelineMix,
    pipeline_seed: u64,
}

impl StyleLesson {
    /// A lesson through a pipeline that the seed draws of `mix`; searches the answer.
    ///
    /// # Errors
    /// [`EpisodeError`] when the pipeline refuses the picture.
    pub fn new(
        input: Frame,
        goal: StyleGoal,
        mix: PipelineMix,
        pipeline_seed: u64,
    ) -> Result<Self, EpisodeError> {
        let renderer = || mix.draw(&mut ChaCha8Rng::seed_from_u64(pipeline_seed));
        let mut demonstrator = Demonstrator::new(renderer(), &input)?;
        let mut pipeline = looking(renderer(), &input)?;
        let answer = demonstrator.search_style(&mut pipeline, &Planes::from(&input), &goal);
        let picture = pipeline.simulate(&answer);
        let metric = PictureMetric::measure_of(&mut pipeline, &answer, &picture, |picture| {
            StyleFeatures::of(picture).values().iter().map(|value| *value as f32).collect()
        });
        Ok(Self { input, goal, answer, metric, mix, pipeline_seed })
    }

    /// The pipeline on the input.
    ///
    /// # Errors
    /// [`EpisodeError`] when it refuses the picture.
    pub fn pipeline(&self) -> Result<PicturePipeline<Box<dyn Renderer>>, EpisodeError> {
        looking(self.mix.draw(&mut ChaCha8Rng::seed_from_u64(self.pipeline_seed)), &self.input)
    }
}

fn looking(
    renderer: Box<dyn Renderer>,
    input: &Frame,
) -> Result<PicturePipeline<Box<dyn Renderer>>, EpisodeError> {
    let mut pipeline = PicturePipeline::new(renderer, Input::srgb(input.clone()));
    pipeline.look_at(&View::whole(input.width(), input.height()))?;
    Ok(pipeline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    fn lesson(mix: &str, seed: u64) -> StyleLesson {
        let input = dead_leaves(seed, 32, 32).unwrap();
        let goal = StyleGoal::new(dead_leaves(seed + 50, 40, 30).unwrap(), None).unwrap();
        StyleLesson::new(input, goal, mix.parse().unwrap(), seed).unwrap()
    }

    #[test]
    fn answers_come_much_nearer_than_the_picture_as_found_and_keep_the_content() {
        for mix in ["software", "varied"] {
            let (mut found, mut reached) = (0.0, 0.0);
            for seed in 0..4 {
                let lesson = lesson(mix, seed);
                let input = Planes::from(&lesson.input);
                let judge = lesson.goal.judge(input.clone(), vec![true; input.pixel_count()]);
                let record = judge.judge(&lesson.pipeline().unwrap().simulate(&lesson.answer));
                assert!(record.violations.is_empty(), "{mix}, {seed}: {record:?}");
                found += judge.judge(&input).distance;
                reached += record.distance;
            }
            assert!(reached < 0.6 * found, "{mix}: {found} {reached}");
        }
    }

    #[test]
    fn a_goal_in_the_style_of_the_input_is_answered_with_next_to_nothing() {
        let input = dead_leaves(3, 32, 32).unwrap();
        let goal = StyleGoal::new(input.clone(), None).unwrap();
        let lesson = StyleLesson::new(input, goal, "software".parse().unwrap(), 0).unwrap();
        let values = lesson.answer.values();
        assert!(values.iter().all(|value| value.abs() < 1e-3), "{values:?}");
    }
}
