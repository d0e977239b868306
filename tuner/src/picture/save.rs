//! Frames to picture files.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::tiff::TiffEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::{Frame, PictureError, Samples, write_atomically};

/// JPEG quality on the usual scale of 1 to 100: what a picture for the eye needs, no less.
const JPEG_QUALITY: u8 = 95;

/// A format that pictures are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PictureFormat {
    /// PNG, 8 or 16 bits a sample, compressed for speed.
    Png,
    /// TIFF, 8 or 16 bits a sample, uncompressed.
    Tiff,
    /// JPEG, 8 bits a sample, quality 95.
    Jpeg,
    /// Binary PPM (P6), 8 or 16 bits a sample.
    Ppm,
}

impl PictureFormat {
    /// The format that a file name ends in: png, tif or tiff, jpg or jpeg, ppm, in any case.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "png" => Some(Self::Png),
            "tif" | "tiff" => Some(Self::Tiff),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "ppm" => Some(Self::Ppm),
            _ => None,
        }
    }
}

impl Frame {
    /// Writes the picture in the format that the name ends in ([`PictureFormat::of_path`]), with
    /// the bits a sample that it has (JPEG: always 8). All or nothing, as [`write_atomically`].
    ///
    /// # Errors
    /// [`PictureError::Extension`] for another ending, [`PictureError::Write`] when the file
    /// cannot be written; what was there before is then untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let format = PictureFormat::of_path(path)
            .ok_or_else(|| PictureError::Extension { file: path.to_owned() })?;
        write_atomically(path, |writer| self.encode(format, writer))?;
        Ok(())
    }

    /// Writes the picture to `writer` in `format`.
    ///
    /// # Errors
    /// Those of the writer, and [`io::ErrorKind::InvalidInput`] for a size that the format cannot
    /// hold (JPEG: 65,535 pixels a side).
    pub fn encode(&self, format: PictureFormat, mut writer: impl Write + Seek) -> io::Result<()> {
        self.encode_to(format, Witness { writer: &mut writer, failure: None })
    }

    fn encode_to(&self, format: PictureFormat, mut writer: Witness<'_>) -> io::Result<()> {
        let side = |extent: usize| {
            u32::try_from(extent)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        };
        let (width, height) = (side(self.width())?, side(self.height())?);
        let narrowed: Vec<u8>;
        let (bytes, colour_type): (&[u8], _) = match self.samples() {
            Samples::U8(samples) => (samples, ExtendedColorType::Rgb8),
            Samples::U16(samples) if format == PictureFormat::Jpeg => {
                narrowed = samples.iter().map(|&sample| to_8_bits(sample)).collect();
                (&narrowed, ExtendedColorType::Rgb8)
            }
            Samples::U16(samples) => (bytemuck::cast_slice(samples), ExtendedColorType::Rgb16),
        };
        let encoded = match format {
            PictureFormat::Png => {
                PngEncoder::new_with_quality(&mut writer, CompressionType::Fast, FilterType::Up)
                    .write_image(bytes, width, height, colour_type)
            }
            PictureFormat::Tiff => {
                TiffEncoder::new(&mut writer).write_image(bytes, width, height, colour_type)
            }
            PictureFormat::Jpeg => JpegEncoder::new_with_quality(&mut writer, JPEG_QUALITY)
                .write_image(bytes, width, height, colour_type),
            PictureFormat::Ppm => write_ppm(self, &mut writer).map_err(ImageError::IoError),
        };
        encoded.map_err(|error| match (writer.failure, error) {
            (Some(failure), _) | (None, ImageError::IoError(failure)) => failure,
            (None, other) => io::Error::new(io::ErrorKind::InvalidInput, other),
        })
    }
}

/// A binary PPM; the image crate writes those of 8 bits only.
fn write_ppm(frame: &Frame, writer: &mut impl Write) -> io::Result<()> {
    let [width, height] = frame.size();
    match frame.samples() {
        Samples::U8(samples) => {
            write!(writer, "P6\n{width} {height}\n255\n")?;
            writer.write_all(samples)
        }
        Samples::U16(samples) => {
            write!(writer, "P6\n{width} {height}\n65535\n")?;
            samples.chunks(width * 3).try_for_each(|row| {
                let row: Vec<u8> = row.iter().flat_map(|sample| sample.to_be_bytes()).collect();
                writer.write_all(&row)
            })
        }
    }
}

/// Keeps the reason why a write failed: the encoders pass on its text at most, and a full disk
/// must still be told from other trouble.
struct Witness<'a> {
    writer: &'a mut dyn Target,
    failure: Option<io::Error>,
}

/// What a picture is written to. As a trait object, the encoders are compiled once and not for
/// each kind of writer.
trait Target: Write + Seek {}

impl<T: Write + Seek> Target for T {}

impl Witness<'_> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            // A writer that was interrupted is asked again, and nothing is wrong.
            if kind != io::ErrorKind::Interrupted {
                self.failure.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for Witness<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.writer.write(bytes);
        self.keep(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.writer.flush();
        self.keep(result)
    }
}

impl Seek for Witness<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let result = self.writer.seek(position);
        self.keep(result)
    }
}

/// The nearest of the 256 steps that 8 bits have.
pub(super) const fn to_8_bits(sample: u16) -> u8 {
    ((sample as u32 + 128) / 257) as u8
}
