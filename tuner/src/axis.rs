//! One number of a parameter vector: one of the nine parameters, or an extra one.

use std::fmt;

use crate::Parameter;

/// How many extra parameters a pipeline may have at most.
pub const MOST_EXTRAS: usize = 8;

/// Which number of [`crate::Params`] is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// One of the nine.
    Canonical(Parameter),
    /// The extra parameter at this place of [`crate::Pipeline::extra_parameters`], from 0; there are
    /// at most [`MOST_EXTRAS`].
    Extra(usize),
}

impl From<Parameter> for Axis {
    fn from(parameter: Parameter) -> Self {
        Self::Canonical(parameter)
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canonical(parameter) => parameter.fmt(formatter),
            Self::Extra(index) => write!(formatter, "extra parameter {}", index + 1),
        }
    }
}
