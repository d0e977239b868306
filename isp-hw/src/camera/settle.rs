//! Waiting until a change of controls shows in the frames.

use std::time::Duration;

use tuner::Frame;

use super::{CapturedFrame, FrameSource, FrameSourceError, MonotonicTime, Mosaic, Timestamp};

/// When a camera counts as settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettleOptions {
    /// Standard deviation of a pixel's noise, 8-bit steps.
    pub noise: f64,
    /// Frames that still show the old setting after a write, as
    /// [`measure_latency`](super::measure_latency) found; they agree with each other and would be
    /// taken for the new setting.
    pub latency_frames: u32,
    /// Frames after the write that are looked at, at most.
    pub most_frames: u32,
    /// Time after the write, at most; the frame that is then waited for is the last.
    pub longest: Duration,
    /// Wait for each frame, at most.
    pub frame_timeout: Duration,
}

impl Default for SettleOptions {
    fn default() -> Self {
        Self {
            noise: 2.0,
            // Sensors apply exposure two or three frames late; as long as nobody measured it.
            latency_frames: 3,
            most_frames: 60,
            longest: Duration::from_secs(3),
            // Longer than the silence after which a capture builds its stream anew.
            frame_timeout: Duration::from_secs(4),
        }
    }
}

/// How a camera settled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettleReport {
    /// Two consecutive frames agreed. Otherwise the picture still changed when time or frames ran
    /// out, as under flickering light.
    pub settled: bool,
    /// Frames after the write up to and with the returned one.
    pub frames: u32,
    /// Of these, how many were dropped as too early.
    pub dropped: u32,
    /// Of these, how many could not be decoded.
    pub undecodable: u32,
    /// From the write to the returned frame.
    pub latency: Duration,
    /// How much the returned frame differs from the one before, 8-bit steps; infinite when there
    /// was none before.
    pub difference: f64,
}

/// A frame that shows what was written.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The frame as captured.
    pub captured: CapturedFrame,
    /// The frame as a picture.
    pub frame: Frame,
    /// How it came.
    pub report: SettleReport,
}

/// Frames after a write, by their times, that may have been exposed before it.
fn doubtful_frames(timestamp: Timestamp, buffers: u32) -> u32 {
    match timestamp {
        Timestamp::StartOfExposure => 0,
        Timestamp::EndOfFrame => 1,
        // Every buffer may have been full already, and one more frame under way.
        Timestamp::Arrival => buffers.saturating_add(1),
    }
}

/// Returns the first frame that surely shows what was written at `written_at`: frames taken before,
/// and those that the camera's latency spoils, are dropped; then two consecutive frames must agree
/// within the noise, of which the later is returned (the earlier may be torn).
///
/// # Errors
/// The source's, when it delivers no frame; [`FrameSourceError::Decode`] when none could be decoded.
/// A camera that delivers and never comes to rest is no error: the report says so.
pub fn settle<S: FrameSource + ?Sized>(
    source: &mut S,
    written_at: MonotonicTime,
    options: &SettleOptions,
) -> Result<Settled, FrameSourceError> {
    let deadline = written_at + options.longest;
    let (mut frames, mut dropped, mut undecodable) = (0, 0, 0);
    let mut moment = written_at;
    let mut latest: Option<(Settled, Mosaic)> = None;
    loop {
        let is_late = source.now() >= deadline;
        let captured = source.frame_after(moment, options.frame_timeout)?;
        moment = captured.captured_at;
        frames += 1;
        let doubtful = doubtful_frames(captured.timestamp, source.buffers());
        let is_last = frames >= options.most_frames || is_late;
        if frames <= doubtful.max(options.latency_frames) && !is_last {
            dropped += 1;
            continue;
        }
        let frame = match captured.decode() {
            Ok(frame) => frame,
            Err(_) if !is_last => {
                undecodable += 1;
                continue;
            }
            Err(source) => {
                let sequence = captured.sequence;
                return latest
                    .map(|(settled, _)| settled)
                    .ok_or(FrameSourceError::Decode { sequence, source });
            }
        };
        let mosaic = Mosaic::of(&frame);
        let difference =
            latest.as_ref().map_or(f64::INFINITY, |(_, before)| mosaic.difference(before));
        let report = SettleReport {
            settled: difference <= mosaic.tolerance(options.noise),
            frames,
            dropped,
            undecodable,
            latency: captured.captured_at.since(written_at),
            difference,
        };
        let settled = Settled { captured, frame, report };
        if report.settled || is_last {
            return Ok(settled);
        }
        latest = Some((settled, mosaic));
    }
}

#[cfg(test)]
mod tests;
