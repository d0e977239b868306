//! `train-host proxy`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::practice::Practice;

/// How a proxy is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// One U-Net, the parameters as planes beside the picture
    Monolithic,
    /// A small network for each operation, chained
    Cascaded,
}

/// Options of the verb.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    /// How it is built
    #[arg(long, value_enum)]
    kind: Kind,
    #[command(flatten)]
    practice: Practice,
    /// Iterations
    #[arg(long, default_value_t = 4000)]
    iterations: u64,
    /// Pictures of an iteration
    #[arg(long, default_value_t = 16)]
    batch: usize,
    /// Learning rate after the warm-up; falls as a cosine
    #[arg(long, default_value_t = 2e-3)]
    rate: f64,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The proxy; metrics go to the same name with .jsonl
    #[arg(long)]
    out: PathBuf,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot train.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> anyhow::Result<()> {
    super::no_libtorch("proxy")
}

#[cfg(feature = "torch")]
/// Trains a proxy.
///
/// # Errors
/// When photographs or options cannot be used, or a file cannot be written.
pub fn run(options: &Options) -> anyhow::Result<()> {
    use std::io::Write;
    use std::sync::Arc;
    use std::time::Instant;

    use anyhow::{Context, ensure};
    use train_host::torch::{ProxyKind, ProxyOptions, ProxyTraining};

    /// Iterations between lines.
    const REPORT_EVERY: u64 = 200;

    let side = options.practice.side;
    ensure!(side >= 4, "--side {side}: four pixels or more are needed");
    let photographs = options.practice.pictures.all(options.seed)?;
    let mix = options.practice.options()?.mix;
    let kind = match options.kind {
        Kind::Monolithic => ProxyKind::Monolithic,
        Kind::Cascaded => ProxyKind::Cascaded,
    };
    let training = ProxyOptions {
        iterations: options.iterations,
        batch: options.batch,
        side,
        rate: options.rate,
        seed: options.seed,
    };
    let mut training = ProxyTraining::new(kind, mix, Arc::new(photographs), training);
    let path = options.out.with_extension("jsonl");
    let mut metrics = std::fs::File::create(&path).with_context(|| path.display().to_string())?;
    let started = Instant::now();
    let mut sum = 0.0;
    for iteration in 1..=options.iterations {
        sum += training.learn()?.loss;
        if iteration % REPORT_EVERY == 0 || iteration == options.iterations {
            let line = serde_json::json!({
                "iteration": iteration,
                "loss": sum / ((iteration - 1) % REPORT_EVERY + 1) as f64,
                "psnr_db": training.psnr_db()?,
                "seconds": started.elapsed().as_secs_f64().round(),
                "cpu_seconds": super::cpu_seconds(),
            });
            sum = 0.0;
            writeln!(metrics, "{line}")?;
            eprintln!("{line}");
            training.proxy().save(iteration, &options.out)?;
        }
    }
    Ok(())
}
