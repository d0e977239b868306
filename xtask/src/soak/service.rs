//! The process of the service: asked, measured from outside, and ended.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use daemon::api::ServiceStatus;
use daemon::client::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::root::Root;
use crate::unit;

/// Longest time from the start to the first answer, on a machine that is busy.
const START: Duration = Duration::from_secs(30);
/// Longest time from SIGTERM to the end.
const STOP: Duration = Duration::from_secs(10);
/// Ticks of the kernel's clock in a second, as /proc tells CPU time on Linux (`USER_HZ`).
const CLOCK_TICKS: f64 = 100.0;

/// What was measured at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// Resident memory in KiB.
    pub rss_kib: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
    /// Processor time since the start, in seconds.
    pub cpu_s: f64,
    /// Tunes since the start.
    pub tunes: u64,
}

impl Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rss_kib, descriptors, threads, cpu_s, tunes } = self;
        write!(f, "{rss_kib} KiB, {descriptors} descriptors, {threads} threads, ")?;
        write!(f, "{cpu_s:.1} s of processor time, {tunes} tunes")
    }
}

/// A service that runs; killed when it is dropped.
pub struct Service {
    child: Child,
    client: Client,
    socket: PathBuf,
    log: File,
    /// The end of the log, without an end of line yet.
    rest: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Service {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub fn start(binary: &Path, root: &Root) -> Result<Self> {
        let path = root.path("log");
        let log = File::create(&path)?;
        let child = Command::new(binary)
            .arg("--root")
            .arg(root.path(""))
            .envs(unit::environment()?)
            .env("NO_COLOR", "1")
            .env_remove("NOTIFY_SOCKET")
            .env_remove("JOURNAL_STREAM")
            .env_remove("ISPTUNE_LOG")
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| binary.display().to_string())?;
        let socket = root.path("run/isptune/isptuned.sock");
        let client = Client::new(socket.clone())?;
        let service = Self { child, client, socket, log: File::open(&path)?, rest: String::new() };
        let deadline = Instant::now() + START;
        while let Err(error) = service.status() {
            if Instant::now() > deadline {
                let log = fs::read_to_string(path)?;
                return Err(error.context(format!("{} does not answer: {log}", binary.display())));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(service)
    }

    /// Its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    fn status(&self) -> Result<ServiceStatus> {
        Ok(self.client.get("/v1/status")?)
    }

    /// Has the camera held on this look, and tuned.
    ///
    /// # Errors
    /// When the service refuses.
    pub fn tune(&self, look: &str) -> Result<()> {
        let wanted = json!({ "name": look });
        self.client.put::<Value>("/v1/cameras/gate/look", &wanted).context(look.to_owned())?;
        self.client.post::<Value>("/v1/cameras/gate/retune").context("retune")?;
        Ok(())
    }

    /// Has the configuration read again.
    ///
    /// # Errors
    /// When it is refused.
    pub fn reload(&self) -> Result<()> {
        self.client.post::<Value>("/v1/reload")?;
        Ok(())
    }

    /// The whole answer to a GET.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, path: &str, host: &str) -> Result<String> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(STOP))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Measures, and asks for status and metrics, which have to agree.
    ///
    /// # Errors
    /// When the service is gone or does not answer.
    pub fn sample(&self) -> Result<Sample> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let read = |name: &str| {
            let path = process.join(name);
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let status = read("status")?;
        let field = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok(number.with_context(|| format!("/proc: no {name}"))?.parse()?)
        };
        let descriptors = fs::read_dir(process.join("fd"))?.count() as u64;
        // The name of the program stands in parentheses; user and system time are the 12th and 13th
        // field after it (proc_pid_stat(5)).
        let stat = read("stat")?;
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks = fields.skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        let cameras = self.status()?.cameras;
        let tunes = cameras.first().context("the camera is gone")?.counts.tunes;
        let metrics = self.get("/metrics", "localhost")?;
        let counted = metrics.lines().find_map(|line| line.strip_prefix("isptune_tunes_total{"));
        let counted = counted.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        // A tune may end between the two.
        if !counted.is_some_and(|counted| (tunes..=tunes + 1).contains(&counted)) {
            bail!("the status has {tunes} tunes, the metrics {counted:?}");
        }
        Ok(Sample {
            rss_kib: field("VmRSS")?,
            descriptors,
            threads: field("Threads")?,
            cpu_s: ticks as f64 / CLOCK_TICKS,
            tunes,
        })
    }

    /// What it has logged since this was asked last.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn new_lines(&mut self) -> Result<Vec<String>> {
        let at = self.log.stream_position()?;
        self.log.read_to_string(&mut self.rest).with_context(|| format!("the log at {at}"))?;
        let whole = self.rest.rfind('\n').map_or(0, |end| end + 1);
        Ok(self.rest.drain(..whole).as_str().lines().map(str::to_owned).collect())
    }

    /// Ends it; the last lines of its log.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub fn stop(mut self) -> Result<Vec<String>> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let deadline = Instant::now() + STOP;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            ensure!(Instant::now() < deadline, "isptuned does not end within {STOP:?}");
            std::thread::sleep(Duration::from_millis(20));
        };
        ensure!(status.success(), "isptuned ended with {status}");
        self.new_lines()
    }
}
