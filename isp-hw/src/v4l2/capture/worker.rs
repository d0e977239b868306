//! What the capture thread does.

use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::CaptureOptions;
use super::fault::Fault;
use super::sieve::{Defect, Sieve};
use super::slot::{End, Slot};
use super::stream::Stream;
use crate::camera::{CapturedFrame, MonotonicTime};
use crate::pixel_format::FrameFormat;
use crate::v4l2::{Node, stream_ioctl};

/// How long the driver is waited for before looking whether to stop.
const WAIT: Duration = Duration::from_millis(100);
/// Pauses before the tries of starting a stream.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(400),
];
/// How often the input is asked whether it has a signal: some drivers ask a chip for that.
const SIGNAL_LOOK: Duration = Duration::from_millis(250);
/// Faults of running streams without a good frame between, after which the capture is given up.
const MOST_FAULTS: u32 = 5;
/// Silence after which the stream is built anew grows to this, so that a dark camera is let alone.
const LONGEST_SILENCE: Duration = Duration::from_secs(32);

/// Starts a stream, with a few tries: a driver may refuse once what it does the next time.
pub(super) fn start_stream(
    node: &Arc<Node>,
    format: &FrameFormat,
    buffers: u32,
    slot: &Slot,
) -> Result<Stream, End> {
    let mut last = End::Stopped;
    for pause in PAUSES {
        if slot.is_stopping_within(pause) {
            return Err(End::Stopped);
        }
        match Stream::start(node, format, buffers) {
            Ok(stream) => return Ok(stream),
            Err(fault) => {
                let may_pass = fault.may_pass();
                last = End::Fault(fault);
                if !may_pass {
                    break;
                }
            }
        }
    }
    Err(last)
}

/// The capture thread.
pub(super) struct Worker {
    node: Arc<Node>,
    format: FrameFormat,
    options: CaptureOptions,
    slot: Arc<Slot>,
    sieve: Sieve,
    has_signal: bool,
    looked_at: Option<Instant>,
}

impl Worker {
    pub(super) fn new(
        node: Arc<Node>,
        format: FrameFormat,
        options: CaptureOptions,
        slot: Arc<Slot>,
    ) -> Self {
        let sieve = Sieve::new(&format);
        Self { node, format, options, slot, sieve, has_signal: true, looked_at: None }
    }

    /// Captures until stopped or at a fault that does not pass.
    pub(super) fn run(mut self, stream: Stream) {
        let slot = Arc::clone(&self.slot);
        let end = self.capture(stream);
        // Whoever learns of the end may open the camera again.
        drop(self);
        slot.end(end);
    }

    fn capture(&mut self, mut stream: Stream) -> End {
        let mut faults = 0;
        let mut silence = self.options.silence;
        let mut last_good = Instant::now();
        loop {
            if self.slot.is_stopping_within(Duration::ZERO) {
                return End::Stopped;
            }
            match self.step(&mut stream) {
                Ok(false) if last_good.elapsed() < silence => continue,
                Ok(false) => {
                    self.slot.count(|counts| counts.stalls += 1);
                    silence = (2 * silence).min(LONGEST_SILENCE);
                }
                Ok(true) => {
                    faults = 0;
                    silence = self.options.silence;
                    last_good = Instant::now();
                    continue;
                }
                Err(fault) => {
                    faults += 1;
                    if !fault.may_pass() || faults > MOST_FAULTS {
                        return End::Fault(fault);
                    }
                }
            }
            // The old one first: a device has one stream.
            drop(stream);
            self.slot.count(|counts| counts.rebuilds += 1);
            let buffers = self.options.buffers;
            stream = match start_stream(&self.node, &self.format, buffers, &self.slot) {
                Ok(stream) => stream,
                Err(end) => return end,
            };
            self.sieve.restart();
            last_good = Instant::now();
        }
    }

    /// Waits for one buffer; says whether it held a good frame.
    fn step(&mut self, stream: &mut Stream) -> Result<bool, Fault> {
        let Some(filled) = stream.next(WAIT)? else { return Ok(false) };
        self.look_for_signal();
        let bytes = stream.bytes(&filled);
        let now = MonotonicTime::now();
        let slot = &self.slot;
        let verdict = self.sieve.examine(&filled, bytes.len(), stream.started_at(), now);
        let frame = verdict.good.map(|(captured_at, timestamp)| CapturedFrame {
            bytes: Arc::from(bytes),
            format: self.format,
            sequence: filled.sequence,
            captured_at,
            timestamp,
        });
        let was_taken = stream.give_back(&filled);
        slot.count(|counts| {
            counts.lost += verdict.lost;
            counts.error_flagged += u64::from(verdict.defect == Some(Defect::ErrorFlag));
            counts.short += u64::from(verdict.defect == Some(Defect::Short));
            counts.stale += u64::from(verdict.defect == Some(Defect::Stale));
            counts.queue_faults += u64::from(was_taken == Ok(false));
        });
        let is_good = frame.is_some();
        match frame {
            Some(frame) if self.has_signal => slot.put(frame),
            // It shows noise, or a blue picture.
            Some(_) => slot.count(|counts| counts.without_signal += 1),
            None => {}
        }
        was_taken.map(|_| is_good)
    }

    fn look_for_signal(&mut self) {
        if self.looked_at.is_none_or(|looked_at| looked_at.elapsed() >= SIGNAL_LOOK) {
            self.looked_at = Some(Instant::now());
            self.has_signal = !stream_ioctl::lacks_signal(self.node.as_fd());
            self.slot.set_signal(self.has_signal);
        }
    }
}
