//! Rows on the software ISP: rendering a 4K frame, beside copying it and beside numpy.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use isp_hw::{Implementation, Input, Renderer, SoftwareIsp, Threads};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tuner::{Frame, Params, Samples};

use super::{Row, Target};

const SIZE: [usize; 2] = [3840, 2160];

/// Rounds of which the fastest counts; in each round everything is measured once, so that a slow
/// spell of the machine hits all alike.
const ROUNDS: usize = 15;

/// All nine parameters active.
const PARAMS: [f64; 9] = [0.2, -0.3, 0.1, 0.4, 0.5, -0.4, 0.3, 0.6, -0.7];

/// The fastest times of all rounds.
struct Fastest {
    copy_one: Duration,
    copy_all: Duration,
    render_one: Duration,
    render_all: Duration,
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn measure(input: &Input, samples: &[u8]) -> Fastest {
    let params = Params::clamped(PARAMS);
    let [one, all] =
        [Threads::One, Threads::All].map(|threads| SoftwareIsp::new(Implementation::Fast, threads));
    let mut copy = vec![0_u8; samples.len()];
    let share = samples.len().div_ceil(rayon::current_num_threads());
    let mut fastest = Fastest {
        copy_one: Duration::MAX,
        copy_all: Duration::MAX,
        render_one: Duration::MAX,
        render_all: Duration::MAX,
    };
    for _ in 0..ROUNDS {
        let took = time(|| black_box(&mut copy).copy_from_slice(black_box(samples)));
        fastest.copy_one = fastest.copy_one.min(took);
        let took = time(|| {
            let parts = black_box(&mut copy).par_chunks_mut(share).zip(samples.par_chunks(share));
            parts.for_each(|(to, from)| to.copy_from_slice(from));
        });
        fastest.copy_all = fastest.copy_all.min(took);
        let took = time(|| drop(black_box(one.render_picture(black_box(input), &params, 0))));
        fastest.render_one = fastest.render_one.min(took);
        let took = time(|| drop(black_box(all.render_picture(black_box(input), &params, 0))));
        fastest.render_all = fastest.render_all.min(took);
    }
    fastest
}

/// Seconds that numpy takes for the same picture; `None` without numpy.
fn numpy_seconds(checkout: &Path) -> Result<Option<f64>> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".into());
    let [width, height] = SIZE.map(|side| side.to_string());
    let script = checkout.join("tests/python/software_isp.py");
    let mut fastest = f64::INFINITY;
    for _ in 0..3 {
        let output = Command::new(&python)
            .arg(&script)
            .args(["--bench", &width, &height])
            .output()
            .with_context(|| format!("starting {python}"))?;
        if !output.status.success() {
            return Ok(None);
        }
        let seconds: f64 = String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse()
            .with_context(|| format!("seconds printed by {}", script.display()))?;
        fastest = fastest.min(seconds);
    }
    Ok(Some(fastest))
}

/// Measures all rows. `checkout` is the folder of the workspace. Without numpy its row is missing.
///
/// # Errors
/// When Python does not start, or prints no number.
pub fn rows(checkout: &Path) -> Result<Vec<Row>> {
    let [width, height] = SIZE;
    let mut samples = vec![0_u8; width * height * 3];
    ChaCha8Rng::seed_from_u64(1).fill_bytes(&mut samples);
    let input = Input::srgb(Frame::new(width, height, Samples::U8(samples.clone()))?);
    let fastest = measure(&input, &samples);
    let per_pixel = |time: Duration| time.as_secs_f64() * 1e9 / (width * height) as f64;
    let row = |name, render: Duration, copy: Duration, most| Row {
        name,
        value: render.as_secs_f64() / copy.as_secs_f64(),
        target: Target::AtMost(most),
        note: format!(
            "{:.1} ms against {:.2} ms; {:.1} ns a pixel",
            render.as_secs_f64() * 1e3,
            copy.as_secs_f64() * 1e3,
            per_pixel(render)
        ),
    };
    let mut rows = vec![
        row("software ISP, 4K, one thread / memcpy", fastest.render_one, fastest.copy_one, 40.0),
        row("software ISP, 4K, all cores / memcpy", fastest.render_all, fastest.copy_all, 25.0),
    ];
    match numpy_seconds(checkout)? {
        Some(seconds) => rows.push(Row {
            name: "numpy, one thread / software ISP, 4K, all cores",
            value: seconds / fastest.render_all.as_secs_f64(),
            target: Target::AtLeast(30.0),
            note: format!("{seconds:.2} s"),
        }),
        None => eprintln!("not run: numpy is missing (pip install numpy, or set ISPTUNE_PYTHON)"),
    }
    Ok(rows)
}
