//! What a policy without a goal sees, and how its output becomes parameters.

use super::ObservationError;
use super::observation::{MID, STATISTICS, all_finite, same_shape, same_size, statistics};
use crate::{Functionals, Parameter, Params, Planes};

/// Version of the meaning of a taste observation's values. It changes with any of them; a model
/// trained on another version is refused.
pub const TASTE_VERSION: u32 = 1;

/// Values of one taste observation.
pub const TASTE_LENGTH: usize = 2 * Functionals::COUNT + 2 * STATISTICS + Parameter::COUNT;

/// Looks at the pictures of one episode without a goal.
#[derive(Debug, Clone)]
pub struct TasteEye {
    functionals: Functionals,
    /// 1 for a pixel that counts, 0 for one that does not.
    weights: Vec<f32>,
    counted: f64,
    found: Planes,
    found_features: Vec<f64>,
    found_statistics: [f64; STATISTICS],
}

impl TasteEye {
    /// Prepares for an episode that starts from the picture as `found`, display-referred in [0, 1].
    /// `mask` says which pixels count, one for each.
    ///
    /// # Errors
    /// [`ObservationError`] when the mask has another size, nothing counts, or a pixel is not
    /// finite.
    pub fn new(found: &Planes, mask: &[bool]) -> Result<Self, ObservationError> {
        same_size("mask", found.pixel_count(), mask.len())?;
        let weights: Vec<f32> = mask.iter().map(|&counts| f32::from(u8::from(counts))).collect();
        let counted = mask.iter().filter(|&&counts| counts).count() as f64;
        if counted == 0.0 {
            return Err(ObservationError::NothingCounts);
        }
        let functionals = Functionals::new(found, mask);
        let found_features = functionals.observe(found);
        let found_statistics = statistics(found, &weights, counted);
        all_finite("picture as found", 0, &found_features)?;
        all_finite("picture as found", 2 * Functionals::COUNT, &found_statistics)?;
        let found = found.clone();
        Ok(Self { functionals, weights, counted, found, found_features, found_statistics })
    }

    /// Observes `picture`, which the pipeline returned for `params`; before the first query the
    /// picture as found and neutral parameters. The 237 values, with φ the 105 [`Functionals`]:
    ///
    /// | from | values | what |
    /// |---|---|---|
    /// | 0 | 105 | φ(picture as found) − 0.4 |
    /// | 105 | 105 | φ(picture) − φ(picture as found) |
    /// | 210 | 9 | of the picture as found, for red, green, blue: share of the counted pixels above 0.995; then share below 0.03; then standard deviation (over n) |
    /// | 219 | 9 | the same of the picture |
    /// | 228 | 9 | the parameters |
    ///
    /// # Errors
    /// [`ObservationError`] when the picture has another size than the picture as found, or a value
    /// is not finite.
    pub fn observe(
        &self,
        picture: &Planes,
        params: &Params,
    ) -> Result<[f32; TASTE_LENGTH], ObservationError> {
        same_shape("picture", &self.found, picture)?;
        let features = self.functionals.observe(picture);
        let statistics = statistics(picture, &self.weights, self.counted);
        let changes = features.iter().zip(&self.found_features).map(|(now, found)| now - found);
        let all = self.found_features.iter().map(|value| value - MID);
        let all = all.chain(changes).chain(self.found_statistics).chain(statistics);
        let mut values = [0.0; TASTE_LENGTH];
        for (index, (slot, value)) in values.iter_mut().zip(all.chain(params.values())).enumerate()
        {
            *slot = value as f32;
            if !slot.is_finite() {
                return Err(ObservationError::NotFinite { what: "picture", index, value });
            }
        }
        Ok(values)
    }
}

/// The parameters that raw outputs `o` of a taste policy stand for: tanh(o), the parameters
/// themselves, not a step.
#[must_use]
pub fn taste_params(outputs: &[f32; Parameter::COUNT]) -> Params {
    Params::clamped(outputs.map(|output| f64::from(output).tanh()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: usize) -> Planes {
        let plane = |channel: usize| {
            let value = |i: usize| ((i * 7919 + channel * 131 + seed * 977) % 1013) as f32 / 1012.0;
            (0..37 * 23).map(value).collect::<Vec<f32>>()
        };
        Planes::new(37, 23, [plane(0), plane(1), plane(2)]).unwrap()
    }

    #[test]
    fn every_value_stands_where_its_definition_puts_it() {
        let (found, shown) = (picture(0), picture(8));
        let mask = vec![true; 37 * 23];
        let params = Params::clamped([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9]);
        let values = TasteEye::new(&found, &mask).unwrap().observe(&shown, &params).unwrap();
        let functionals = Functionals::new(&found, &mask);
        let (before, after) = (functionals.observe(&found), functionals.observe(&shown));
        for (place, (before, after)) in before.iter().zip(&after).enumerate() {
            assert!((f64::from(values[place]) - (before - 0.4)).abs() < 1e-6, "{place}");
            assert!((f64::from(values[105 + place]) - (after - before)).abs() < 1e-6, "{place}");
        }
        let deviation = |channel: &[f32]| {
            let mean = channel.iter().sum::<f32>() / channel.len() as f32;
            let square = channel.iter().map(|value| (value - mean).powi(2)).sum::<f32>();
            (square / channel.len() as f32).sqrt()
        };
        assert!((values[216] - deviation(found.channels()[0])).abs() < 1e-4);
        assert!((values[227] - deviation(shown.channels()[2])).abs() < 1e-4);
        assert_eq!(values[228..], params.values().map(|value| value as f32));
    }

    #[test]
    fn what_cannot_be_observed_is_refused() {
        let found = picture(0);
        assert!(TasteEye::new(&found, &[true; 4]).is_err());
        let nothing = TasteEye::new(&found, &[false; 37 * 23]).unwrap_err();
        assert_eq!(nothing, ObservationError::NothingCounts);
        let eye = TasteEye::new(&found, &[true; 37 * 23]).unwrap();
        let square = Planes::new(23, 37, picture(1).channels().map(<[f32]>::to_vec)).unwrap();
        assert!(eye.observe(&square, &Params::NEUTRAL).is_err());
        let mut broken = picture(2);
        broken.channels_mut()[1][1] = f32::NAN;
        assert!(eye.observe(&broken, &Params::NEUTRAL).is_err());
        assert!(TasteEye::new(&broken, &[true; 37 * 23]).is_err());
    }

    #[test]
    fn outputs_are_the_parameters_themselves() {
        let params = taste_params(&[0.0, 0.5, -0.5, 100.0, -100.0, 0.0, 0.0, 0.0, f32::NAN]);
        let values = params.values();
        assert!((values[1] - 0.5_f64.tanh()).abs() < 1e-7);
        assert_eq!([values[0], values[3], values[4], values[8]], [0.0, 1.0, -1.0, 0.0]);
    }
}
