//! Where lessons on goals that show something else are drawn.

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, FrameError, Parameter, Params, Pipeline, StyleGoal};

use super::crop::{Crop, random_crop};
use super::{EpisodeError, PipelineMix, StyleLesson};

/// Share of the pictures that are made by rule, where there are both.
const SCENE_SHARE: f64 = 0.4;
/// Share of the goals that are rendered with random parameters: looks that no camera makes.
const RENDERED_SHARE: f64 = 0.5;
/// Farthest that such parameters go, canonical units. Texture stays: style does not see it.
const RENDERED_REACH: f64 = 0.6;
/// Two pictures without a style are passed over at most so many times.
const DRAWS: usize = 100;

/// Any two pictures are an input and a goal.
#[derive(Debug, Clone)]
pub struct StyleStudio {
    photographs: Vec<Frame>,
    scenes: Vec<Frame>,
    mix: PipelineMix,
    side: usize,
}

impl StyleStudio {
    /// Lessons on photographs and on scenes made by rule, through the pipelines of `mix`, on pieces
    /// of `side` × `side` pixels.
    ///
    /// # Errors
    /// [`EpisodeError::TooFew`] when there are not two pictures.
    pub fn new(
        photographs: Vec<Frame>,
        scenes: Vec<Frame>,
        mix: PipelineMix,
        side: usize,
    ) -> Result<Self, EpisodeError> {
        let found = photographs.len() + scenes.len();
        if found < 2 {
            return Err(EpisodeError::TooFew { found });
        }
        Ok(Self { photographs, scenes, mix, side })
    }

    /// One lesson; the same seed makes the same one.
    ///
    /// # Errors
    /// [`EpisodeError::NoStyle`] when all pictures drawn are black or of one colour; others when a
    /// picture is too small.
    pub fn lesson(&self, seed: u64) -> Result<StyleLesson, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..DRAWS {
            let ours = self.place(&mut random);
            let other = self.place(&mut random);
            if ours == other {
                continue;
            }
            let input = self.piece(ours, &mut random)?;
            let mut goal = self.piece(other, &mut random)?;
            if random.random_range(0.0..1.0) < RENDERED_SHARE {
                goal = rendered(goal, &mut random)?;
            }
            let pipeline_seed = random.random_range(0..u64::MAX);
            // What has no style as a goal is no picture to give one to either.
            let is_picture = StyleGoal::new(input.clone(), None).is_ok();
            if let (true, Ok(goal)) = (is_picture, StyleGoal::new(goal, None)) {
                return StyleLesson::new(input, goal, self.mix.clone(), pipeline_seed);
            }
        }
        Err(EpisodeError::NoStyle { draws: DRAWS })
    }

    /// Number of a picture: photographs first, then scenes.
    fn place(&self, random: &mut impl Rng) -> usize {
        let (photographs, scenes) = (self.photographs.len(), self.scenes.len());
        let of_scenes = match (photographs, scenes) {
            (0, _) => true,
            (_, 0) => false,
            _ => random.random_range(0.0..1.0) < SCENE_SHARE,
        };
        if of_scenes {
            photographs + random.random_range(0..scenes)
        } else {
            random.random_range(0..photographs)
        }
    }

    /// A square piece, at least half as wide as the picture's shorter side.
    fn piece(&self, place: usize, random: &mut impl Rng) -> Result<Frame, EpisodeError> {
        let scenes = place.checked_sub(self.photographs.len());
        let picture = match scenes {
            Some(place) => self.scenes.get(place),
            None => self.photographs.get(place),
        };
        let picture = picture.ok_or(EpisodeError::NothingToDraw)?;
        let [width, height] = picture.size();
        let shorter = width.min(height).max(1);
        if shorter < self.side {
            let (width, height) = (width, height);
            return Err(FrameError::SampleCount { width, height, samples: 0 }.into());
        }
        let short = random.random_range(self.side..(2 * self.side).min(shorter + 1));
        let of = |extent: usize| (extent * short).div_ceil(shorter);
        let small = picture.resized(of(width), of(height))?;
        Ok(random_crop(&small, Crop { side: self.side }, random)?)
    }
}

fn rendered(picture: Frame, random: &mut impl Rng) -> Result<Frame, EpisodeError> {
    let params = Parameter::ALL.iter().fold(Params::NEUTRAL, |params, &parameter| {
        params.with(parameter, random.random_range(-RENDERED_REACH..RENDERED_REACH))
    });
    let params = params.with(Parameter::Texture, 0.0);
    let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(picture));
    Ok(isp.query(&params)?)
}

#[cfg(test)]
mod tests {
    use tuner::Samples;

    use super::*;
    use crate::photographs::dead_leaves;

    fn studio(pictures: Vec<Frame>) -> Result<StyleStudio, EpisodeError> {
        StyleStudio::new(pictures, Vec::new(), "software".parse().unwrap(), 24)
    }

    fn flat(value: u8) -> Frame {
        Frame::new(48, 40, Samples::U8(vec![value; 48 * 40 * 3])).unwrap()
    }

    #[test]
    fn the_same_seed_makes_the_same_lesson_and_others_differ() {
        let studio = studio((0..3).map(|seed| dead_leaves(seed, 72, 48).unwrap()).collect());
        let studio = studio.unwrap();
        let lesson = |seed| {
            let lesson = studio.lesson(seed).unwrap();
            (lesson.input, lesson.goal.picture().clone(), lesson.answer)
        };
        assert_eq!(lesson(1), lesson(1));
        assert_ne!(lesson(1), lesson(2));
    }

    #[test]
    fn one_photograph_is_not_enough_and_one_colour_has_no_style() {
        let scene = || dead_leaves(1, 72, 48).unwrap();
        let error = studio(vec![scene()]).unwrap_err().to_string();
        assert!(error.contains("two pictures, there are 1"), "{error}");
        // Of a black, a white and a grey picture none is input or goal.
        let error = studio(vec![flat(0), flat(255), flat(90)]).unwrap().lesson(3).unwrap_err();
        assert!(matches!(error, EpisodeError::NoStyle { .. }), "{error}");
        // Between others they are passed over.
        let mixed = studio(vec![flat(0), scene(), dead_leaves(2, 72, 48).unwrap()]).unwrap();
        for seed in 0..5 {
            let lesson = mixed.lesson(seed).unwrap();
            assert!(StyleGoal::new(lesson.input, None).is_ok());
        }
        let small = vec![scene(), dead_leaves(2, 20, 20).unwrap()];
        assert!((0..9).any(|seed| studio(small.clone()).unwrap().lesson(seed).is_err()));
    }
}
