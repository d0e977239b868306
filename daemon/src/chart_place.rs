//! `--chart`: where a colour chart is in the picture as found.

use std::str::FromStr;

use tuner::Frame;
use tuner::chart::{Chart, ChartError, Corners};

/// What the option says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChartPlace {
    /// Somewhere in the picture.
    Auto,
    /// Here.
    At(Corners),
}

impl ChartPlace {
    /// The chart in a picture.
    ///
    /// # Errors
    /// [`ChartError`] when there is none that can be read.
    pub fn locate(self, frame: &Frame) -> Result<Chart, ChartError> {
        match self {
            Self::Auto => Chart::find(frame),
            Self::At(corners) => Chart::at(corners, frame),
        }
    }
}

impl FromStr for ChartPlace {
    type Err = ChartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::At) }
    }
}
