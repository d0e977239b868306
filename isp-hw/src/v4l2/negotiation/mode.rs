//! What a camera offers: pixel formats, sizes, frame rates.

use std::fmt;
use std::os::fd::AsFd;

use crate::pixel_format::PixelFormat;
use crate::v4l2::stream_ioctl::{self, Intervals, Sizes};
use crate::v4l2::{CameraError, Node, Step};

/// Entries of an enumeration that are looked at; a driver that counts on for ever is left here.
const MOST_ENTRIES: u32 = 256;

/// Sizes in pixels that are tried where a camera offers a continuous range.
const SIZES_IN_A_RANGE: [[u32; 2]; 3] = [[1920, 1080], [1280, 720], [640, 480]];

/// Rates in frames a second that are tried where a camera offers a continuous range.
const RATES_IN_A_RANGE: [u32; 4] = [30, 25, 15, 10];

/// Time from one frame to the next, as a fraction of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameInterval {
    numerator: u32,
    denominator: u32,
}

impl FrameInterval {
    /// `numerator / denominator` seconds; `None` when either is 0.
    #[must_use]
    pub const fn new(numerator: u32, denominator: u32) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        Some(Self { numerator, denominator })
    }

    /// Seconds as numerator and denominator.
    pub(super) const fn parts(self) -> [u32; 2] {
        [self.numerator, self.denominator]
    }

    /// Frames a second as numerator and denominator.
    #[must_use]
    pub const fn rate_fraction(self) -> [u32; 2] {
        [self.denominator, self.numerator]
    }

    /// Frames a second.
    #[must_use]
    pub fn rate(self) -> f64 {
        f64::from(self.denominator) / f64::from(self.numerator)
    }
}

/// One way in which a camera can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// Layout of the samples.
    pub pixel: PixelFormat,
    /// How the driver calls it; several codes can stand for one layout (`MJPG` and `JPEG`).
    pub fourcc: [u8; 4],
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Intervals that the camera offers; empty when it does not say.
    pub intervals: Vec<FrameInterval>,
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [width, height] = self.size;
        let fourcc = self.fourcc.escape_ascii();
        write!(formatter, "{fourcc} {width}x{height}")?;
        let fastest = self.intervals.iter().map(|interval| interval.rate()).reduce(f64::max);
        fastest.map_or(Ok(()), |rate| write!(formatter, " at {rate:.4} fps"))
    }
}

/// All modes with pixel formats that can be decoded. Of continuous ranges only a few usual sizes
/// and rates are listed, with the size that is set now and `wished`.
///
/// # Errors
/// The camera is gone, or fails to answer.
pub fn modes(node: &Node, wished: Option<[u32; 2]>) -> Result<Vec<Mode>, CameraError> {
    let fd = node.as_fd();
    let fault = |error| CameraError::from_io(node.path(), Step::Ask, error);
    // Drivers without sizes to choose from (HDMI receivers, some sensors) have just this one.
    let now = stream_ioctl::format(fd).map_err(fault)?;
    let now = [now.width, now.height];
    let mut modes: Vec<Mode> = Vec::new();
    for index in 0..MOST_ENTRIES {
        let Some(fourcc) = stream_ioctl::pixel_format(fd, index).map_err(fault)? else { break };
        let Some(pixel) = PixelFormat::from_fourcc(fourcc) else { continue };
        let mut sizes = Vec::new();
        for index in 0..MOST_ENTRIES {
            match stream_ioctl::sizes(fd, fourcc, index).map_err(fault)? {
                None => break,
                Some(Sizes::One(size)) => sizes.push(size),
                Some(Sizes::Range { least, greatest, step }) => {
                    let usual = wished.into_iter().chain([now]).chain(SIZES_IN_A_RANGE);
                    sizes.extend(usual.filter(|size| is_inside(*size, least, greatest, step)));
                }
            }
        }
        if sizes.is_empty() {
            sizes.push(now);
        }
        for size in sizes {
            if modes.iter().any(|mode| mode.fourcc == fourcc && mode.size == size) {
                continue;
            }
            let intervals = intervals(node, fourcc, size)?;
            modes.push(Mode { pixel, fourcc, size, intervals });
        }
    }
    Ok(modes)
}

fn is_inside(size: [u32; 2], least: [u32; 2], greatest: [u32; 2], step: [u32; 2]) -> bool {
    size.iter().zip(least).zip(greatest).zip(step).all(|(((size, least), greatest), step)| {
        (least..=greatest).contains(size) && (size - least).is_multiple_of(step.max(1))
    })
}

fn intervals(
    node: &Node,
    fourcc: [u8; 4],
    size: [u32; 2],
) -> Result<Vec<FrameInterval>, CameraError> {
    let mut found = Vec::new();
    for index in 0..MOST_ENTRIES {
        let entry = stream_ioctl::intervals(node.as_fd(), fourcc, size, index)
            .map_err(|error| CameraError::from_io(node.path(), Step::Ask, error))?;
        match entry {
            None => break,
            Some(Intervals::One([numerator, denominator])) => {
                found.extend(FrameInterval::new(numerator, denominator));
            }
            Some(Intervals::Range { shortest, longest }) => {
                found.extend(usual_intervals(shortest, longest));
                break;
            }
        }
    }
    Ok(found)
}

/// The ends of a range of intervals and the usual ones between.
fn usual_intervals(shortest: [u32; 2], longest: [u32; 2]) -> Vec<FrameInterval> {
    let ends = [shortest, longest]
        .map(|[numerator, denominator]| FrameInterval::new(numerator, denominator));
    let mut found: Vec<_> = ends.into_iter().flatten().collect();
    if let [Some(shortest), Some(longest)] = ends {
        let inside = longest.rate()..=shortest.rate();
        let usual = RATES_IN_A_RANGE.into_iter().filter(|rate| inside.contains(&f64::from(*rate)));
        found.extend(usual.filter_map(|rate| FrameInterval::new(1, rate)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_off_the_grid_of_a_range_is_not_offered() {
        let inside = |size| is_inside(size, [16, 16], [4096, 2160], [2, 2]);
        assert!(inside([640, 360]));
        assert!(!inside([641, 360]));
        assert!(!inside([8, 360]));
        assert!(!inside([640, 4000]));
        assert!(is_inside([7, 9], [1, 1], [10, 10], [0, 0]), "a step of 0 divides nothing");
    }

    #[test]
    fn a_range_of_rates_offers_its_ends_and_what_is_usual() {
        let rates: Vec<f64> =
            usual_intervals([1, 60], [1, 12]).iter().map(|interval| interval.rate()).collect();
        assert_eq!(rates, [60.0, 12.0, 30.0, 25.0, 15.0]);
        assert!(usual_intervals([0, 0], [0, 0]).is_empty());
    }
}
