//! Pictures as cameras and files have them.

use std::fmt;
use std::sync::Arc;

mod colour_profile;
mod error;
mod jpeg_outline;
mod load;
mod resize;
mod save;
#[cfg(test)]
mod tests;
mod tiff_outline;

pub use error::PictureError;
pub use save::PictureFormat;

/// A picture: interleaved RGB, display-referred sRGB, full range, rows from top to bottom. Clones
/// share its samples.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    samples: Arc<Samples>,
}

/// Samples of a [`Frame`], three for each pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// 8 bits a sample, 0 … 255.
    U8(Vec<u8>),
    /// 16 bits a sample, 0 … 65535.
    U16(Vec<u16>),
}

/// Samples that do not make a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// No pixels, or a sample count that is not width × height × 3.
    #[error("{samples} samples do not make a {width}x{height} RGB picture")]
    SampleCount {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Number of samples given.
        samples: usize,
    },
}

/// The size and the depth: millions of samples in a message help nobody.
impl fmt::Debug for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = match *self.samples {
            Samples::U8(_) => 8,
            Samples::U16(_) => 16,
        };
        write!(formatter, "Frame({}x{}, {bits} bits)", self.width, self.height)
    }
}

impl Samples {
    /// Number of samples.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::U8(samples) => samples.len(),
            Self::U16(samples) => samples.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Frame {
    /// Makes a picture of `width × height × 3` samples.
    ///
    /// # Errors
    /// [`FrameError::SampleCount`] when the count does not fit, or a side is 0.
    pub fn new(width: usize, height: usize, samples: Samples) -> Result<Self, FrameError> {
        let wanted = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
        if samples.is_empty() || wanted != Some(samples.len()) {
            return Err(FrameError::SampleCount { width, height, samples: samples.len() });
        }
        Ok(Self { width, height, samples: Arc::new(samples) })
    }

    /// Width in pixels, at least 1.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels, at least 1.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// The samples, row by row, `R G B R G B …`.
    #[must_use]
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Gives the samples away; a copy of them while a clone of the picture is alive.
    #[must_use]
    pub fn into_samples(self) -> Samples {
        Arc::unwrap_or_clone(self.samples)
    }
}
