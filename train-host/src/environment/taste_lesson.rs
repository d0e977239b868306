//! One retouched photograph, small enough to practise on.

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use tuner::actor::{TASTE_LENGTH, TasteEye};
use tuner::{
    Frame, FrameError, Parameter, Params, Pipeline, PipelineError, Planes, Samples, Simulator,
    delta_e00_map,
};

use super::EpisodeError;
use super::demonstrator::Demonstrator;
use super::episode::near;
use crate::photographs::Pair;

/// Spread of the random adjustments of an input, canonical units, in the order of
/// [`Parameter::ALL`]: enough to meet another camera's exposure and white balance, not so much that
/// tones are lost that the retouch shows. Texture is left alone: the pictures are shrunk.
const ADJUSTMENT: [f64; Parameter::COUNT] = [0.2, 0.15, 0.1, 0.15, 0.2, 0.2, 0.15, 0.15, 0.0];
/// Difference, in canonical units, over which a slope is measured.
const DIFFERENCE: f64 = 0.03;

/// What a training knows of one retouched photograph: the input, what the expert made of it, and the
/// nine parameters that come nearest to that.
#[derive(Debug, Clone)]
pub struct TasteLesson {
    /// The input, 8 bits.
    pub input: Frame,
    /// What the expert made of it.
    pub goal: Planes,
    /// What strategy `model` finds in ten queries, with the software ISP as its own simulator;
    /// neutral where nothing found is nearer to the goal than the input itself.
    pub answer: Params,
    /// What a policy sees of the input as found, and after a first query that missed the answer by
    /// as much as a first query may: pre-training renders nothing.
    pub seen: [[f32; TASTE_LENGTH]; 2],
}

/// A pair shrunk so that its longer side has `side` pixels: the whole pictures, since what an expert
/// does depends on all of one. A retouch of tones and colours commutes with shrinking nearly
/// enough, sharpening does not: texture cannot be learned from such pictures.
///
/// # Errors
/// [`FrameError`] when a side would vanish.
pub fn small_pair(pair: &Pair, side: usize) -> Result<Pair, FrameError> {
    let [width, height] = pair.before.size();
    let longest = width.max(height).max(1);
    let of = |extent: usize| ((extent * side + longest / 2) / longest).clamp(1, extent.max(1));
    let (width, height) = (of(width), of(height));
    Ok(Pair {
        name: pair.name.clone(),
        before: pair.before.resized(width, height)?,
        after: pair.after.resized(width, height)?,
    })
}

impl TasteLesson {
    /// A lesson on a small pair: as it is, or mirrored and with its input adjusted at random by the
    /// software ISP (augmentation of Polarr, "Reinforced creativity"); then searches the answer.
    ///
    /// # Errors
    /// [`EpisodeError`] when the software ISP refuses the picture.
    pub fn new(
        small: &Pair,
        adjusted: bool,
        random: &mut (impl Rng + ?Sized),
    ) -> Result<Self, EpisodeError> {
        let (mut input, mut after) = (small.before.clone(), small.after.clone());
        if adjusted {
            if random.random_range(0..2) == 0 {
                (input, after) = (mirrored(&input)?, mirrored(&after)?);
            }
            let deviates = ADJUSTMENT.map(|spread| {
                let deviate: f64 = StandardNormal.sample(&mut *random);
                spread * deviate.clamp(-2.0, 2.0)
            });
            let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(input));
            input = isp.query(&Params::clamped(deviates))?;
        }
        let goal = Planes::from(&after);
        let found = Planes::from(&input);
        let eye = TasteEye::new(&found, &vec![true; found.pixel_count()])?;
        let first = eye.observe(&found, &Params::NEUTRAL)?;
        let mut lesson = Self { input, goal, answer: Params::NEUTRAL, seen: [first; 2] };
        let mut pipeline = lesson.pipeline();
        let mut demonstrator = Demonstrator::new(Box::new(SoftwareIsp::default()), &lesson.input)?;
        let answer = demonstrator.search(&mut pipeline, &found, &lesson.goal);
        if lesson.distance(&pipeline.simulate(&answer)) < lesson.distance(&found) {
            lesson.answer = answer;
        }
        let missed = near(&lesson.answer, &Parameter::ALL, random);
        let second = eye.observe(&pipeline.simulate(&missed), &missed)?;
        lesson.seen = [first, second];
        Ok(lesson)
    }

    /// The software ISP on the input.
    #[must_use]
    pub fn pipeline(&self) -> PicturePipeline<SoftwareIsp> {
        PicturePipeline::new(SoftwareIsp::default(), Input::srgb(self.input.clone()))
    }

    /// Mean CIEDE2000 between a picture and the goal.
    #[must_use]
    pub fn distance(&self, picture: &Planes) -> f64 {
        let map = delta_e00_map(picture, &self.goal).unwrap_or_default();
        map.iter().map(|value| f64::from(*value)).sum::<f64>() / map.len().max(1) as f64
    }

    /// Derivatives of [`Self::distance`] by the nine parameters at `params`, where the pipeline is
    /// this far from the goal: nine renderings.
    pub fn slope(
        &self,
        pipeline: &mut dyn Simulator,
        params: &Params,
        distance: f64,
    ) -> [f64; Parameter::COUNT] {
        Parameter::ALL.map(|parameter| {
            let value = params.get(parameter);
            let difference = if value > 0.0 { -DIFFERENCE } else { DIFFERENCE };
            let moved = pipeline.simulate(&params.with(parameter, value + difference));
            (self.distance(&moved) - distance) / difference
        })
    }
}

fn mirrored(frame: &Frame) -> Result<Frame, PipelineError> {
    let width = frame.width();
    let size = || PipelineError::Size { expected: frame.size(), found: [0, 0] };
    let Samples::U8(samples) = frame.samples() else { return Ok(frame.clone()) };
    let rows = samples.chunks_exact(3 * width.max(1));
    let flipped = rows.flat_map(|row| row.as_chunks::<3>().0.iter().rev().flatten().copied());
    Frame::new(width, frame.height(), Samples::U8(flipped.collect())).map_err(|_| size())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::photographs::dead_leaves;

    fn pair(edit: [f64; 9]) -> Pair {
        let before = dead_leaves(3, 96, 64).unwrap();
        let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(before.clone()));
        let after = isp.query(&Params::new(edit).unwrap()).unwrap();
        Pair { name: "x".to_owned(), before, after }
    }

    #[test]
    fn the_answer_leads_to_the_retouch_and_adjustments_are_answered_too() {
        let pair = pair([0.2, 0.1, 0.0, -0.2, 0.3, 0.1, 0.0, 0.2, 0.0]);
        let small = small_pair(&pair, 48).unwrap();
        assert_eq!(small.before.size(), [48, 32]);
        for adjusted in [false, true] {
            let mut random = ChaCha8Rng::seed_from_u64(4);
            let lesson = TasteLesson::new(&small, adjusted, &mut random).unwrap();
            let found = lesson.distance(&Planes::from(&lesson.input));
            let reached = lesson.distance(&lesson.pipeline().simulate(&lesson.answer));
            assert!(reached < 0.35 * found, "{adjusted}: {found} {reached}");
        }
    }

    #[test]
    fn what_nobody_changed_is_answered_with_nothing() {
        let small = small_pair(&pair([0.0; 9]), 48).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let lesson = TasteLesson::new(&small, false, &mut random).unwrap();
        assert_eq!(lesson.answer, Params::NEUTRAL);
        let [first, second] = lesson.seen;
        assert!(first[105..210].iter().chain(&first[228..]).all(|value| *value == 0.0));
        assert_ne!(first, second);
    }

    #[test]
    fn the_slope_points_away_from_the_retouch() {
        let small = small_pair(&pair([0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), 48).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let lesson = TasteLesson::new(&small, false, &mut random).unwrap();
        let mut pipeline = lesson.pipeline();
        let distance = lesson.distance(&Planes::from(&lesson.input));
        let slope = lesson.slope(&mut pipeline, &Params::NEUTRAL, distance);
        assert!(slope[0] < -5.0, "{slope:?}");
        let beyond = Params::NEUTRAL.with(Parameter::Exposure, 0.6);
        let distance = lesson.distance(&pipeline.simulate(&beyond));
        assert!(lesson.slope(&mut pipeline, &beyond, distance)[0] > 5.0);
    }

    #[test]
    fn mirroring_twice_is_nothing() {
        let frame = dead_leaves(3, 31, 20).unwrap();
        let once = mirrored(&frame).unwrap();
        assert_ne!(once, frame);
        assert_eq!(mirrored(&once).unwrap(), frame);
    }
}
