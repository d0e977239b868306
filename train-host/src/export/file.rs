//! Writing a network as ONNX.

use std::io::Write;
use std::path::Path;

use half::f16;
use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto,
};
use tuner::actor::{
    Actor, ONNX_IR_VERSION, ONNX_OPERATOR_SET, OUTPUT_NAME, Provenance, seal, value_info,
};
use tuner::{Parameter, write_atomically};

use super::ExportError;
use super::network::{Layer, Network, Operator, ValueId};
use super::quantised::{Quantised, quantised};

/// How the weights of affine maps are stored. Biases and normalisations are always `f32`, and so is
/// the arithmetic: the form saves storage, not time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 32-bit floats: what was trained.
    Float,
    /// 16-bit floats.
    Half,
    /// Eight bits and a scale for each output, zero point 0.
    Int8,
}

/// Kernels of at most so many numbers stay 32-bit floats in every form: each of their numbers is used
/// at hundreds of places, and together they are small.
const LARGEST_FLOAT_KERNEL: usize = 1 << 16;

/// The bytes of an ONNX file of `network`: opset 17, the inputs of its kind
/// ([`tuner::actor::Representation::inputs`]), output `action` of shape [1, 9], metadata, digest. The file is loaded once before it is handed out.
///
/// # Errors
/// [`ExportError`] when the network has not nine outputs, a weight is too large for the form, or the
/// file does not load.
pub fn encode(
    network: &Network,
    form: Form,
    provenance: &Provenance,
) -> Result<Vec<u8>, ExportError> {
    network.check_output()?;
    let mut writer = Writer { form, nodes: Vec::new(), tensors: Vec::new() };
    let inputs = network.kind.inputs();
    let last = (inputs.len() + network.layers.len()).saturating_sub(1);
    let name_of = |value: &ValueId| match inputs.get(value.0) {
        Some((name, _)) => (*name).to_owned(),
        None if value.0 == last => OUTPUT_NAME.to_owned(),
        None => {
            let layer = network.layers.get(value.0 - inputs.len());
            layer.map_or_else(String::new, |each| each.name.clone())
        }
    };
    for (place, layer) in network.layers.iter().enumerate() {
        let read = layer.inputs.iter().map(name_of).collect();
        writer.add(layer, read, name_of(&ValueId(inputs.len() + place)))?;
    }
    let graph = GraphProto {
        name: "actor".to_owned(),
        node: writer.nodes,
        initializer: writer.tensors,
        input: inputs.iter().map(|(name, shape)| value_info(name, shape)).collect(),
        output: vec![value_info(OUTPUT_NAME, &[1, Parameter::COUNT])],
        ..GraphProto::default()
    };
    let entries = provenance.to_entries(network.kind).into_iter();
    let model = ModelProto {
        ir_version: ONNX_IR_VERSION,
        producer_name: "isptune".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: ONNX_OPERATOR_SET,
        }],
        graph: Some(graph),
        metadata_props: entries
            .map(|(key, value)| StringStringEntryProto { key: key.to_owned(), value })
            .collect(),
        ..ModelProto::default()
    };
    let file = seal(model.encode_to_vec());
    Actor::of_kind(network.kind, "the exported model", &file)?;
    Ok(file)
}

/// Writes what [`encode`] makes into a file, which is replaced in one piece.
///
/// # Errors
/// As [`encode`], and when the file cannot be written.
pub fn write(
    path: &Path,
    network: &Network,
    form: Form,
    provenance: &Provenance,
) -> Result<(), ExportError> {
    let file = encode(network, form, provenance)?;
    Ok(write_atomically(path, |target| target.write_all(&file))?)
}

struct Writer {
    form: Form,
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl Writer {
    fn add(
        &mut self,
        layer: &Layer,
        mut inputs: Vec<String>,
        output: String,
    ) -> Result<(), ExportError> {
        let name = &layer.name;
        match &layer.operator {
            Operator::Dense(dense) => {
                let shape = [dense.bias.len(), dense.weights.len() / dense.bias.len().max(1)];
                inputs.push(self.matrix(name, &dense.weights, &shape, self.form)?);
                inputs.push(self.vector(&format!("{name}.bias"), &dense.bias));
                self.node("Gemm", inputs, output, vec![integer("transB", 1)]);
            }
            Operator::Conv(conv, kernel) => {
                let is_small = conv.weights.len() <= LARGEST_FLOAT_KERNEL;
                let form = if is_small { Form::Float } else { self.form };
                inputs.push(self.matrix(name, &conv.weights, kernel, form)?);
                inputs.push(self.vector(&format!("{name}.bias"), &conv.bias));
                let strides = integers("strides", &[conv.stride; 2]);
                self.node("Conv", inputs, output, vec![strides, integers("pads", &conv.pads)]);
            }
            Operator::Norm(norm) => {
                inputs.push(self.vector(&format!("{name}.scale"), &norm.scale));
                inputs.push(self.vector(&format!("{name}.bias"), &norm.bias));
                let attributes = vec![integer("axis", -1), float("epsilon", norm.epsilon)];
                self.node("LayerNormalization", inputs, output, attributes);
            }
            Operator::Silu => {
                let gate = format!("{name}.gate");
                self.node("Sigmoid", inputs.clone(), gate.clone(), Vec::new());
                inputs.push(gate);
                self.node("Mul", inputs, output, Vec::new());
            }
            Operator::Relu => self.node("Relu", inputs, output, Vec::new()),
            Operator::Add => self.node("Add", inputs, output, Vec::new()),
            Operator::Flatten => self.node("Flatten", inputs, output, vec![integer("axis", 1)]),
        }
        Ok(())
    }

    /// Stores weights, one row for each output, in this form; the name of their `f32` value.
    fn matrix(
        &mut self,
        layer: &str,
        weights: &[f32],
        shape: &[usize],
        form: Form,
    ) -> Result<String, ExportError> {
        let name = format!("{layer}.weights");
        match form {
            Form::Float => self.tensor(&name, shape, DataType::Float, floats(weights)),
            Form::Half => {
                let overflow = weights.iter().find(|&&weight| !f16::from_f32(weight).is_finite());
                if let Some(&value) = overflow {
                    let (layer, what) = (layer.to_owned(), "weights as f16");
                    return Err(ExportError::NotFinite { layer, what, value });
                }
                let stored = format!("{name}_f16");
                let halves = weights.iter().flat_map(|&w| f16::from_f32(w).to_le_bytes()).collect();
                self.tensor(&stored, shape, DataType::Float16, halves);
                let to = integer("to", DataType::Float as i64);
                self.node("Cast", vec![stored], name.clone(), vec![to]);
            }
            Form::Int8 => {
                let rows = shape.first().copied().unwrap_or(1);
                let Quantised { numbers, scales } = quantised(weights, rows);
                let stored = format!("{name}_int8");
                let bytes = numbers.into_iter().flat_map(i8::to_le_bytes).collect();
                self.tensor(&stored, shape, DataType::Int8, bytes);
                let scale = self.vector(&format!("{name}_scale"), &scales);
                let axis = integer("axis", 0);
                self.node("DequantizeLinear", vec![stored, scale], name.clone(), vec![axis]);
            }
        }
        Ok(name)
    }

    fn vector(&mut self, name: &str, numbers: &[f32]) -> String {
        self.tensor(name, &[numbers.len()], DataType::Float, floats(numbers));
        name.to_owned()
    }

    fn tensor(&mut self, name: &str, shape: &[usize], data_type: DataType, raw_data: Vec<u8>) {
        self.tensors.push(TensorProto {
            name: name.to_owned(),
            dims: shape.iter().map(|&side| side as i64).collect(),
            data_type: data_type as i32,
            raw_data,
            ..TensorProto::default()
        });
    }

    fn node(
        &mut self,
        operator: &str,
        input: Vec<String>,
        output: String,
        attribute: Vec<AttributeProto>,
    ) {
        self.nodes.push(NodeProto {
            name: output.clone(),
            op_type: operator.to_owned(),
            input,
            output: vec![output],
            attribute,
            ..NodeProto::default()
        });
    }
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..AttributeProto::default()
    }
}

fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.iter().map(|&value| value as i64).collect(),
        ..AttributeProto::default()
    }
}

fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Float as i32,
        f: value,
        ..AttributeProto::default()
    }
}
