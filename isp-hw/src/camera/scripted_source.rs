//! A camera that follows a script, for tests: its clock runs only as far as frames are fetched.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{CapturedFrame, FrameSource, FrameSourceError, MonotonicTime, Timestamp};
use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat, ReportedColorimetry};

pub const PERIOD: Duration = Duration::from_millis(40);
const SIZE: [u32; 2] = [64, 48];

/// How the camera behaves.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// Frames begun after a write that still show the old setting.
    pub delay: u32,
    /// The first frame with a new setting shows it in its upper part only.
    pub torn: bool,
    /// Every second frame is brighter by this.
    pub flicker: u8,
    /// Every frame is brighter than the one before by this.
    pub drift: f64,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Every frame with a number divisible by this is cut short; 0 for none.
    pub short_every: u32,
    /// What the times are. Frames stamped at their arrival have waited in all buffers.
    pub timestamp: Timestamp,
    /// No frame with this number or a later one comes.
    pub dies_at: u32,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            delay: 0,
            torn: false,
            flicker: 0,
            drift: 0.0,
            noise: 0.0,
            short_every: 0,
            timestamp: Timestamp::StartOfExposure,
            dies_at: u32::MAX,
        }
    }
}

#[derive(Debug, Default)]
struct World {
    now: MonotonicTime,
    writes: Vec<(MonotonicTime, u8)>,
}

/// The control "value" of the camera.
#[derive(Debug, Clone)]
pub struct Controls(Rc<RefCell<World>>);

impl Controls {
    /// Writes the control, amid a frame; returns when.
    pub fn write(&self, value: u8) -> MonotonicTime {
        let mut world = self.0.borrow_mut();
        world.now = world.now + PERIOD / 2;
        let now = world.now;
        world.writes.push((now, value));
        now
    }
}

/// The camera. It starts with the value 100.
#[derive(Debug)]
pub struct ScriptedSource {
    script: Script,
    world: Rc<RefCell<World>>,
    random: ChaCha8Rng,
}

impl ScriptedSource {
    pub fn new(script: Script) -> Self {
        let world = World { writes: vec![(MonotonicTime::default(), 100)], ..World::default() };
        let random = ChaCha8Rng::seed_from_u64(3);
        Self { script, world: Rc::new(RefCell::new(world)), random }
    }

    pub fn controls(&self) -> Controls {
        Controls(Rc::clone(&self.world))
    }

    fn waits(&self) -> u32 {
        match self.script.timestamp {
            Timestamp::StartOfExposure => 0,
            Timestamp::EndOfFrame => 1,
            Timestamp::Arrival => self.buffers() + 1,
        }
    }

    /// Value of the frame, before flicker and drift.
    fn value_of(&self, sequence: u32) -> u8 {
        let begin = MonotonicTime::since_start(PERIOD * sequence);
        let shown = |time: MonotonicTime| time + PERIOD * self.script.delay <= begin;
        let world = self.world.borrow();
        let shown = world.writes.iter().rev().find(|(time, _)| shown(*time));
        shown.map_or(100, |(_, value)| *value)
    }

    fn bytes(&mut self, sequence: u32) -> Arc<[u8]> {
        let script = self.script;
        let (new, old) = (self.value_of(sequence), self.value_of(sequence.saturating_sub(1)));
        let flicker = if sequence.is_multiple_of(2) { 0.0 } else { f64::from(script.flicker) };
        let added = flicker + script.drift * f64::from(sequence);
        let [width, height] = SIZE;
        let mut bytes: Vec<u8> = (0..width * height * 3)
            .map(|sample| {
                let is_low = sample / (width * 3) >= height - 2;
                let value = if script.torn && is_low { old } else { new };
                let gauss = (0..12).map(|_| self.random.random::<f64>()).sum::<f64>() - 6.0;
                (f64::from(value) + added + script.noise * gauss).round().clamp(0.0, 255.0) as u8
            })
            .collect();
        if script.short_every > 0 && sequence.is_multiple_of(script.short_every) {
            bytes.truncate(100);
        }
        bytes.into()
    }
}

pub fn format() -> FrameFormat {
    let [width, height] = SIZE;
    let reported = ReportedColorimetry::default();
    FrameFormat {
        pixel: PixelFormat::Rgb3,
        width,
        height,
        bytes_per_line: 0,
        colorimetry: Colorimetry::reported(PixelFormat::Rgb3, reported),
    }
}

impl FrameSource for ScriptedSource {
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError> {
        let waits = self.waits();
        let time_of = |sequence: u32| MonotonicTime::since_start(PERIOD * (sequence + waits));
        let now = self.now();
        // The newest that there is, or else the next.
        let newest = (now.nanoseconds() / PERIOD.as_nanos() as u64) as u32;
        let newest = newest.saturating_sub(waits);
        let sequence = (newest..).find(|sequence| time_of(*sequence) > moment).unwrap();
        let captured_at = time_of(sequence);
        let waited_until = now.max(captured_at);
        if waited_until.since(now) > timeout || sequence >= self.script.dies_at {
            self.world.borrow_mut().now = now + timeout;
            return Err(FrameSourceError::NoFrame { waited_ms: timeout.as_millis() as u64 });
        }
        self.world.borrow_mut().now = waited_until;
        let bytes = self.bytes(sequence);
        let timestamp = self.script.timestamp;
        Ok(CapturedFrame { bytes, format: format(), sequence, captured_at, timestamp })
    }

    fn buffers(&self) -> u32 {
        4
    }

    fn now(&self) -> MonotonicTime {
        self.world.borrow().now
    }
}
