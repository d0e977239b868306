//! Frames and control writes on disk, to be played back.
//!
//! A recording is a folder with two files. `index.jsonl` has one JSON object a line:
//!
//! | line | holds |
//! |---|---|
//! | `{"recording": {"version": 1, "buffers": 4}}` | the first |
//! | `{"format": {…}}` | format of the frames from here on |
//! | `{"frame": {"sequence", "captured_at_ns", "timestamp", "bytes"}}` | a frame with this many bytes |
//! | `{"write": {"at_ns", "control", "value"}}` | a control was written |
//! | `{"end": {"frames", "writes"}}` | the last; a recording without it was cut off |
//!
//! `frames.bin` has the bytes of the frames one after another.

mod error;
mod index;
mod recorder;
mod replay;
#[cfg(test)]
mod tests;

pub use error::RecordingError;
pub use index::ControlWrite;
pub use recorder::Recorder;
pub use replay::Replay;

const INDEX: &str = "index.jsonl";
const FRAMES: &str = "frames.bin";
