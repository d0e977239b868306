//! A service that runs on a root folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use daemon::api::ServiceStatus;
use daemon::client::Client;
use daemon::keeping::State;
use daemon::supervisor::CameraStatus;
use isp_hw::PipelineFile;
use rustix::process::{Pid, Signal, kill_process};
use tuner::{Frame, Parameter, Params, Pipeline, Samples};

/// A root folder with a scene, two looks and a configuration for them.
pub struct Root {
    folder: PathBuf,
    _keep: Option<tempfile::TempDir>,
}

impl Root {
    pub fn new() -> Self {
        let keep = tempfile::tempdir().unwrap();
        let root = Self { folder: keep.path().to_owned(), _keep: Some(keep) };
        root.furnish();
        root
    }

    /// A root in a folder that is there already.
    pub fn at(folder: &Path) -> Self {
        let root = Self { folder: folder.to_owned(), _keep: None };
        root.furnish();
        root
    }

    fn furnish(&self) {
        fs::create_dir_all(self.path("etc/isptune")).unwrap();
        scene().save(self.path("etc/isptune/scene.png")).unwrap();
        for (name, exposure) in [("day", 0.4), ("night", -0.3)] {
            let mut pipeline =
                PipelineFile::software().open_frame(scene(), &Default::default()).unwrap();
            let params = Params::NEUTRAL.with(Parameter::Exposure, exposure);
            let goal = self.path(&format!("{name}.png"));
            pipeline.query(&params).unwrap().save(&goal).unwrap();
            let output = self.isptune(&["look", "add", name, "--force", "--from"], Some(&goal));
            assert!(output.status.success(), "{output:?}");
        }
        self.configure("look = \"day\"");
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.join(below)
    }

    pub fn socket(&self) -> PathBuf {
        self.path("run/isptune/isptuned.sock")
    }

    /// Writes the configuration with these keys of the one camera.
    pub fn configure(&self, keys: &str) {
        let text = format!(
            "[keep]\ncheck_interval_s = 0.05\ndwell_s = 0.2\ncool_down_s = 0\n\
             [[camera]]\nname = \"gate\"\ninput = \"scene.png\"\nstrategy = \"model\"\n{keys}\n"
        );
        fs::write(self.path("etc/isptune/isptuned.toml"), text).unwrap();
    }

    /// A verb that works on the store of looks of this root.
    pub fn isptune(&self, words: &[&str], file: Option<&Path>) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isptune"));
        command.args(words).args(file).arg("--state").arg(self.path("var/lib/isptune"));
        command.output().unwrap()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isptuned"));
        command.arg("--root").arg(&self.folder).stdin(Stdio::null());
        command.env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM");
        command
    }

    pub fn start(&self) -> Running {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let child = self.command().stderr(log).spawn().unwrap();
        Running { child, socket: self.socket(), log: self.path("log") }
    }
}

/// A scene with detail in every part.
pub fn scene() -> Frame {
    let samples = (0..96 * 72 * 3).map(|index| {
        let (x, y, channel) = (index / 3 % 96, index / 288, index % 3);
        let wave = ((x * (channel + 2)) as f64 / 9.0).sin() + ((x * y) as f64 / 60.0).cos();
        (110.0 + 30.0 * wave + 0.4 * y as f64).clamp(0.0, 255.0) as u8
    });
    Frame::new(96, 72, Samples::U8(samples.collect())).unwrap()
}

/// A process of the service; killed when it is dropped.
pub struct Running {
    child: Child,
    socket: PathBuf,
    log: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn client(&self) -> Client {
        Client::new(self.socket.clone()).unwrap()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub fn status(&self) -> Option<CameraStatus> {
        let status: ServiceStatus = self.client().get("/v1/status").ok()?;
        status.cameras.into_iter().next()
    }

    pub fn wait_for(&self, what: &str, holds: impl Fn(&CameraStatus) -> bool) -> CameraStatus {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let status = self.status();
            if let Some(status) = status.as_ref().filter(|status| holds(status)) {
                return status.clone();
            }
            assert!(Instant::now() < deadline, "{what}: {status:?}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn wait_until_held(&self, look: &str) -> CameraStatus {
        self.wait_for(look, |status| {
            status.state == State::Holding
                && status.look.as_deref() == Some(look)
                && status.reached.and_then(|score| score.psnr_db()).is_some_and(|db| db > 45.0)
        })
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end; the exit code.
    pub fn end(&mut self, within: Duration) -> Option<i32> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "does not end\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
