//! A policy that was loaded from a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use prost::Message;
use tract_onnx::pb::ModelProto;

use super::engine::Engine;
use super::{ActorError, ModelFlaw, Provenance, Representation, graph, seal, wire_outline};
use crate::Parameter;

/// Bytes that a model file may have: twice what four million weights need as 16-bit floats.
pub const LARGEST_MODEL: usize = 16 << 20;

/// A trained policy: observations in, raw outputs out. Several threads may ask one at the same time.
#[derive(Debug, Clone)]
pub struct Actor {
    name: String,
    kind: Representation,
    provenance: Provenance,
    engine: Engine,
}

impl Actor {
    /// Loads an ONNX file that train-host exported: a policy that goes to a goal.
    ///
    /// # Errors
    /// [`ActorError`] when the file cannot be read or is no sound model for this isptune. A hostile
    /// file is refused before the inference engine sees it, and a panic of the engine is an error.
    pub fn load(path: &Path) -> Result<Self, ActorError> {
        Self::load_kind(path, Representation::Residual)
    }

    /// Loads a policy of this kind.
    ///
    /// # Errors
    /// As [`Self::load`]; a policy of another kind is refused.
    pub fn load_kind(path: &Path, kind: Representation) -> Result<Self, ActorError> {
        Self::load_one_of(path, &[kind])
    }

    /// Loads a policy of one of these kinds, the most expected first; [`Self::kind`] says which it is.
    ///
    /// # Errors
    /// As [`Self::load`]; a policy of any other kind is refused.
    pub fn load_one_of(path: &Path, kinds: &[Representation]) -> Result<Self, ActorError> {
        let name = path.display().to_string();
        match read(path) {
            Ok(bytes) => Self::of_kinds(kinds, name, &bytes),
            Err(source) => Err(ActorError::Read { name, source }),
        }
    }

    /// Loads a model that is in memory; `name` stands for its file in messages.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, ActorError> {
        Self::of_kind(Representation::Residual, name, bytes)
    }

    /// Loads a policy of this kind that is in memory.
    ///
    /// # Errors
    /// As [`Self::load_kind`].
    pub fn of_kind(
        kind: Representation,
        name: impl Into<String>,
        bytes: &[u8],
    ) -> Result<Self, ActorError> {
        Self::of_kinds(&[kind], name.into(), bytes)
    }

    fn of_kinds(kinds: &[Representation], name: String, bytes: &[u8]) -> Result<Self, ActorError> {
        if bytes.len() > LARGEST_MODEL {
            return Err(ActorError::TooLarge { name, most: LARGEST_MODEL });
        }
        match prepare(bytes, kinds) {
            Ok((provenance, kind, engine)) => Ok(Self { name, kind, provenance, engine }),
            Err(flaw) => Err(ActorError::Refused { name, flaw }),
        }
    }

    /// The file that it was loaded from, or what stands for it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the file says about where it comes from.
    #[must_use]
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What it sees.
    #[must_use]
    pub const fn kind(&self) -> Representation {
        self.kind
    }

    /// The network's raw outputs, in the order of [`Parameter::ALL`], for an observation of its
    /// kind: the [`super::Observation::values`] or [`super::StyleObservation::values`] of a picture, of
    /// which [`super::step`] makes a step, or those of [`super::TasteEye`] or [`super::PaperEye`], of
    /// which [`super::taste_params`] makes parameters.
    ///
    /// # Errors
    /// [`ActorError::Length`] for an observation of another length, [`ActorError::Input`] for an observation that is not finite, [`ActorError::Inference`] and
    /// [`ActorError::Output`] when the network fails.
    pub fn infer(&self, observation: &[f32]) -> Result<[f32; Parameter::COUNT], ActorError> {
        let name = || self.name.clone();
        let (takes, found) = (self.kind.length(), observation.len());
        if takes != found {
            return Err(ActorError::Length { name: name(), takes, found });
        }
        if let Some((index, value)) = first_not_finite(observation) {
            return Err(ActorError::Input { name: name(), index, value });
        }
        let run = self.engine.run(observation);
        let outputs = run.map_err(|reason| ActorError::Inference { name: name(), reason })?;
        match first_not_finite(&outputs) {
            Some((index, value)) => Err(ActorError::Output { name: name(), index, value }),
            None => Ok(outputs),
        }
    }
}

/// Reads at most one byte more than a model may have, and never waits for a pipe or a device.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_MODEL as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn prepare(
    bytes: &[u8],
    kinds: &[Representation],
) -> Result<(Provenance, Representation, Engine), ModelFlaw> {
    let content = seal::opened(bytes)?;
    wire_outline::check(content)?;
    let model = ModelProto::decode(content);
    let model =
        model.map_err(|error| ModelFlaw::Structure(format!("cannot be decoded: {error}")))?;
    let (provenance, kind) = Provenance::of_entries(&model.metadata_props, kinds)?;
    let graph = graph::rebuilt(&model, kind.inputs())?;
    let engine = Engine::new(&graph, kind).map_err(ModelFlaw::Engine)?;
    test(&engine, kind.length())?;
    Ok((provenance, kind, engine))
}

/// One inference on an observation of plausible size, before anybody relies on the network.
fn test(engine: &Engine, inputs: usize) -> Result<(), ModelFlaw> {
    let mut observation = vec![0.0; inputs];
    for (index, value) in observation.iter_mut().enumerate() {
        *value = (index as f32).sin();
    }
    let outputs = engine.run(&observation).map_err(ModelFlaw::Test)?;
    match first_not_finite(&outputs) {
        Some((index, value)) => Err(ModelFlaw::Test(format!("output {index} is {value}"))),
        None => Ok(()),
    }
}

fn first_not_finite(values: &[f32]) -> Option<(usize, f32)> {
    values.iter().copied().enumerate().find(|(_, value)| !value.is_finite())
}
