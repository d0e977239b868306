//! What a policy sees of a goal that shows something else: how tones and colours are distributed.

use super::ObservationError;
use super::observation::{MID, STATISTICS, all_finite, same_shape, same_size, statistics};
use crate::style::{TONE_COLOURS, clipped_share, tone_colours};
use crate::{Parameter, Params, Planes, StyleFeatures};

/// Version of the meaning of a style observation's values. It changes with any of them; a model
/// trained on another version is refused.
pub const STYLE_VERSION: u32 = 1;

/// Values of one style observation.
pub const STYLE_LENGTH: usize =
    4 * StyleFeatures::COUNT + TONE_COLOURS + 3 * STATISTICS + 2 + Parameter::COUNT + 1;

/// Keeps the normalised residual of an exact match defined.
const LEAST_SCALE: f64 = 1e-5;
/// Colour differences spread over about a quarter of the range that luma has.
const CHROMA_SCALE: f64 = 4.0;

/// What the policy gets for one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleObservation {
    /// The network's input, all finite; the layout stands at [`StyleEye::observe`].
    pub values: [f32; STYLE_LENGTH],
    /// Size s of the residual, the distance of style plus 1e-5: what [`super::step`] scales the
    /// network's output by.
    pub scale: f64,
}

/// Looks at the pictures of one episode whose goal shows something else. Where a pixel lies plays no
/// part.
#[derive(Debug, Clone)]
pub struct StyleEye {
    found: Planes,
    mask: Vec<bool>,
    /// 1 for a pixel that counts, 0 for one that does not.
    weights: Vec<f32>,
    counted: f64,
    found_features: StyleFeatures,
    found_statistics: [f64; STATISTICS],
    found_clipped: f64,
    goal_features: StyleFeatures,
    goal_statistics: [f64; STATISTICS],
}

impl StyleEye {
    /// Prepares for an episode that starts from the picture as `found` and wants the style of
    /// `goal`, a picture of any size; both display-referred in [0, 1]. `mask` says which pixels of
    /// the picture as found count, one for each.
    ///
    /// # Errors
    /// [`ObservationError`] when the mask has another size, nothing counts, or a pixel is not finite.
    pub fn new(found: &Planes, goal: &Planes, mask: &[bool]) -> Result<Self, ObservationError> {
        same_size("mask", found.pixel_count(), mask.len())?;
        let weights: Vec<f32> = mask.iter().map(|&counts| f32::from(u8::from(counts))).collect();
        let counted = mask.iter().filter(|&&counts| counts).count() as f64;
        let features = StyleFeatures::of_masked(found, mask);
        let found_features = features.ok_or(ObservationError::NothingCounts)?;
        let found_statistics = statistics(found, &weights, counted);
        let goal_count = goal.pixel_count();
        let goal_statistics = statistics(goal, &vec![1.0; goal_count], goal_count.max(1) as f64);
        let first = 4 * StyleFeatures::COUNT + TONE_COLOURS;
        all_finite("picture as found", first + STATISTICS, &found_statistics)?;
        all_finite("goal", first + 2 * STATISTICS, &goal_statistics)?;
        Ok(Self {
            found: found.clone(),
            mask: mask.to_vec(),
            weights,
            counted,
            found_features,
            found_statistics,
            found_clipped: clipped_share(found),
            goal_features: StyleFeatures::of(goal),
            goal_statistics,
        })
    }

    /// Observes `picture`, which the pipeline returned for `params`; before the first query the
    /// picture as found and neutral parameters. The 247 values, with q the 48 [`StyleFeatures`],
    /// c(q) the same with luma less 0.4 and chroma times 4, and r = q(goal) − q(picture):
    ///
    /// | from | values | what |
    /// |---|---|---|
    /// | 0 | 48 | r / s, where s = √(mean r²) + 1e-5 |
    /// | 48 | 48 | c(q(picture)) |
    /// | 96 | 48 | c(q(picture)) − c(q(picture as found)) |
    /// | 144 | 48 | c(q(goal)) |
    /// | 192 | 16 | 4 · mean C'B of the picture's darkest eighth of the counted pixels, of the next and so on; then the same of C'R |
    /// | 208 | 9 | of the picture, for red, green, blue: share of the counted pixels above 0.995; then share below 0.03; then standard deviation (over n) |
    /// | 217 | 9 | the same of the picture as found |
    /// | 226 | 9 | the same of the goal |
    /// | 235 | 2 | share of all samples at black or white, as [`crate::ContentGuard`] counts them: in the picture, in the picture as found |
    /// | 237 | 9 | the parameters |
    /// | 246 | 1 | ln(s)/3 + 1 |
    ///
    /// # Errors
    /// [`ObservationError`] when the picture has another size than the picture as found, or a value
    /// is not finite.
    pub fn observe(
        &self,
        picture: &Planes,
        params: &Params,
    ) -> Result<StyleObservation, ObservationError> {
        same_shape("picture", &self.found, picture)?;
        let nothing = ObservationError::NothingCounts;
        let features = StyleFeatures::of_masked(picture, &self.mask).ok_or(nothing.clone())?;
        let colours = tone_colours(picture, &self.mask).ok_or(nothing)?;
        let (ours, found) = (centred(&features), centred(&self.found_features));
        let scale = features.distance(&self.goal_features) + LEAST_SCALE;
        let residual = features.values().iter().zip(self.goal_features.values());
        let all = residual
            .map(|(ours, goal)| (goal - ours) / scale)
            .chain(ours)
            .chain(ours.iter().zip(found).map(|(ours, found)| ours - found))
            .chain(centred(&self.goal_features))
            .chain(colours.map(|value| CHROMA_SCALE * value))
            .chain(statistics(picture, &self.weights, self.counted))
            .chain(self.found_statistics)
            .chain(self.goal_statistics)
            .chain([clipped_share(picture), self.found_clipped])
            .chain(params.values())
            .chain([scale.ln() / 3.0 + 1.0]);
        let mut values = [0.0; STYLE_LENGTH];
        for (index, (slot, value)) in values.iter_mut().zip(all).enumerate() {
            *slot = value as f32;
            if !slot.is_finite() {
                return Err(ObservationError::NotFinite { what: "picture", index, value });
            }
        }
        Ok(StyleObservation { values, scale })
    }
}

/// The features on one scale: luma less its middle, chroma stretched.
fn centred(features: &StyleFeatures) -> [f64; StyleFeatures::COUNT] {
    let mut values = *features.values();
    let (luma, chroma) = values.split_at_mut(StyleFeatures::LUMA_COUNT);
    luma.iter_mut().for_each(|value| *value -= MID);
    chroma.iter_mut().for_each(|value| *value *= CHROMA_SCALE);
    values
}

#[cfg(test)]
mod tests;
