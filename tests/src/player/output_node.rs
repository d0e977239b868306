//! The output node, which takes frames by plain writes.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use v4l::device::Device;
use v4l::format::{Colorspace, Format, FourCC, Quantization, TransferFunction};
use v4l::video::Output;

/// A video output that is being written to.
pub struct OutputNode(File);

impl OutputNode {
    /// Opens the node for YUYV frames of this size, in V4L2's colour space sRGB with its default
    /// encoding (ITU-R BT.601, limited range).
    pub fn open(path: &Path, size: [usize; 2]) -> io::Result<Self> {
        let device = Device::with_path(path)?;
        let [width, height] = size.map(|side| side as u32);
        let wanted = Format {
            colorspace: Colorspace::SRGB,
            transfer: TransferFunction::SRGB,
            quantization: Quantization::LimitedRange,
            ..Format::new(width, height, FourCC::new(b"YUYV"))
        };
        let got = device.set_format(&wanted)?;
        let rows_fit = got.stride == 2 * width && got.size == 2 * width * height;
        if [got.width, got.height] != [width, height] || got.fourcc != wanted.fourcc || !rows_fit {
            return Err(io::Error::other(format!("{} offers only\n{got}", path.display())));
        }
        // The v4l crate opens without blocking; writes have to wait for the output's clock.
        Ok(Self(File::options().write(true).open(path)?))
    }

    /// Waits until the output takes a frame, and hands it over.
    pub fn show(&mut self, frame: &[u8]) -> io::Result<()> {
        self.0.write_all(frame)
    }
}
