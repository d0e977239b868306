//! Supervised training on retouched photographs, where no goal is seen.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tch::{Kind, Tensor};
use tuner::actor::TasteEye;
use tuner::{Parameter, Params, Planes, Simulator};

use super::{COUNT, Regression, RegressionError, RegressionReport};
use crate::environment::{EpisodeError, TASTE_QUERIES, TasteLesson};
use crate::torch::policy::to_host;
use crate::torch::threads::one_thread;

/// Differences in CIEDE2000 are divided by this in the loss.
const DIFFERENCE_UNIT: f64 = 10.0;
/// Errors of a parameter beyond this count linearly: where the picture hides a parameter its answer
/// may lie anywhere.
const HUBER: f64 = 0.2;

/// What is made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TasteLoss {
    /// The distance of the parameters from the answer that the search found: regression.
    Answer,
    /// The mean CIEDE2000 of the picture from the expert's: back-propagation through the software
    /// ISP, whose derivatives are differences of renderings.
    Picture,
}

/// One lesson with what came of the parameters tried last.
struct Try<'a> {
    lesson: &'a TasteLesson,
    pipeline: isp_hw::PicturePipeline<isp_hw::SoftwareIsp>,
    eye: TasteEye,
    picture: Planes,
    params: Params,
}

impl<'a> Try<'a> {
    fn new(lesson: &'a TasteLesson) -> Result<Self, EpisodeError> {
        let picture = Planes::from(&lesson.input);
        let eye = TasteEye::new(&picture, &vec![true; picture.pixel_count()])?;
        let (pipeline, params) = (lesson.pipeline(), Params::NEUTRAL);
        Ok(Self { lesson, pipeline, eye, picture, params })
    }

    /// Renders these parameters: how far the picture is from the expert's, and its slope.
    fn render(&mut self, values: &[f32]) -> (f64, [f64; Parameter::COUNT]) {
        let mut own = [0.0; Parameter::COUNT];
        own.iter_mut().zip(values).for_each(|(own, value)| *own = f64::from(*value));
        self.params = Params::clamped(own);
        self.picture = self.pipeline.simulate(&self.params);
        let distance = self.lesson.distance(&self.picture);
        (distance, self.lesson.slope(&mut self.pipeline, &self.params, distance))
    }
}

impl Regression {
    /// One iteration on lessons drawn by seed and number of the iteration. Answers are learned from
    /// what [`TasteLesson::seen`] shows; pictures are rendered as the policy proposes, first from the
    /// picture as found, then from what came of it.
    ///
    /// # Errors
    /// [`RegressionError`] when there is no lesson or a picture cannot be observed.
    pub fn learn_taste(
        &mut self,
        lessons: &[TasteLesson],
        kind: TasteLoss,
    ) -> Result<RegressionReport, RegressionError> {
        one_thread();
        if lessons.is_empty() {
            return Err(EpisodeError::NothingToDraw.into());
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.options.seed);
        random.set_stream(self.iteration + 1);
        let drawn: Vec<&TasteLesson> = (0..self.options.batch)
            .filter_map(|_| lessons.get(random.random_range(0..lessons.len())))
            .collect();
        let loss = match kind {
            TasteLoss::Answer => self.apart_from_answers(&drawn),
            TasteLoss::Picture => self.apart_from_pictures(&drawn)?,
        };
        let loss = self.descend(&loss);
        Ok(RegressionReport { iteration: self.iteration, loss, figures: Vec::new() })
    }

    fn apart_from_answers(&self, drawn: &[&TasteLesson]) -> Tensor {
        let pieces = self.policy.cut(&self.weights);
        let twice = || drawn.iter().flat_map(|lesson| lesson.seen.map(|seen| (*lesson, seen)));
        let seen = self.tensor(twice().flat_map(|(_, seen)| seen.map(f64::from)));
        let seen = seen.view([-1, self.policy.shape().inputs as i64]);
        let answers = self.tensor(twice().flat_map(|(lesson, _)| lesson.answer.values()));
        let params = self.policy.forward(&pieces, &seen).tanh();
        let apart = params.huber_loss(&answers.view([-1, COUNT]), tch::Reduction::Mean, HUBER);
        (apart / (HUBER * HUBER)).view([1])
    }

    fn apart_from_pictures(&self, drawn: &[&TasteLesson]) -> Result<Tensor, RegressionError> {
        let tries = drawn.par_iter().map(|lesson| Try::new(lesson));
        let mut tries = tries.collect::<Result<Vec<_>, EpisodeError>>()?;
        let size = tries.len() as i64;
        let mut loss = Tensor::zeros([1], (Kind::Float, self.device));
        let pieces = self.policy.cut(&self.weights);
        for _ in 0..TASTE_QUERIES {
            let seen = tries
                .par_iter()
                .map(|each| each.eye.observe(&each.picture, &each.params))
                .collect::<Result<Vec<_>, _>>()
                .map_err(EpisodeError::from)?;
            let seen = self.tensor(seen.iter().flat_map(|values| values.map(f64::from)));
            let seen = seen.view([size, self.policy.shape().inputs as i64]);
            let params = self.policy.forward(&pieces, &seen).tanh();
            let proposed = to_host(&params.detach());
            let made: Vec<(f64, [f64; Parameter::COUNT])> = tries
                .par_iter_mut()
                .zip(proposed.par_chunks(Parameter::COUNT))
                .map(|(each, values)| each.render(values))
                .collect();
            // The value is that of the pictures, the gradient that of the slopes.
            let slopes = self.tensor(made.iter().flat_map(|(_, slope)| *slope));
            let along = (slopes.view([size, COUNT]) * &params).sum(Kind::Float);
            let sum = made.iter().map(|(distance, _)| distance).sum::<f64>();
            let value = along.double_value(&[]);
            loss += (along + (sum - value)) / (size as f64 * DIFFERENCE_UNIT);
        }
        Ok(loss / TASTE_QUERIES as f64)
    }
}

#[cfg(test)]
mod tests {
    use isp_hw::{Input, PicturePipeline, SoftwareIsp};
    use tch::Device;
    use tuner::Pipeline;

    use super::*;
    use crate::environment::small_pair;
    use crate::photographs::{Pair, dead_leaves};
    use crate::torch::{PolicyShape, RegressionOptions};

    /// An expert who brings every picture to one mean.
    fn lessons() -> Vec<TasteLesson> {
        let lesson = |seed: u64| {
            let scene = dead_leaves(seed, 72, 48).unwrap();
            let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(scene.clone()));
            let exposure = (seed % 5) as f64 * 0.1 - 0.2;
            let dark = Params::NEUTRAL.with(Parameter::Exposure, exposure);
            let before = isp.query(&dark).unwrap();
            let pair = Pair { name: String::new(), before, after: scene };
            let small = small_pair(&pair, 24).unwrap();
            TasteLesson::new(&small, false, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
        };
        (0..15).map(lesson).collect()
    }

    #[test]
    fn both_losses_bring_pictures_nearer_to_the_experts() {
        let lessons = lessons();
        let found: f64 = lessons.iter().map(|each| each.distance(&Planes::from(&each.input))).sum();
        for kind in [TasteLoss::Answer, TasteLoss::Picture] {
            let options = RegressionOptions { iterations: 120, batch: 15, ..Default::default() };
            let shape = PolicyShape::taste(32, 2);
            let mut training = Regression::new(shape, options, Device::Cpu);
            let first = training.learn_taste(&lessons, kind).unwrap().loss;
            let mut last = first;
            for _ in 1..120 {
                last = training.learn_taste(&lessons, kind).unwrap().loss;
            }
            assert!(last < 0.7 * first, "{kind:?}: {first} {last}");
            let reached: f64 = lessons
                .iter()
                .map(|lesson| {
                    let mut each = Try::new(lesson).unwrap();
                    let seen = each.eye.observe(&each.picture, &each.params).unwrap();
                    let seen = Tensor::from_slice(&seen).view([1, -1]);
                    let pieces = training.policy.cut(&training.average);
                    let output = to_host(&training.policy.forward(&pieces, &seen).tanh());
                    let values = std::array::from_fn(|at| f64::from(output[at]));
                    lesson.distance(&each.pipeline.simulate(&Params::clamped(values)))
                })
                .sum();
            assert!(reached < 0.7 * found, "{kind:?}: {found} {reached}");
        }
    }

    #[test]
    fn nothing_is_learned_of_nothing() {
        let options = RegressionOptions::default();
        let mut training = Regression::new(PolicyShape::taste(8, 1), options, Device::Cpu);
        let error = training.learn_taste(&[], TasteLoss::Answer).unwrap_err().to_string();
        assert!(error.contains("no photograph"), "{error}");
    }
}
