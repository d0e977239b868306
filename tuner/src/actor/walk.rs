//! One node of a model file after the other: which operators there are, and what each may do.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::attributes::Attributes;
use super::convolution::{Convolution, Convolved, Effort};
use super::error::quoted;
use super::graph::{OUTPUT_SHAPE, Terminals, declared, refused};
use super::weights::{Numbers, WeightReader, Weights, flaw as weights_flaw};
use super::{ModelFlaw, OUTPUT_NAME};

/// What a name stands for.
enum Value {
    /// Computed from the observation; its shape: a row [1, n] or a map [1, planes, height, width].
    Computed(Vec<usize>),
    /// Weights that no node has used yet.
    Weights(Weights),
    /// Weights that one node has used.
    Used,
}

/// The nodes followed so far.
pub(super) struct Walk<'a> {
    values: HashMap<&'a str, Value>,
    nodes: Vec<NodeProto>,
    initializer: Vec<TensorProto>,
    effort: Effort,
}

impl<'a> Walk<'a> {
    pub(super) fn new(tensors: &'a [TensorProto], inputs: &Terminals) -> Result<Self, ModelFlaw> {
        let mut walk = Self {
            values: HashMap::new(),
            nodes: Vec::new(),
            initializer: Vec::new(),
            effort: Effort::default(),
        };
        for (name, shape) in inputs {
            walk.define(name, Value::Computed(shape.to_vec()))?;
        }
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

    pub(super) fn follow(&mut self, node: &'a NodeProto) -> Result<(), ModelFlaw> {
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
            ("Conv", [x, kernel, bias]) => {
                let convolution = Convolution::of(&attributes)?;
                let map = self.map(x)?;
                let made = convolution.of_map(map, &self.keep(kernel)?);
                let Convolved { map: [planes, height, width], products } =
                    made.map_err(|reason| weights_flaw(kernel, reason))?;
                self.keep_vector(bias, planes)?;
                self.effort.add(&[], products)?;
                Value::Computed(vec![1, planes, height, width])
            }
            ("Flatten", [x]) => {
                attributes.are(&["axis"])?;
                attributes.integer("axis", 1)?;
                Value::Computed(vec![1, self.map(x)?.iter().product()])
            }
            ("Sigmoid", [x]) => {
                attributes.are(&[])?;
                Value::Computed(vec![1, self.row(x)?])
            }
            ("Relu", [x]) => {
                attributes.are(&[])?;
                Value::Computed(self.computed(x)?.to_vec())
            }
            ("Add", [first, second]) => {
                attributes.are(&[])?;
                let (ours, theirs) = (self.computed(first)?, self.computed(second)?);
                // One value for each plane of a map goes to all its pixels.
                let spreads = matches!(
                    (ours, theirs), ([1, planes, _, _], [1, others, 1, 1]) if planes == others
                );
                if ours != theirs && !spreads {
                    return Err(refused(format!("adds {theirs:?} values to {ours:?}")));
                }
                Value::Computed(ours.to_vec())
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
        if let Value::Computed(shape) = &value {
            self.effort.add(shape, 0)?;
            // A name of its own for the engine, whatever the file calls the node.
            self.nodes.push(NodeProto { name: output.clone(), ..node.clone() });
        }
        self.define(output, value)
    }

    /// Length of a computed row of shape [1, n].
    fn row(&self, name: &str) -> Result<usize, ModelFlaw> {
        match self.computed(name)? {
            [1, length] => Ok(*length),
            shape => Err(refused(format!("{} is no row: its shape is {shape:?}", quoted(name)))),
        }
    }

    /// Planes, height and width of a computed map.
    fn map(&self, name: &str) -> Result<[usize; 3], ModelFlaw> {
        match *self.computed(name)? {
            [1, planes, height, width] => Ok([planes, height, width]),
            ref shape => {
                Err(refused(format!("{} is no map: its shape is {shape:?}", quoted(name))))
            }
        }
    }

    /// Shape of a computed value.
    fn computed(&self, name: &str) -> Result<&[usize], ModelFlaw> {
        match self.values.get(name) {
            Some(Value::Computed(shape)) => Ok(shape),
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

    pub(super) fn finish(self, inputs: &Terminals) -> Result<GraphProto, ModelFlaw> {
        let unused = self.values.iter().find(|(_, value)| matches!(value, Value::Weights(_)));
        if let Some((name, _)) = unused {
            return Err(weights_flaw(name, "are never used".into()));
        }
        match self.values.get(OUTPUT_NAME) {
            Some(Value::Computed(shape)) if shape == OUTPUT_SHAPE => {}
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
            input: declared(inputs),
            output: declared(&[(OUTPUT_NAME, OUTPUT_SHAPE)]),
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
