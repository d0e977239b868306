//! One episode of practice: a picture, a pipeline, a goal whose parameters are known.

use isp_hw::{Input, PicturePipeline, Renderer};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use tuner::actor::{ActorEye, Observation, ObservationError};
use tuner::{
    EXACT_DB, Frame, FrameError, Parameter, Params, Pipeline, Planes, Simulator, View,
    delta_e00_map, mse,
};

use super::crop::{Crop, random_crop};
use super::demonstrator::Demonstrator;
use super::{PictureMetric, PipelineMix};

/// Goals whose mean leaves this are drawn again, as in the published protocol.
pub const MEAN_INTENSITY: std::ops::RangeInclusive<f64> = 0.01..=0.9;
/// After this many draws the last one is taken as it is.
const DRAWS: usize = 20;
/// Noise of noisy episodes, in 8-bit steps, at most.
const MOST_NOISE_STEPS: f32 = 3.0;
/// A start near the answer is off by this much in every parameter, from … to, log-uniform.
const START_SPREAD: std::ops::Range<f64> = 0.01..0.6;

/// How episodes are drawn.
#[derive(Debug, Clone)]
pub struct PracticeOptions {
    /// The pipelines.
    pub mix: PipelineMix,
    /// The pipelines that make the goals, where it is not the practised one: goals that this has no
    /// parameters for. TD3 only.
    pub goals: Option<PipelineMix>,
    /// Share of episodes with noise and 8-bit outputs.
    pub noisy_share: f64,
    /// Side of the pictures in pixels.
    pub side: usize,
}

/// Why there is no episode.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EpisodeError {
    /// The picture is too small.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The picture cannot be observed.
    #[error(transparent)]
    Observation(ObservationError),
    /// The pipeline refuses the picture.
    #[error(transparent)]
    Pipeline(#[from] tuner::PipelineError),
    /// There is nothing to practise on.
    #[error("there is no photograph to practise on")]
    NothingToDraw,
    /// An input and a goal cannot be drawn.
    #[error(
        "an input and a goal are two pictures, there are {found}; give a folder with more, or --scenes"
    )]
    TooFew {
        /// Pictures there are.
        found: usize,
    },
    /// Nothing that was drawn is like anything.
    #[error(
        "{draws} draws gave no two pictures that are neither black nor of one colour; give a folder of \
         photographs that show something"
    )]
    NoStyle {
        /// Draws made.
        draws: usize,
    },
    /// A picture of another size than the paper's state has.
    #[error(
        "a picture of {width} × {height} pixels; the state of the paper is one of 64 × 64: --side 64"
    )]
    PaperSide {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
    /// A picture that the paper's score of style has no number for.
    #[error(
        "a picture of {width} × {height} pixels has no score of style: it is smaller than 8 × 8, or not \
         of the size of the picture it was made of"
    )]
    NoScore {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
    /// A step without an episode.
    #[error("the task was asked for a step before it was reset")]
    NotReset,
}

impl From<ObservationError> for EpisodeError {
    fn from(error: ObservationError) -> Self {
        match error {
            ObservationError::PaperSide { width, height } => Self::PaperSide { width, height },
            other => Self::Observation(other),
        }
    }
}

/// A running episode.
pub struct Episode {
    pipeline: PicturePipeline<Box<dyn Renderer>>,
    eye: ActorEye,
    goal: Planes,
    /// The parameters that made the goal, in whatever pipeline made it.
    target: Params,
    /// Finds the answer where another pipeline made the goal.
    demonstrator: Option<Demonstrator>,
    /// What it found.
    answer: Option<Params>,
    params: Params,
    found: Planes,
    picture: Planes,
    noise_steps: Option<f32>,
    random: ChaCha8Rng,
}

impl Episode {
    /// Draws an episode on a crop of `photograph` that starts where a tune starts, at the picture
    /// as found and neutral parameters.
    ///
    /// # Errors
    /// [`EpisodeError`] when the photograph is too small.
    pub fn draw(
        photograph: &Frame,
        options: &PracticeOptions,
        seed: u64,
    ) -> Result<Self, EpisodeError> {
        Ok(Self::begin(photograph, options, seed)?.0)
    }

    /// Draws the same episode with how much errors of the parameters show at its goal, which costs
    /// nine renderings. Unless `from_found`, it starts somewhere around the answer.
    ///
    /// # Errors
    /// [`EpisodeError`] when the photograph is too small.
    pub fn lesson(
        photograph: &Frame,
        options: &PracticeOptions,
        from_found: bool,
        seed: u64,
    ) -> Result<(Self, PictureMetric), EpisodeError> {
        let (mut episode, clean) = Self::begin(photograph, options, seed)?;
        let metric = PictureMetric::measure(&mut episode.pipeline, &episode.target, &clean);
        if !from_found {
            let has: Vec<Parameter> =
                episode.pipeline.parameters().iter().map(|info| info.parameter).collect();
            let start = near(&episode.target, &has, &mut episode.random);
            episode.query(start);
        }
        Ok((episode, metric))
    }

    /// An episode with its goal as rendered, before noise.
    fn begin(
        photograph: &Frame,
        options: &PracticeOptions,
        seed: u64,
    ) -> Result<(Self, Planes), EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let frame = random_crop(photograph, Crop { side: options.side }, &mut random)?;
        let found = Planes::from(&frame);
        let mut again = random.clone();
        let renderer = options.mix.draw(&mut random);
        let has: Vec<Parameter> = renderer.parameters().iter().map(|info| info.parameter).collect();
        let view = View::whole(options.side, options.side);
        let mut maker = None;
        let mut demonstrator = None;
        if let Some(goals) = &options.goals {
            let mut other =
                PicturePipeline::new(goals.draw(&mut random), Input::srgb(frame.clone()));
            other.look_at(&view)?;
            maker = Some(other);
            demonstrator = Some(Demonstrator::new(options.mix.draw(&mut again), &frame)?);
        }
        let mut pipeline = PicturePipeline::new(renderer, Input::srgb(frame));
        pipeline.look_at(&view)?;
        let noisy = random.random_range(0.0..1.0) < options.noisy_share;
        let noise_steps = noisy.then(|| random.random_range(0.0..MOST_NOISE_STEPS));
        let (target, clean) = draw_goal(maker.as_mut().unwrap_or(&mut pipeline), &has, &mut random);
        let goal = seen(clean.clone(), noise_steps, &mut random);
        let mask = vec![true; goal.pixel_count()];
        let eye = ActorEye::new(&found, &goal, &mask)?;
        let episode = Self {
            pipeline,
            eye,
            goal,
            target,
            demonstrator,
            answer: None,
            params: Params::NEUTRAL,
            picture: found.clone(),
            found,
            noise_steps,
            random,
        };
        Ok((episode, clean))
    }

    /// What the policy sees now.
    ///
    /// # Errors
    /// [`ObservationError`] when a pixel is not finite.
    pub fn observe(&self) -> Result<Observation, ObservationError> {
        self.eye.observe(&self.picture, &self.params)
    }

    /// One query.
    pub fn query(&mut self, params: Params) {
        let rendered = self.pipeline.simulate(&params);
        self.picture = seen(rendered, self.noise_steps, &mut self.random);
        self.params = params;
    }

    /// The picture of the last query; as found before the first.
    #[must_use]
    pub const fn picture(&self) -> &Planes {
        &self.picture
    }

    /// The goal.
    #[must_use]
    pub const fn goal(&self) -> &Planes {
        &self.goal
    }

    /// The parameters of the last query; neutral before the first.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The parameters that made the goal.
    #[must_use]
    pub const fn target(&self) -> &Params {
        &self.target
    }

    /// The parameters that bring the picture nearest to the goal, as far as anybody knows: those that
    /// made it, or what a demonstrator finds where another pipeline made it.
    pub fn answer(&mut self) -> Params {
        let Some(demonstrator) = &mut self.demonstrator else { return self.target };
        let pipeline = &mut self.pipeline;
        let search = || demonstrator.search(pipeline, &self.found, &self.goal);
        *self.answer.get_or_insert_with(search)
    }

    /// PSNR of the last picture against the goal in dB, capped at 60.
    #[must_use]
    pub fn psnr_db(&self) -> f64 {
        let mse = mse(&self.picture, &self.goal, None).unwrap_or(1.0);
        (-10.0 * mse.log10()).min(EXACT_DB)
    }

    /// Mean CIEDE2000 difference of the last picture from the goal.
    #[must_use]
    pub fn mean_delta_e(&self) -> f64 {
        let map = delta_e00_map(&self.picture, &self.goal).unwrap_or_default();
        map.iter().map(|value| f64::from(*value)).sum::<f64>() / map.len().max(1) as f64
    }

    /// Mean of all samples of the last picture, 0 … 1.
    #[must_use]
    pub fn mean_intensity(&self) -> f64 {
        mean_intensity(&self.picture)
    }
}

fn draw_goal(
    pipeline: &mut PicturePipeline<Box<dyn Renderer>>,
    has: &[Parameter],
    random: &mut impl Rng,
) -> (Params, Planes) {
    let mut draw = 0;
    loop {
        let params = has.iter().fold(Params::NEUTRAL, |params, &parameter| {
            params.with(parameter, random.random_range(-1.0..=1.0))
        });
        let picture = pipeline.simulate(&params);
        draw += 1;
        if draw == DRAWS || MEAN_INTENSITY.contains(&mean_intensity(&picture)) {
            return (params, picture);
        }
    }
}

/// Parameters somewhere around `centre`, as far away as a start near the answer.
pub(super) fn near(centre: &Params, has: &[Parameter], random: &mut (impl Rng + ?Sized)) -> Params {
    let logarithms = START_SPREAD.start.ln()..START_SPREAD.end.ln();
    let spread = random.random_range(logarithms).exp();
    has.iter().fold(Params::NEUTRAL, |params, &parameter| {
        let value = centre.get(parameter) + spread * gauss(random);
        params.with(parameter, value.clamp(-1.0, 1.0))
    })
}

/// Mean of all values.
pub(super) fn mean_intensity(picture: &Planes) -> f64 {
    let sums = picture.channels().map(|channel| channel.iter().sum::<f32>());
    f64::from(sums.iter().sum::<f32>()) / (3 * picture.pixel_count()).max(1) as f64
}

/// The picture as a camera would hand it over: with noise, rounded to 8 bits.
fn seen(mut picture: Planes, noise_steps: Option<f32>, random: &mut impl Rng) -> Planes {
    let Some(steps) = noise_steps else { return picture };
    for channel in picture.channels_mut() {
        for value in channel {
            let noisy = *value * 255.0 + steps * gauss(random) as f32;
            *value = noisy.round().clamp(0.0, 255.0) / 255.0;
        }
    }
    picture
}

/// A standard normal deviate.
fn gauss(random: &mut (impl Rng + ?Sized)) -> f64 {
    StandardNormal.sample(random)
}
