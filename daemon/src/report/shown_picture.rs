//! Pictures as the page shows them: reduced, JPEG, inside the page.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use tuner::{Frame, Samples};

use super::ReportError;

/// Long sides that are tried in turn until the pictures fit [`PICTURE_BYTES`].
const LONG_SIDES: [usize; 4] = [1200, 960, 720, 480];
/// JPEG quality of photographs and of maps.
pub(super) const QUALITY: u8 = 90;
/// What all pictures may take together, as they stand in the page: with everything else the file
/// stays below 3 MB.
const PICTURE_BYTES: usize = 2_700_000;

/// A picture inside the page.
pub(super) struct ShownPicture {
    /// `data:` URI.
    pub uri: String,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
}

/// Size that fits a long side of `long_side`, never larger than it was, at least 1×1.
pub(super) fn fitted([width, height]: [usize; 2], long_side: usize) -> [usize; 2] {
    let longest = width.max(height);
    if longest <= long_side {
        return [width, height];
    }
    [width, height].map(|side| ((side * long_side + longest / 2) / longest).max(1))
}

/// What `make` makes of the largest size at which its pictures take no more `bytes` than a page has
/// for them, or of the smallest; never larger than `full`.
pub(super) fn largest_that_fit<Pictures>(
    full: [usize; 2],
    bytes: impl Fn(&Pictures) -> usize,
    make: impl Fn([usize; 2]) -> Result<Pictures, ReportError>,
) -> Result<Pictures, ReportError> {
    let mut sizes = LONG_SIDES.map(|long_side| fitted(full, long_side)).to_vec();
    sizes.dedup();
    let smallest = sizes.pop().unwrap_or([1, 1]);
    for size in sizes {
        let candidate = make(size)?;
        if bytes(&candidate) <= PICTURE_BYTES {
            return Ok(candidate);
        }
    }
    make(smallest)
}

impl ShownPicture {
    /// Encodes a picture of 8 or 16 bits as JPEG of `quality` (1 … 100).
    pub(super) fn jpeg(frame: &Frame, quality: u8) -> Result<Self, ReportError> {
        let [width, height] = frame.size();
        let narrowed: Vec<u8>;
        let bytes = match frame.samples() {
            Samples::U8(samples) => samples.as_slice(),
            Samples::U16(samples) => {
                narrowed = samples.iter().map(|&v| ((u32::from(v) + 128) / 257) as u8).collect();
                &narrowed
            }
        };
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, quality).encode(
            bytes,
            u32::try_from(width).unwrap_or(u32::MAX),
            u32::try_from(height).unwrap_or(u32::MAX),
            ExtendedColorType::Rgb8,
        )?;
        let uri = format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(file));
        Ok(Self { uri, width, height })
    }
}
