//! What can be wrong with a model file, and with a use of one.

use std::io;

use super::Representation;

/// Why a model was not loaded or gave no answer. Every message names the file and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// The file is missing, is no regular file, or may not be read.
    #[error("{name}: cannot be read: {source}; name the ONNX file of a model")]
    Read {
        /// The file.
        name: String,
        /// What went wrong.
        source: io::Error,
    },
    /// More bytes than any model of ours has.
    #[error(
        "{name}: has more than {} MiB, more than any model of isptune; \
         export it as int8, or check that this is the right file",
        most / (1 << 20)
    )]
    TooLarge {
        /// The file.
        name: String,
        /// Bytes that a model may have.
        most: usize,
    },
    /// The content is refused.
    #[error("{name}: {flaw}; {}", flaw.way_out())]
    Refused {
        /// The file.
        name: String,
        /// What is wrong with it.
        #[source]
        flaw: ModelFlaw,
    },
    /// A value of an observation is no number. The network is not asked: it may well turn NaN into
    /// a plausible answer.
    #[error("{name}: value {index} of the observation is {value}; the pictures must be finite")]
    Input {
        /// The model.
        name: String,
        /// Position of the value.
        index: usize,
        /// The offending value.
        value: f32,
    },
    /// An observation of another kind than the model takes.
    #[error("{name}: takes {takes} values, the observation has {found}; use a model of its kind")]
    Length {
        /// The model.
        name: String,
        /// Values that the network takes.
        takes: usize,
        /// Values of the observation.
        found: usize,
    },
    /// The network failed on a finite observation.
    #[error("{name}: the network failed: {reason}; use another model")]
    Inference {
        /// The model.
        name: String,
        /// What the inference engine said.
        reason: String,
    },
    /// An output is no number.
    #[error("{name}: output {index} of the network is {value}; use another model")]
    Output {
        /// The model.
        name: String,
        /// Position of the value, 0 … 8.
        index: usize,
        /// The offending value.
        value: f32,
    },
}

/// What is wrong with the content of a model file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFlaw {
    /// It does not end with a digest entry: no model of isptune, or one that is cut short.
    #[error("does not end with the digest that isptune's exporter writes")]
    NotSealed,
    /// The digest is that of another content.
    #[error("is damaged: its SHA-256 is {actual}, it should be {stated}")]
    Digest {
        /// The digest in the file.
        stated: String,
        /// The digest of its content.
        actual: String,
    },
    /// The protocol-buffer structure is broken or holds what the exporter never writes.
    #[error("{0}")]
    Structure(String),
    /// A metadata entry is missing, repeated, unknown, too long or holds control characters.
    #[error("its metadata {0}")]
    Metadata(String),
    /// Written for another version of the file format.
    #[error("is of file format {found}; this isptune reads format {expected}")]
    Format {
        /// The file's.
        found: String,
        /// Ours.
        expected: u32,
    },
    /// Trained on observations of another meaning.
    #[error(
        "was trained on observations of version {found}; this isptune makes version {expected}"
    )]
    Observation {
        /// The file's.
        found: String,
        /// Ours.
        expected: u32,
    },
    /// Trained on observations of another kind.
    #[error("was trained on the representation {found:?}; this isptune has {expected:?}")]
    Representation {
        /// The file's, shortened.
        found: String,
        /// Ours.
        expected: &'static str,
    },
    /// A sound kind, but not the one that is asked for here.
    #[error(
        "is a policy {}, not one {}", what_it_does(*found), what_it_does(*expected)
    )]
    OtherKind {
        /// The file's.
        found: Representation,
        /// What is needed.
        expected: Representation,
    },
    /// Sets other parameters, or in another order or range.
    #[error("sets the parameters {found:?}; this isptune has {expected:?}")]
    Parameters {
        /// The file's, shortened.
        found: String,
        /// Ours.
        expected: String,
    },
    /// The computation is not one that the exporter writes.
    #[error("{0}")]
    Graph(String),
    /// A tensor of weights is broken.
    #[error("the weights {tensor} {reason}")]
    Weights {
        /// Name of the tensor, quoted and shortened.
        tensor: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The inference engine refused the network, or panicked.
    #[error("the inference engine refused it: {0}")]
    Engine(String),
    /// The network gave no usable answer to a test observation.
    #[error("failed its test: {0}")]
    Test(String),
}

impl ModelFlaw {
    /// What to do about it.
    fn way_out(&self) -> String {
        let words = match self {
            Self::NotSealed | Self::Digest { .. } => "copy or export the model again",
            Self::Format { .. } | Self::Observation { .. } | Self::Representation { .. } => {
                "use a model made for this version, or train one with train-host"
            }
            Self::OtherKind { found, expected } => {
                let (verb, maker) = (verb_for(*found, *expected), maker_of(*expected));
                return format!(
                    "use it with `{verb} --model`, or give a model that `{maker}` made"
                );
            }
            _ => "use a model that isptune's train-host exported",
        };
        words.to_owned()
    }
}

/// Where a policy of the kind `found` is of use, when one of the kind `expected` was wanted.
const fn verb_for(found: Representation, expected: Representation) -> &'static str {
    match (found, expected) {
        (Representation::Taste, _) => "isptune enhance",
        (Representation::Style, _) => "isptune match --task style",
        (Representation::Paper, _) => "isptune match --task finish --strategy actor",
        (Representation::Residual, Representation::Style) => "isptune match --task finish",
        (Representation::Residual, _) => "isptune match",
    }
}

/// Who makes policies of a kind.
const fn maker_of(kind: Representation) -> &'static str {
    match kind {
        Representation::Residual => "train-host train",
        Representation::Taste => "train-host taste",
        Representation::Style => "train-host style",
        Representation::Paper => "train-host td3 --state paper",
    }
}

/// What policies of a kind are for, for people.
const fn what_it_does(kind: Representation) -> &'static str {
    match kind {
        Representation::Residual => "that goes to a goal (representation \"residual\")",
        Representation::Taste => "of taste, without a goal (representation \"taste\")",
        Representation::Style => {
            "of style, for goals that show something else (representation \"style\")"
        }
        Representation::Paper => "on the paper's state, 64×64 pixels (representation \"paper\")",
    }
}

/// A name from a file, fit for a message: quoted, escaped and shortened.
pub(super) fn quoted(name: &str) -> String {
    const MOST: usize = 60;
    if name.chars().count() <= MOST {
        return format!("{name:?}");
    }
    let start: String = name.chars().take(MOST).collect();
    format!("{start:?}…")
}
