//! Pixel formats of camera buffers, how they become pictures, and back.
//!
//! Nothing here knows a device or an operating system: a [`FrameFormat`] says what the bytes of a
//! buffer are, [`FrameFormat::decode`] makes a picture of them, [`FrameFormat::encode`] writes one.

mod bayer;
mod chroma;
mod colorimetry;
mod decode;
mod display;
mod encode;
mod error;
mod fourcc;
mod geometry;
mod jpeg;
mod rgb_rows;
mod rgb_to_ycbcr;
#[cfg(test)]
mod tests;
mod ycbcr_to_rgb;

pub use bayer::{Bayer, BayerLayout, BayerPattern, SensorLevels};
pub use colorimetry::{
    Colorimetry, Encoding, Primaries, Quantisation, ReportedColorimetry, TransferFunction,
};
pub use error::{DecodeError, EncodeError, GeometryError};

/// How the samples of a camera buffer are laid out; the names are those of V4L2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Y'CbCr 4:2:2, packed Y' Cb Y' Cr (`YUYV`).
    Yuyv,
    /// Y'CbCr 4:2:2, packed Cb Y' Cr Y' (`UYVY`).
    Uyvy,
    /// Y'CbCr 4:2:0, a Y' plane and a plane of Cb Cr pairs (`NV12`).
    Nv12,
    /// As NV12 with Cr Cb pairs (`NV21`).
    Nv21,
    /// Y'CbCr 4:2:0 in three planes (`YU12`).
    Yu12,
    /// Packed R' G' B' (`RGB3`).
    Rgb3,
    /// Packed B' G' R' (`BGR3`).
    Bgr3,
    /// One JPEG picture a frame (`MJPG`, also `JPEG`).
    Mjpeg,
    /// Luma only (`GREY`).
    Grey,
    /// Samples of a colour filter array, linear light.
    Bayer(Bayer),
}

/// Layout and colours of one camera buffer, as the driver reports them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameFormat {
    /// Layout of the samples.
    pub pixel: PixelFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from the start of a row of the first plane to the next; 0 where rows are not padded
    /// or, for JPEG, have no meaning. Chroma planes are padded likewise: by as much where Cb and Cr
    /// stand in pairs, by half as much in planes of their own.
    pub bytes_per_line: u32,
    /// What the samples mean as light.
    pub colorimetry: Colorimetry,
}
