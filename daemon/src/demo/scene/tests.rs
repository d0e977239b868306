use tuner::chart::REFERENCE;

use super::chart_table::PATCHES;
use super::spectrum::Rendering;
use super::*;

/// CIELAB of a linear sRGB colour.
fn lab_of_linear(linear: nalgebra::Vector3<f64>) -> [f64; 3] {
    tuner::lab_of_srgb(<[f64; 3]>::from(linear.map(tuner::linear_to_srgb)))
}

#[test]
fn patches_in_daylight_are_the_published_colours() {
    let rendering = Rendering::under(Illuminant::D65);
    let mut sum = 0.0;
    for (number, (patch, published)) in PATCHES.iter().zip(REFERENCE).enumerate() {
        let rendered = lab_of_linear(rendering.linear_srgb(patch).map(|value| value.max(0.0)));
        let published = tuner::lab_of_srgb(published.colour());
        let difference = tuner::ciede2000(rendered, published);
        // The published values were adapted from D50 and measured on another chart.
        assert!(difference < 3.0, "patch {}: {difference:.2}", number + 1);
        sum += difference;
    }
    assert!(sum / 24.0 < 1.3, "mean {:.2}", sum / 24.0);
}

/// Mean 16-bit sample of a square of `side` pixels about a place of the picture.
fn mean_at(frame: &Frame, [column, row]: [usize; 2], side: usize) -> [f64; 3] {
    let Samples::U16(samples) = frame.samples() else { panic!("not 16 bits") };
    let mut sum = [0.0; 3];
    for y in row - side / 2..row + side / 2 {
        for x in column - side / 2..column + side / 2 {
            for (channel, sum) in sum.iter_mut().enumerate() {
                *sum += f64::from(samples[(y * frame.width() + x) * 3 + channel]);
            }
        }
    }
    sum.map(|total| total / (side * side) as f64)
}

/// Middles of the six grey patches, from white to black, in a 640×400 picture.
fn grey_patches() -> impl Iterator<Item = [usize; 2]> {
    (0..6).map(|column| [100 + column * 38, 176])
}

#[test]
fn grey_patches_have_no_cast_in_daylight() {
    let frame = LightboxScene::new(Illuminant::D65, 640, 400).frame(Depth::Sixteen).unwrap();
    let mut before = f64::INFINITY;
    for place in grey_patches() {
        let [red, green, blue] = mean_at(&frame, place, 10);
        // The chart's own greys are up to three 8-bit steps from flat.
        assert!((red - green).abs() < 3.0 * 257.0, "{place:?}: {red} {green} {blue}");
        assert!((blue - green).abs() < 3.0 * 257.0, "{place:?}: {red} {green} {blue}");
        assert!(green < before, "{place:?}: the row does not darken");
        before = green;
    }
}

#[test]
fn incandescent_light_is_warm_but_not_orange() {
    let frame = LightboxScene::new(Illuminant::A, 640, 400).frame(Depth::Sixteen).unwrap();
    let [red, green, blue] = mean_at(&frame, [176, 176], 10);
    assert!(red > green && green > blue, "{red} {green} {blue}");
    let ratio = red / blue;
    assert!((1.08..1.5).contains(&ratio), "red is {ratio} times blue");
}

#[test]
fn every_light_leaves_white_at_the_same_luminance() {
    for illuminant in Illuminant::ALL {
        let rendering = Rendering::under(illuminant);
        let white = rendering.linear_srgb(&[1.0; 36]);
        let luminance = white.dot(&nalgebra::Vector3::new(0.2126, 0.7152, 0.0722));
        assert!((luminance - 1.0).abs() < 1e-3, "{}: {luminance}", illuminant.name());
        for patch in &PATCHES {
            let luminance = rendering.xyz(patch).y;
            assert!((0.025..0.95).contains(&luminance), "{}: {luminance}", illuminant.name());
        }
    }
}

#[test]
fn surfaces_stay_in_the_gamut_under_every_light() {
    for illuminant in Illuminant::ALL {
        let palette = Palette::under(illuminant);
        for colour in palette.patches {
            let exposed = colour * EXPOSURE;
            let name = illuminant.name();
            assert!(exposed.min() >= -1e-6 && exposed.max() < 1.0, "{name}: {exposed}");
        }
    }
}

#[test]
fn only_the_highlights_clip() {
    let frame = LightboxScene::new(Illuminant::D65, 640, 400).frame(Depth::Sixteen).unwrap();
    let Samples::U16(samples) = frame.samples() else { panic!("not 16 bits") };
    let clipped = samples.chunks_exact(3).filter(|pixel| pixel.contains(&u16::MAX)).count();
    let share = clipped as f64 / (640.0 * 400.0);
    assert!((1e-4..0.01).contains(&share), "{share} of the picture clips");
    let dark = samples.chunks_exact(3).filter(|pixel| pixel[1] < 12_000).count();
    assert!(dark > 5_000, "no shaded corner: {dark} dark pixels");
}

#[test]
fn equal_scenes_give_equal_pictures_and_other_seeds_others() {
    let scene = LightboxScene::new(Illuminant::Tl84, 320, 200).with_photon_noise(5_000.0);
    let frame = scene.frame(Depth::Eight).unwrap();
    assert_eq!(frame, scene.clone().frame(Depth::Eight).unwrap());
    assert_ne!(frame, scene.with_seed(2).frame(Depth::Eight).unwrap());
}

#[test]
fn photon_noise_has_the_variance_of_its_count() {
    let clean = LightboxScene::new(Illuminant::D65, 320, 200);
    let palette = Palette::under(Illuminant::D65);
    let noisy = clean.clone().with_photon_noise(1_000.0);
    let (mut sum, mut count) = (0.0, 0);
    for row in 0..200 {
        for column in 0..320 {
            let light = clean.pixel(column, row, &palette);
            let shot = noisy.pixel(column, row, &palette);
            for (light, shot) in light.iter().zip(&shot).filter(|(light, _)| **light > 0.1) {
                sum += f64::from((shot - light).powi(2) / light) * 1_000.0;
                count += 1;
            }
        }
    }
    let ratio = sum / f64::from(count);
    assert!((0.95..1.05).contains(&ratio), "variance is {ratio} of the count");
}

#[test]
fn any_size_makes_a_picture_and_none_makes_an_error() {
    for [width, height] in [[1, 1], [3, 700], [900, 2]] {
        let frame = LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight).unwrap();
        assert_eq!(frame.size(), [width, height]);
    }
    assert!(LightboxScene::new(Illuminant::D65, 0, 5).frame(Depth::Eight).is_err());
}
