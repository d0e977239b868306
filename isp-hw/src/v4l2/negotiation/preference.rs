//! Which mode of a camera is taken.
//!
//! Without a wish, by the first difference in this table:
//!
//! | | preferred | because |
//! |---|---|---|
//! | 1 | 15 frames a second or more; then an unknown rate | a query waits for several frames |
//! | 2 | the largest size up to 1920×1080; else the smallest above it | texture is measured at full resolution, and more pixels change no result, only its time |
//! | 3 | 4:2:2 or RGB, 4:2:0, MJPEG, Bayer, grey | less is lost; MJPEG rounds and blurs; Bayer is not yet through an ISP; grey has no colours |
//! | 4 | the rate nearest to 30 | faster only costs light and power |
//! | 5 | the order of the driver | |

use std::cmp::Reverse;

use super::mode::{FrameInterval, Mode};
use crate::pixel_format::PixelFormat;

/// What a user asks for; what is `None` is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FormatWish {
    /// Layout of the samples.
    pub pixel: Option<PixelFormat>,
    /// Width and height in pixels.
    pub size: Option<[u32; 2]>,
    /// Frames a second; met within 1 %.
    pub rate: Option<f64>,
}

const LEAST_RATE: f64 = 15.0;
const USUAL_RATE: f64 = 30.0;
const LARGEST_USUAL: u64 = 1920 * 1080;
/// Cameras round 30 to 30000/1001.
const RATE_TOLERANCE: f64 = 0.01;
/// Modes that a message names.
const NAMED_MODES: usize = 12;

/// A mode with the interval to ask for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) mode: Mode,
    pub(super) interval: Option<FrameInterval>,
}

/// Whether a rate is the wished one.
pub(super) fn is_rate(rate: f64, wished: f64) -> bool {
    (rate / wished - 1.0).abs() <= RATE_TOLERANCE
}

const fn loss(pixel: PixelFormat) -> u8 {
    match pixel {
        PixelFormat::Yuyv | PixelFormat::Uyvy | PixelFormat::Rgb3 | PixelFormat::Bgr3 => 0,
        PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::Yu12 => 1,
        PixelFormat::Mjpeg => 2,
        PixelFormat::Bayer(_) => 3,
        PixelFormat::Grey => 4,
    }
}

/// Choices that meet the wish, the preferred first.
///
/// # Errors
/// A text that says what there is, when nothing meets the wish.
pub(super) fn choices(modes: &[Mode], wish: &FormatWish) -> Result<Vec<Choice>, String> {
    let mut choices: Vec<Choice> = modes
        .iter()
        .filter(|mode| wish.pixel.is_none_or(|pixel| pixel == mode.pixel))
        .filter(|mode| wish.size.is_none_or(|size| size == mode.size))
        .filter_map(|mode| {
            let nearest = nearest_interval(&mode.intervals, wish.rate.unwrap_or(USUAL_RATE));
            if let (Some(wished), Some(nearest)) = (wish.rate, nearest)
                && !is_rate(nearest.rate(), wished)
            {
                return None;
            }
            // A driver that lists no rates may still set the wished one.
            let interval = nearest.or_else(|| interval_of(wish.rate?));
            Some(Choice { mode: mode.clone(), interval })
        })
        .collect();
    if choices.is_empty() {
        return Err(refusal(modes, wish));
    }
    choices.sort_by_key(rank);
    Ok(choices)
}

fn rank(choice: &Choice) -> (u8, bool, Reverse<u64>, u64, u8, u64) {
    let pixels = choice.mode.size.map(u64::from).iter().product::<u64>();
    let is_large = pixels > LARGEST_USUAL;
    let rate = choice.interval.map(FrameInterval::rate);
    let slowness = match rate {
        Some(rate) if rate >= LEAST_RATE * (1.0 - RATE_TOLERANCE) => 0,
        None => 1,
        Some(_) => 2,
    };
    // Millihertz, since floats have no order.
    let unusual = rate.map_or(0, |rate| ((rate - USUAL_RATE).abs() * 1000.0) as u64);
    let (large_first, small_first) = if is_large { (0, pixels) } else { (pixels, 0) };
    (slowness, is_large, Reverse(large_first), small_first, loss(choice.mode.pixel), unusual)
}

fn nearest_interval(intervals: &[FrameInterval], rate: f64) -> Option<FrameInterval> {
    let distance = |interval: &FrameInterval| (interval.rate() - rate).abs();
    intervals.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The interval of a rate, exact to a thousandth of a frame a second.
pub(super) fn interval_of(rate: f64) -> Option<FrameInterval> {
    FrameInterval::new(1000, (rate * 1000.0).round() as u32)
}

fn refusal(modes: &[Mode], wish: &FormatWish) -> String {
    if modes.is_empty() {
        return "offers no pixel format that isptune can decode; `v4l2-ctl --list-formats` shows \
                what it has"
            .to_owned();
    }
    let mut wished = Vec::new();
    wished.extend(wish.pixel.map(|pixel| pixel.to_string()));
    wished.extend(wish.size.map(|[width, height]| format!("{width}x{height}")));
    wished.extend(wish.rate.map(|rate| format!("{rate} fps")));
    let mut named: Vec<String> = modes.iter().take(NAMED_MODES).map(Mode::to_string).collect();
    if let Some(more) = modes.len().checked_sub(NAMED_MODES).filter(|more| *more > 0) {
        named.push(format!("and {more} more"));
    }
    format!("does not offer {}; choose one of: {}", wished.join(" "), named.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mode(fourcc: &[u8; 4], size: [u32; 2], rates: &[u32]) -> Mode {
        Mode {
            pixel: PixelFormat::from_fourcc(*fourcc).unwrap(),
            fourcc: *fourcc,
            size,
            intervals: rates.iter().filter_map(|rate| FrameInterval::new(1, *rate)).collect(),
        }
    }

    /// A usual USB camera: uncompressed only where the bus carries it.
    fn webcam() -> Vec<Mode> {
        vec![
            mode(b"YUYV", [640, 480], &[30, 15]),
            mode(b"YUYV", [1920, 1080], &[5]),
            mode(b"MJPG", [640, 480], &[30]),
            mode(b"MJPG", [1920, 1080], &[60, 30, 15]),
            mode(b"MJPG", [3840, 2160], &[30]),
        ]
    }

    fn first(modes: &[Mode], wish: FormatWish) -> String {
        let choices = choices(modes, &wish).unwrap();
        let choice = &choices[0];
        let rate = choice.interval.map_or(0.0, FrameInterval::rate);
        let [width, height] = choice.mode.size;
        format!("{} {width}x{height} {rate}", choice.mode.fourcc.escape_ascii())
    }

    #[test]
    fn a_large_fast_mode_is_preferred_to_a_slow_uncompressed_one() {
        assert_eq!(first(&webcam(), FormatWish::default()), "MJPG 1920x1080 30");
    }

    #[test]
    fn at_equal_size_and_rate_the_less_lossy_format_is_preferred() {
        let size = [640, 480];
        let order: [&[u8; 4]; 5] = [b"GREY", b"RGGB", b"MJPG", b"NV12", b"UYVY"];
        let mut modes: Vec<Mode> = order.iter().map(|code| mode(code, size, &[30])).collect();
        for fourcc in order.iter().rev() {
            let best = first(&modes, FormatWish::default());
            assert!(best.starts_with(str::from_utf8(*fourcc).unwrap()), "{best}");
            modes.pop();
        }
    }

    #[test]
    fn a_wish_is_honoured_or_refused_with_what_there_is() {
        let uncompressed = FormatWish { pixel: Some(PixelFormat::Yuyv), ..FormatWish::default() };
        assert_eq!(first(&webcam(), uncompressed), "YUYV 640x480 30");
        let slow = FormatWish { rate: Some(5.0), ..FormatWish::default() };
        assert_eq!(first(&webcam(), slow), "YUYV 1920x1080 5");
        let ntsc = FormatWish { rate: Some(29.97), ..uncompressed };
        assert_eq!(first(&webcam(), ntsc), "YUYV 640x480 30");
        let odd = FormatWish { size: Some([800, 600]), rate: Some(24.0), ..uncompressed };
        let message = choices(&webcam(), &odd).unwrap_err();
        assert!(message.starts_with("does not offer YUYV 800x600 24 fps; choose"), "{message}");
        assert!(message.contains("MJPG 3840x2160 at 30.0000 fps"), "{message}");
        let nothing = choices(&[], &FormatWish::default()).unwrap_err();
        assert!(nothing.contains("no pixel format that isptune can decode"), "{nothing}");
    }

    #[test]
    fn a_camera_that_tells_no_rates_is_asked_for_the_wished_one() {
        let modes = [mode(b"YUYV", [1280, 720], &[])];
        assert_eq!(first(&modes, FormatWish::default()), "YUYV 1280x720 0");
        let wish = FormatWish { rate: Some(12.5), ..FormatWish::default() };
        assert_eq!(first(&modes, wish), "YUYV 1280x720 12.5");
    }

    proptest! {
        #[test]
        fn the_choice_does_not_depend_on_the_order_of_different_modes(seed in 0..120_usize) {
            let mut modes = webcam();
            let last = modes.len() - 1;
            modes.swap(seed % 5, last);
            modes.rotate_left(seed / 5 % 5);
            prop_assert_eq!(first(&modes, FormatWish::default()), "MJPG 1920x1080 30");
        }
    }
}
