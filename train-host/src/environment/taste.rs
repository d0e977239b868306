//! An expert's taste as a task of continuous control: no goal is seen.

use std::sync::Arc;

use isp_hw::{PicturePipeline, SoftwareIsp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{TASTE_LENGTH, TasteEye};
use tuner::{Parameter, Params, Planes, Simulator};

use super::episode::{MEAN_INTENSITY, mean_intensity};
use super::{ControlTask, EpisodeError, Step, TasteLesson};

/// Queries of an episode: the first is what a device does in one shot, the others let the policy see
/// what came of it.
pub const TASTE_QUERIES: usize = 2;
/// Rewards are divided by this: a difference of ten earns 1.
const REWARD_UNIT: f64 = 10.0;

/// Episodes on retouched photographs through the software ISP. An action is the nine parameters; the
/// reward is the decrease of the mean CIEDE2000 to what the expert made (Polarr, "Reinforced
/// creativity").
pub struct Taste {
    lessons: Arc<Vec<TasteLesson>>,
    running: Option<Running>,
}

struct Running {
    /// Place of the lesson.
    lesson: usize,
    pipeline: PicturePipeline<SoftwareIsp>,
    eye: TasteEye,
    queries: usize,
    distance: f64,
}

impl Taste {
    /// Episodes on these lessons.
    ///
    /// # Errors
    /// [`EpisodeError::NothingToDraw`] when there is none.
    pub fn new(lessons: Arc<Vec<TasteLesson>>) -> Result<Self, EpisodeError> {
        if lessons.is_empty() {
            return Err(EpisodeError::NothingToDraw);
        }
        Ok(Self { lessons, running: None })
    }
}

impl ControlTask for Taste {
    fn name(&self) -> &'static str {
        "taste"
    }

    fn observation_length(&self) -> usize {
        TASTE_LENGTH
    }

    fn action_length(&self) -> usize {
        Parameter::COUNT
    }

    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let at = random.random_range(0..self.lessons.len());
        let lesson = self.lessons.get(at).ok_or(EpisodeError::NothingToDraw)?;
        let found = Planes::from(&lesson.input);
        let eye = TasteEye::new(&found, &vec![true; found.pixel_count()])?;
        let observation = eye.observe(&found, &Params::NEUTRAL)?.to_vec();
        let (pipeline, distance) = (lesson.pipeline(), lesson.distance(&found));
        self.running = Some(Running { lesson: at, pipeline, eye, queries: 0, distance });
        Ok(observation)
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let Some(mut running) = self.running.take() else { return Err(EpisodeError::NotReset) };
        let lesson = self.lessons.get(running.lesson).ok_or(EpisodeError::NothingToDraw)?;
        let mut values = [0.0; Parameter::COUNT];
        values.iter_mut().zip(action).for_each(|(value, action)| *value = f64::from(*action));
        let params = Params::clamped(values);
        let picture = running.pipeline.simulate(&params);
        let distance = lesson.distance(&picture);
        let reward = (running.distance - distance) / REWARD_UNIT;
        running.distance = distance;
        running.queries += 1;
        let observation = running.eye.observe(&picture, &params)?.to_vec();
        let collapsed = !MEAN_INTENSITY.contains(&mean_intensity(&picture));
        let truncated = running.queries >= TASTE_QUERIES;
        self.running = Some(running);
        // What ruins a picture is learned from: there is no goal to see that it is ruined.
        Ok(Step { observation, reward, terminated: collapsed, truncated, dropped: false })
    }

    fn demonstration(&mut self) -> Option<Vec<f32>> {
        let lesson = self.lessons.get(self.running.as_ref()?.lesson)?;
        Some(lesson.answer.values().map(|value| value as f32).to_vec())
    }

    fn figure(&self) -> Option<f64> {
        self.running.as_ref().map(|running| running.distance)
    }
}

#[cfg(test)]
mod tests {
    use isp_hw::Input;
    use tuner::Pipeline;

    use super::*;
    use crate::environment::small_pair;
    use crate::photographs::{Pair, dead_leaves};

    fn lessons() -> Arc<Vec<TasteLesson>> {
        let edit = Params::new([0.2, 0.1, 0.0, -0.2, 0.3, 0.1, 0.0, 0.2, 0.0]).unwrap();
        let lesson = |seed| {
            let before = dead_leaves(seed, 96, 64).unwrap();
            let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(before.clone()));
            let after = isp.query(&edit).unwrap();
            let pair = small_pair(&Pair { name: String::new(), before, after }, 32).unwrap();
            TasteLesson::new(&pair, false, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
        };
        Arc::new((0..3).map(lesson).collect())
    }

    #[test]
    fn a_demonstration_earns_what_the_difference_falls_by() {
        let mut task = Taste::new(lessons()).unwrap();
        let first = task.reset(1).unwrap();
        assert_eq!(first.len(), task.observation_length());
        assert!(first[105..210].iter().all(|change| *change == 0.0));
        let before = task.figure().unwrap();
        let action = task.demonstration().unwrap();
        let step = task.step(&action).unwrap();
        let after = task.figure().unwrap();
        assert!((step.reward * REWARD_UNIT - (before - after)).abs() < 1e-9);
        assert!(after < 0.4 * before, "{before} {after}");
        assert!(!step.truncated && !step.terminated);
        assert_eq!(step.observation[228..], action[..]);
        assert!(task.step(&action).unwrap().truncated);
    }

    #[test]
    fn ruin_ends_an_episode_and_is_learned_from() {
        let mut task = Taste::new(lessons()).unwrap();
        task.reset(1).unwrap();
        let step = task.step(&[-1.0, -1.0, -1.0, -1.0, 0.0, 0.0, -1.0, -1.0, 0.0]).unwrap();
        assert!(step.reward < 0.0);
        assert!(!step.dropped);
    }

    #[test]
    fn without_lessons_or_reset_there_is_no_episode() {
        assert!(Taste::new(Arc::new(Vec::new())).is_err());
        let mut task = Taste::new(lessons()).unwrap();
        assert!(matches!(task.step(&[0.0; 9]), Err(EpisodeError::NotReset)));
    }
}
