//! Files of weights, sound and broken, and what the network makes of a picture.

use safetensors::tensor::TensorView;

use super::*;
use crate::torch::policy::to_host;

const SIZE: [usize; 2] = [40, 24];

/// Numbers in [−0.5, 0.5), by rule.
fn scattered(count: usize, salt: u64) -> Vec<f32> {
    let number = |index: u64| {
        let mixed = (index * 2_654_435_761 + salt * 40503) % 65536;
        (mixed as f64 / 65536.0 - 0.5) as f32
    };
    (0..count as u64).map(number).collect()
}

fn picture() -> Planes {
    let [width, height] = SIZE;
    let values = scattered(3 * width * height, 7);
    let plane = |channel: usize| {
        let own = values.iter().skip(channel * width * height).take(width * height);
        own.map(|value| value + 0.5).collect()
    };
    Planes::new(width, height, [plane(0), plane(1), plane(2)]).unwrap()
}

/// A file in torchvision's naming with weights by rule; `change` may spoil a tensor's shape.
fn file(change: impl Fn(&str, Vec<usize>) -> Option<Vec<usize>>) -> tempfile::NamedTempFile {
    let mut raw: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (number, inputs, outputs) in CONVOLUTIONS {
        let (inputs, outputs) = (inputs as usize, outputs as usize);
        let scale = ((24.0 / (inputs * 9) as f64).sqrt()) as f32;
        let kernel = scattered(outputs * inputs * 9, number as u64);
        let bias = scattered(outputs, number as u64 + 100);
        for (what, shape, values, factor) in [
            ("weight", vec![outputs, inputs, 3, 3], kernel, scale),
            ("bias", vec![outputs], bias, 0.1),
        ] {
            let name = format!("features.{number}.{what}");
            let bytes = values.iter().flat_map(|value| (value * factor).to_le_bytes()).collect();
            if let Some(shape) = change(&name, shape) {
                raw.push((name, shape, bytes));
            }
        }
    }
    let views = raw.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    let bytes = safetensors::serialize(views, None).unwrap();
    let file = tempfile::Builder::new().suffix(".safetensors").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

#[test]
fn a_whole_file_gives_four_layers_of_their_shapes() {
    let file = file(|_, shape| Some(shape));
    let vgg = Vgg::load(file.path()).unwrap();
    assert!(vgg.origin().starts_with("the weights of"), "{}", vgg.origin());
    let features = vgg.features(&picture()).unwrap().0;
    let sizes: Vec<Vec<i64>> = features.iter().map(Tensor::size).collect();
    assert_eq!(sizes, [[64, 24, 40], [128, 12, 20], [256, 6, 10], [512, 3, 5]]);
    assert!(features.iter().all(|each| to_host(each).iter().all(|v| *v >= 0.0)));
}

/// The first layer, computed by hand at one place: order of channels, normalisation, padding.
#[test]
fn the_first_layer_is_the_convolution_that_its_weights_say() {
    let vgg = Vgg::load(file(|_, shape| Some(shape)).path()).unwrap();
    let picture = picture();
    let first = to_host(&vgg.features(&picture).unwrap().0[0]);
    let (kernel, bias) = (scattered(64 * 27, 0), scattered(64, 100));
    let scale = (24.0_f64 / 27.0).sqrt() as f32;
    let [width, height] = SIZE;
    for (output, x, y) in [(0, 0, 0), (17, 5, 9), (63, 39, 23)] {
        let mut sum = bias[output] * 0.1;
        for (channel, (mean, deviation)) in MEAN.into_iter().zip(DEVIATION).enumerate() {
            for (row, column) in (0..9).map(|place| (place / 3, place % 3)) {
                let (at_y, at_x) = (y + row, x + column);
                if (1..=height).contains(&at_y) && (1..=width).contains(&at_x) {
                    let value = picture.channels()[channel][(at_y - 1) * width + at_x - 1];
                    let weight = kernel[output * 27 + channel * 9 + row * 3 + column] * scale;
                    sum += weight * (value - mean) / deviation;
                }
            }
        }
        let found = first[output * width * height + y * width + x];
        assert!((found - sum.max(0.0)).abs() < 1e-4, "{output} {x} {y}: {found} {sum}");
    }
}

/// Mean of each layer, and eight of its values: printed by `tests/python/vgg_features.py` with
/// torchvision 0.26.0, for the same weights and the same picture.
const TORCHVISION: [[f32; 9]; 4] = [
    [0.60483, 1.29642, 0.488646, 0.0, 1.3266, 0.0, 2.77988, 0.434551, 0.372181],
    [0.280162, 0.18772, 0.547867, 1.48158, 0.638707, 0.0, 0.0, 0.0, 0.0],
    [0.263348, 0.145257, 0.846115, 0.723275, 1.17177, 0.343924, 0.0, 0.0, 0.0],
    [12.9041, 73.9853, 0.0, 13.686, 0.0, 20.8404, 0.0, 51.7715, 0.0],
];

#[test]
fn features_are_those_of_torchvision() {
    let vgg = Vgg::load(file(|_, shape| Some(shape)).path()).unwrap();
    for (layer, expected) in vgg.features(&picture()).unwrap().0.iter().zip(TORCHVISION) {
        let values = to_host(layer);
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let spread = (0..8).map(|part| values[values.len() * part / 8 + 13 * part + 5]);
        for (found, expected) in std::iter::once(mean).chain(spread).zip(expected) {
            assert!((found - expected).abs() <= 2e-4 * (1.0 + expected), "{found} {expected}");
        }
    }
}

#[test]
fn files_of_something_else_are_refused_by_name() {
    let message = |file: &tempfile::NamedTempFile| Vgg::load(file.path()).unwrap_err().to_string();
    let lacking = file(|name, shape| (name != "features.10.bias").then_some(shape));
    assert!(message(&lacking).contains("no tensor features.10.bias"), "{}", message(&lacking));
    let bent = file(|name, shape| {
        Some(if name == "features.5.weight" { vec![64, 128, 3, 3] } else { shape })
    });
    assert!(message(&bent).contains("features.5.weight has the shape [64, 128, 3, 3]"));
    let garbage = tempfile::Builder::new().suffix(".safetensors").tempfile().unwrap();
    std::fs::write(garbage.path(), b"nothing").unwrap();
    assert!(message(&garbage).contains("torchvision"), "{}", message(&garbage));
    let missing = Vgg::load(Path::new("/nowhere/vgg.pth")).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/vgg.pth"), "{missing}");
}

#[test]
fn a_pytorch_file_that_libtorch_cannot_read_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("vgg.pth");
    std::fs::write(&garbage, b"nothing").unwrap();
    let error = Vgg::load(&garbage).unwrap_err().to_string();
    assert!(error.contains("vgg.pth") && error.contains("safetensors"), "{error}");
}

#[test]
fn random_weights_say_so_and_repeat() {
    let (one, other) = (Vgg::of(None, 3).unwrap(), Vgg::random(3));
    assert_eq!(one.origin(), "random weights, seed 3");
    let values = |vgg: &Vgg| to_host(&vgg.features(&picture()).unwrap().0[3]);
    assert_eq!(values(&one), values(&other));
    assert_ne!(values(&one), values(&Vgg::random(4)));
    // He's variance keeps activations of unit size through the layers.
    let mean = values(&one).iter().map(|v| f64::from(*v)).sum::<f64>() / (512.0 * 15.0);
    assert!((0.05..5.0).contains(&mean), "{mean}");
}

#[test]
fn a_picture_too_small_for_three_poolings_has_no_features() {
    let small = Planes::black(40, 7);
    assert!(Vgg::random(0).features(&small).is_none());
}
