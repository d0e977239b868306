//! Two settings measured against each other on the living camera.

use tuner::{Frame, Params, PipelineError};

use super::held_camera::HeldCamera;
use super::held_goal::Sight;
use super::reading::Reading;
use super::scene_light::ChannelMeans;

/// How often the incumbent is written in the end, until the picture shows it.
const LAST_WRITES: usize = 3;
/// Measurements of a trial whose pictures contradict each other, at most.
const MOST_MEASUREMENTS: usize = 3;
/// Settings that differ by more than this in any parameter, canonical units, give other pictures.
const VISIBLE_CHANGE: f64 = 0.02;

/// What came of a trial. The winner stands in the camera.
#[derive(Debug)]
pub struct Trial {
    /// The winner.
    pub params: Params,
    /// Its picture.
    pub picture: Frame,
    /// Reading of the challenger: the worse of its two.
    pub challenger: Reading,
    /// Reading of the incumbent: the better of its two.
    pub incumbent: Reading,
    /// Whether the challenger won: another setting stands than before.
    pub adopted: bool,
    /// Whether the pictures do not tell that the challenger lost: the better of its two beats the
    /// incumbent's worse one, or all four are of one setting, since writes were lost.
    pub is_disputed: bool,
    /// Whether the picture is the winner's. Otherwise its last write was lost, or the light has
    /// changed meanwhile.
    pub is_shown: bool,
    /// By how many stops the challenger's pictures are brighter than the incumbent's, channel by
    /// channel: the mean of either's two, so that light which grows or fades favours neither. `None`
    /// where one of them is black.
    pub gains: Option<[f64; 3]>,
}

impl Trial {
    /// Measures in the order challenger, incumbent, incumbent, challenger, and takes the challenger
    /// only when its worse picture is better than the incumbent's better one by `margin` (dB, or
    /// distance of style, and there what two pictures of one setting differ by on top). So light
    /// that grows or fades favours neither, and one picture that is late, torn or disturbed cannot let
    /// a bad challenger in. That it may have kept a good one out shows in the pictures: then all of it
    /// is measured again.
    ///
    /// # Errors
    /// [`PipelineError`] when a setting cannot be written or no picture be had. The incumbent is then
    /// put back, if it still can be.
    pub fn run(
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        incumbent: &Params,
        challenger: &Params,
        margin: f64,
    ) -> Result<Self, PipelineError> {
        let mut tried = Self::measure(camera, sight, incumbent, challenger, margin);
        for _ in 1..MOST_MEASUREMENTS {
            if !tried.as_ref().is_ok_and(|trial| trial.is_disputed) {
                break;
            }
            tried = Self::measure(camera, sight, incumbent, challenger, margin);
        }
        if tried.is_err() {
            // A challenger that has not won must not stay. Where even that fails, the camera's own
            // error is what must be heard of.
            camera.set(incumbent)?;
        }
        tried
    }

    fn measure(
        camera: &mut dyn HeldCamera,
        sight: &Sight,
        incumbent: &Params,
        challenger: &Params,
        margin: f64,
    ) -> Result<Self, PipelineError> {
        camera.set(challenger)?;
        let first = camera.look()?;
        camera.set(incumbent)?;
        let second = camera.look()?;
        let third = camera.look()?;
        camera.set(challenger)?;
        let fourth = camera.look()?;
        let reading = |picture: &Frame| {
            let expected = first.size();
            sight
                .reading_of(picture)
                .ok_or_else(|| PipelineError::Size { expected, found: picture.size() })
        };
        let challenges = [reading(&first)?, reading(&fourth)?];
        let stands = [reading(&second)?, reading(&third)?];
        let better = |[one, other]: [Reading; 2]| one.better(other);
        let worse = |[one, other]: [Reading; 2]| one.worse(other);
        let (challenged, stood) = (worse(challenges), better(stands));
        let noise = sight.noise(&first, &fourth).max(sight.noise(&second, &third));
        let gains = ChannelMeans::stops_between([&second, &third], [&first, &fourth]);
        let adopted = challenged.beats(&stood, margin + noise);
        let may_win = better(challenges).beats(&worse(stands), margin + noise);
        let is_alike = |one: &Reading| stands.iter().any(|other| one.is_like(other));
        let shows_nothing =
            challenges.iter().all(is_alike) && differ_visibly(challenger, incumbent);
        let (params, mut picture) =
            if adopted { (*challenger, fourth) } else { (*incumbent, third) };
        let mut is_shown = adopted;
        if !adopted {
            for _ in 0..LAST_WRITES {
                camera.set(incumbent)?;
                picture = camera.look()?;
                // A camera may lose a write and not know it.
                is_shown = reading(&picture)?.is_of_setting(&stood);
                if is_shown {
                    break;
                }
            }
        }
        Ok(Self {
            params,
            picture,
            challenger: challenged,
            incumbent: stood,
            adopted,
            is_disputed: !adopted && (may_win || shows_nothing),
            is_shown,
            gains,
        })
    }

    /// A setting that stands and was measured without another beside it.
    #[must_use]
    pub const fn of_one(params: Params, picture: Frame, reading: Reading) -> Self {
        let (challenger, incumbent) = (reading, reading);
        let (adopted, is_disputed, is_shown, gains) = (false, false, true, None);
        Self { params, picture, challenger, incumbent, adopted, is_disputed, is_shown, gains }
    }

    /// Reading of the winner.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        if self.adopted { self.challenger } else { self.incumbent }
    }
}

fn differ_visibly(one: &Params, other: &Params) -> bool {
    let pairs = one.values().into_iter().zip(other.values());
    pairs.map(|(one, other)| (one - other).abs()).fold(0.0, f64::max) > VISIBLE_CHANGE
}
