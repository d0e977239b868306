//! A folder of a test's own, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tuner::{Frame, Samples};

pub const ISPTUNE: &str = env!("CARGO_BIN_EXE_isptune");

/// The goal of the tests that need a reachable one, as `--params` takes it.
pub const LOOK: &str = "exposure=0.2,red_gain=-0.15,saturation=0.2,shadows=0.3";

/// A folder with `input.png`.
pub struct Workbench {
    folder: TempDir,
}

impl Workbench {
    pub fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        picture([160, 120], 1).save(bench.path("input.png")).unwrap();
        bench
    }

    /// Adds `goal.png`: the input in [`LOOK`].
    pub fn with_goal(self) -> Self {
        self.run(&format!("render --input input.png --params {LOOK} --out goal.png")).done();
        self
    }

    /// Adds `pipeline.toml`, with this text for the kind `command` and one parameter, `ev`.
    pub fn with_pipeline(self, keys: &str) -> Self {
        let exposure = "[[parameter]]\nname = \"exposure\"\nkey = \"ev\"\nrange = [-2.0, 2.0]\n\
                        neutral = 0.0\n";
        let formats = "input_format = \"ppm\"\noutput_format = \"ppm\"\n";
        self.write("pipeline.toml", format!("kind = \"command\"\n{keys}\n{formats}{exposure}"));
        self
    }

    /// Adds a pipeline whose program is `body`, started by sh for every query with the paths of
    /// input and output.
    pub fn with_oneshot(self, body: &str, keys: &str) -> Self {
        self.write("isp.sh", body);
        self.with_pipeline(&format!(
            "mode = \"oneshot\"\n\
             program = [\"sh\", \"isp.sh\", \"{{input}}\", \"{{output}}\", \"{{ev}}\"]\n{keys}"
        ))
    }

    /// Adds a pipeline whose program is `body`, started by sh once.
    pub fn with_session(self, body: &str, keys: &str) -> Self {
        self.write("isp.sh", body);
        self.with_pipeline(&format!("mode = \"session\"\nprogram = [\"sh\", \"isp.sh\"]\n{keys}"))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The text of a file; empty when there is none.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn frame(&self, name: &str) -> Frame {
        Frame::load(self.path(name)).unwrap()
    }

    /// Everything in the folder, hidden files too, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// The program, to be run in the folder with words separated by blanks.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(ISPTUNE);
        command.args(words.split_whitespace()).current_dir(self.folder()).stdin(Stdio::null());
        // What the user of this machine has calibrated is not for tests.
        command.env("STATE_DIRECTORY", self.folder());
        command
    }

    pub fn run(&self, words: &str) -> Ended {
        Ended::of(words, &self.command(words).output().unwrap())
    }

    /// Runs what has to be refused with `code` and one message that contains `parts`; no file may
    /// come, go or change.
    pub fn refuses(&self, words: &str, code: i32, parts: &[&str]) {
        let all = || self.names().into_iter().map(|name| (fs::read(self.path(&name)).ok(), name));
        let before: Vec<_> = all().collect();
        self.run(words).refused(code, parts);
        assert!(all().eq(before), "{words}: {:?}", self.names());
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    words: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(words: &str, output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let ended = Self {
            words: words.to_owned(),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        assert!(!ended.err.contains("panicked"), "{ended:#?}");
        ended
    }

    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    pub fn refused(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.out, "", "{self:#?}");
        self.said_once(parts);
    }

    /// One message that contains `parts` was given.
    pub fn said_once(&self, parts: &[&str]) {
        let is_message = |line: &&str| line.starts_with("isptune: ") || line.starts_with("error: ");
        let words = &self.words;
        assert_eq!(self.err.lines().filter(is_message).count(), 1, "{words}\n{}", self.err);
        for part in parts {
            assert!(self.err.contains(part), "{words}: no {part:?}\n{}", self.err);
        }
        // A chain of causes easily says everything twice.
        let longest = parts.iter().max_by_key(|part| part.len()).unwrap();
        assert_eq!(self.err.matches(longest).count(), 1, "{words}\n{}", self.err);
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:#?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A picture with content of its own for each `seed`: shaded patches of many colours, with grain.
pub fn picture([width, height]: [usize; 2], seed: u32) -> Frame {
    let random = |a: usize, b: usize, salt: u32| {
        let mixed = (a as u32)
            .wrapping_mul(0x9E37_79B1)
            .wrapping_add((b as u32).wrapping_mul(0x85EB_CA77))
            .wrapping_add((seed * 8 + salt).wrapping_mul(0xC2B2_AE3D));
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D);
        (mixed ^ (mixed >> 13)).wrapping_mul(0x297A_2D39) >> 24
    };
    let pixel = |index: usize| {
        let (x, y) = (index % width, index / width);
        let grain = random(x, y, 7) / 16;
        let shade = (x * 60 / width) as u32;
        [0, 1, 2].map(|channel| {
            u8::try_from(24 + shade + grain + random(x / 7, y / 7, channel) / 2).unwrap_or(u8::MAX)
        })
    };
    let samples = (0..width * height).flat_map(pixel).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}
