//! A network in plain numbers, as the exporter takes it: no torch, no ONNX.
//!
//! It is a list of layers, each of which names the values that it reads: paths may part and meet again.

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

/// A convolution of a map of planes, with zeros around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// Height and width of a kernel.
    pub sides: [usize; 2],
    /// Pixels from one place of the kernel to the next, down and across.
    pub stride: usize,
    /// Zeros above, to the left, below, to the right of the map.
    pub pads: [usize; 4],
    /// Outputs × inputs × height × width numbers, the last running fastest.
    pub weights: Vec<f32>,
    /// One number for each output plane.
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
    /// The shape of its kernel stands beside it.
    Conv(Conv, [usize; 4]),
    Norm(Norm),
    Silu,
    Relu,
    /// The sum of both inputs; one value for each plane goes to all pixels of a map.
    Add,
    Flatten,
}

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) operator: Operator,
    pub(super) inputs: Vec<ValueId>,
}

/// A network from an observation to raw outputs for nine parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(super) layers: Vec<Layer>,
    /// Shapes of the values, without the batch: the inputs', then each layer's. A row has one side, a
    /// map of planes three.
    shapes: Vec<Vec<usize>>,
    /// What it sees.
    pub(super) kind: Representation,
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// The value that a network starts from: the observation, or its first part.
    pub const INPUT: ValueId = ValueId(0);
    /// The second part of an observation of the paper's state: what is no picture.
    pub const NUMBERS: ValueId = ValueId(1);

    /// A network of the representation `residual` without layers. Its last layer will be its
    /// output, which must have nine values.
    #[must_use]
    pub fn new() -> Self {
        Self::of_kind(Representation::Residual)
    }

    /// A network without layers that sees this.
    #[must_use]
    pub fn of_kind(kind: Representation) -> Self {
        let inputs = kind.inputs().iter();
        let shapes = inputs.map(|(_, shape)| shape.iter().skip(1).copied().collect()).collect();
        Self { layers: Vec::new(), shapes, kind }
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
            value = network.activation(value, layer.norm)?;
        }
        network.dense(value, output)?;
        network.check_output()?;
        Ok(network)
    }

    /// Adds what stands behind the map of a hidden layer: a normalisation if there is one, SiLU.
    pub(super) fn activation(
        &mut self,
        value: ValueId,
        norm: Option<Norm>,
    ) -> Result<ValueId, ExportError> {
        let value = match norm {
            Some(norm) => self.norm(value, norm)?,
            None => value,
        };
        self.silu(value)
    }

    /// Adds an affine map of `input`, a row.
    ///
    /// # Errors
    /// [`ExportError`] when lengths do not fit together, a number is not finite, or `input` is no value
    /// of this network.
    pub fn dense(&mut self, input: ValueId, dense: Dense) -> Result<ValueId, ExportError> {
        let name = self.name("dense");
        let (inputs, outputs) = (self.row(input)?, dense.bias.len());
        check(&name, "weights", inputs * outputs.max(1), &dense.weights)?;
        check(&name, "bias", outputs, &dense.bias)?;
        Ok(self.push(name, Operator::Dense(dense), &[input], vec![outputs]))
    }

    /// Adds a convolution of `input`, a map.
    ///
    /// # Errors
    /// As [`Self::dense`].
    pub fn conv(&mut self, input: ValueId, conv: Conv) -> Result<ValueId, ExportError> {
        let name = self.name("conv");
        let [planes, height, width] = self.map(input)?;
        let ([tall, wide], outputs) = (conv.sides, conv.bias.len());
        check(&name, "weights", outputs.max(1) * planes * tall * wide, &conv.weights)?;
        check(&name, "bias", outputs, &conv.bias)?;
        let [top, left, bottom, right] = conv.pads;
        let places = |extent: usize, side: usize| {
            extent.checked_sub(side).map_or(0, |rest| rest / conv.stride.max(1) + 1)
        };
        let shape =
            vec![outputs, places(top + height + bottom, tall), places(left + width + right, wide)];
        let kernel = [outputs, planes, tall, wide];
        Ok(self.push(name, Operator::Conv(conv, kernel), &[input], shape))
    }

    /// Adds a normalisation of `input`, a row.
    ///
    /// # Errors
    /// As [`Self::dense`].
    pub fn norm(&mut self, input: ValueId, norm: Norm) -> Result<ValueId, ExportError> {
        let name = self.name("norm");
        let length = self.row(input)?;
        check(&name, "scale", length, &norm.scale)?;
        check(&name, "bias", length, &norm.bias)?;
        check(&name, "epsilon", 1, &[norm.epsilon])?;
        Ok(self.push(name, Operator::Norm(norm), &[input], vec![length]))
    }

    /// Adds x·σ(x) of `input`, a row, σ the logistic function.
    ///
    /// # Errors
    /// As [`Self::dense`].
    pub fn silu(&mut self, input: ValueId) -> Result<ValueId, ExportError> {
        let length = self.row(input)?;
        Ok(self.push(self.name("silu"), Operator::Silu, &[input], vec![length]))
    }

    /// Adds max(x, 0) of `input`.
    ///
    /// # Errors
    /// [`ExportError::ForeignValue`].
    pub fn relu(&mut self, input: ValueId) -> Result<ValueId, ExportError> {
        let shape = self.shape(input)?.to_vec();
        Ok(self.push(self.name("relu"), Operator::Relu, &[input], shape))
    }

    /// Adds the sum of two values of one shape, or of a map and a map of one pixel, which goes to all
    /// pixels.
    ///
    /// # Errors
    /// [`ExportError::ForeignValue`], and [`ExportError::Shape`] when they do not fit together.
    pub fn add(&mut self, first: ValueId, second: ValueId) -> Result<ValueId, ExportError> {
        let (ours, theirs) = (self.shape(first)?, self.shape(second)?);
        let spreads =
            matches!((ours, theirs), ([planes, _, _], [others, 1, 1]) if planes == others);
        let (layer, expected, found) =
            (self.name("add"), ours.iter().product(), theirs.iter().product());
        if ours != theirs && !spreads {
            return Err(ExportError::Shape { layer, what: "second input", expected, found });
        }
        let shape = ours.to_vec();
        Ok(self.push(layer, Operator::Add, &[first, second], shape))
    }

    /// Adds the row of all values of `input`, a map: plane after plane, line after line.
    ///
    /// # Errors
    /// As [`Self::dense`].
    pub fn flatten(&mut self, input: ValueId) -> Result<ValueId, ExportError> {
        let length = self.map(input)?.iter().product();
        Ok(self.push(self.name("flatten"), Operator::Flatten, &[input], vec![length]))
    }

    /// The last layer must have an output for every parameter.
    pub(super) fn check_output(&self) -> Result<(), ExportError> {
        let last = self.layers.last().ok_or(ExportError::Empty)?;
        let found = self.shapes.last().map_or(0, |shape| shape.iter().product());
        if found == Parameter::COUNT {
            return Ok(());
        }
        let (layer, expected) = (last.name.clone(), Parameter::COUNT);
        Err(ExportError::Shape { layer, what: "output", expected, found })
    }

    fn name(&self, operator: &str) -> String {
        format!("{operator}_{}", self.layers.len())
    }

    fn shape(&self, value: ValueId) -> Result<&[usize], ExportError> {
        self.shapes.get(value.0).map(Vec::as_slice).ok_or(ExportError::ForeignValue(value.0))
    }

    fn row(&self, value: ValueId) -> Result<usize, ExportError> {
        match self.shape(value)? {
            [length] => Ok(*length),
            _ => Err(ExportError::Sides { value: value.0, wanted: "a row" }),
        }
    }

    fn map(&self, value: ValueId) -> Result<[usize; 3], ExportError> {
        let shape = self.shape(value)?;
        shape.try_into().map_err(|_| ExportError::Sides { value: value.0, wanted: "a map" })
    }

    /// Planes and height of a map.
    pub(super) fn extent(&self, value: ValueId) -> Result<(usize, usize), ExportError> {
        let [planes, height, _] = self.map(value)?;
        Ok((planes, height))
    }

    fn push(
        &mut self,
        name: String,
        operator: Operator,
        inputs: &[ValueId],
        shape: Vec<usize>,
    ) -> ValueId {
        self.layers.push(Layer { name, operator, inputs: inputs.to_vec() });
        self.shapes.push(shape);
        ValueId(self.shapes.len() - 1)
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
