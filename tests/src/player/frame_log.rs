//! What the player showed, one JSON object per line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{ControlValues, fingerprint};

/// The log of a running player. Lines are written whole, before their frame is shown.
#[derive(Debug)]
pub struct FrameLog(File);

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRecord {
    /// Number of the frame, from 0.
    pub frame: u64,
    /// Number of the frame before which the controls were read: earlier when the ISP is late.
    pub controls_read: u64,
    /// Position of the scene.
    pub scene: usize,
    /// [`fingerprint`] of the frame's bytes, which vivid passes on unchanged.
    pub fingerprint: String,
    /// Milliseconds since 1970, just before the frame was shown.
    pub unix_ms: u64,
    /// The controls that the frame was rendered with.
    pub controls: Value,
}

impl FrameLog {
    /// Begins a new log.
    pub fn create(path: &Path) -> io::Result<Self> {
        File::create(path).map(Self)
    }

    /// Adds a line; see [`FrameRecord`].
    pub fn add(
        &mut self,
        frame: u64,
        (controls_read, controls): (u64, &ControlValues),
        scene: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = json!({
            "frame": frame,
            "controls_read": controls_read,
            "scene": scene,
            "fingerprint": fingerprint(bytes),
            "unix_ms": now.as_millis() as u64,
            "controls": controls,
        });
        self.0.write_all(format!("{line}\n").as_bytes())
    }

    /// All lines that a player has written so far; one that is being written is left out.
    pub fn read(path: &Path) -> io::Result<Vec<FrameRecord>> {
        let lines = BufReader::new(File::open(path)?).lines();
        lines.map_while(|line| line.map(|line| FrameRecord::parse(&line)).transpose()).collect()
    }
}

impl FrameRecord {
    fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let number = |key: &str| value[key].as_u64();
        Some(Self {
            frame: number("frame")?,
            controls_read: number("controls_read")?,
            scene: usize::try_from(number("scene")?).ok()?,
            fingerprint: value["fingerprint"].as_str()?.to_owned(),
            unix_ms: number("unix_ms")?,
            controls: value["controls"].clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_but_for_an_unfinished_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = FrameLog::create(&path).unwrap();
        let controls = ControlValues::from([("hue", -7)]);
        log.add(5, (3, &controls), 1, b"frame five").unwrap();
        log.0.write_all(b"{\"frame\": 6, ").unwrap();
        let read = FrameLog::read(&path).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!((read[0].frame, read[0].controls_read, read[0].scene), (5, 3, 1));
        assert_eq!(read[0].fingerprint, fingerprint(b"frame five"));
        assert_eq!(read[0].controls["hue"], -7);
    }
}
