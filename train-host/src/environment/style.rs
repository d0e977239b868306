//! Goals that show something else, as a task of continuous control.

use std::sync::Arc;

use isp_hw::{PicturePipeline, Renderer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{ObservationError, STYLE_LENGTH, StyleEye};
use tuner::{Parameter, Params, Planes, Simulator, StyleJudge, StyleRecord};

use super::episode::near;
use super::finishing::reach;
use super::{ControlTask, EpisodeError, GuidedEpisode, PictureMetric, Seen, Step, StyleLesson};

/// Queries of an episode: what comes later changes little.
pub const STYLE_QUERIES: usize = 5;
/// A distance of this size costs 1: three quarters of what lies between unlike photographs.
const DISTANCE_UNIT: f64 = 0.1;
/// What a content term of 1 costs, as much structure as a picture has.
const CONTENT_COST: f64 = 1.0;
/// What a picture costs that the content guard refuses.
const VIOLATION_COST: f64 = 0.5;
/// Distances below this are all the same.
const SAME_DISTANCE: f64 = 0.01;

/// A lesson with what came of the parameters tried last.
pub struct StyleEpisode {
    pipeline: PicturePipeline<Box<dyn Renderer>>,
    eye: StyleEye,
    judge: StyleJudge,
    answer: Params,
    metric: PictureMetric,
    params: Params,
    picture: Planes,
    record: StyleRecord,
}

impl StyleEpisode {
    /// Starts at the picture as found and neutral parameters.
    ///
    /// # Errors
    /// [`EpisodeError`] when the pipeline refuses the picture.
    pub fn new(lesson: &StyleLesson) -> Result<Self, EpisodeError> {
        let picture = Planes::from(&lesson.input);
        let mask = vec![true; picture.pixel_count()];
        let eye = StyleEye::new(&picture, &lesson.goal.planes(), &mask)?;
        let judge = lesson.goal.judge(picture.clone(), mask);
        let record = judge.judge(&picture);
        Ok(Self {
            pipeline: lesson.pipeline()?,
            eye,
            judge,
            answer: lesson.answer,
            metric: lesson.metric.clone(),
            params: Params::NEUTRAL,
            picture,
            record,
        })
    }

    /// The same after a first query that missed the answer.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn missed(lesson: &StyleLesson, seed: u64) -> Result<Self, EpisodeError> {
        let mut episode = Self::new(lesson)?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        episode.query(near(&lesson.answer, &Parameter::ALL, &mut random));
        Ok(episode)
    }

    /// How the last picture is judged; the picture as found before the first query.
    #[must_use]
    pub const fn record(&self) -> &StyleRecord {
        &self.record
    }

    /// What the reward is the decrease of: the distance of style over 0.1, the content term, and ½
    /// for a picture that the content guard refuses.
    #[must_use]
    pub fn cost(&self) -> f64 {
        let StyleRecord { distance, content, violations, .. } = &self.record;
        let refused = if violations.is_empty() { 0.0 } else { VIOLATION_COST };
        distance / DISTANCE_UNIT + CONTENT_COST * content + refused
    }
}

impl GuidedEpisode for StyleEpisode {
    const LEAST_ERROR: f64 = SAME_DISTANCE * SAME_DISTANCE;

    fn observe(&self) -> Result<Seen, ObservationError> {
        let seen = self.eye.observe(&self.picture, &self.params)?;
        Ok(Seen { values: seen.values.to_vec(), scale: seen.scale })
    }

    fn query(&mut self, params: Params) {
        self.picture = self.pipeline.simulate(&params);
        self.record = self.judge.judge(&self.picture);
        self.params = params;
    }

    fn params(&self) -> &Params {
        &self.params
    }

    fn target(&self) -> &Params {
        &self.answer
    }

    fn metric(&self) -> &PictureMetric {
        &self.metric
    }

    /// The distance of style.
    fn figure(&self) -> Option<f64> {
        Some(self.record.distance)
    }
}

/// Episodes of five queries on lessons of style, each query on the picture as found. An action is a
/// step of the nine parameters by the device's own rule ([`tuner::actor::step`]) with `tanh(0.3·o)`
/// as the action; the reward is the decrease of [`StyleEpisode::cost`].
pub struct Styling {
    lessons: Arc<Vec<StyleLesson>>,
    running: Option<Running>,
}

struct Running {
    episode: StyleEpisode,
    queries: usize,
    cost: f64,
    /// How far the parameters move for an action of 1.
    reach: f64,
}

impl Styling {
    /// Episodes on these lessons.
    ///
    /// # Errors
    /// [`EpisodeError::NothingToDraw`] when there is none.
    pub fn new(lessons: Arc<Vec<StyleLesson>>) -> Result<Self, EpisodeError> {
        if lessons.is_empty() {
            return Err(EpisodeError::NothingToDraw);
        }
        Ok(Self { lessons, running: None })
    }
}

impl ControlTask for Styling {
    fn observation_length(&self) -> usize {
        STYLE_LENGTH
    }

    fn action_length(&self) -> usize {
        Parameter::COUNT
    }

    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let at = random.random_range(0..self.lessons.len());
        let lesson = self.lessons.get(at).ok_or(EpisodeError::NothingToDraw)?;
        let episode = StyleEpisode::new(lesson)?;
        let Seen { values, scale } = episode.observe()?;
        let cost = episode.cost();
        self.running = Some(Running { episode, queries: 0, cost, reach: reach(scale) });
        Ok(values)
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let Some(mut running) = self.running.take() else { return Err(EpisodeError::NotReset) };
        let mut params = running.episode.params().values();
        for (param, action) in params.iter_mut().zip(action) {
            *param += f64::from(action.clamp(-1.0, 1.0)) * running.reach;
        }
        running.episode.query(Params::clamped(params));
        running.queries += 1;
        let Seen { values: observation, scale } = running.episode.observe()?;
        let cost = running.episode.cost();
        let reward = running.cost - cost;
        (running.cost, running.reach) = (cost, reach(scale));
        let truncated = running.queries >= STYLE_QUERIES;
        self.running = Some(running);
        Ok(Step { observation, reward, terminated: false, truncated, dropped: false })
    }

    fn demonstration(&mut self) -> Option<Vec<f32>> {
        let Running { episode, reach, .. } = self.running.as_ref()?;
        let missing = episode.answer.values().into_iter().zip(episode.params.values());
        let action = missing.map(|(answer, param)| ((answer - param) / reach).clamp(-1.0, 1.0));
        Some(action.map(|value| value as f32).collect())
    }

    fn figure(&self) -> Option<f64> {
        self.running.as_ref().map(|running| running.episode.record.distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::StyleStudio;
    use crate::photographs::dead_leaves;

    fn lessons() -> Arc<Vec<StyleLesson>> {
        let scenes = (0..4).map(|seed| dead_leaves(seed, 72, 48).unwrap()).collect();
        let mix = "software=0.5,varied=0.5".parse().unwrap();
        let studio = StyleStudio::new(Vec::new(), scenes, mix, 24).unwrap();
        Arc::new((0..4).map(|seed| studio.lesson(seed).unwrap()).collect())
    }

    #[test]
    fn demonstrations_reach_the_answer_and_rewards_add_up() {
        let lessons = lessons();
        let mut task = Styling::new(Arc::clone(&lessons)).unwrap();
        let (mut first, mut last) = (0.0, 0.0);
        for seed in 0..8 {
            assert_eq!(task.reset(seed).unwrap().len(), task.observation_length());
            let start = task.running.as_ref().unwrap().episode.cost();
            first += task.figure().unwrap();
            let mut earned = 0.0;
            for query in 1..=STYLE_QUERIES {
                let action = task.demonstration().unwrap();
                let step = task.step(&action).unwrap();
                earned += step.reward;
                assert_eq!(step.truncated, query == STYLE_QUERIES);
            }
            let episode = &task.running.as_ref().unwrap().episode;
            assert!((start - episode.cost() - earned).abs() < 1e-9);
            last += task.figure().unwrap();
        }
        assert!(last < 0.6 * first, "{first} {last}");
    }

    #[test]
    fn lost_content_costs_what_the_guard_says() {
        let lessons = lessons();
        let mut episode = StyleEpisode::new(&lessons[0]).unwrap();
        let found = episode.cost();
        assert_eq!(episode.record().content, 0.0);
        assert!((found - episode.record().distance / 0.1).abs() < 1e-12);
        episode.query(Params::clamped([1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]));
        let record = episode.record().clone();
        assert!(!record.violations.is_empty(), "{record:?}");
        let wanted = record.distance / 0.1 + record.content + 0.5;
        assert!((episode.cost() - wanted).abs() < 1e-12);
    }

    #[test]
    fn without_lessons_or_reset_there_is_no_episode() {
        assert!(Styling::new(Arc::new(Vec::new())).is_err());
        let mut task = Styling::new(lessons()).unwrap();
        assert!(matches!(task.step(&[0.0; 9]), Err(EpisodeError::NotReset)));
    }

    /// What the trainer shows the policy is what a strategy on a device shows it.
    #[test]
    fn trainer_and_device_see_the_same() {
        let lesson = &lessons()[1];
        let mut episode = StyleEpisode::new(lesson).unwrap();
        let params = Params::clamped([0.1, -0.2, 0.1, 0.0, 0.2, 0.1, -0.1, 0.2, 0.0]);
        episode.query(params);
        let found = Planes::from(&lesson.input);
        let goal = tuner::StyleGoal::new(lesson.goal.picture().clone(), None).unwrap();
        let view = tuner::View::of_size(found.width(), found.height());
        let mask = goal.mask(&view).unwrap();
        let eye = StyleEye::new(&found, &goal.planes(), &mask).unwrap();
        let picture = lesson.pipeline().unwrap().simulate(&params);
        let seen = eye.observe(&picture, &params).unwrap();
        let ours = episode.observe().unwrap();
        assert_eq!(ours.values, seen.values);
        assert_eq!(ours.scale, seen.scale);
    }
}
