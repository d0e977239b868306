//! What makes a picture a bad reference. The thresholds, and what they were tried on, are in
//! `docs/decisions/0013-bad-references.md`.

use serde::Serialize;
use tuner::{Frame, FrameError, Goal, GoalError, GoalOptions, Samples};

use super::detail::detail;

/// Shortest side of a goal, in pixels: below it, registration and texture have nothing to go by.
pub const SHORTEST_SIDE: usize = 64;
/// Largest share of pixels that may be white, and that may be black: of more than half of the
/// picture, nothing is known of the tone. The most of any photograph at hand is 0.39.
pub const MOST_CLIPPED: f64 = 0.5;
/// Least detail ([`Refusal::Blurred`]): below the least of any sharp photograph at hand (0.45), above
/// all that were blurred by a standard deviation of 1.5 pixels of about 450 (0.39).
pub const LEAST_DETAIL: f64 = 0.4;
/// A picture is of one colour when 98 of 100 pixels lie within so many 8-bit steps in every channel;
/// a grey card with a noise of 3 steps does. The least of any photograph at hand is 87.
pub const FLAT_STEPS: f64 = 16.0;

/// A pixel is white when all its channels are at least so many 8-bit steps: a camera's JPEG misses
/// the end by one.
const WHITE_STEPS: u8 = 254;
/// A pixel is black when none of its channels is more.
const BLACK_STEPS: u8 = 1;

/// Why a picture is a bad reference.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Too few pixels.
    #[error("it is too small: {width}x{height} pixels, {SHORTEST_SIDE} a side are needed")]
    TooSmall {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// One colour all over.
    #[error(
        "it is of one colour: its pixels differ by {spread_steps:.0} of 255 steps, \
         {FLAT_STEPS:.0} are needed"
    )]
    Flat {
        /// Range of 98 of 100 pixels in the channel that has the largest, in 8-bit steps.
        spread_steps: f64,
    },
    /// Too much of it is white or black.
    #[error(
        "{:.0} % of it is clipped {}; at most {:.0} % may be",
        100.0 * share, end.in_words(), 100.0 * MOST_CLIPPED
    )]
    Clipped {
        /// At which end.
        end: End,
        /// Share of the pixels, in [0, 1].
        share: f64,
    },
    /// It is out of focus or shaken.
    #[error("it is blurred: its fine detail is {detail:.2}, {LEAST_DETAIL} is needed")]
    Blurred {
        /// Power of the finest detail against that an octave below.
        detail: f64,
    },
    /// It does not show what it is compared with.
    #[error("{0}")]
    Goal(#[from] GoalError),
    /// A frame does not show what the first one does.
    #[error("frame {file} shows other content than the first one")]
    OtherFrame {
        /// The frame.
        file: String,
    },
    /// A frame shows what the first one does, at another place.
    #[error(
        "frame {file} is shifted against the first by {dx:.1}, {dy:.1} pixels, which their mean \
         would blur"
    )]
    Moved {
        /// The frame.
        file: String,
        /// Shift to the right in pixels.
        dx: f64,
        /// Shift down in pixels.
        dy: f64,
    },
}

/// An end of the range of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// All channels at their largest.
    White,
    /// All channels at their smallest.
    Black,
}

impl End {
    const fn in_words(self) -> &'static str {
        match self {
            Self::White => "to white",
            Self::Black => "to black",
        }
    }
}

impl Refusal {
    /// Several of them in one line.
    pub(super) fn list(refusals: &[Self]) -> String {
        refusals.iter().map(Self::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// Everything for which a picture is a bad reference; `against` is what the camera sees, where that
/// is known.
///
/// # Errors
/// None for a picture: its sides are at least 1.
pub fn refusals(goal: &Frame, against: Option<&Frame>) -> Result<Vec<Refusal>, FrameError> {
    let mut refusals = Vec::new();
    let [width, height] = goal.size();
    if width.min(height) < SHORTEST_SIDE {
        refusals.push(Refusal::TooSmall { width, height });
    }
    let tones = match goal.samples() {
        Samples::U8(samples) => Tones::of(samples, |sample| sample),
        Samples::U16(samples) => Tones::of(samples, |sample| (sample >> 8) as u8),
    };
    let spread_steps = tones.spread_steps();
    let flat = spread_steps < FLAT_STEPS;
    if flat {
        refusals.push(Refusal::Flat { spread_steps });
    }
    for (end, pixels) in [(End::White, tones.white), (End::Black, tones.black)] {
        let share = pixels / tones.pixels;
        if share > MOST_CLIPPED {
            refusals.push(Refusal::Clipped { end, share });
        }
    }
    // What is of one colour has no detail, and that was said.
    if !flat {
        let detail = detail(goal)?;
        if detail < LEAST_DETAIL {
            refusals.push(Refusal::Blurred { detail });
        }
    }
    if let Some(against) = against {
        let prepared = Goal::prepare(against, goal.clone(), &GoalOptions::default());
        refusals.extend(prepared.err().map(Refusal::Goal));
    }
    Ok(refusals)
}

/// How the values of a picture are spread.
struct Tones {
    pixels: f64,
    white: f64,
    black: f64,
    histograms: [[u64; 256]; 3],
}

impl Tones {
    fn of<T: Copy>(samples: &[T], steps: impl Fn(T) -> u8) -> Self {
        let mut tones = Self { pixels: 0.0, white: 0.0, black: 0.0, histograms: [[0; 256]; 3] };
        for pixel in samples.as_chunks::<3>().0 {
            let [red, green, blue] = pixel.map(&steps);
            tones.pixels += 1.0;
            if red.min(green).min(blue) >= WHITE_STEPS {
                tones.white += 1.0;
            }
            if red.max(green).max(blue) <= BLACK_STEPS {
                tones.black += 1.0;
            }
            for (histogram, step) in tones.histograms.iter_mut().zip([red, green, blue]) {
                if let Some(count) = histogram.get_mut(usize::from(step)) {
                    *count += 1;
                }
            }
        }
        tones
    }

    /// The range without the lowest and the highest hundredth, in the channel where it is largest.
    fn spread_steps(&self) -> f64 {
        let quantile = |histogram: &[u64; 256], share: f64| {
            let mut below = 0.0;
            let reaches = |count: &u64| {
                below += *count as f64;
                below > share * self.pixels
            };
            histogram.iter().position(reaches).unwrap_or(255) as f64
        };
        let spread = |histogram| quantile(histogram, 0.99) - quantile(histogram, 0.01);
        self.histograms.iter().map(spread).fold(0.0, f64::max)
    }
}
