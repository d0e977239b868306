//! The allow-list of computations: what of a ModelProto the inference engine gets to see.
//!
//! Nothing of the file is handed on as it is. The nodes are followed in their order; every operator,
//! attribute, type and shape must be one that the exporter writes; and a fresh graph with `f32`
//! weights is built from what was understood. Since every input must have been computed by an
//! earlier node, there are no cycles; since every tensor is used once, work and memory are bounded
//! by the size of the file.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
    type_proto,
};

use super::ModelFlaw;
use super::attributes::Attributes;
use super::error::quoted;
use super::weights::{Numbers, WeightReader, Weights, flaw as weights_flaw};
use crate::Parameter;

/// Version of the ONNX file format that the exporter writes.
pub const ONNX_IR_VERSION: i64 = 8;
/// Version of the ONNX operators that the exporter writes; the first with LayerNormalization.
pub const ONNX_OPERATOR_SET: i64 = 17;
/// Name of the network's input, `f32` of shape [1, n], n by [`super::Representation::length`].
pub const INPUT_NAME: &str = "observation";
/// Name of the network's output, `f32` of shape [1, 9].
pub const OUTPUT_NAME: &str = "action";

const OUTPUT_SHAPE: [usize; 2] = [1, Parameter::COUNT];

/// Checks `model`, whose input has so many values, and builds the graph that is run.
pub(super) fn rebuilt(model: &ModelProto, inputs: usize) -> Result<ModelProto, ModelFlaw> {
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
    terminal("input", &graph.input, INPUT_NAME, &[1, inputs])?;
    terminal("output", &graph.output, OUTPUT_NAME, &OUTPUT_SHAPE)?;
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

fn refused(reason: impl Into<String>) -> ModelFlaw {
    ModelFlaw::Graph(reason.into())
}

/// The one input or output must have our name, type and shape.
fn terminal(
    what: &str,
    values: &[ValueInfoProto],
    name: &str,
    shape: &[usize],
) -> Result<(), ModelFlaw> {
    if values == [value_info(name, shape)] {
        return Ok(());
    }
    let names: Vec<String> = values.iter().map(|value| quoted(&value.name)).collect();
    let names = names.join(", ");
    Err(refused(format!("has the {what} [{names}], it must be {name:?}, f32 of shape {shape:?}")))
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

/// What a name stands for.
enum Value {
    /// Computed from the observation; its shape.
    Computed(Vec<usize>),
    /// Weights that no node has used yet.
    Weights(Weights),
    /// Weights that one node has used.
    Used,
}

/// The nodes followed so far.
struct Walk<'a> {
    values: HashMap<&'a str, Value>,
    nodes: Vec<NodeProto>,
    initializer: Vec<TensorProto>,
}

impl<'a> Walk<'a> {
    fn new(tensors: &'a [TensorProto], inputs: usize) -> Result<Self, ModelFlaw> {
        let mut walk = Self { values: HashMap::new(), nodes: Vec::new(), initializer: Vec::new() };
        walk.define(INPUT_NAME, Value::Computed(vec![1, inputs]))?;
        let mut reader = WeightReader::default();
        for tensor in tensors {
            walk.define(&tensor.name, Value::Weights(reader.read(tensor)?))?;
        }
        Ok(walk)
    }

    fn define(&mut self, name: &'a str, value: Value) -> Result<(), ModelFlaw> {
        if name.is_empty() {
            return Err(refused("has a value without a name"));
        }
        match self.values.insert(name, value) {
            None => Ok(()),
            Some(_) => Err(refused(format!("defines the value {} twice", quoted(name)))),
        }
    }

    fn follow(&mut self, node: &'a NodeProto) -> Result<(), ModelFlaw> {
        let operator = node.op_type.as_str();
        let [output] = node.output.as_slice() else {
            let count = node.output.len();
            return Err(refused(format!("node {} has {count} outputs", quoted(operator))));
        };
        if !node.domain.is_empty() {
            let domain = quoted(&node.domain);
            return Err(refused(format!("node {} is of domain {domain}", quoted(operator))));
        }
        let attributes = Attributes::of(node)?;
        let inputs: Vec<&'a str> = node.input.iter().map(String::as_str).collect();
        let value = match (operator, inputs.as_slice()) {
            ("DequantizeLinear", [numbers, scales]) => {
                attributes.are(&["axis"])?;
                attributes.integer("axis", 0)?;
                let (scales, numbers) = (self.weights(scales)?, self.weights(numbers)?);
                let misfit =
                    || weights_flaw(output, "are int8 without a scale for each row".into());
                Value::Weights(numbers.dequantised(&scales).ok_or_else(misfit)?)
            }
            ("Cast", [numbers]) => {
                attributes.are(&["to"])?;
                attributes.integer("to", DataType::Float as i64)?;
                let misfit = || weights_flaw(output, "are cast from what is no f16".into());
                Value::Weights(self.weights(numbers)?.widened().ok_or_else(misfit)?)
            }
            ("Gemm", [x, matrix, bias]) => {
                attributes.are(&["transB"])?;
                attributes.integer("transB", 1)?;
                let columns = self.row(x)?;
                let [rows, width] = self.keep(matrix)?[..] else {
                    return Err(weights_flaw(matrix, "are no matrix".into()));
                };
                if width != columns {
                    let reason = format!("take {width} values, there are {columns}");
                    return Err(weights_flaw(matrix, reason));
                }
                self.keep_vector(bias, rows)?;
                Value::Computed(vec![1, rows])
            }
            ("LayerNormalization", [x, scale, bias]) => {
                attributes.are(&["axis", "epsilon"])?;
                attributes.integer("axis", -1)?;
                attributes.float_within("epsilon", [1e-12, 0.1])?;
                let columns = self.row(x)?;
                self.keep_vector(scale, columns)?;
                self.keep_vector(bias, columns)?;
                Value::Computed(vec![1, columns])
            }
            ("Sigmoid" | "Relu", [x]) => {
                attributes.are(&[])?;
                Value::Computed(vec![1, self.row(x)?])
            }
            ("Mul", [first, second]) => {
                attributes.are(&[])?;
                let (ours, theirs) = (self.row(first)?, self.row(second)?);
                if ours != theirs {
                    return Err(refused(format!("multiplies {ours} values by {theirs}")));
                }
                Value::Computed(vec![1, ours])
            }
            (other, inputs) => {
                let (other, count) = (quoted(other), inputs.len());
                return Err(refused(format!(
                    "uses the operator {other} with {count} inputs, \
                     which no network of isptune does"
                )));
            }
        };
        if let Value::Computed(_) = value {
            // A name of its own for the engine, whatever the file calls the node.
            self.nodes.push(NodeProto { name: output.clone(), ..node.clone() });
        }
        self.define(output, value)
    }

    /// Length of a computed row of shape [1, n].
    fn row(&self, name: &str) -> Result<usize, ModelFlaw> {
        match self.values.get(name) {
            Some(Value::Computed(shape)) => match shape.as_slice() {
                [1, length] => Ok(*length),
                _ => Err(refused(format!("{} has the shape {shape:?}", quoted(name)))),
            },
            Some(_) => Err(refused(format!("{} must be computed, not stored", quoted(name)))),
            None => Err(refused(format!("{} is used before it is computed", quoted(name)))),
        }
    }

    /// Takes weights that no other node uses.
    fn weights(&mut self, name: &str) -> Result<Weights, ModelFlaw> {
        match self.values.get_mut(name).map(|value| std::mem::replace(value, Value::Used)) {
            Some(Value::Weights(weights)) => Ok(weights),
            Some(Value::Used) => Err(weights_flaw(name, "are used twice".into())),
            Some(Value::Computed(_)) => {
                Err(refused(format!("{} must be stored, not computed", quoted(name))))
            }
            None => Err(refused(format!("{} is used, but it is not in the file", quoted(name)))),
        }
    }

    /// Takes `f32` weights into the graph that is run; their shape.
    fn keep(&mut self, name: &str) -> Result<Vec<usize>, ModelFlaw> {
        let Weights { shape, numbers } = self.weights(name)?;
        let Numbers::Float(numbers) = numbers else {
            return Err(weights_flaw(name, "are used without being widened to f32".into()));
        };
        self.initializer.push(tensor(name, &shape, &numbers));
        Ok(shape)
    }

    fn keep_vector(&mut self, name: &str, length: usize) -> Result<(), ModelFlaw> {
        let shape = self.keep(name)?;
        if shape == [length] {
            return Ok(());
        }
        Err(weights_flaw(name, format!("have the shape {shape:?}, it must be [{length}]")))
    }

    fn finish(self, inputs: usize) -> Result<GraphProto, ModelFlaw> {
        let unused = self.values.iter().find(|(_, value)| matches!(value, Value::Weights(_)));
        if let Some((name, _)) = unused {
            return Err(weights_flaw(name, "are never used".into()));
        }
        match self.values.get(OUTPUT_NAME) {
            Some(Value::Computed(shape)) if shape == &OUTPUT_SHAPE => {}
            Some(Value::Computed(shape)) => {
                return Err(refused(format!(
                    "computes {OUTPUT_NAME:?} in the shape {shape:?}, it must be {OUTPUT_SHAPE:?}"
                )));
            }
            _ => return Err(refused(format!("never computes its output {OUTPUT_NAME:?}"))),
        }
        Ok(GraphProto {
            name: "actor".to_owned(),
            node: self.nodes,
            initializer: self.initializer,
            input: vec![value_info(INPUT_NAME, &[1, inputs])],
            output: vec![value_info(OUTPUT_NAME, &OUTPUT_SHAPE)],
            ..GraphProto::default()
        })
    }
}

fn tensor(name: &str, shape: &[usize], numbers: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: shape.iter().map(|&side| side as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        ..TensorProto::default()
    }
}
