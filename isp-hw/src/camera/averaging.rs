//! Averaging frames to get below the noise.

use std::time::Duration;

use tuner::{Frame, FrameError, Samples};

use super::{FrameSource, FrameSourceError, MonotonicTime, Mosaic, Settled};

/// Frames to average so that noise with the standard deviation `noise` falls to `target` (both in
/// 8-bit steps): the noise of a mean of n frames is 1/√n of that of one. At least 1, at most `most`.
#[must_use]
pub fn frames_needed(noise: f64, target: f64, most: u32) -> u32 {
    let frames = (noise / target).powi(2).ceil();
    // The conversion saturates, and makes 0 of what is no number.
    (frames as u32).clamp(1, most.max(1))
}

/// The mean of frames, with 16 bits a sample, rounded once.
#[derive(Debug, Clone)]
pub struct Average {
    size: [usize; 2],
    /// Sums in units of 1/65535 of white.
    sums: Vec<u64>,
    frames: u32,
}

impl Average {
    /// A mean of one frame.
    #[must_use]
    pub fn new(first: &Frame) -> Self {
        let sums = vec![0; first.samples().len()];
        let mut average = Self { size: first.size(), sums, frames: 0 };
        average.add(first);
        average
    }

    /// Adds a frame; says whether it has the size of the others, else it is left out.
    pub fn add(&mut self, frame: &Frame) -> bool {
        if frame.size() != self.size {
            return false;
        }
        match frame.samples() {
            Samples::U8(samples) => {
                for (sum, sample) in self.sums.iter_mut().zip(samples) {
                    *sum += u64::from(*sample) * 257;
                }
            }
            Samples::U16(samples) => {
                for (sum, sample) in self.sums.iter_mut().zip(samples) {
                    *sum += u64::from(*sample);
                }
            }
        }
        self.frames += 1;
        true
    }

    /// Frames in the mean.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// The mean.
    ///
    /// # Errors
    /// Never, since the first frame was one.
    pub fn frame(&self) -> Result<Frame, FrameError> {
        let count = u64::from(self.frames);
        let mean = |sum: &u64| u16::try_from((sum + count / 2) / count).unwrap_or(u16::MAX);
        let [width, height] = self.size;
        Frame::new(width, height, Samples::U16(self.sums.iter().map(mean).collect()))
    }
}

/// A mean of frames of one setting.
#[derive(Debug, Clone)]
pub struct Averaged {
    /// The mean.
    pub average: Average,
    /// When the last of its frames was taken.
    pub last_at: MonotonicTime,
    /// Frames that were left out, since they showed something else (an object passes, a lamp
    /// flickers) or could not be decoded.
    pub left_out: u32,
}

/// Averages up to `frames` frames from a settled one on, in `longest` at most. Frames that differ
/// from the first by more than `noise` (standard deviation, 8-bit steps) explains are left out; as
/// many as are wanted may be. The result tells how many it has.
///
/// # Errors
/// The source's, when it delivers no frame at all although there was time.
pub fn average<S: FrameSource + ?Sized>(
    source: &mut S,
    settled: &Settled,
    frames: u32,
    noise: f64,
    longest: Duration,
) -> Result<Averaged, FrameSourceError> {
    let deadline = source.now() + longest;
    let first = Mosaic::of(&settled.frame);
    let tolerance = first.tolerance(noise);
    let last_at = settled.captured.captured_at;
    let mut averaged = Averaged { average: Average::new(&settled.frame), last_at, left_out: 0 };
    while averaged.average.frames() < frames && averaged.left_out < frames {
        let left = deadline.since(source.now());
        if left.is_zero() {
            break;
        }
        let captured = source.frame_after(averaged.last_at, left)?;
        averaged.last_at = captured.captured_at;
        let same = captured.decode().is_ok_and(|frame| {
            Mosaic::of(&frame).difference(&first) <= tolerance && averaged.average.add(&frame)
        });
        averaged.left_out += u32::from(!same);
    }
    Ok(averaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::camera::scripted_source::{Script, ScriptedSource};
    use crate::camera::{SettleOptions, settle};

    fn spread(frame: &Frame) -> f64 {
        let Samples::U16(samples) = frame.samples() else { panic!("16 bits are wanted") };
        let count = samples.len() as f64;
        let values = || samples.iter().map(|sample| f64::from(*sample) / 257.0);
        let mean = values().sum::<f64>() / count;
        (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
    }

    #[test]
    fn the_frames_that_are_needed_bring_the_noise_to_the_target() {
        let (noise, target) = (4.0, 1.0);
        let script = Script { noise, ..Script::default() };
        let mut source = ScriptedSource::new(script);
        let options = SettleOptions { noise, ..SettleOptions::default() };
        let settled = settle(&mut source, MonotonicTime::default(), &options).unwrap();
        let frames = frames_needed(noise, target, 100);
        let longest = Duration::from_secs(10);
        let averaged = average(&mut source, &settled, frames, noise, longest).unwrap();
        assert_eq!((averaged.average.frames(), averaged.left_out), (16, 0));
        let left = spread(&averaged.average.frame().unwrap());
        assert!((left / target - 1.0).abs() < 0.1, "{left}");
    }

    #[test]
    fn frames_of_another_brightness_are_left_out() {
        let mut source = ScriptedSource::new(Script::default());
        let options = SettleOptions { noise: 0.0, ..SettleOptions::default() };
        let settled = settle(&mut source, MonotonicTime::default(), &options).unwrap();
        source.controls().write(150);
        let averaged = average(&mut source, &settled, 4, 0.0, Duration::from_secs(10)).unwrap();
        assert_eq!((averaged.average.frames(), averaged.left_out), (1, 4));
    }

    #[test]
    fn frames_needed_stays_in_its_bounds() {
        assert_eq!(frames_needed(2.0, 0.5, 100), 16);
        assert_eq!(frames_needed(2.0, 0.5, 10), 10);
        assert_eq!(frames_needed(0.0, 0.5, 10), 1);
        assert_eq!(frames_needed(2.0, 0.0, 10), 10);
        assert_eq!(frames_needed(f64::NAN, 0.5, 0), 1);
    }

    proptest! {
        #[test]
        fn the_mean_is_rounded_once(values in prop::collection::vec(0..=255_u8, 1..9)) {
            let frame = |value| Frame::new(1, 1, Samples::U8(vec![value; 3])).unwrap();
            let mut average = Average::new(&frame(values[0]));
            for value in &values[1..] {
                prop_assert!(average.add(&frame(*value)));
            }
            let exact = values.iter().map(|value| f64::from(*value) * 257.0).sum::<f64>()
                / values.len() as f64;
            let mean = average.frame().unwrap();
            let Samples::U16(samples) = mean.samples() else { panic!("16 bits are wanted") };
            prop_assert!((f64::from(samples[0]) - exact).abs() <= 0.5);
        }
    }
}
