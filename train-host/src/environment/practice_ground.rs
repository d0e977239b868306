//! Everything that a training draws its episodes from.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::actor::ObservationError;
use tuner::{Frame, Params};

use super::episode::{Episode, EpisodeError, PracticeOptions};
use super::rendered_input::RenderedInput;
use super::stored_episode::StoredEpisode;
use super::{GuidedEpisode, PictureMetric, Seen};

/// Inputs without a usable goal are passed over at most so many times.
const DRAWS: usize = 100;
/// Mean squared picture errors below this are all the same: 60 dB.
const EXACT_MSE: f64 = 1e-6;

/// Photographs and pipelines to practise on, fast ones and slow ones.
#[derive(Debug)]
pub struct PracticeGround {
    /// Photographs for the fast pipelines.
    pub photographs: Vec<Frame>,
    /// The fast pipelines, rendered as they are needed.
    pub live: Option<PracticeOptions>,
    /// What slow pipelines have rendered.
    pub stored: Vec<StoredLessons>,
    /// Queries of an episode.
    pub length: usize,
}

/// What one slow pipeline has rendered.
#[derive(Debug)]
pub struct StoredLessons {
    /// Share of episodes, on the scale of the shares of the fast pipelines.
    pub share: f64,
    /// Side of the squares that are looked at, in pixels.
    pub side: usize,
    /// The pictures.
    pub inputs: Vec<RenderedInput>,
}

/// An episode of either sort.
#[expect(clippy::large_enum_variant, reason = "dozens of them: nothing is gained by a box")]
pub enum Practice {
    /// Every query is rendered; with how much errors of the parameters show at the goal.
    Live(Episode, PictureMetric),
    /// Every picture is there already.
    Stored(StoredEpisode),
}

impl PracticeGround {
    /// Only fast pipelines.
    #[must_use]
    pub const fn live(photographs: Vec<Frame>, practice: PracticeOptions) -> Self {
        Self { photographs, live: Some(practice), stored: Vec::new(), length: 0 }
    }

    /// One episode; the same seeds draw the same one. `photograph` is the place of the photograph
    /// for a fast pipeline.
    ///
    /// # Errors
    /// [`EpisodeError`] when a photograph is missing or too small.
    pub fn draw(
        &self,
        photograph: usize,
        from_found: bool,
        seed: u64,
    ) -> Result<Practice, EpisodeError> {
        // A stream of its own, so that a slow pipeline more leaves the other episodes as they are.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(1);
        let live_share = self.live.as_ref().map_or(0.0, |live| live.mix.total());
        let slow_share: f64 = self.stored.iter().map(|stored| stored.share).sum();
        let mut at = random.random_range(0.0..1.0) * (live_share + slow_share) - live_share;
        for stored in &self.stored {
            if at < 0.0 {
                break;
            }
            at -= stored.share;
            if at >= 0.0 {
                continue;
            }
            for _ in 0..DRAWS {
                let place = random.random_range(0..stored.inputs.len().max(1));
                let Some(input) = stored.inputs.get(place) else { break };
                let (side, seed) = (stored.side, random.random_range(0..u64::MAX));
                let drawn = StoredEpisode::draw(input, side, self.length, from_found, seed)?;
                if let Some(episode) = drawn {
                    return Ok(Practice::Stored(episode));
                }
            }
        }
        let photograph = self.photographs.get(photograph).ok_or(EpisodeError::NothingToDraw)?;
        let live = self.live.as_ref().ok_or(EpisodeError::NothingToDraw)?;
        let (episode, metric) = Episode::lesson(photograph, live, from_found, seed)?;
        Ok(Practice::Live(episode, metric))
    }
}

impl GuidedEpisode for Practice {
    const LEAST_ERROR: f64 = EXACT_MSE;

    fn observe(&self) -> Result<Seen, ObservationError> {
        let seen = match self {
            Self::Live(episode, _) => episode.observe(),
            Self::Stored(episode) => episode.observe(),
        }?;
        Ok(Seen { values: seen.values.to_vec(), scale: seen.scale })
    }

    /// Where pictures are stored, the next of them, whatever is proposed.
    fn query(&mut self, params: Params) {
        match self {
            Self::Live(episode, _) => episode.query(params),
            Self::Stored(episode) => episode.go_on(),
        }
    }

    fn params(&self) -> &Params {
        match self {
            Self::Live(episode, _) => episode.params(),
            Self::Stored(episode) => episode.params(),
        }
    }

    /// The parameters that made the goal.
    fn target(&self) -> &Params {
        match self {
            Self::Live(episode, _) => episode.target(),
            Self::Stored(episode) => episode.target(),
        }
    }

    fn metric(&self) -> &PictureMetric {
        match self {
            Self::Live(_, metric) => metric,
            Self::Stored(episode) => episode.metric(),
        }
    }

    /// PSNR of the last picture against the goal in dB, capped at 60.
    fn figure(&self) -> Option<f64> {
        match self {
            Self::Live(episode, _) => Some(episode.psnr_db()),
            Self::Stored(_) => None,
        }
    }
}
