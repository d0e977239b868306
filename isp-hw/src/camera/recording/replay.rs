//! Playing a recording.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::index::{FrameLine, Header, Line, Totals, VERSION};
use super::{ControlWrite, FRAMES, INDEX, RecordingError};
use crate::camera::{CapturedFrame, FrameSource, FrameSourceError, MonotonicTime};
use crate::pixel_format::FrameFormat;

/// A recording as a source of frames. Its clock is that of the recording and moves only by waiting
/// for frames, so that everything happens in the same order every time.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    file: File,
    frames: Vec<Entry>,
    writes: Vec<ControlWrite>,
    buffers: u32,
    now: MonotonicTime,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    line: FrameLine,
    format: FrameFormat,
    offset: u64,
}

impl Replay {
    /// Opens a recording and checks all of its index.
    ///
    /// # Errors
    /// A file that cannot be read, a line that makes no sense, frames that are not in the order of
    /// their times, a recording that was cut off.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        let index_path = folder.join(INDEX);
        let frames_path = folder.join(FRAMES);
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| RecordingError::Io { path, source }
        };
        let text = fs::read_to_string(&index_path).map_err(io(&index_path))?;
        let mut index = Index::default();
        for (number, line) in text.lines().enumerate() {
            index.add(line).map_err(|reason| RecordingError::Index {
                path: index_path.clone(),
                line: number + 1,
                reason,
            })?;
        }
        let (Some(header), true) = (index.header, index.is_complete) else {
            return Err(RecordingError::CutOff { path: index_path, frames: index.frames.len() });
        };
        let file = File::open(&frames_path).map_err(io(&frames_path))?;
        let found = file.metadata().map_err(io(&frames_path))?.len();
        if found != index.offset {
            let needed = index.offset;
            return Err(RecordingError::Length { path: frames_path, found, needed });
        }
        let first = index.frames.first().map(|entry| entry.line.captured_at_ns);
        let first = first.into_iter().chain(index.writes.first().map(|write| write.at_ns)).min();
        // A moment earlier, so that the first frame is after the present.
        let now = Duration::from_nanos(first.unwrap_or(0).saturating_sub(1));
        Ok(Self {
            folder: folder.to_owned(),
            file,
            frames: index.frames,
            writes: index.writes,
            buffers: header.buffers,
            now: MonotonicTime::since_start(now),
        })
    }

    /// The control writes, in their order.
    #[must_use]
    pub fn writes(&self) -> &[ControlWrite] {
        &self.writes
    }

    /// Number of frames.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.frames.len()
    }

    /// Moves the clock on to `moment`, as when the program that is replayed was busy; never back.
    pub fn advance_to(&mut self, moment: MonotonicTime) {
        self.now = self.now.max(moment);
    }

    fn read(&self, entry: &Entry) -> Result<CapturedFrame, RecordingError> {
        let path = || self.folder.join(FRAMES);
        let length = usize::try_from(entry.line.bytes).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        self.file
            .read_exact_at(&mut bytes, entry.offset)
            .map_err(|source| RecordingError::Io { path: path(), source })?;
        Ok(CapturedFrame {
            bytes: Arc::from(bytes),
            format: entry.format,
            sequence: entry.line.sequence,
            captured_at: entry.line.captured_at(),
            timestamp: entry.line.timestamp,
        })
    }
}

impl FrameSource for Replay {
    fn frame_after(
        &mut self,
        moment: MonotonicTime,
        timeout: Duration,
    ) -> Result<CapturedFrame, FrameSourceError> {
        let time = |entry: &Entry| entry.line.captured_at();
        let arrived = self.frames.partition_point(|entry| time(entry) <= self.now);
        let newest = arrived.checked_sub(1).and_then(|newest| self.frames.get(newest));
        let entry = match newest.filter(|entry| time(entry) > moment) {
            Some(newest) => newest,
            None => {
                let next = self.frames.partition_point(|entry| time(entry) <= moment);
                self.frames.get(next.max(arrived)).ok_or_else(|| RecordingError::AtEnd {
                    path: self.folder.clone(),
                    frames: self.frames.len(),
                })?
            }
        };
        let deadline = self.now + timeout;
        if time(entry) > deadline {
            self.now = deadline;
            let waited_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            return Err(FrameSourceError::NoFrame { waited_ms });
        }
        let frame = self.read(entry)?;
        self.now = self.now.max(frame.captured_at);
        Ok(frame)
    }

    fn buffers(&self) -> u32 {
        self.buffers
    }

    fn now(&self) -> MonotonicTime {
        self.now
    }
}

/// An index as far as it was read.
#[derive(Debug, Default)]
struct Index {
    header: Option<Header>,
    format: Option<FrameFormat>,
    frames: Vec<Entry>,
    writes: Vec<ControlWrite>,
    offset: u64,
    is_complete: bool,
}

impl Index {
    /// Adds a line, or says why it cannot be.
    fn add(&mut self, line: &str) -> Result<(), String> {
        let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if self.is_complete {
            return Err("follows the last line of a recording".to_owned());
        }
        if self.header.is_none() && !matches!(line, Line::Recording(_)) {
            return Err("a recording begins with {\"recording\": …}".to_owned());
        }
        match line {
            Line::Recording(_) if self.header.is_some() => {
                return Err("a second beginning".to_owned());
            }
            Line::Recording(header) if header.version != VERSION => {
                let version = header.version;
                return Err(format!("version {version}, and this program reads {VERSION}"));
            }
            Line::Recording(header) => self.header = Some(header),
            Line::Format(format) => self.format = Some(format.frame_format()?),
            Line::Frame(line) => {
                let format = self.format.ok_or("a frame before any format")?;
                let last = self.frames.last().map(|entry| entry.line.captured_at_ns);
                if last.is_some_and(|last| line.captured_at_ns <= last) {
                    return Err("a frame that is not later than the one before".to_owned());
                }
                let offset = self.offset;
                self.offset = offset.checked_add(line.bytes).ok_or("more bytes than count")?;
                self.frames.push(Entry { line, format, offset });
            }
            Line::Write(write) => {
                if self.writes.last().is_some_and(|last| write.at_ns < last.at_ns) {
                    return Err("a write earlier than the one before".to_owned());
                }
                self.writes.push(write);
            }
            Line::End(totals) => {
                let found = Totals { frames: self.frames.len(), writes: self.writes.len() };
                if found != totals {
                    return Err(format!("counts {totals:?}, and there are {found:?}"));
                }
                self.is_complete = true;
            }
        }
        Ok(())
    }
}
