//! Pixel formats of camera buffers, and how they become pictures.

mod colorimetry;

pub use colorimetry::{Colorimetry, Encoding, Primaries, Quantisation, TransferFunction};

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

/// A colour filter array with its sample layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bayer {
    /// Which colour stands where in a 2×2 tile.
    pub pattern: BayerPattern,
    /// Bits of a sample: 8, 10, 12, 14 or 16.
    pub depth: u8,
    /// Packed as on the MIPI CSI-2 bus; otherwise each sample above 8 bits takes two bytes, little
    /// endian, in the low bits.
    pub is_packed: bool,
}

/// Colours of a 2×2 tile, first row then second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BayerPattern {
    /// R G / G B.
    Rggb,
    /// B G / G R.
    Bggr,
    /// G R / B G.
    Grbg,
    /// G B / R G.
    Gbrg,
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
    /// or, for JPEG, have no meaning.
    pub bytes_per_line: u32,
    /// What the samples mean as light.
    pub colorimetry: Colorimetry,
}
