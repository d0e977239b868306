//! Pictures of a live camera: each shows what was written before it was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tuner::{Frame, PipelineError};

use super::interruptible::Interruptible;
use super::parameter_sink::{PictureSource, device_failed};
use super::{
    FrameSource, FrameSourceError, Latency, LatencyError, LatencyOptions, MonotonicTime,
    NoiseProfile, SettleOptions, Settled, average, frames_needed, measure_latency, settle,
};

/// Noise that an averaged picture may keep, 8-bit steps: no more than rounding to 8 bits adds.
const NOISE_AFTER_AVERAGING: f64 = 0.3;
/// Frames that are averaged at most; beyond, the scene has time to change.
const MOST_FRAMES: u32 = 16;
/// Frames that the noise is measured on.
const NOISE_FRAMES: usize = 4;
/// Frames that are fetched for that at most, where some cannot be decoded.
const MOST_NOISE_FRAMES: usize = 16;
/// Frames that are let pass after a write where the latency could not be measured: two at the
/// sensor, two in its driver, four in the buffers.
const LATENCY_UNKNOWN: u32 = 8;
/// Frames beyond the measured latency, for the one that was late once.
const LATENCY_MARGIN: u32 = 1;
/// Longest time for averaging one picture.
const LONGEST_AVERAGE: Duration = Duration::from_secs(4);

/// Waits for frames that agree, and averages as many as their noise asks for.
pub struct SettledPictures<S> {
    device: String,
    source: Interruptible<S>,
    options: SettleOptions,
    frames: Option<u32>,
    unsettled: u32,
    cancel: Arc<AtomicBool>,
}

impl<S: FrameSource> SettledPictures<S> {
    /// Pictures of `source`, which messages call `device`. A frame is waited for at most
    /// `frame_timeout`.
    #[must_use]
    pub fn new(
        device: String,
        source: S,
        frame_timeout: Duration,
        cancel: Arc<AtomicBool>,
    ) -> Self {
        let options = SettleOptions { longest: frame_timeout, ..SettleOptions::default() };
        let source = Interruptible::new(source, Arc::clone(&cancel));
        Self { device, source, options, frames: None, unsettled: 0, cancel }
    }

    fn settled_picture(&mut self) -> Result<Frame, FrameSourceError> {
        let written_at = self.source.now();
        let settled = settle(&mut self.source, written_at, &self.options)?;
        self.unsettled += u32::from(!settled.report.settled);
        let frames = match self.frames {
            Some(frames) => frames,
            None => self.measure_noise(&settled)?,
        };
        if frames == 1 {
            return Ok(settled.frame);
        }
        let noise = self.options.noise;
        let averaged = average(&mut self.source, &settled, frames, noise, LONGEST_AVERAGE)?;
        // An average of at least one frame always is a picture.
        Ok(averaged.average.frame().unwrap_or(settled.frame))
    }

    fn failed(&self, error: &FrameSourceError) -> PipelineError {
        if matches!(error, FrameSourceError::Interrupted) {
            return PipelineError::Interrupted;
        }
        device_failed(self.device.clone(), error)
    }

    /// Measures the noise of the picture that has settled; returns how many frames to average.
    fn measure_noise(&mut self, settled: &Settled) -> Result<u32, FrameSourceError> {
        let mut frames = vec![settled.frame.clone()];
        let mut moment = settled.captured.captured_at;
        for _ in 1..MOST_NOISE_FRAMES {
            if frames.len() == NOISE_FRAMES {
                break;
            }
            let captured = self.source.frame_after(moment, self.options.longest)?;
            moment = captured.captured_at;
            frames.extend(captured.decode().ok());
        }
        // A picture without a measurable part (black, clipped) is taken for noisy, as by default.
        if let Some(profile) = NoiseProfile::of(&frames) {
            self.options.noise = profile.typical();
        }
        let needed = frames_needed(self.options.noise, NOISE_AFTER_AVERAGING, MOST_FRAMES);
        self.frames = Some(needed);
        Ok(needed)
    }
}

impl<S: FrameSource + Send> PictureSource for SettledPictures<S> {
    fn picture(&mut self) -> Result<Frame, PipelineError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(PipelineError::Interrupted);
        }
        self.settled_picture().map_err(|error| self.failed(&error))
    }

    fn newest(&mut self) -> Result<Frame, PipelineError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(PipelineError::Interrupted);
        }
        let now = self.source.now();
        let captured = self.source.frame_after(now, self.options.longest);
        let captured = captured.map_err(|error| self.failed(&error))?;
        let sequence = captured.sequence;
        captured
            .decode()
            .map_err(|source| self.failed(&FrameSourceError::Decode { sequence, source }))
    }

    fn learn_latency(
        &mut self,
        write: &mut dyn FnMut(bool) -> Result<(), PipelineError>,
    ) -> Result<Option<Latency>, PipelineError> {
        let noise = self.options.noise;
        let options =
            LatencyOptions { noise, timeout: self.options.longest, ..LatencyOptions::default() };
        let write = |is_first| write(is_first).map(|()| MonotonicTime::now());
        let (frames, latency) = match measure_latency(&mut self.source, write, &options) {
            Ok(latency) => (latency.frames + LATENCY_MARGIN, Some(latency)),
            Err(LatencyError::NoEffect { .. } | LatencyError::Restless { .. }) => {
                (LATENCY_UNKNOWN, None)
            }
            Err(LatencyError::Write(error)) => return Err(error),
            Err(LatencyError::Source(error)) => return Err(self.failed(&error)),
        };
        self.options.latency_frames = frames;
        Ok(latency)
    }

    fn unsettled(&self) -> u32 {
        self.unsettled
    }
}
