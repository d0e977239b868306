//! How late a camera shows what was written.

use std::fmt;
use std::time::Duration;

use super::{FrameSource, FrameSourceError, MonotonicTime, Mosaic};

/// How late a change shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// Frames with times after the write that do not yet show the whole change.
    pub frames: u32,
    /// From the write to the first frame that shows it.
    pub time: Duration,
}

/// How to measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyOptions {
    /// Standard deviation of a pixel's noise, 8-bit steps.
    pub noise: f64,
    /// Frames that are watched after each write; the last ones must show the change in full.
    pub frames: u32,
    /// Wait for each frame, at most.
    pub timeout: Duration,
}

impl Default for LatencyOptions {
    fn default() -> Self {
        Self { noise: 2.0, frames: 16, timeout: Duration::from_secs(4) }
    }
}

/// A latency that cannot be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LatencyError<E: fmt::Display> {
    /// The source has no frame to give.
    #[error(transparent)]
    Source(#[from] FrameSourceError),
    /// A setting could not be written.
    #[error("{0}")]
    Write(E),
    /// The two settings look alike.
    #[error(
        "the two settings differ by {difference:.1} 8-bit steps, and {needed:.1} are needed to see \
         the change in the noise; use settings farther apart, or more light"
    )]
    NoEffect {
        /// Difference of the settings, 8-bit steps.
        difference: f64,
        /// What would do.
        needed: f64,
    },
    /// The picture still changed at the end.
    #[error(
        "the picture still changes {frames} frames after the write; switch automatic exposure and \
         white balance off, or keep the scene still"
    )]
    Restless {
        /// Frames that were watched.
        frames: u32,
    },
}

/// A frame after a write.
struct Seen {
    mosaic: Mosaic,
    captured_at: MonotonicTime,
}

/// Measures the latency with two settings that the caller writes: `write(true)` the one that is set
/// now, `write(false)` one that looks clearly different; each returns when the write was done. The
/// setting goes there and back, and the longer of both latencies counts. On success the first
/// setting is in place again.
///
/// # Errors
/// See [`LatencyError`].
pub fn measure_latency<S: FrameSource + ?Sized, E: fmt::Display>(
    source: &mut S,
    mut write: impl FnMut(bool) -> Result<MonotonicTime, E>,
    options: &LatencyOptions,
) -> Result<Latency, LatencyError<E>> {
    let mut longest = Latency::default();
    let start = source.now();
    let mut before = watch(source, start, options)?;
    for is_first in [false, true] {
        let written_at = write(is_first).map_err(LatencyError::Write)?;
        let after = watch(source, written_at, options)?;
        let found = latency_of(&before, &after, written_at, options)?;
        longest = Latency {
            frames: longest.frames.max(found.frames),
            time: longest.time.max(found.time),
        };
        before = after;
    }
    Ok(longest)
}

fn watch<S: FrameSource + ?Sized>(
    source: &mut S,
    since: MonotonicTime,
    options: &LatencyOptions,
) -> Result<Vec<Seen>, FrameSourceError> {
    let mut moment = since;
    let mut seen = Vec::new();
    for _ in 0..options.frames {
        let captured = source.frame_after(moment, options.timeout)?;
        moment = captured.captured_at;
        let sequence = captured.sequence;
        let frame =
            captured.decode().map_err(|source| FrameSourceError::Decode { sequence, source })?;
        seen.push(Seen { mosaic: Mosaic::of(&frame), captured_at: moment });
    }
    Ok(seen)
}

fn latency_of<E: fmt::Display>(
    before: &[Seen],
    after: &[Seen],
    written_at: MonotonicTime,
    options: &LatencyOptions,
) -> Result<Latency, LatencyError<E>> {
    let restless = LatencyError::Restless { frames: options.frames };
    let (Some(old), Some(new)) = (before.last(), after.last()) else { return Err(restless) };
    let tolerance = new.mosaic.tolerance(options.noise);
    let difference = old.mosaic.difference(&new.mosaic);
    // Twice the tolerance: a frame cannot agree with both.
    let needed = 2.0 * tolerance;
    if difference <= needed {
        return Err(LatencyError::NoEffect { difference, needed });
    }
    let late = after
        .iter()
        .rposition(|seen| seen.mosaic.difference(&new.mosaic) > tolerance)
        .map_or(0, |last_different| last_different + 1);
    // A single frame agrees with itself.
    match after.get(late..) {
        Some([first, _, ..]) => Ok(Latency {
            frames: u32::try_from(late).unwrap_or(u32::MAX),
            time: first.captured_at.since(written_at),
        }),
        _ => Err(restless),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::scripted_source::{Script, ScriptedSource};

    fn measure(script: Script, other: u8) -> Result<Latency, LatencyError<String>> {
        let mut source = ScriptedSource::new(script);
        let controls = source.controls();
        measure_latency(
            &mut source,
            |is_first| Ok(controls.write(if is_first { 100 } else { other })),
            &LatencyOptions { noise: 1.0, ..LatencyOptions::default() },
        )
    }

    #[test]
    fn the_frames_of_delay_are_counted() {
        for delay in 0..6 {
            let script = Script { delay, noise: 1.0, ..Script::default() };
            assert_eq!(measure(script, 140).unwrap().frames, delay);
        }
    }

    #[test]
    fn a_torn_frame_is_part_of_the_latency() {
        let script = Script { delay: 2, torn: true, ..Script::default() };
        assert_eq!(measure(script, 140).unwrap().frames, 3);
    }

    #[test]
    fn settings_that_look_alike_measure_nothing() {
        let error = measure(Script::default(), 100).unwrap_err();
        assert!(matches!(error, LatencyError::NoEffect { .. }), "{error}");
    }

    #[test]
    fn flicker_is_no_end_of_a_change() {
        let script = Script { flicker: 20, ..Script::default() };
        let error = measure(script, 200).unwrap_err();
        assert!(matches!(error, LatencyError::Restless { frames: 16 }), "{error}");
    }
}
