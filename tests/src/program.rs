//! Small external programs made for one test, and pipelines that drive them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use isp_hw::{OpenPipeline, PipelineFile};
use tempfile::TempDir;
use tuner::{Frame, PipelineError, Samples};

/// A program of a test in its own folder, with the flag that interrupts its queries.
#[derive(Debug)]
pub struct Program {
    folder: TempDir,
    keys: String,
    cancel: Arc<AtomicBool>,
}

const EXPOSURE: &str =
    "[[parameter]]\nname = \"exposure\"\nkey = \"ev\"\nrange = [-2.0, 2.0]\nneutral = 0.0\n";

// `reply` is what a well-behaved program does with a request.
const PYTHON: &str = "\
import json, os, shutil, subprocess, sys, time
def receive():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    with open('requests', 'a') as log:
        log.write(line)
    return json.loads(line)
def answer(text='{\"ok\": true}'):
    print(text, flush=True)
def reply(request):
    shutil.copy(request['input'], request['output'])
    answer()
with open('pids', 'a') as pids:
    pids.write(f'{os.getpid()} ')
";

impl Program {
    /// A session program in Python; `body` follows definitions of `receive`, `answer`, `reply`.
    pub fn session(body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("isp.py"), format!("{PYTHON}{body}")).unwrap();
        let keys = "mode = \"session\"\nprogram = [\"python3\", \"isp.py\"]\n".to_owned();
        Self { folder, keys, cancel: Arc::default() }
    }

    /// A program for sh that is started for every query with `arguments` after its own name.
    pub fn oneshot(body: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("isp.sh"), format!("printf '%s ' $$ >> pids\n{body}"))
            .unwrap();
        let arguments: String = arguments.iter().map(|text| format!(", {text:?}")).collect();
        let keys = format!("mode = \"oneshot\"\nprogram = [\"sh\", \"isp.sh\"{arguments}]\n");
        Self { folder, keys, cancel: Arc::default() }
    }

    /// Adds keys to the pipeline file.
    pub fn with(mut self, keys: &str) -> Self {
        self.keys += keys;
        self.keys += "\n";
        self
    }

    /// Folder of the program, where it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The flag that interrupts its queries.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Opens the pipeline on [`picture`], exchanging PPM unless other formats were set.
    pub fn open(&self) -> Result<OpenPipeline, String> {
        let formats = if self.keys.contains("_format") {
            ""
        } else {
            "input_format = \"ppm\"\noutput_format = \"ppm\"\n"
        };
        let path = self.folder.path().join("pipeline.toml");
        fs::write(&path, format!("kind = \"command\"\n{}{formats}{EXPOSURE}", self.keys)).unwrap();
        let file = PipelineFile::load(&path).map_err(|error| error.to_string())?;
        file.open_frame(picture(), &self.cancel).map_err(|error| error.to_string())
    }

    /// What the program wrote into a file of its folder; empty when there is none.
    pub fn wrote(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// Whether any process whose number stands in `pids` still runs (a zombie counts).
    pub fn runs(&self) -> bool {
        let pids = self.wrote("pids");
        assert!(!pids.trim().is_empty(), "the program was never started");
        pids.split_whitespace().any(|pid| PathBuf::from(format!("/proc/{pid}")).exists())
    }

    /// Whether grandchildren that were killed are gone, or will be in a moment: a busy system takes
    /// a while to end them. (One that waits for whoever adopted it to reap it is gone.)
    pub fn is_gone(&self) -> bool {
        let running = |pid: &str| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        let pids = self.wrote("pids");
        let started = Instant::now();
        while pids.split_whitespace().any(running) {
            if started.elapsed() > Duration::from_secs(10) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// A small picture with every kind of content: a grey ramp, colours, fine detail.
pub fn picture() -> Frame {
    let (width, height) = (96usize, 64usize);
    let pixel = |index: usize| {
        let (x, y) = (index % width, index / width);
        let ramp = 20 + x * 2;
        // A checkerboard gives texture something to work on.
        let detail = if y >= 48 && (x + y) % 2 == 0 { 24 } else { 0 };
        let tint = [[0, 0, 0], [30, 0, 10], [0, 25, 5], [5, 0, 35]][y / 16];
        tint.map(|tint| u8::try_from(ramp + detail + tint).unwrap_or(u8::MAX))
    };
    let samples = (0..width * height).flat_map(pixel).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

/// The 8-bit samples of a picture.
pub fn bytes(frame: &Frame) -> &[u8] {
    match frame.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(_) => panic!("16-bit samples"),
    }
}

/// Text of an error that an external program caused.
pub fn reason(result: Result<Frame, PipelineError>) -> String {
    match result.unwrap_err() {
        error @ PipelineError::Program { .. } => error.to_string(),
        other => panic!("not the program's fault: {other}"),
    }
}
