//! How far cameras that are held on one look are apart.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tuner::{Frame, GoalOptions};

use crate::keeping::PixelGoal;

/// The largest difference between any two cameras.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean ΔE00 between the pictures of the two that differ most, of what both show.
    pub delta_e00: f64,
    /// The two.
    pub between: [String; 2],
}

/// The spread of cameras by their pictures; `None` of fewer than two.
///
/// # Errors
/// Two cameras, in plain words, whose pictures cannot be compared: they show different things.
pub fn spread(pictures: &[(String, Arc<Frame>)]) -> Result<Option<Spread>, String> {
    let mut widest: Option<Spread> = None;
    for (index, (name, picture)) in pictures.iter().enumerate() {
        for (other, reference) in pictures.iter().take(index) {
            let delta_e00 = difference(picture, reference)
                .map_err(|reason| format!("\"{other}\" and \"{name}\": {reason}"))?;
            if widest.as_ref().is_none_or(|widest| delta_e00 > widest.delta_e00) {
                widest = Some(Spread { delta_e00, between: [other.clone(), name.clone()] });
            }
        }
    }
    Ok(widest)
}

/// Mean ΔE00 of what both pictures show.
fn difference(picture: &Frame, reference: &Arc<Frame>) -> Result<f64, String> {
    let goal = PixelGoal::new(reference, 1.0, picture, GoalOptions::default());
    let sight = goal.map_err(|error| error.to_string())?.sight(picture);
    Ok(sight.map_err(|unusable| unusable.to_string())?.score.delta_e00.mean)
}

#[cfg(test)]
mod tests {
    use tuner::Samples;

    use super::*;

    fn scene(offset: f64, turn: usize) -> Arc<Frame> {
        let samples = (0..96 * 72 * 3).map(|index| {
            let (x, y, channel) = (index / 3 % 96, index / 288, index % 3);
            let (x, y) = if turn == 0 { (x, y) } else { (y * turn, x) };
            let wave = ((x * (channel + 2)) as f64 / 9.0).sin() + ((x * y) as f64 / 60.0).cos();
            (110.0 + offset + 30.0 * wave).clamp(0.0, 255.0) as u8
        });
        Arc::new(Frame::new(96, 72, Samples::U8(samples.collect())).unwrap())
    }

    fn named(pictures: &[Arc<Frame>]) -> Vec<(String, Arc<Frame>)> {
        let named = |(index, picture): (usize, &Arc<Frame>)| (index.to_string(), picture.clone());
        pictures.iter().enumerate().map(named).collect()
    }

    #[test]
    fn the_two_that_differ_most_make_the_spread() {
        assert_eq!(spread(&named(&[scene(0.0, 0)])), Ok(None));
        let three = named(&[scene(0.0, 0), scene(12.0, 0), scene(5.0, 0)]);
        let found = spread(&three).unwrap().unwrap();
        assert_eq!(found.between, ["0".to_owned(), "1".to_owned()]);
        assert!((2.0..8.0).contains(&found.delta_e00), "{found:?}");
        assert_eq!(
            spread(&named(&[scene(3.0, 0), scene(3.0, 0)])).unwrap().unwrap().delta_e00,
            0.0
        );
    }

    #[test]
    fn cameras_of_different_scenes_have_none() {
        let told = spread(&named(&[scene(0.0, 0), scene(0.0, 5)])).unwrap_err();
        assert!(told.starts_with("\"0\" and \"1\": "), "{told}");
    }
}
