//! A network in plain numbers, as the exporter takes it: no torch, no ONNX.
//!
//! It is a list of layers, each of which names the values that it reads. That is more than a chain
//! needs and what paths that part and meet again will need.

use tuner::Parameter;
use tuner::actor::Representation;

use super::ExportError;

/// A value in a network: its input, or what a layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueId(pub(super) usize);

/// An affine map.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// One row for each output, row after row: outputs × inputs numbers.
    pub weights: Vec<f32>,
    /// One number for each output.
    pub bias: Vec<f32>,
}

/// Normalisation to mean 0 and variance 1 over the values of a layer, then scale and shift (Ba, Kiros
/// and Hinton, arXiv:1607.06450).
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// One number for each value.
    pub scale: Vec<f32>,
    /// One number for each value.
    pub bias: Vec<f32>,
    /// Is added to the variance, over 0 and at most 0.1.
    pub epsilon: f32,
}

/// A hidden layer: an affine map, a normalisation if there is one, SiLU.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// The map.
    pub dense: Dense,
    /// Its normalisation.
    pub norm: Option<Norm>,
}

/// What a layer does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operator {
    Dense(Dense),
    Norm(Norm),
    Silu,
    Relu,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) operator: Operator,
    pub(super) input: ValueId,
}

/// A network from an observation to raw outputs for nine parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(super) layers: Vec<Layer>,
    /// Lengths of the values: the input's, then each layer's.
    lengths: Vec<usize>,
    /// What it sees.
    pub(super) kind: Representation,
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// The value that every network starts from: the observation.
    pub const INPUT: ValueId = ValueId(0);

    /// A network of the representation `residual` without layers. Its last layer will be its
    /// output, which must have nine values.
    #[must_use]
    pub fn new() -> Self {
        Self::of_kind(Representation::Residual)
    }

    /// A network without layers that sees this.
    #[must_use]
    pub fn of_kind(kind: Representation) -> Self {
        Self { layers: Vec::new(), lengths: vec![kind.length()], kind }
    }

    /// What it sees.
    #[must_use]
    pub const fn kind(&self) -> Representation {
        self.kind
    }

    /// A chain of hidden layers with an affine map at the end, the network of the representation
    /// `residual`.
    ///
    /// # Errors
    /// [`ExportError`] when lengths do not fit together or a number is not finite.
    pub fn perceptron(hidden: Vec<Hidden>, output: Dense) -> Result<Self, ExportError> {
        Self::new().with_perceptron(hidden, output)
    }

    /// The same chain behind the input of this network, which has no layers yet.
    ///
    /// # Errors
    /// As [`Self::perceptron`].
    pub fn with_perceptron(self, hidden: Vec<Hidden>, output: Dense) -> Result<Self, ExportError> {
        let mut network = self;
        let mut value = Self::INPUT;
        for layer in hidden {
            value = network.dense(value, layer.dense)?;
            if let Some(norm) = layer.norm {
                value = network.norm(value, norm)?;
            }
            value = network.silu(value)?;
        }
        network.dense(value, output)?;
        network.check_output()?;
        Ok(network)
    }

    /// Adds an affine map of `input`.
    ///
    /// # Errors
    /// [`ExportError`] when lengths do not fit together or a number is not finite.
    pub fn dense(&mut self, input: ValueId, dense: Dense) -> Result<ValueId, ExportError> {
        let name = self.name("dense");
        let (inputs, outputs) = (self.length(input)?, dense.bias.len());
        check(&name, "weights", inputs * outputs.max(1), &dense.weights)?;
        check(&name, "bias", outputs, &dense.bias)?;
        Ok(self.push(name, Operator::Dense(dense), input, outputs))
    }

    /// Adds a normalisation of `input`.
    ///
    /// # Errors
    /// As [`Self::dense`].
    pub fn norm(&mut self, input: ValueId, norm: Norm) -> Result<ValueId, ExportError> {
        let name = self.name("norm");
        let length = self.length(input)?;
        check(&name, "scale", length, &norm.scale)?;
        check(&name, "bias", length, &norm.bias)?;
        check(&name, "epsilon", 1, &[norm.epsilon])?;
        Ok(self.push(name, Operator::Norm(norm), input, length))
    }

    /// Adds x·σ(x) of `input`, σ the logistic function.
    ///
    /// # Errors
    /// [`ExportError::ForeignValue`].
    pub fn silu(&mut self, input: ValueId) -> Result<ValueId, ExportError> {
        let length = self.length(input)?;
        Ok(self.push(self.name("silu"), Operator::Silu, input, length))
    }

    /// Adds max(x, 0) of `input`.
    ///
    /// # Errors
    /// [`ExportError::ForeignValue`].
    pub fn relu(&mut self, input: ValueId) -> Result<ValueId, ExportError> {
        let length = self.length(input)?;
        Ok(self.push(self.name("relu"), Operator::Relu, input, length))
    }

    /// The last layer must have an output for every parameter.
    pub(super) fn check_output(&self) -> Result<(), ExportError> {
        let last = self.layers.last().ok_or(ExportError::Empty)?;
        let found = self.lengths.last().copied().unwrap_or(0);
        if found == Parameter::COUNT {
            return Ok(());
        }
        let (layer, expected) = (last.name.clone(), Parameter::COUNT);
        Err(ExportError::Shape { layer, what: "output", expected, found })
    }

    fn name(&self, operator: &str) -> String {
        format!("{operator}_{}", self.layers.len())
    }

    fn length(&self, value: ValueId) -> Result<usize, ExportError> {
        self.lengths.get(value.0).copied().ok_or(ExportError::ForeignValue(value.0))
    }

    fn push(&mut self, name: String, operator: Operator, input: ValueId, length: usize) -> ValueId {
        self.layers.push(Layer { name, operator, input });
        self.lengths.push(length);
        ValueId(self.layers.len())
    }
}

fn check(
    layer: &str,
    what: &'static str,
    expected: usize,
    numbers: &[f32],
) -> Result<(), ExportError> {
    let layer = layer.to_owned();
    if numbers.len() != expected {
        return Err(ExportError::Shape { layer, what, expected, found: numbers.len() });
    }
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(&value) => Err(ExportError::NotFinite { layer, what, value }),
        None => Ok(()),
    }
}
