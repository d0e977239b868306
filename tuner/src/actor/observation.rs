//! What the policy sees of an episode: the one function that trainer and device share.

use crate::{Functionals, Params, Planes, mse};

/// Version of the meaning of an observation's values. It changes with any of them; a model trained
/// on another version is refused.
pub const OBSERVATION_VERSION: u32 = 1;

/// Values of one observation.
pub const OBSERVATION_LENGTH: usize = 3 * Functionals::COUNT + 2 * STATISTICS + 9 + 2;

/// Per channel: share of bright pixels, share of dark ones, standard deviation.
pub(super) const STATISTICS: usize = 9;
/// Counts as clipped bright above this.
const BRIGHT: f32 = 0.995;
/// Counts as crushed dark below this.
const DARK: f32 = 0.03;
/// Display-referred mid level that functionals are centred on.
pub(super) const MID: f64 = 0.4;
/// Keeps the normalised residual of an exact match defined.
const LEAST_SCALE: f64 = 1e-5;
/// Mean squared errors below this look the same.
const LEAST_MSE: f64 = 1e-9;
/// Independent partial sums, so that loops vectorise.
const LANES: usize = 16;

/// Why there is no observation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservationError {
    /// Two pictures of one episode, or a picture and its mask, differ in size.
    #[error(
        "the {what} has {found} pixels, the picture as found {expected}; they must be the same"
    )]
    Size {
        /// What differs.
        what: &'static str,
        /// Pixels of the picture as found.
        expected: usize,
        /// Pixels of the other.
        found: usize,
    },
    /// The mask leaves nothing to look at.
    #[error("no pixel counts: the mask leaves nothing to look at")]
    NothingCounts,
    /// A value is no number.
    #[error("the {what} gives {value} as value {index} of the observation; pixels must be finite")]
    NotFinite {
        /// Which picture.
        what: &'static str,
        /// Position of the value.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// A picture of another size than the paper's state has.
    #[error("a picture of {width} × {height} pixels; the paper's state is one of 64 × 64")]
    PaperSide {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
}

/// What the policy gets for one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The network's input, all finite; the layout stands at [`ActorEye::observe`].
    pub values: [f32; OBSERVATION_LENGTH],
    /// Size s of the residual, the root of its mean square plus 1e-5: what [`super::step`] scales
    /// the network's output by.
    pub scale: f64,
}

/// Looks at the pictures of one episode the way the policy was trained to.
#[derive(Debug, Clone)]
pub struct ActorEye {
    functionals: Functionals,
    goal: Planes,
    mask: Vec<bool>,
    /// 1 for a pixel that counts, 0 for one that does not.
    weights: Vec<f32>,
    counted: f64,
    goal_features: Vec<f64>,
    /// Functionals of the picture as found less [`MID`].
    found_features: Vec<f64>,
    goal_statistics: [f64; STATISTICS],
}

impl ActorEye {
    /// Prepares for an episode that starts from the picture as `found` and wants `goal`. `mask` says
    /// which pixels count, one for each; the three have the same size, the pictures are
    /// display-referred in [0, 1].
    ///
    /// # Errors
    /// [`ObservationError`] when sizes differ, nothing counts, or a pixel is not finite.
    pub fn new(found: &Planes, goal: &Planes, mask: &[bool]) -> Result<Self, ObservationError> {
        same_size("mask", found.pixel_count(), mask.len())?;
        same_shape("goal", found, goal)?;
        let weights: Vec<f32> = mask.iter().map(|&counts| f32::from(u8::from(counts))).collect();
        let counted = mask.iter().filter(|&&counts| counts).count();
        if counted == 0 {
            return Err(ObservationError::NothingCounts);
        }
        let counted = counted as f64;
        let functionals = Functionals::new(found, mask);
        let goal_features = functionals.observe(goal);
        let mut found_features = functionals.observe(found);
        found_features.iter_mut().for_each(|value| *value -= MID);
        let goal_statistics = statistics(goal, &weights, counted);
        all_finite("picture as found", Functionals::COUNT * 2, &found_features)?;
        all_finite("goal", 0, &goal_features)?;
        all_finite("goal", Functionals::COUNT * 3 + STATISTICS, &goal_statistics)?;
        Ok(Self {
            functionals,
            goal: goal.clone(),
            mask: mask.to_vec(),
            weights,
            counted,
            goal_features,
            found_features,
            goal_statistics,
        })
    }

    /// Observes `picture`, which the pipeline returned for `params`. The 344 values, with φ the 105
    /// [`Functionals`] and r = φ(goal) − φ(picture):
    ///
    /// | from | values | what |
    /// |---|---|---|
    /// | 0 | 105 | r / s, where s = √(mean r²) + 1e-5 |
    /// | 105 | 105 | φ(picture) − 0.4 |
    /// | 210 | 105 | φ(picture as found) − 0.4 |
    /// | 315 | 9 | of the picture, for red, green, blue: share of the counted pixels above 0.995; then share below 0.03; then standard deviation (over n) |
    /// | 324 | 9 | the same of the goal |
    /// | 333 | 9 | the parameters |
    /// | 342 | 1 | ln(s)/3 + 1 |
    /// | 343 | 1 | ln(rmse)/3 + 1, where rmse = √max(mse, 1e-9) over counted pixels and channels |
    ///
    /// # Errors
    /// [`ObservationError`] when the picture has another size than the goal, or a value is not
    /// finite: a network may well turn NaN into a plausible answer, so none ever sees one.
    pub fn observe(
        &self,
        picture: &Planes,
        params: &Params,
    ) -> Result<Observation, ObservationError> {
        same_shape("picture", &self.goal, picture)?;
        let features = self.functionals.observe(picture);
        let residual = || self.goal_features.iter().zip(&features).map(|(goal, ours)| goal - ours);
        let square: f64 = residual().map(|difference| difference * difference).sum();
        let scale = (square / Functionals::COUNT as f64).sqrt() + LEAST_SCALE;
        let mse = mse(picture, &self.goal, Some(&self.mask)).unwrap_or(f64::NAN);
        let statistics = statistics(picture, &self.weights, self.counted);
        // `f64::max` would hide a NaN.
        let mse = if mse < LEAST_MSE { LEAST_MSE } else { mse };
        let logarithms = [scale.ln() / 3.0 + 1.0, mse.sqrt().ln() / 3.0 + 1.0];
        let all = residual()
            .map(|difference| difference / scale)
            .chain(features.iter().map(|value| value - MID))
            .chain(self.found_features.iter().copied())
            .chain(statistics)
            .chain(self.goal_statistics)
            .chain(params.values())
            .chain(logarithms);
        let mut values = [0.0; OBSERVATION_LENGTH];
        let mut broken = None;
        for (index, (slot, value)) in values.iter_mut().zip(all).enumerate() {
            *slot = value as f32;
            if !slot.is_finite() && broken.is_none() {
                broken = Some(ObservationError::NotFinite { what: "picture", index, value });
            }
        }
        broken.map_or(Ok(Observation { values, scale }), Err)
    }
}

pub(super) fn same_size(
    what: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), ObservationError> {
    if expected == found { Ok(()) } else { Err(ObservationError::Size { what, expected, found }) }
}

pub(super) fn same_shape(
    what: &'static str,
    reference: &Planes,
    other: &Planes,
) -> Result<(), ObservationError> {
    if reference.width() == other.width() && reference.height() == other.height() {
        return Ok(());
    }
    let (expected, found) = (reference.pixel_count(), other.pixel_count());
    Err(ObservationError::Size { what, expected, found })
}

pub(super) fn all_finite(
    what: &'static str,
    from: usize,
    values: &[f64],
) -> Result<(), ObservationError> {
    let broken = values.iter().enumerate().find(|(_, value)| !value.is_finite());
    broken.map_or(Ok(()), |(place, &value)| {
        Err(ObservationError::NotFinite { what, index: from + place, value })
    })
}

/// Shares of bright pixels, shares of dark ones, standard deviations; each for red, green, blue.
pub(super) fn statistics(picture: &Planes, weights: &[f32], counted: f64) -> [f64; STATISTICS] {
    let [red, green, blue] = picture.channels().map(|channel| {
        let [bright, dark, sum] = sums(channel, weights, |value| {
            [if value > BRIGHT { 1.0 } else { 0.0 }, if value < DARK { 1.0 } else { 0.0 }, value]
        });
        let mean = (sum / counted) as f32;
        let [squares] = sums(channel, weights, |value| [(value - mean) * (value - mean)]);
        [bright / counted, dark / counted, (squares / counted).sqrt()]
    });
    let mut values = [0.0; STATISTICS];
    let triples = values.chunks_exact_mut(3).zip(red.into_iter().zip(green).zip(blue));
    for (triple, ((red, green), blue)) in triples {
        triple.copy_from_slice(&[red, green, blue]);
    }
    values
}

/// Weighted sums of what `measure` says of each value.
#[inline(always)]
fn sums<const N: usize>(
    values: &[f32],
    weights: &[f32],
    measure: impl Fn(f32) -> [f32; N],
) -> [f64; N] {
    let mut totals = [0.0_f64; N];
    // Short runs in f32 lanes, added up in f64: fast, and exact enough for any size.
    for (values, weights) in values.chunks(LANES * 64).zip(weights.chunks(LANES * 64)) {
        let mut lanes = [[0.0_f32; LANES]; N];
        let (value_runs, value_rest) = values.as_chunks::<LANES>();
        let (weight_runs, weight_rest) = weights.as_chunks::<LANES>();
        for (values, weights) in value_runs.iter().zip(weight_runs) {
            let measured = values.map(&measure);
            for (place, lanes) in lanes.iter_mut().enumerate() {
                for ((lane, measured), weight) in lanes.iter_mut().zip(&measured).zip(weights) {
                    *lane += weight * measured.get(place).copied().unwrap_or(0.0);
                }
            }
        }
        for (&value, weight) in value_rest.iter().zip(weight_rest) {
            for (lane, measured) in
                lanes.iter_mut().filter_map(|lanes| lanes.first_mut()).zip(measure(value))
            {
                *lane += weight * measured;
            }
        }
        for (total, lanes) in totals.iter_mut().zip(lanes) {
            *total += lanes.into_iter().map(f64::from).sum::<f64>();
        }
    }
    totals
}
