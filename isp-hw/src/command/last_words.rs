//! What a program printed last, for the message when it fails.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Bytes kept of what was printed.
const KEPT_BYTES: usize = 4096;

/// Lines shown in a message.
const SHOWN_LINES: usize = 8;

/// Reads streams of a program to their end, so that it never waits for a reader, and keeps the last
/// bytes of all of them.
#[derive(Debug, Default)]
pub(super) struct LastWords {
    kept: Arc<Mutex<VecDeque<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl LastWords {
    /// Starts to read a stream.
    pub(super) fn read(&mut self, mut stream: impl Read + Send + 'static) -> io::Result<()> {
        let kept = Arc::clone(&self.kept);
        let reader = move || {
            let mut buffer = [0; 4096];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                        kept.extend(buffer.iter().take(count));
                        let surplus = kept.len().saturating_sub(KEPT_BYTES);
                        kept.drain(..surplus);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        };
        self.readers.push(thread::Builder::new().name("last words".to_owned()).spawn(reader)?);
        Ok(())
    }

    /// The last lines, indented; waits a little for readers of a program that has just ended.
    pub(super) fn text(&self) -> String {
        let deadline = Instant::now() + Duration::from_millis(200);
        while self.readers.iter().any(|reader| !reader.is_finished()) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        last_lines(&String::from_utf8_lossy(&bytes))
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        // Programs redraw a progress line by returning to its start: what stands last is seen.
        .map(|line| line.trim_end().rsplit('\r').next().unwrap_or_default())
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("  {}", super::shortened(line, 300)))
        .collect();
    let surplus = lines.len().saturating_sub(SHOWN_LINES);
    lines.into_iter().skip(surplus).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_only_the_end_of_a_flood() {
        let mut words = LastWords::default();
        let flood = "noise\n".repeat(100_000) + "10 %\r100 %\n\x1b[31mout of film\n";
        words.read(io::Cursor::new(flood)).unwrap();
        let text = words.text();
        assert!(text.ends_with("  noise\n  100 %\n  ·[31mout of film"), "{text}");
        assert_eq!(text.lines().count(), SHOWN_LINES);
    }
}
