//! A network for each operation of the pipeline: three 1×1 convolutions where it works on single
//! pixels, five 3×3 ones where it works on areas. Chained, they stand for the pipeline.

use std::ops::Range;

use tch::Tensor;

use super::{Layers, planes_of};

/// Channels inside the network of an operation.
const POINT: i64 = 32;
const AREA: i64 = 16;

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// Its parameters, places in [`tuner::Parameter::ALL`].
    pub params: Range<usize>,
    /// It works on areas.
    area: bool,
}

/// The operations in their order: exposure, colour balance, saturation, contrast, highlights,
/// shadows; texture.
pub(super) fn operations() -> Vec<Operation> {
    let point =
        [0..1, 1..4, 4..5, 5..6, 6..7, 7..8].map(|params| Operation { params, area: false });
    point.into_iter().chain([Operation { params: 8..9, area: true }]).collect()
}

/// Outputs, inputs and side of every kernel, operation after operation.
pub(super) fn kernels() -> Vec<[i64; 3]> {
    let of = |operation: Operation| -> Vec<[i64; 3]> {
        let inputs = 3 + operation.params.len() as i64;
        if operation.area {
            let inner = [[AREA, AREA, 3]; 3];
            [[AREA, inputs, 3]].into_iter().chain(inner).chain([[3, AREA, 3]]).collect()
        } else {
            vec![[POINT, inputs, 1], [POINT, POINT, 1], [3, POINT, 1]]
        }
    };
    operations().into_iter().flat_map(of).collect()
}

impl Operation {
    /// What the operation makes of `pictures`, by the next layers.
    pub(super) fn forward(
        &self,
        layers: &mut Layers<'_>,
        pictures: &Tensor,
        params: &Tensor,
    ) -> Tensor {
        let own = params.narrow(1, self.params.start as i64, self.params.len() as i64);
        let mut values = Tensor::cat(&[pictures, &planes_of(&own, pictures)], 1);
        let hidden = if self.area { 4 } else { 2 };
        for _ in 0..hidden {
            values = layers.convolve(&values).relu();
        }
        pictures + layers.convolve(&values)
    }
}

/// All operations, one after the other.
pub(super) fn forward(layers: &mut Layers<'_>, pictures: &Tensor, params: &Tensor) -> Tensor {
    operations()
        .iter()
        .fold(pictures.shallow_clone(), |values, each| each.forward(layers, &values, params))
}
