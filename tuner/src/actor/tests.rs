//! What an observation and a step must keep to.

use super::*;
use crate::{Functionals, Params, Planes};

fn picture(seed: usize) -> Planes {
    let plane = |channel: usize| {
        let value = |i: usize| ((i * 7919 + channel * 131 + seed * 977) % 1013) as f32 / 1012.0;
        (0..37 * 23).map(value).collect::<Vec<f32>>()
    };
    Planes::new(37, 23, [plane(0), plane(1), plane(2)]).unwrap()
}

fn mask() -> Vec<bool> {
    (0..37 * 23).map(|i| i % 5 != 0).collect()
}

/// Counted values of one channel.
fn counted(picture: &Planes, channel: usize) -> Vec<f64> {
    let values = picture.channels()[channel].iter().zip(mask());
    values.filter(|(_, counts)| *counts).map(|(&value, _)| f64::from(value)).collect()
}

/// The nine statistics, straight from their definition.
fn plain_statistics(picture: &Planes) -> Vec<f64> {
    let per_channel = |measure: fn(&[f64]) -> f64| -> Vec<f64> {
        (0..3).map(|channel| measure(&counted(picture, channel))).collect()
    };
    let bright = per_channel(|values| {
        values.iter().filter(|&&value| value > 0.995).count() as f64 / values.len() as f64
    });
    let dark = per_channel(|values| {
        values.iter().filter(|&&value| value < 0.03).count() as f64 / values.len() as f64
    });
    let deviation = per_channel(|values| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (square / values.len() as f64).sqrt()
    });
    [bright, dark, deviation].concat()
}

#[test]
fn every_value_stands_where_its_definition_puts_it() {
    let (found, goal, shown) = (picture(0), picture(3), picture(8));
    let params = Params::clamped([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9]);
    let eye = ActorEye::new(&found, &goal, &mask()).unwrap();
    let observation = eye.observe(&shown, &params).unwrap();

    let functionals = Functionals::new(&found, &mask());
    let phi = |picture: &Planes| functionals.observe(picture);
    let residual: Vec<f64> = phi(&goal).iter().zip(phi(&shown)).map(|(g, p)| g - p).collect();
    let s = (residual.iter().map(|r| r * r).sum::<f64>() / 105.0).sqrt() + 1e-5;
    let mut squares = Vec::new();
    for channel in 0..3 {
        let pairs = counted(&shown, channel).into_iter().zip(counted(&goal, channel));
        squares.extend(pairs.map(|(a, b)| (a - b).powi(2)));
    }
    let rmse = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    let mut wanted: Vec<f64> = residual.iter().map(|r| r / s).collect();
    wanted.extend(phi(&shown).iter().map(|value| value - 0.4));
    wanted.extend(phi(&found).iter().map(|value| value - 0.4));
    wanted.extend(plain_statistics(&shown));
    wanted.extend(plain_statistics(&goal));
    wanted.extend(params.values());
    wanted.extend([s.ln() / 3.0 + 1.0, rmse.ln() / 3.0 + 1.0]);

    assert_eq!(wanted.len(), 344);
    assert_eq!(observation.scale, s);
    for (index, (value, wanted)) in observation.values.iter().zip(wanted).enumerate() {
        assert!((f64::from(*value) - wanted).abs() < 2e-5, "{index}: {value} {wanted}");
    }
}

#[test]
fn an_exact_match_is_seen_without_dividing_by_nothing() {
    let goal = picture(3);
    let eye = ActorEye::new(&picture(0), &goal, &mask()).unwrap();
    let observation = eye.observe(&goal, &Params::NEUTRAL).unwrap();
    assert_eq!(observation.scale, 1e-5);
    assert!(observation.values[..105].iter().all(|&value| value == 0.0));
    let last = f64::from(observation.values[343]);
    assert!((last - (1e-9_f64.sqrt().ln() / 3.0 + 1.0)).abs() < 1e-6, "{last}");
}

#[test]
fn no_pixel_outside_the_mask_is_seen() {
    let (found, goal, shown) = (picture(0), picture(3), picture(8));
    let repainted = |picture: &Planes, colour: f32| {
        let mut other = picture.clone();
        for plane in other.channels_mut() {
            let hidden = plane.iter_mut().zip(mask()).filter(|(_, counts)| !counts);
            hidden.for_each(|(value, _)| *value = colour);
        }
        other
    };
    let eye = ActorEye::new(&found, &goal, &mask()).unwrap();
    let plain = eye.observe(&shown, &Params::NEUTRAL).unwrap();
    // The picture as found is left alone: its detail sees one pixel across the mask's border.
    let eye = ActorEye::new(&found, &repainted(&goal, 1.0), &mask()).unwrap();
    let other = eye.observe(&repainted(&shown, 0.0), &Params::NEUTRAL).unwrap();
    assert_eq!(plain, other);
}

#[test]
fn pixels_that_are_no_numbers_are_refused_wherever_they_are() {
    let mut broken = picture(8);
    broken.channels_mut()[1][1] = f32::NAN;
    let mut endless = picture(8);
    endless.channels_mut()[2][700] = f32::INFINITY;
    let eye = ActorEye::new(&picture(0), &picture(3), &mask()).unwrap();
    for bad in [broken, endless] {
        let error = eye.observe(&bad, &Params::NEUTRAL).unwrap_err();
        assert!(matches!(error, ObservationError::NotFinite { what: "picture", .. }), "{error}");
        let error = ActorEye::new(&picture(0), &bad, &mask()).unwrap_err();
        assert!(matches!(error, ObservationError::NotFinite { what: "goal", .. }), "{error}");
        assert!(ActorEye::new(&bad, &picture(0), &mask()).is_err());
    }
}

#[test]
fn other_sizes_and_empty_masks_are_refused() {
    let (found, goal) = (picture(0), picture(3));
    let square = Planes::new(23, 37, picture(1).channels().map(<[f32]>::to_vec)).unwrap();
    let eye = ActorEye::new(&found, &goal, &mask()).unwrap();
    assert!(eye.observe(&square, &Params::NEUTRAL).is_err());
    assert!(ActorEye::new(&found, &square, &mask()).is_err());
    assert!(ActorEye::new(&found, &goal, &[true; 4]).is_err());
    let nothing = ActorEye::new(&found, &goal, &[false; 37 * 23]).unwrap_err();
    assert_eq!(nothing, ObservationError::NothingCounts);
}

#[test]
fn steps_are_soft_clipped_and_shrink_with_the_residual() {
    let output = [0.0, 1.0, -1.0, 100.0, -100.0, 0.1, 0.0, 0.0, 2.0];
    let near = step(&output, 0.01).unwrap();
    assert!((near[1] - 0.3_f64.tanh() / 0.3 * 0.05).abs() < 1e-12);
    assert_eq!(near[1], -near[2]);
    assert!((near[3] - 0.05 / 0.3).abs() < 1e-12);
    // From a tenth on, the size of the residual no longer matters.
    assert_eq!(step(&output, 0.1).unwrap(), step(&output, 3.0).unwrap());
    assert!((step(&output, 1.0).unwrap()[4] + 0.5 / 0.3).abs() < 1e-12);
}

#[test]
fn outputs_and_scales_that_are_no_numbers_give_no_step() {
    let mut output = [0.0; 9];
    output[4] = f32::NAN;
    let error = step(&output, 0.1).unwrap_err().to_string();
    assert!(error.contains("saturation is NaN"), "{error}");
    for scale in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert!(step(&[0.0; 9], scale).is_err());
    }
}
