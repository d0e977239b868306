//! The allow-list of computations: what of a ModelProto the inference engine gets to see.
//!
//! Nothing of the file is handed on as it is. The nodes are followed in their order; every operator,
//! attribute, type and shape must be one that the exporter writes; and a fresh graph with `f32`
//! weights is built from what was understood. Since every input must have been computed by an
//! earlier node, there are no cycles; since every tensor is used once and convolutions have bounds of
//! their own (`convolution.rs`), work and memory are bounded.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{ModelProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};

use super::ModelFlaw;
use super::error::quoted;
use super::walk::Walk;
use crate::Parameter;

/// Version of the ONNX file format that the exporter writes.
pub const ONNX_IR_VERSION: i64 = 8;
/// Version of the ONNX operators that the exporter writes; the first with LayerNormalization.
pub const ONNX_OPERATOR_SET: i64 = 17;
/// Name of the network's output, `f32` of shape [1, 9].
pub const OUTPUT_NAME: &str = "action";

pub(super) const OUTPUT_SHAPE: &[usize] = &[1, Parameter::COUNT];

/// Names and shapes of inputs or outputs.
pub(super) type Terminals = [(&'static str, &'static [usize])];

/// Checks `model`, which has these inputs, and builds the graph that is run.
pub(super) fn rebuilt(model: &ModelProto, inputs: &Terminals) -> Result<ModelProto, ModelFlaw> {
    if model.ir_version != ONNX_IR_VERSION {
        return Err(refused(format!("is ONNX of IR version {}", model.ir_version)));
    }
    let [operators] = model.opset_import.as_slice() else {
        return Err(refused("imports not exactly one operator set"));
    };
    if !operators.domain.is_empty() || operators.version != ONNX_OPERATOR_SET {
        let domain = quoted(&operators.domain);
        return Err(refused(format!("uses operator set {} of {domain}", operators.version)));
    }
    let graph = model.graph.as_ref().ok_or_else(|| refused("has no graph"))?;
    terminals("input", &graph.input, inputs)?;
    terminals("output", &graph.output, &[(OUTPUT_NAME, OUTPUT_SHAPE)])?;
    let mut walk = Walk::new(&graph.initializer, inputs)?;
    for node in &graph.node {
        walk.follow(node)?;
    }
    let graph = walk.finish(inputs)?;
    Ok(ModelProto {
        ir_version: ONNX_IR_VERSION,
        opset_import: model.opset_import.clone(),
        graph: Some(graph),
        ..ModelProto::default()
    })
}

pub(super) fn refused(reason: impl Into<String>) -> ModelFlaw {
    ModelFlaw::Graph(reason.into())
}

/// Inputs and outputs must have our names, type and shapes, in our order.
fn terminals(what: &str, values: &[ValueInfoProto], ours: &Terminals) -> Result<(), ModelFlaw> {
    if values == declared(ours) {
        return Ok(());
    }
    let names: Vec<String> = values.iter().map(|value| quoted(&value.name)).collect();
    let wanted = ours.iter().map(|(name, shape)| format!("{name:?}, f32 of shape {shape:?}"));
    let (names, wanted) = (names.join(", "), wanted.collect::<Vec<_>>().join(", and "));
    Err(refused(format!("has the {what} [{names}], it must be {wanted}")))
}

pub(super) fn declared(ours: &Terminals) -> Vec<ValueInfoProto> {
    ours.iter().map(|(name, shape)| value_info(name, shape)).collect()
}

/// The declaration of an `f32` value.
#[must_use]
pub fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let side = |&side: &usize| Dimension {
        value: Some(dimension::Value::DimValue(side as i64)),
        ..Dimension::default()
    };
    let shape = TensorShapeProto { dim: shape.iter().map(side).collect() };
    let tensor = type_proto::Tensor { elem_type: DataType::Float as i32, shape: Some(shape) };
    let r#type =
        TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
    ValueInfoProto { name: name.to_owned(), r#type: Some(r#type), ..ValueInfoProto::default() }
}
