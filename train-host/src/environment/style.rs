//! Goals that show something else, as a task of continuous control.

use std::sync::Arc;

use isp_hw::{PicturePipeline, Renderer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{ObservationError, PAPER_OBSERVATION_LENGTH, PaperEye, STYLE_LENGTH, StyleEye};
use tuner::{Parameter, Params, Planes, Simulator, StyleJudge, StyleRecord};

use super::acting::{Move, State, reach};
use super::episode::near;
use super::{
    ControlTask, EpisodeError, GuidedEpisode, PictureCost, PictureMetric, Seen, Step, StyleCosts,
    StyleLesson,
};

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

/// Episodes of five queries on lessons of style, each query on the picture as found. As it is new, it
/// shows what a device sees, an action is a step, and the reward is the decrease of
/// [`StyleEpisode::cost`].
pub struct Styling {
    lessons: Arc<Vec<StyleLesson>>,
    costs: Option<Arc<dyn StyleCosts>>,
    state: State,
    moves: Move,
    running: Option<Running>,
}

struct Running {
    episode: StyleEpisode,
    /// Of the paper's state.
    eye: Option<PaperEye>,
    /// Where something else is rewarded than what a device measures.
    costs: Option<Box<dyn PictureCost>>,
    queries: usize,
    cost: f64,
    /// How far the parameters move for an action of 1.
    reach: f64,
}

impl Running {
    fn cost_now(&self) -> Result<f64, EpisodeError> {
        match &self.costs {
            Some(costs) => costs.of(&self.episode.picture),
            None => Ok(self.episode.cost()),
        }
    }
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
        let (state, moves) = (State::Residual, Move::Step);
        Ok(Self { lessons, costs: None, state, moves, running: None })
    }

    /// The same with another state and other actions.
    #[must_use]
    pub const fn seen_as(mut self, state: State, moves: Move) -> Self {
        (self.state, self.moves) = (state, moves);
        self
    }

    /// The same, rewarded for the decrease of these costs.
    #[must_use]
    pub fn rewarded_by(self, costs: Arc<dyn StyleCosts>) -> Self {
        Self { costs: Some(costs), ..self }
    }
}

impl ControlTask for Styling {
    fn name(&self) -> &'static str {
        "style"
    }

    fn observation_length(&self) -> usize {
        match self.state {
            State::Residual => STYLE_LENGTH,
            State::Paper => PAPER_OBSERVATION_LENGTH,
        }
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
        let goal = lesson.goal.planes();
        let eye = match self.state {
            State::Residual => None,
            State::Paper => Some(PaperEye::new(&goal)?),
        };
        let observation = match &eye {
            None => values,
            Some(eye) => eye.observe(&episode.picture)?,
        };
        let costs = self.costs.as_ref();
        let costs = costs.map(|costs| costs.towards(&goal, &episode.picture)).transpose()?;
        let reach = reach(scale);
        let mut running = Running { episode, eye, costs, queries: 0, cost: 0.0, reach };
        running.cost = running.cost_now()?;
        self.running = Some(running);
        Ok(observation)
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let Some(mut running) = self.running.take() else { return Err(EpisodeError::NotReset) };
        let params = self.moves.applied(running.episode.params(), action, running.reach);
        running.episode.query(params);
        running.queries += 1;
        let Seen { values, scale } = running.episode.observe()?;
        let observation = match &mut running.eye {
            None => values,
            Some(eye) => eye.observe_query(&running.episode.picture, &params)?,
        };
        let cost = running.cost_now()?;
        let reward = running.cost - cost;
        (running.cost, running.reach) = (cost, reach(scale));
        let truncated = running.queries >= STYLE_QUERIES;
        self.running = Some(running);
        Ok(Step { observation, reward, terminated: false, truncated, dropped: false })
    }

    fn demonstration(&mut self) -> Option<Vec<f32>> {
        let Running { episode, reach, .. } = self.running.as_ref()?;
        Some(self.moves.towards(&episode.answer, &episode.params, *reach))
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
        lessons_of(24)
    }

    fn lessons_of(side: usize) -> Arc<Vec<StyleLesson>> {
        let scene = |seed| dead_leaves(seed, 3 * side, 2 * side).unwrap();
        let scenes = (0..4).map(scene).collect();
        let mix = "software=0.5,varied=0.5".parse().unwrap();
        let studio = StyleStudio::new(Vec::new(), scenes, mix, side).unwrap();
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
    fn with_the_papers_state_and_actions_one_demonstration_is_enough() {
        let as_paper =
            |side| Styling::new(lessons_of(side)).unwrap().seen_as(State::Paper, Move::Absolute);
        let refused = as_paper(24).reset(0);
        assert!(matches!(refused, Err(EpisodeError::PaperSide { width: 24, height: 24 })));
        let mut task = as_paper(64);
        let found = task.reset(0).unwrap();
        assert_eq!(found.len(), task.observation_length());
        let action = task.demonstration().unwrap();
        let step = task.step(&action).unwrap();
        let Running { episode, .. } = task.running.as_ref().unwrap();
        assert!(episode.params.values().iter().zip(&action).all(|(p, a)| (*p as f32) == *a));
        // The history holds what was asked for.
        assert_eq!(step.observation[found.len() - 100..][..9], action[..]);
    }

    /// What it costs to be bright.
    struct Brightness;

    impl PictureCost for Brightness {
        fn of(&self, picture: &Planes) -> Result<f64, EpisodeError> {
            let values = picture.channels().into_iter().flatten();
            Ok(f64::from(values.sum::<f32>()) / picture.pixel_count() as f64)
        }
    }

    impl StyleCosts for Brightness {
        fn towards(&self, _: &Planes, _: &Planes) -> Result<Box<dyn PictureCost>, EpisodeError> {
            Ok(Box::new(Self))
        }
    }

    #[test]
    fn other_costs_are_rewarded_where_they_are_asked_for() {
        let mut task = Styling::new(lessons()).unwrap().rewarded_by(Arc::new(Brightness));
        task.reset(0).unwrap();
        let darker = [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!(task.step(&darker).unwrap().reward > 0.0);
        assert!(task.step(&darker.map(|value: f32| -value)).unwrap().reward < 0.0);
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
