//! The numbers of a model file, before and after they are widened to `f32`.

use half::f16;
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataType;

use super::ModelFlaw;
use super::error::quoted;

/// Longest side of a tensor.
const LONGEST_SIDE: usize = 1 << 16;
/// Numbers in all tensors of a model together: 16 MiB when widened.
const MOST_NUMBERS: usize = 1 << 22;

/// A tensor of a model file.
#[derive(Debug)]
pub(super) struct Weights {
    /// Sides, the slowest first; each at least 1.
    pub(super) shape: Vec<usize>,
    pub(super) numbers: Numbers,
}

/// Row after row.
#[derive(Debug)]
pub(super) enum Numbers {
    /// All finite.
    Float(Vec<f32>),
    /// All finite.
    Half(Vec<f16>),
    Int8(Vec<i8>),
}

/// Reads tensors, keeping count of the numbers in them.
#[derive(Debug, Default)]
pub(super) struct WeightReader {
    numbers: usize,
}

impl WeightReader {
    pub(super) fn read(&mut self, proto: &TensorProto) -> Result<Weights, ModelFlaw> {
        let flaw = |reason: String| flaw(&proto.name, reason);
        let sides = proto.dims.iter().map(|&side| usize::try_from(side).ok());
        let shape: Option<Vec<usize>> =
            sides.map(|side| side.filter(|side| (1..=LONGEST_SIDE).contains(side))).collect();
        let shape = shape.filter(|shape| !shape.is_empty());
        let shape = shape.ok_or_else(|| flaw(format!("have the shape {:?}", proto.dims)))?;
        let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side));
        let total = count.and_then(|count| self.numbers.checked_add(count));
        let total = total.filter(|&total| total <= MOST_NUMBERS);
        self.numbers = total.ok_or_else(|| {
            flaw(format!("make more than {MOST_NUMBERS} numbers with the shape {shape:?}"))
        })?;
        let bytes = proto.raw_data.as_slice();
        let numbers = match DataType::try_from(proto.data_type) {
            Ok(DataType::Float) => Numbers::Float(whole(bytes, f32::from_le_bytes)),
            Ok(DataType::Float16) => Numbers::Half(whole(bytes, f16::from_le_bytes)),
            Ok(DataType::Int8) => Numbers::Int8(whole(bytes, i8::from_le_bytes)),
            _ => return Err(flaw(format!("are of the data type {}", proto.data_type))),
        };
        let wanted = count.and_then(|count| count.checked_mul(numbers.size()));
        if wanted != Some(bytes.len()) {
            return Err(flaw(format!("have {} bytes for the shape {shape:?}", bytes.len())));
        }
        if !numbers.are_finite() {
            return Err(flaw("hold a value that is not finite".to_owned()));
        }
        Ok(Weights { shape, numbers })
    }
}

pub(super) fn flaw(name: &str, reason: String) -> ModelFlaw {
    ModelFlaw::Weights { tensor: quoted(name), reason }
}

fn whole<T, const N: usize>(bytes: &[u8], number: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().copied().map(number).collect()
}

impl Numbers {
    /// Bytes of one.
    const fn size(&self) -> usize {
        match self {
            Self::Float(_) => 4,
            Self::Half(_) => 2,
            Self::Int8(_) => 1,
        }
    }

    fn are_finite(&self) -> bool {
        match self {
            Self::Float(values) => values.iter().all(|value| value.is_finite()),
            Self::Half(values) => values.iter().all(|value| value.is_finite()),
            Self::Int8(_) => true,
        }
    }
}

impl Weights {
    /// Multiplies int8 numbers by the scale of their row along the first side. This is
    /// DequantizeLinear with axis 0 and zero point 0.
    pub(super) fn dequantised(self, scales: &Self) -> Option<Self> {
        let (Numbers::Int8(numbers), Numbers::Float(scales)) = (self.numbers, &scales.numbers)
        else {
            return None;
        };
        let rows = *self.shape.first()?;
        if scales.len() != rows || !scales.iter().all(|scale| *scale > 0.0) {
            return None;
        }
        let rows = numbers.chunks_exact(numbers.len() / rows).zip(scales);
        let wide = rows.flat_map(|(row, &scale)| row.iter().map(move |&q| f32::from(q) * scale));
        Some(Self { numbers: Numbers::Float(wide.collect()), shape: self.shape })
    }

    /// Widens 16-bit floats.
    pub(super) fn widened(self) -> Option<Self> {
        let Numbers::Half(numbers) = self.numbers else { return None };
        let wide = numbers.into_iter().map(f32::from).collect();
        Some(Self { numbers: Numbers::Float(wide), shape: self.shape })
    }
}
