//! Picture files to frames.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Seek, SeekFrom};
use std::path::Path;

use bytemuck::Pod;
use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{
    ColorType, DynamicImage, ExtendedColorType, ImageBuffer, ImageDecoder, ImageError, ImageFormat,
    ImageReader, Limits, Rgb,
};

use super::colour_profile;
use super::jpeg_outline::JpegOutline;
use super::tiff_outline::is_raw_camera_file;
use crate::{Frame, PictureError, Samples};

/// Longest side of a picture that is read, in pixels (what JPEG can express).
pub(super) const MAX_SIDE: u64 = 65_535;

/// Most pixels of a picture that is read.
pub(super) const MAX_PIXELS: u64 = 200_000_000;

/// Longest file that is opened: a picture of [`MAX_PIXELS`] as uncompressed 16-bit RGBA, twice.
const MAX_FILE_BYTES: u64 = MAX_PIXELS * 8 * 2;

/// Endings of the names of raw camera files. Some have a whole JPEG in front, a preview.
const RAW_CAMERA_ENDINGS: [&str; 12] =
    ["3fr", "arw", "cr2", "cr3", "dng", "iiq", "nef", "nrw", "orf", "pef", "raf", "rw2"];

/// Where in a file and by which bytes raw camera files that are no TIFF inside tell themselves: Canon
/// (CR3), Fujifilm (RAF), Olympus (ORF, twice), Panasonic (RW2).
const RAW_CAMERA_STARTS: [(usize, &[u8]); 5] =
    [(4, b"ftypcrx "), (0, b"FUJIFILMCCD-RAW"), (0, b"IIRO"), (0, b"IIRS"), (0, b"IIU\0")];

impl Frame {
    /// Reads a picture file: PNG, JPEG, TIFF, WebP, PPM/PGM, told apart by content and not by
    /// name; but what is named as a raw camera file is taken for one.
    ///
    /// - 8 and 16 bits a sample stay what they are; fewer bits are widened to 8.
    /// - Grey becomes RGB. Alpha is dropped: the colours stored under it are what counts here.
    /// - The EXIF orientation is applied.
    /// - An embedded ICC profile is applied, so that the samples are sRGB; without one they are
    ///   taken to be sRGB. A broken profile is an error, for its colours would be guessed.
    ///   PNG's gAMA, cHRM and cICP chunks are not looked at.
    /// - Of an animation, the first picture.
    ///
    /// While it loads, at most about twice the decoded size is in memory (a progressive JPEG
    /// needs its coefficients besides: up to twice the decoded size more).
    ///
    /// # Errors
    /// [`PictureError`] when the file is missing, a folder, empty, cut short, damaged or no
    /// picture; has more than 65,535 pixels a side or 200 million in all; is CMYK, floating point
    /// or a raw camera file; or has an unusable colour profile.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, PictureError> {
        let path = path.as_ref();
        let unreadable = |source| PictureError::Read { file: path.to_owned(), source };
        let found = fs::metadata(path).map_err(unreadable)?;
        if found.is_dir() {
            return Err(PictureError::Folder { file: path.to_owned() });
        }
        if found.len() > MAX_FILE_BYTES {
            return Err(PictureError::NotAPicture { file: path.to_owned() });
        }
        let file = File::open(path).map_err(unreadable)?;
        decode(&mut BufReader::with_capacity(1 << 16, file), path)
    }

    /// Reads a picture file that is in memory; `label` stands for its name in messages.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_from_memory(bytes: &[u8], label: impl AsRef<Path>) -> Result<Self, PictureError> {
        decode(&mut Cursor::new(bytes), label.as_ref())
    }
}

/// What a picture is read from. As a trait object, the decoders are compiled once and not for each
/// kind of reader.
trait Source: BufRead + Seek {}

impl<T: BufRead + Seek> Source for T {}

fn decode(mut reader: &mut dyn Source, label: &Path) -> Result<Frame, PictureError> {
    let unreadable = |source| PictureError::Read { file: label.to_owned(), source };
    if reader.fill_buf().map_err(unreadable)?.is_empty() {
        return Err(PictureError::Empty { file: label.to_owned() });
    }
    let start = reader.fill_buf().map_err(unreadable)?;
    let starts_raw =
        |(at, mark): &(usize, &[u8])| start.get(*at..).is_some_and(|s| s.starts_with(mark));
    let ending = label.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if RAW_CAMERA_ENDINGS.iter().any(|raw| ending.eq_ignore_ascii_case(raw))
        || RAW_CAMERA_STARTS.iter().any(starts_raw)
    {
        return Err(PictureError::RawCameraFile { file: label.to_owned() });
    }
    let guessed = ImageReader::new(&mut reader).with_guessed_format().map_err(unreadable)?;
    let format = guessed.format().ok_or(PictureError::NotAPicture { file: label.to_owned() })?;
    if format == ImageFormat::Jpeg {
        let outline = JpegOutline::read(&mut reader).map_err(unreadable)?;
        if !outline.complete {
            return Err(PictureError::Truncated { file: label.to_owned() });
        }
        if outline.components == 4 {
            return Err(unsupported(label, "a CMYK picture"));
        }
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    }
    if format == ImageFormat::Tiff {
        if is_raw_camera_file(reader).map_err(unreadable)? {
            return Err(PictureError::RawCameraFile { file: label.to_owned() });
        }
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    }
    let failed = |error| decoding_failed(label, format, error);
    let mut image = ImageReader::with_format(reader, format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_FILE_BYTES);
    image.limits(limits);
    let mut decoder = image.into_decoder().map_err(failed)?;

    let (width, height) = decoder.dimensions();
    let [wide, high] = [u64::from(width), u64::from(height)];
    if wide.max(high) > MAX_SIDE || wide * high > MAX_PIXELS {
        return Err(PictureError::TooLarge { file: label.to_owned(), width: wide, height: high });
    }
    if matches!(decoder.original_color_type(), ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16)
    {
        return Err(unsupported(label, "a CMYK picture"));
    }
    let profile = decoder.icc_profile().map_err(failed)?;
    // Orientation is a hint in the metadata: a picture with unreadable metadata is still one.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let colour_type = decoder.color_type();
    let channels = usize::from(colour_type.channel_count());
    let mut samples = match colour_type {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => {
            Samples::U8(to_rgb(read(decoder, label, format)?, channels))
        }
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => {
            Samples::U16(to_rgb(read(decoder, label, format)?, channels))
        }
        _ => return Err(unsupported(label, "a floating-point picture")),
    };
    if let Some(profile) = profile {
        colour_profile::convert_to_srgb(&mut samples, &profile, channels <= 2)
            .map_err(|reason| PictureError::ColourProfile { file: label.to_owned(), reason })?;
    }
    oriented(width, height, samples, orientation)
        .ok_or(PictureError::NotAPicture { file: label.to_owned() })
}

/// Decodes into one buffer of its final type.
fn read<T: Pod>(
    decoder: impl ImageDecoder,
    label: &Path,
    format: ImageFormat,
) -> Result<Vec<T>, PictureError> {
    let too_much = || PictureError::Memory { file: label.to_owned() };
    let bytes = usize::try_from(decoder.total_bytes()).map_err(|_| too_much())?;
    let count = bytes / size_of::<T>();
    let mut samples = Vec::new();
    samples.try_reserve_exact(count).map_err(|_| too_much())?;
    samples.resize(count, T::zeroed());
    decoder
        .read_image(bytemuck::cast_slice_mut(&mut samples))
        .map_err(|error| decoding_failed(label, format, error))?;
    Ok(samples)
}

/// Makes RGB of grey, grey with alpha, RGB, or RGB with alpha.
fn to_rgb<T: Copy>(mut samples: Vec<T>, channels: usize) -> Vec<T> {
    match channels {
        1 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        2 => samples.iter().step_by(2).flat_map(|&grey| [grey; 3]).collect(),
        4 => {
            let mut at = 0_usize;
            samples.retain(|_| {
                at += 1;
                !at.is_multiple_of(4)
            });
            samples.shrink_to_fit();
            samples
        }
        _ => samples,
    }
}

/// Turns and mirrors as the EXIF orientation says.
fn oriented(width: u32, height: u32, samples: Samples, orientation: Orientation) -> Option<Frame> {
    let samples_of = |image: DynamicImage| match image {
        DynamicImage::ImageRgb16(image) => Samples::U16(image.into_raw()),
        other => Samples::U8(other.into_rgb8().into_raw()),
    };
    if orientation == Orientation::NoTransforms {
        return Frame::new(width as usize, height as usize, samples).ok();
    }
    let mut image = match samples {
        Samples::U8(samples) => {
            DynamicImage::ImageRgb8(ImageBuffer::<Rgb<u8>, _>::from_raw(width, height, samples)?)
        }
        Samples::U16(samples) => {
            DynamicImage::ImageRgb16(ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, samples)?)
        }
    };
    image.apply_orientation(orientation);
    let (width, height) = (image.width() as usize, image.height() as usize);
    Frame::new(width, height, samples_of(image)).ok()
}

fn unsupported(label: &Path, kind: &str) -> PictureError {
    PictureError::Unsupported { file: label.to_owned(), kind: kind.to_owned() }
}

fn decoding_failed(label: &Path, format: ImageFormat, error: ImageError) -> PictureError {
    let file = label.to_owned();
    match error {
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PictureError::Truncated { file }
        }
        ImageError::IoError(source) => PictureError::Read { file, source },
        ImageError::Limits(_) => PictureError::Memory { file },
        ImageError::Unsupported(error) => {
            let name = format!("{format:?}").to_uppercase();
            let kind = match error.kind() {
                UnsupportedErrorKind::Format(_) => format!("a {name} picture"),
                UnsupportedErrorKind::Color(colour) => {
                    format!("a {name} picture with samples of the kind {colour:?}")
                }
                _ => format!("this kind of {name} picture ({error})"),
            };
            PictureError::Unsupported { file, kind }
        }
        error => PictureError::Damaged { file, reason: error.to_string() },
    }
}
