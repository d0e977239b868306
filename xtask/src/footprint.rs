//! How much of a device the service takes: its size for 64-bit ARM, its way to READY here, and what
//! it takes while it holds a stand-in for a camera here.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tuner::{Frame, Samples};

use crate::cross::Target;
use crate::{package, unit};

/// The processor of the camera boxes.
const DEVICE: &str = "aarch64-unknown-linux-gnu";

/// Starts that are measured; the middle one counts.
const STARTS: usize = 11;

/// How long the held stand-in is watched.
const WATCHED: Duration = Duration::from_secs(30);

/// Nothing here takes longer unless it hangs.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Picture of the stand-in.
const SIZE: [usize; 2] = [1280, 720];

/// Prints the figures, one a line.
///
/// # Errors
/// When something does not build or run; what cannot be measured here is said in its place.
pub fn run() -> Result<()> {
    match Target::named(DEVICE)? {
        target if target.missing().is_none() => {
            let programs = package::build_programs("dist", Some(target))?;
            for program in &programs {
                println!("{}: {}", name(program), size(program, target)?);
            }
        }
        target => println!("size: not measured: {}", target.missing().unwrap_or_default()),
    }
    let [client, service] = package::build_programs("release", None)?;
    println!("start to READY: {} ms, the middle of {STARTS} starts", start_to_ready(&service)?);
    println!("{}", holding(&client, &service)?);
    Ok(())
}

fn name(program: &Path) -> String {
    program.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(program: &Path, target: Target) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let stripped = folder.path().join("stripped");
    package::strip(program, Some(target), &stripped)?;
    let bytes = fs::metadata(&stripped)?.len();
    Ok(format!("{:.2} MB, stripped, dynamically linked, for {DEVICE}", bytes as f64 / 1e6))
}

/// Milliseconds from the start of the process to its READY=1.
fn start_to_ready(service: &Path) -> Result<u128> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let root = tempfile::tempdir()?;
        let started = Instant::now();
        let _running = Service::start(service, root.path())?;
        times.push(started.elapsed().as_millis());
    }
    times.sort_unstable();
    times.get(STARTS / 2).copied().context("no start was measured")
}

/// Memory and processor of the service while it holds a picture of 1280×720 that stands in for a
/// camera, rendered by the software ISP: with a camera the rendering falls away.
fn holding(client: &Path, service: &Path) -> Result<String> {
    let root = tempfile::tempdir()?;
    let folder = root.path().join("etc/isptune");
    fs::create_dir_all(&folder)?;
    let picture = folder.join("stand-in.png");
    stand_in()?.save(&picture)?;
    let config = "[[camera]]\nname = \"front\"\ninput = \"stand-in.png\"\nlook = \"stand-in\"\n\
                  [keep]\ncheck_interval_s = 1.0\n";
    fs::write(folder.join("isptuned.toml"), config)?;
    let looks = root.path().join("var/lib/isptune/looks");
    fs::create_dir_all(&looks)?;
    fs::copy(&picture, looks.join("stand-in.png"))?;
    let running = Service::start(service, root.path())?;
    let socket = root.path().join("run/isptune/isptuned.sock");
    let since = Instant::now();
    while !is_holding(client, &socket)? {
        ensure!(since.elapsed() < LONGEST_WAIT, "the stand-in is not held after a minute");
        std::thread::sleep(Duration::from_millis(200));
    }
    let before = running.processor_time()?;
    std::thread::sleep(WATCHED);
    let share = (running.processor_time()? - before).as_secs_f64() / WATCHED.as_secs_f64();
    let [width, height] = SIZE;
    Ok(format!(
        "holding a stand-in of {width} × {height}, one check a second: {:.1} MB resident, {:.2} % of \
         one core",
        running.resident_bytes()? as f64 / 1e6,
        100.0 * share,
    ))
}

/// A still picture with medium colours and some detail everywhere.
fn stand_in() -> Result<Frame> {
    let [width, height] = SIZE;
    let sample = |index: usize| {
        let (pixel, channel) = (index / 3, index % 3);
        let (x, y) = (pixel % width, pixel / width);
        let patch = (x / 80 * 37 + y / 80 * 59 + channel * 83) % 120;
        (60 + patch + (x * 7 + y * 13) % 9) as u8
    };
    let samples = (0..width * height * 3).map(sample).collect();
    Ok(Frame::new(width, height, Samples::U8(samples))?)
}

fn is_holding(client: &Path, socket: &Path) -> Result<bool> {
    let output =
        Command::new(client).args(["status", "--json", "--socket"]).arg(socket).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).replace(' ', "").contains("\"state\":\"holding\""))
}

/// A service that ends with us.
struct Service(Child);

impl Service {
    /// Starts the program under `root` and waits until it says that it is ready.
    fn start(program: &Path, root: &Path) -> Result<Self> {
        let path = root.join("notify");
        let socket = UnixDatagram::bind(&path).with_context(|| path.display().to_string())?;
        socket.set_read_timeout(Some(LONGEST_WAIT))?;
        let child = Command::new(program)
            .arg("--root")
            .arg(root)
            .envs(unit::environment()?)
            .env("NOTIFY_SOCKET", &path)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        let service = Self(child);
        let mut message = [0; 4096];
        loop {
            let length = socket.recv(&mut message).context("the service does not get ready")?;
            let text = String::from_utf8_lossy(message.get(..length).unwrap_or_default());
            if text.lines().any(|line| line == "READY=1") {
                return Ok(service);
            }
        }
    }

    fn processor_time(&self) -> Result<Duration> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id()))?;
        let mut nanoseconds = 0;
        for task in tasks {
            let path = task?.path().join("schedstat");
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let first = text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
            nanoseconds += first.with_context(|| format!("{}: {text}", path.display()))?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        match line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()) {
            Some(kilobytes) => Ok(kilobytes * 1024),
            None => bail!("/proc tells no resident size: {status}"),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already where it failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
