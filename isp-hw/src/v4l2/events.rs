//! What a camera tells by itself: changed controls, a changed source, the end of the stream.

use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};

use super::control::Flags;
use super::error::{CameraError, Step};
use super::ioctl;

/// Kinds of events (`V4L2_EVENT_…`).
const END_OF_STREAM: u32 = 2;
const CONTROL: u32 = 3;
const SOURCE_CHANGE: u32 = 5;
/// Type of a control with a 64-bit value (`V4L2_CTRL_TYPE_INTEGER64`).
const INTEGER64: u32 = 5;

/// Something that a camera told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A control was changed through another open file, or by the driver.
    Control {
        /// The control.
        id: u32,
        /// The value that it has now; 0 for a kind without a number.
        value: i64,
        /// The flags that it has now.
        flags: Flags,
        /// What changed.
        change: ControlChange,
    },
    /// The source has another resolution or none any more: the stream must be set up anew.
    SourceChange,
    /// The last frame has come.
    EndOfStream,
    /// Another kind, by the kernel's number.
    Other(u32),
}

/// What of a control changed; more than one may be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlChange {
    /// The value.
    pub value: bool,
    /// The flags.
    pub flags: bool,
    /// Minimum, maximum, step or default.
    pub range: bool,
}

/// The events of one open camera.
#[derive(Debug)]
pub struct Events<'fd> {
    camera: BorrowedFd<'fd>,
    node: PathBuf,
}

impl<'fd> Events<'fd> {
    /// The events of a camera that is open; none is told before it is subscribed to. `node` is
    /// the camera's name in messages.
    #[must_use]
    pub fn new(camera: BorrowedFd<'fd>, node: &Path) -> Self {
        Self { camera, node: node.to_owned() }
    }

    /// Subscribes to changes of a control. What is changed through this very file is not told.
    ///
    /// # Errors
    /// [`CameraError::Io`] when the driver has no such control or tells no events.
    pub fn subscribe_control(&self, id: u32) -> Result<(), CameraError> {
        self.subscribe(CONTROL, id)
    }

    /// Subscribes to changes of the source: the resolution of an HDMI input, a lost signal.
    ///
    /// # Errors
    /// [`CameraError::Io`] when the driver has no such events; webcams have none.
    pub fn subscribe_source_change(&self) -> Result<(), CameraError> {
        self.subscribe(SOURCE_CHANGE, 0)
    }

    /// Subscribes to the end of the stream.
    ///
    /// # Errors
    /// [`CameraError::Io`] when the driver has no such events.
    pub fn subscribe_end_of_stream(&self) -> Result<(), CameraError> {
        self.subscribe(END_OF_STREAM, 0)
    }

    /// The next event; `None` when there is none within `patience`.
    ///
    /// # Errors
    /// [`CameraError::Gone`] when the camera went away.
    pub fn next(&self, patience: Duration) -> Result<Option<Event>, CameraError> {
        let failed = |errno: Errno| CameraError::from_io(&self.node, Step::Ask, errno.into());
        // Longer than the kernel can count is as good as for ever.
        let timeout = Timespec::try_from(patience).ok();
        let mut camera = [PollFd::from_borrowed_fd(self.camera, PollFlags::PRI)];
        retry_on_intr(|| poll(&mut camera, timeout.as_ref())).map_err(failed)?;
        let answer = camera.first().map_or(PollFlags::empty(), PollFd::revents);
        if !answer.contains(PollFlags::PRI) {
            // An error without an event is either a camera that went away, or of no interest here.
            ioctl::query_capability(self.camera).map_err(failed)?;
            return Ok(None);
        }
        match ioctl::dequeue_event(self.camera) {
            Ok(event) => Ok(Some(Event::from_kernel(&event))),
            // Another thread was faster, or the subscription ended.
            Err(Errno::AGAIN | Errno::NOENT) => Ok(None),
            Err(errno) => Err(failed(errno)),
        }
    }

    fn subscribe(&self, kind: u32, id: u32) -> Result<(), CameraError> {
        ioctl::subscribe_event(self.camera, kind, id)
            .map_err(|errno| CameraError::from_io(&self.node, Step::Ask, errno.into()))
    }
}

impl Event {
    fn from_kernel(event: &ioctl::Event) -> Self {
        match event.kind {
            CONTROL => {
                let (changes, kind) = (event.word(0), event.word(1));
                let value = if kind == INTEGER64 {
                    event.wide(1)
                } else {
                    i64::from(event.word(2).cast_signed())
                };
                let change = ControlChange {
                    value: changes & 1 != 0,
                    flags: changes & 2 != 0,
                    range: changes & 4 != 0,
                };
                let flags = Flags::from_bits(event.word(4));
                Self::Control { id: event.id, value, flags, change }
            }
            SOURCE_CHANGE => Self::SourceChange,
            END_OF_STREAM => Self::EndOfStream,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control_event(kind: u32, value: [u32; 2]) -> Event {
        let words = [5, kind, value[0], value[1], 0x10, 0, 255, 1];
        let mut event = ioctl::Event { kind: CONTROL, id: 77, ..ioctl::Event::default() };
        for (place, pair) in event.payload.iter_mut().zip(words.chunks_exact(2)) {
            let bytes: Vec<u8> = pair.iter().flat_map(|word| word.to_ne_bytes()).collect();
            *place = u64::from_ne_bytes(bytes.try_into().unwrap());
        }
        Event::from_kernel(&event)
    }

    #[test]
    fn control_event_has_value_flags_and_what_changed() {
        let change = ControlChange { value: true, flags: false, range: true };
        let flags = Flags::from_bits(0x10);
        let expected = Event::Control { id: 77, value: -2, flags, change };
        assert_eq!(control_event(1, [(-2_i32).cast_unsigned(), 0]), expected);
    }

    #[test]
    fn control_event_of_a_wide_control_keeps_64_bits() {
        let [low, high] = [1_u32, 2];
        let Event::Control { value, .. } = control_event(INTEGER64, [low, high]) else {
            panic!("another kind of event");
        };
        let mut bytes = low.to_ne_bytes().to_vec();
        bytes.extend(high.to_ne_bytes());
        assert_eq!(value, i64::from_ne_bytes(bytes.try_into().unwrap()));
    }

    #[test]
    fn unknown_events_are_told_by_number() {
        let event = |kind| Event::from_kernel(&ioctl::Event { kind, ..ioctl::Event::default() });
        assert_eq!(
            [event(5), event(2), event(6)],
            [Event::SourceChange, Event::EndOfStream, Event::Other(6),]
        );
    }
}
