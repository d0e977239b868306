//! `train-host train`.

use std::path::PathBuf;

use clap::Args;

/// Options of the verb.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    #[command(flatten)]
    practice: super::practice::Practice,
    /// Pipeline file to practise on, perhaps with its share (FILE=0.5); may be given several times
    #[arg(long, value_name = "FILE[=SHARE]")]
    pipeline: Vec<String>,
    /// Most queries of external programs, those that an earlier run asked included
    #[arg(long, default_value_t = 5000)]
    queries: usize,
    /// Parameter vectors that an external program renders each of its inputs with
    #[arg(long, default_value_t = 20)]
    per_input: usize,
    /// Side of an external program's inputs in pixels
    #[arg(long, default_value_t = 128)]
    input_side: usize,
    /// External programs that run side by side [default: one on each core]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    workers: usize,
    /// Iterations
    #[arg(long, default_value_t = 4000)]
    iterations: u64,
    /// Episodes an iteration
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Learning rate after the warm-up
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// Width of the three hidden layers
    #[arg(long, default_value_t = 384)]
    width: usize,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Stop after so many minutes; --resume goes on
    #[arg(long)]
    minutes: Option<f64>,
    /// Start from the weights of this checkpoint
    #[arg(long, conflicts_with = "resume")]
    init: Option<PathBuf>,
    /// Go on with the checkpoint in --out
    #[arg(long)]
    resume: bool,
    /// cpu or cuda
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Seconds between checkpoints; 0 writes one after every iteration
    #[arg(long, default_value_t = 60.0)]
    checkpoint_seconds: f64,
    /// Checkpoint; metrics go to the same name with .jsonl, answers of external programs to .answers
    #[arg(long)]
    out: PathBuf,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot train.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("train")
}

#[cfg(feature = "torch")]
pub use with_torch::run;

#[cfg(feature = "torch")]
mod ground;

#[cfg(feature = "torch")]
mod with_torch {
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::path::Path;
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result};
    use train_host::torch::{
        PolicyShape, Regression, RegressionOptions, RegressionReport, device, draw, one_thread,
    };

    use super::{Options, ground};

    /// Iterations between lines on the terminal and in the metrics.
    const REPORT_EVERY: u64 = 100;

    /// Trains.
    ///
    /// # Errors
    /// When photographs, options, pipelines, device or checkpoint cannot be used.
    pub fn run(options: &Options) -> Result<()> {
        // One thread: sums in another order would end in other bits.
        one_thread();
        let device = device(&options.device)?;
        let training = RegressionOptions {
            iterations: options.iterations,
            batch: options.batch,
            rate: options.rate,
            seed: options.seed,
            ..RegressionOptions::default()
        };
        let mut regression = if options.resume {
            Regression::resume(&options.out, Some(training), device)?
        } else if let Some(path) = &options.init {
            Regression::from_weights(path, training, device)?
        } else {
            Regression::new(PolicyShape::residual(options.width, 3), training, device)
        };
        let ground = ground::prepare(options, regression.options().unroll)?;
        let mut metrics = metrics(&options.out.with_extension("jsonl"), regression.iteration())?;
        eprintln!(
            "{} weights, {} pictures, {:?}",
            regression.shape().weight_count(),
            ground.photographs.len()
                + ground.stored.iter().map(|stored| stored.inputs.len()).sum::<usize>(),
            device
        );
        let checkpoint_every = Duration::try_from_secs_f64(options.checkpoint_seconds)
            .context("--checkpoint-seconds")?;
        let started = Instant::now();
        let first = regression.iteration();
        let mut saved = Instant::now();
        let mut window: Vec<RegressionReport> = Vec::new();
        let mut episodes = regression.draw(&ground, 0)?;
        while regression.iteration() < options.iterations {
            let next = regression.iteration() + 1;
            let drawing = regression.options().clone();
            let (report, drawn) = regression.learn(episodes, || draw(&ground, &drawing, next))?;
            episodes = drawn?;
            window.push(report);
            if regression.iteration() % REPORT_EVERY == 0 {
                let made = regression.iteration() - first;
                let rate = made as f64 / started.elapsed().as_secs_f64();
                let line = summary(&window, rate);
                writeln!(metrics, "{line}")?;
                let left = (options.iterations - regression.iteration()) as f64 / rate / 60.0;
                eprintln!("{line} {left:.0} min left");
                window.clear();
            }
            let over = options
                .minutes
                .is_some_and(|minutes| started.elapsed().as_secs_f64() > minutes * 60.0);
            if saved.elapsed() >= checkpoint_every || over {
                regression.save(&options.out)?;
                saved = Instant::now();
            }
            if over {
                eprintln!(
                    "{} minutes are over; --resume goes on",
                    started.elapsed().as_secs() / 60
                );
                return Ok(());
            }
        }
        regression.save(&options.out)?;
        Ok(())
    }

    /// Opens the metrics and drops the lines of iterations that a resumed training will repeat.
    fn metrics(path: &Path, iteration: u64) -> Result<File> {
        let told = || path.display().to_string();
        let before = match std::fs::read_to_string(path) {
            Ok(text) if iteration > 0 => text,
            Ok(_) => String::new(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(told),
        };
        let kept: String = before
            .lines()
            .filter(|line| {
                let value: Option<serde_json::Value> = serde_json::from_str(line).ok();
                let made = value.and_then(|value| value.get("iteration")?.as_u64());
                made.is_some_and(|made| made <= iteration)
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        tuner::write_atomically(path, |file| file.write_all(kept.as_bytes()))?;
        OpenOptions::new().append(true).open(path).with_context(told)
    }

    /// Means over the window, as one JSON object.
    fn summary(window: &[RegressionReport], rate: f64) -> serde_json::Value {
        let count = window.len().max(1) as f64;
        let loss = window.iter().map(|report| report.loss).sum::<f64>() / count;
        let queries = window.first().map_or(0, |report| report.figures.len());
        let psnr: Vec<f64> = (0..queries)
            .map(|at| {
                let sum: f64 = window.iter().filter_map(|report| report.figures.get(at)).sum();
                (sum / count * 100.0).round() / 100.0
            })
            .collect();
        serde_json::json!({
            "iteration": window.last().map_or(0, |report| report.iteration),
            "loss": (loss * 1e4).round() / 1e4,
            "psnr_db": psnr,
            "updates_per_second": (rate * 10.0).round() / 10.0,
        })
    }
}
