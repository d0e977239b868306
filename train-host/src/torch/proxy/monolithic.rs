//! One U-Net for the whole pipeline (Ronneberger, Fischer and Brox, 2015, in small), the parameters
//! as planes beside the picture.

use tch::Tensor;

use super::{Layers, planes_of};

/// Channels at full, half and quarter resolution.
const CHANNELS: [i64; 3] = [16, 32, 64];

/// Outputs, inputs and side of every kernel, in the order of their use.
pub(super) fn kernels() -> Vec<[i64; 3]> {
    let [full, half, quarter] = CHANNELS;
    vec![
        [full, 12, 3],
        [full, full, 3],
        [half, full, 3],
        [half, half, 3],
        [quarter, half, 3],
        [quarter, quarter, 3],
        [half, quarter + half, 3],
        [half, half, 3],
        [full, half + full, 3],
        [full, full, 3],
        [3, full, 1],
    ]
}

/// The proxy's picture: the input plus what the network adds. Sides are four pixels or more.
pub(super) fn forward(layers: &mut Layers<'_>, pictures: &Tensor, params: &Tensor) -> Tensor {
    let input = Tensor::cat(&[pictures, &planes_of(params, pictures)], 1);
    let mut twice = |values: &Tensor| {
        let first = layers.convolve(values).relu();
        layers.convolve(&first).relu()
    };
    let full = twice(&input);
    let half = twice(&halved(&full));
    let quarter = twice(&halved(&half));
    let half = twice(&Tensor::cat(&[&raised(&quarter, &half), &half], 1));
    let full = twice(&Tensor::cat(&[&raised(&half, &full), &full], 1));
    pictures + layers.convolve(&full)
}

fn halved(values: &Tensor) -> Tensor {
    values.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>)
}

/// The values at the size of those `above`.
fn raised(values: &Tensor, above: &Tensor) -> Tensor {
    let size = above.size();
    let [.., height, width] = size.as_slice() else { return values.shallow_clone() };
    values.upsample_nearest2d([*height, *width], None::<f64>, None::<f64>)
}
