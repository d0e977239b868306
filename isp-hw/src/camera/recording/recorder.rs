//! Writing a recording.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::index::{Format, FrameLine, Header, Line, Totals, VERSION};
use super::{ControlWrite, FRAMES, INDEX, RecordingError};
use crate::camera::{CapturedFrame, MonotonicTime};
use crate::pixel_format::FrameFormat;

/// A recording that is being written. Without [`Recorder::finish`] it counts as cut off.
#[derive(Debug)]
pub struct Recorder {
    index: Output,
    frames: Output,
    format: Option<FrameFormat>,
    totals: Totals,
}

#[derive(Debug)]
struct Output {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Output {
    fn create(path: PathBuf) -> Result<Self, RecordingError> {
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => Ok(Self { path, file: BufWriter::new(file) }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let folder = path.parent().unwrap_or(&path);
                Err(RecordingError::Exists { path: folder.to_owned() })
            }
            Err(source) => Err(RecordingError::Io { path, source }),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RecordingError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| RecordingError::Io { path: self.path.clone(), source })
    }

    fn finish(&mut self) -> Result<(), RecordingError> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|source| RecordingError::Io { path: self.path.clone(), source })
    }
}

impl Recorder {
    /// Begins a recording in `folder`, which is made if it is not there. `buffers` are those of the
    /// source, see [`FrameSource::buffers`](crate::camera::FrameSource::buffers).
    ///
    /// # Errors
    /// The folder cannot be written, or holds a recording already.
    pub fn create(folder: &Path, buffers: u32) -> Result<Self, RecordingError> {
        fs::create_dir_all(folder)
            .map_err(|source| RecordingError::Io { path: folder.to_owned(), source })?;
        let index = Output::create(folder.join(INDEX))?;
        let frames = Output::create(folder.join(FRAMES))?;
        let mut recorder = Self { index, frames, format: None, totals: Totals::default() };
        recorder.line(&Line::Recording(Header { version: VERSION, buffers }))?;
        Ok(recorder)
    }

    /// Adds a frame; frames come in the order of their times.
    ///
    /// # Errors
    /// The disk is full, or gone.
    pub fn frame(&mut self, frame: &CapturedFrame) -> Result<(), RecordingError> {
        if self.format != Some(frame.format) {
            self.format = Some(frame.format);
            self.line(&Line::Format(Format::from(&frame.format)))?;
        }
        self.frames.write(&frame.bytes)?;
        self.totals.frames += 1;
        self.line(&Line::Frame(FrameLine::from(frame)))
    }

    /// Adds that a control was written.
    ///
    /// # Errors
    /// As [`Self::frame`].
    pub fn control_write(
        &mut self,
        at: MonotonicTime,
        control: &str,
        value: i64,
    ) -> Result<(), RecordingError> {
        self.totals.writes += 1;
        let control = control.to_owned();
        self.line(&Line::Write(ControlWrite { at_ns: at.nanoseconds(), control, value }))
    }

    /// Ends the recording and puts it on the disk.
    ///
    /// # Errors
    /// As [`Self::frame`].
    pub fn finish(mut self) -> Result<(), RecordingError> {
        self.frames.finish()?;
        self.line(&Line::End(self.totals))?;
        self.index.finish()
    }

    fn line(&mut self, line: &Line) -> Result<(), RecordingError> {
        let text = serde_json::to_string(line).map_err(|error| RecordingError::Io {
            path: self.index.path.clone(),
            source: error.into(),
        })?;
        self.index.write(text.as_bytes())?;
        self.index.write(b"\n")
    }
}
