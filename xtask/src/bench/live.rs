//! Rows on live video at 1280×720: frames through the software ISP, beside ffmpeg's filters, and
//! what a query costs on an MJPEG camera before the tuner thinks.

use std::hint::black_box;
use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use daemon::demo::{Depth, Illuminant, LightboxScene};
use isp_hw::camera::{CapturedFrame, LiveIsp, MonotonicTime, Timestamp};
use isp_hw::pixel_format::{Colorimetry, FrameFormat, PixelFormat};
use isp_hw::{Implementation, SoftwareIsp, Threads};
use rustix::time::{ClockId, clock_gettime};
use tuner::{Frame, Functionals, Params, Planes, View};

use super::{Row, Target};

const SIZE: [u32; 2] = [1280, 720];
/// Rounds of which the fastest counts.
const ROUNDS: usize = 30;
/// Frames that ffmpeg filters; what its start costs is measured apart and taken off.
const FFMPEG_FRAMES: usize = 150;
/// What ffmpeg is asked for: part of what the software ISP does.
const FFMPEG_FILTERS: &str =
    "eq=contrast=1.2:saturation=1.3:brightness=0.05,colorbalance=rm=0.2,format=yuyv422";
/// All nine parameters active.
const PARAMS: [f64; 9] = [0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7];

/// Measures the rows, in time of the processor where one thread does the work, so that other
/// programs on the machine do not count. Without ffmpeg its row is missing.
///
/// # Errors
/// When a frame cannot be rendered, or ffmpeg fails.
pub fn rows() -> Result<Vec<Row>> {
    let frame = captured(PixelFormat::Yuyv)?;
    let one = seconds_a_frame(&frame, Threads::One, processor_time)?;
    let all = seconds_a_frame(&frame, Threads::All, wall_time)?;
    let rate = |name, seconds: f64, least, clock: &str| Row {
        name,
        value: 1.0 / seconds,
        target: Target::AtLeast(least),
        note: format!("{:.1} ms of {clock} a frame, YUYV in and out", seconds * 1e3),
    };
    let mut rows = vec![
        rate(
            "live software ISP at 1280×720, one core, frames/s",
            one,
            30.0,
            "the processor's time",
        ),
        rate("live software ISP at 1280×720, all cores, frames/s", all, 60.0, "wall time"),
    ];
    match ffmpeg_seconds(&frame)? {
        Some(seconds) => rows.push(Row {
            name: "ffmpeg eq + colorbalance, one thread / live software ISP, one core",
            value: seconds / one,
            target: Target::AtLeast(0.5),
            note: format!("{:.1} ms a frame for saturation, contrast and balance", seconds * 1e3),
        }),
        None => eprintln!("not run: ffmpeg is missing"),
    }
    rows.push(observation()?);
    Ok(rows)
}

/// Time that this thread has had the processor.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn wall_time() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    Duration::try_from(time).unwrap_or_default()
}

/// A frame as a camera delivers it.
fn captured(pixel: PixelFormat) -> Result<CapturedFrame> {
    let [width, height] = SIZE;
    let colorimetry = Colorimetry::WEBCAM;
    let format = FrameFormat { pixel, width, height, bytes_per_line: 0, colorimetry };
    let scene = LightboxScene::new(Illuminant::D65, width as usize, height as usize);
    let picture = scene.frame(Depth::Eight)?;
    let bytes = match pixel {
        PixelFormat::Mjpeg => {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("frame.jpg");
            picture.save(&path)?;
            std::fs::read(&path)?
        }
        _ => format.encode(&picture)?,
    };
    Ok(CapturedFrame {
        bytes: bytes.into(),
        format,
        sequence: 0,
        captured_at: MonotonicTime::default(),
        timestamp: Timestamp::EndOfFrame,
    })
}

fn seconds_a_frame(
    frame: &CapturedFrame,
    threads: Threads,
    clock: fn() -> Duration,
) -> Result<f64> {
    let isp = SoftwareIsp::new(Implementation::Fast, threads);
    let live = LiveIsp::new(isp, Params::new(PARAMS)?);
    let mut buffer = vec![0; frame.bytes.len()];
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = clock();
        let picture = live.picture(black_box(frame))?;
        frame.format.encode_into(&picture, black_box(&mut buffer))?;
        fastest = fastest.min(clock().saturating_sub(start));
    }
    Ok(fastest.as_secs_f64())
}

/// Time of the processor that ffmpeg takes for a frame; `None` without ffmpeg.
fn ffmpeg_seconds(frame: &CapturedFrame) -> Result<Option<f64>> {
    let Ok(version) = Command::new("ffmpeg").arg("-version").output() else { return Ok(None) };
    ensure!(version.status.success(), "ffmpeg -version ended with {}", version.status);
    let mut file = tempfile::NamedTempFile::new()?;
    for _ in 0..FFMPEG_FRAMES {
        file.write_all(&frame.bytes)?;
    }
    let [width, height] = SIZE;
    let seconds = |frames: usize| -> Result<f64> {
        let mut fastest = f64::INFINITY;
        for _ in 0..3 {
            let output = Command::new("ffmpeg")
                .args(["-hide_banner", "-benchmark", "-threads", "1", "-filter_threads", "1"])
                .args(["-f", "rawvideo", "-pix_fmt", "yuyv422", "-s", &format!("{width}x{height}")])
                .arg("-i")
                .arg(file.path())
                .args(["-frames:v", &frames.to_string(), "-vf", FFMPEG_FILTERS])
                .args(["-f", "null", "-"])
                .output()
                .context("ffmpeg")?;
            ensure!(output.status.success(), "ffmpeg ended with {}", output.status);
            let said = String::from_utf8_lossy(&output.stderr);
            let spent = benchmark_seconds(&said).context("ffmpeg -benchmark told no times")?;
            fastest = fastest.min(spent);
        }
        Ok(fastest)
    };
    let more = (FFMPEG_FRAMES - 1) as f64;
    Ok(Some((seconds(FFMPEG_FRAMES)? - seconds(1)?) / more))
}

/// User and system time of the line `bench: utime=1.2s stime=0.3s rtime=1.4s`.
fn benchmark_seconds(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.contains("utime="))?;
    let time = |key| -> Option<f64> {
        let word = line.split_whitespace().find_map(|word| word.strip_prefix(key))?;
        word.strip_suffix('s')?.parse().ok()
    };
    Some(time("utime=")? + time("stime=")?)
}

/// Decoding an MJPEG frame and observing it, on one thread.
fn observation() -> Result<Row> {
    let frame = captured(PixelFormat::Mjpeg)?;
    let picture = frame.decode()?;
    let view = View::of_size(picture.width(), picture.height());
    let planes = |picture: &Frame| view.gather(picture).map(|mosaic| Planes::from(&mosaic));
    let found = planes(&picture).context("the view is of another size")?;
    let functionals = Functionals::new(&found, &vec![true; found.pixel_count()]);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut fastest = Duration::MAX;
    for _ in 0..ROUNDS {
        let spent = pool.install(|| -> Result<Duration> {
            let start = processor_time();
            let picture = black_box(&frame).decode()?;
            let seen = planes(&picture).context("the view is of another size")?;
            black_box(functionals.observe(&seen));
            Ok(processor_time().saturating_sub(start))
        })?;
        fastest = fastest.min(spent);
    }
    Ok(Row {
        name: "MJPEG decoding and observation at 1280×720, one core, in ms",
        value: fastest.as_secs_f64() * 1e3,
        target: Target::AtMost(33.0),
        note: format!(
            "the processor's time; a JPEG of {} kB; a frame lasts 33 ms",
            frame.bytes.len() / 1000
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_from_what_ffmpeg_says() {
        let said = "frame= 9\nbench: utime=1.500s stime=0.250s rtime=9.0s\nbench: maxrss=4kB";
        assert_eq!(benchmark_seconds(said), Some(1.75));
        assert_eq!(benchmark_seconds("frame= 9"), None);
    }
}
