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
    Actor, INPUT_NAME, ONNX_IR_VERSION, ONNX_OPERATOR_SET, OUTPUT_NAME, Provenance, seal,
    value_info,
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

/// The bytes of an ONNX file of `network`: opset 17, input `observation` of shape [1, n], output
/// `action` of shape [1, 9], metadata, digest. The file is loaded once before it is handed out.
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
    let last = network.layers.len();
    let name_of = |value: ValueId| match value.0.checked_sub(1) {
        None => INPUT_NAME.to_owned(),
        Some(_) if value.0 == last => OUTPUT_NAME.to_owned(),
        Some(layer) => network.layers.get(layer).map_or_else(String::new, |each| each.name.clone()),
    };
    for (place, layer) in network.layers.iter().enumerate() {
        writer.add(layer, name_of(layer.input), name_of(ValueId(place + 1)))?;
    }
    let graph = GraphProto {
        name: "actor".to_owned(),
        node: writer.nodes,
        initializer: writer.tensors,
        input: vec![value_info(INPUT_NAME, &[1, network.kind.length()])],
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
    fn add(&mut self, layer: &Layer, input: String, output: String) -> Result<(), ExportError> {
        let name = &layer.name;
        match &layer.operator {
            Operator::Dense(dense) => {
                let matrix = self.matrix(name, &dense.weights, dense.bias.len())?;
                let bias = self.vector(&format!("{name}.bias"), &dense.bias);
                let inputs = vec![input, matrix, bias];
                self.node("Gemm", inputs, output, vec![integer("transB", 1)]);
            }
            Operator::Norm(norm) => {
                let scale = self.vector(&format!("{name}.scale"), &norm.scale);
                let bias = self.vector(&format!("{name}.bias"), &norm.bias);
                let attributes = vec![integer("axis", -1), float("epsilon", norm.epsilon)];
                self.node("LayerNormalization", vec![input, scale, bias], output, attributes);
            }
            Operator::Silu => {
                let gate = format!("{name}.gate");
                self.node("Sigmoid", vec![input.clone()], gate.clone(), Vec::new());
                self.node("Mul", vec![input, gate], output, Vec::new());
            }
            Operator::Relu => self.node("Relu", vec![input], output, Vec::new()),
        }
        Ok(())
    }

    /// Stores a matrix of `rows` rows in the form asked for; the name of its `f32` value.
    fn matrix(&mut self, layer: &str, weights: &[f32], rows: usize) -> Result<String, ExportError> {
        let name = format!("{layer}.weights");
        let shape = [rows, weights.len() / rows.max(1)];
        match self.form {
            Form::Float => self.tensor(&name, &shape, DataType::Float, floats(weights)),
            Form::Half => {
                let overflow = weights.iter().find(|&&weight| !f16::from_f32(weight).is_finite());
                if let Some(&value) = overflow {
                    let (layer, what) = (layer.to_owned(), "weights as f16");
                    return Err(ExportError::NotFinite { layer, what, value });
                }
                let stored = format!("{name}_f16");
                let halves = weights.iter().flat_map(|&w| f16::from_f32(w).to_le_bytes()).collect();
                self.tensor(&stored, &shape, DataType::Float16, halves);
                let to = integer("to", DataType::Float as i64);
                self.node("Cast", vec![stored], name.clone(), vec![to]);
            }
            Form::Int8 => {
                let Quantised { numbers, scales } = quantised(weights, rows);
                let stored = format!("{name}_int8");
                let bytes = numbers.into_iter().flat_map(i8::to_le_bytes).collect();
                self.tensor(&stored, &shape, DataType::Int8, bytes);
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

fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Float as i32,
        f: value,
        ..AttributeProto::default()
    }
}
