//! An episode on pictures that are there already.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::{ActorEye, Observation, ObservationError};
use tuner::{Frame, FrameError, Params, Planes, Samples};

use super::PictureMetric;
use super::episode::EpisodeError;
use super::rendered_input::{RenderedInput, Rendering};

/// A goal that a slow pipeline rendered, and other pictures of the same input one after the other.
///
/// What the policy proposes is not rendered: the next picture is another stored one, near the goal
/// more often than far from it. Goal regression takes no gradient through the queries, so it minds
/// only which pictures the policy meets, and those are spread over all sizes of error.
pub struct StoredEpisode {
    eye: ActorEye,
    target: Params,
    metric: PictureMetric,
    params: Params,
    picture: Planes,
    /// Parameters and pictures to come, the next one last.
    coming: Vec<(Params, Planes)>,
}

impl StoredEpisode {
    /// Draws a goal among the pictures of an input, `length` pictures to look at, and a square of
    /// `side` pixels. `from_found` begins at the picture as found and neutral parameters. `None`
    /// when no picture of the input is a goal.
    ///
    /// # Errors
    /// [`EpisodeError`] when the square is larger than the input.
    pub fn draw(
        input: &RenderedInput,
        side: usize,
        length: usize,
        from_found: bool,
        seed: u64,
    ) -> Result<Option<Self>, EpisodeError> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let goals: Vec<(&Rendering, &PictureMetric)> = input
            .renderings
            .iter()
            .filter_map(|each| each.metric.as_ref().map(|metric| (each, metric)))
            .collect();
        let Some(&(goal, metric)) = goals.get(random.random_range(0..goals.len().max(1))) else {
            return Ok(None);
        };
        let cut = Cut::draw(input.input.size(), side, &mut random)?;
        let found = cut.of(&input.input)?;
        let seen = cut.of(&goal.picture)?;
        let eye = ActorEye::new(&found, &seen, &vec![true; found.pixel_count()])?;
        let mut others: Vec<&Rendering> =
            input.renderings.iter().filter(|each| !std::ptr::eq(*each, goal)).collect();
        others.sort_by(|a, b| {
            distance(&a.params, &goal.params).total_cmp(&distance(&b.params, &goal.params))
        });
        let mut coming = Vec::with_capacity(length);
        while coming.len() + usize::from(from_found) < length.max(1) {
            let Some(other) = others.get(rank(others.len(), &mut random)) else { break };
            coming.push((other.params, cut.of(&other.picture)?));
        }
        let first = if from_found { Some((Params::NEUTRAL, found)) } else { coming.pop() };
        let Some((params, picture)) = first else { return Ok(None) };
        let (target, metric) = (goal.params, metric.clone());
        Ok(Some(Self { eye, target, metric, params, picture, coming }))
    }

    /// What the policy sees now.
    ///
    /// # Errors
    /// [`ObservationError`] when a pixel is not finite.
    pub fn observe(&self) -> Result<Observation, ObservationError> {
        self.eye.observe(&self.picture, &self.params)
    }

    /// Goes on to the next picture; the last one stays.
    pub fn go_on(&mut self) {
        if let Some((params, picture)) = self.coming.pop() {
            self.params = params;
            self.picture = picture;
        }
    }

    /// The parameters of the picture.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The parameters that made the goal.
    #[must_use]
    pub const fn target(&self) -> &Params {
        &self.target
    }

    /// How much errors of the parameters show, at the goal.
    #[must_use]
    pub const fn metric(&self) -> &PictureMetric {
        &self.metric
    }
}

/// A place among `count`, log-uniform: the nearest picture is drawn as often as the farther half.
fn rank(count: usize, random: &mut impl Rng) -> usize {
    let logarithm = random.random_range(0.0..((count + 1) as f64).ln().max(f64::MIN_POSITIVE));
    (logarithm.exp() - 1.0) as usize
}

fn distance(a: &Params, b: &Params) -> f64 {
    a.values().iter().zip(b.values()).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The same square out of every picture of an input, mirrored or turned upside down or neither.
struct Cut {
    x: usize,
    y: usize,
    side: usize,
    mirrored: bool,
    upside_down: bool,
}

impl Cut {
    fn draw(
        [width, height]: [usize; 2],
        side: usize,
        random: &mut impl Rng,
    ) -> Result<Self, FrameError> {
        let (Some(right), Some(low)) = (width.checked_sub(side), height.checked_sub(side)) else {
            return Err(FrameError::SampleCount { width: side, height: side, samples: 0 });
        };
        Ok(Self {
            x: random.random_range(0..=right),
            y: random.random_range(0..=low),
            side,
            mirrored: random.random_range(0..2) == 0,
            upside_down: random.random_range(0..6) == 0,
        })
    }

    fn of(&self, picture: &Frame) -> Result<Planes, FrameError> {
        let value: &dyn Fn(usize) -> f32 = match picture.samples() {
            Samples::U8(samples) => {
                &|at| samples.get(at).map_or(0.0, |&sample| f32::from(sample) / 255.0)
            }
            Samples::U16(samples) => {
                &|at| samples.get(at).map_or(0.0, |&sample| f32::from(sample) / 65535.0)
            }
        };
        let side = self.side;
        let channel = |channel: usize| -> Vec<f32> {
            (0..side)
                .flat_map(|row| (0..side).map(move |column| [row, column]))
                .map(|[row, column]| {
                    let row = if self.upside_down { side - 1 - row } else { row };
                    let column = if self.mirrored { side - 1 - column } else { column };
                    value(3 * ((self.y + row) * picture.width() + self.x + column) + channel)
                })
                .collect()
        };
        let short = FrameError::SampleCount { width: side, height: side, samples: 0 };
        Planes::new(side, side, [channel(0), channel(1), channel(2)]).ok_or(short)
    }
}
