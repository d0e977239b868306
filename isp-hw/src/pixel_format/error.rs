//! What can be wrong with a camera buffer.

use super::PixelFormat;
use super::geometry::{MAX_PIXELS, MAX_SIDE};

/// A format that no buffer can have, or a buffer too short for its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// No pixels, or more than are worked on; a colour filter array of less than one tile.
    #[error(
        "{width}x{height} pixels of {pixel}: pictures have 1 to {MAX_SIDE} pixels a side (behind a \
         colour filter array, 2 at least) and {} million in all; choose another size",
        MAX_PIXELS / 1_000_000
    )]
    Size {
        /// Layout of the samples.
        pixel: PixelFormat,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Rows that overlap.
    #[error(
        "{bytes_per_line} bytes a line, but {width} pixels of {pixel} take {needed}; \
         give at least that, or 0 where rows are not padded"
    )]
    Line {
        /// Layout of the samples.
        pixel: PixelFormat,
        /// Width in pixels.
        width: u32,
        /// Bytes a line, as given.
        bytes_per_line: u32,
        /// Bytes that the pixels of a row take.
        needed: usize,
    },
    /// A buffer that ends before the picture does.
    #[error(
        "a buffer of {found} bytes, but {width}x{height} pixels of {pixel} take {needed}; \
         the frame is incomplete: take the next one, or check format and size"
    )]
    Short {
        /// Layout of the samples.
        pixel: PixelFormat,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that the picture takes.
        needed: usize,
        /// Bytes that there are.
        found: usize,
    },
}

/// A buffer that is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Size, stride or length do not fit.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A JPEG picture that is damaged or cut short.
    #[error("the JPEG picture of the frame cannot be decoded: {reason}; take the next frame")]
    Jpeg {
        /// What is wrong.
        reason: String,
    },
    /// A JPEG picture of another size than the format says.
    #[error(
        "the JPEG picture of the frame has {found_width}x{found_height} pixels, not the \
         {width}x{height} of the format; set the camera's format again"
    )]
    JpegSize {
        /// Width by the format.
        width: u32,
        /// Height by the format.
        height: u32,
        /// Width of the JPEG picture.
        found_width: usize,
        /// Height of the JPEG picture.
        found_height: usize,
    },
    /// Levels of black and white between which there is nothing.
    #[error(
        "black level {black} and white level {white} of {pixel}: \
         white must be above black and at most {most}"
    )]
    Levels {
        /// Layout of the samples.
        pixel: PixelFormat,
        /// Black level.
        black: u16,
        /// White level.
        white: u16,
        /// The largest value of a sample.
        most: u16,
    },
    /// Linear light was asked of a format that has display-referred samples.
    #[error(
        "{pixel} is display-referred; linear light comes from formats of a colour filter array"
    )]
    NotRaw {
        /// Layout of the samples.
        pixel: PixelFormat,
    },
}

/// A picture that cannot be written into a buffer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Size, stride or length do not fit.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A format that is only read.
    #[error("{pixel} is not written; use YUYV, UYVY, NV12, NV21, YU12, RGB3, BGR3 or GREY")]
    Format {
        /// Layout of the samples.
        pixel: PixelFormat,
    },
    /// A picture of another size than the format.
    #[error("a picture of {found:?} pixels does not go into a buffer for {wanted:?} pixels")]
    Size {
        /// Width and height by the format.
        wanted: [usize; 2],
        /// Width and height of the picture.
        found: [usize; 2],
    },
    /// Colours that pictures are not converted to.
    #[error(
        "pictures are written as sRGB or Rec. 709, not as {found}; set the colour space to sRGB"
    )]
    Colours {
        /// Primaries and transfer function of the format.
        found: String,
    },
}
