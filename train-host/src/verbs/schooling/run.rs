//! The clock and the metrics of one training.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use train_host::torch::{Finished, Regression, RegressionError, RegressionReport, Td3};

use super::Schooling;

/// Time between checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// Iterations between lines on the terminal and in the metrics.
const REPORT_EVERY: u64 = 100;

/// A training that runs.
pub struct Run {
    started: Instant,
    saved: Instant,
    minutes: Option<f64>,
    metrics: PathBuf,
}

impl Run {
    /// Starts the clock; a training that is not resumed gets new metrics.
    ///
    /// # Errors
    /// When the metrics cannot be written.
    pub fn start(options: &Schooling, out: &Path) -> Result<Self> {
        let run = Self {
            started: Instant::now(),
            saved: Instant::now(),
            minutes: options.minutes,
            metrics: out.with_extension("jsonl"),
        };
        if !options.resume {
            std::fs::write(&run.metrics, "").with_context(|| run.metrics.display().to_string())?;
        }
        Ok(run)
    }

    /// Regression up to its last iteration; whether it got there in time.
    ///
    /// # Errors
    /// When an iteration fails or a file cannot be written.
    pub fn regress(
        &mut self,
        training: &mut Regression,
        stage: &str,
        out: &Path,
        learn: impl Fn(&mut Regression) -> Result<RegressionReport, RegressionError>,
    ) -> Result<bool> {
        let mut window: Vec<RegressionReport> = Vec::new();
        let all = training.options().iterations;
        while training.iteration() < all {
            window.push(learn(training)?);
            if training.iteration().is_multiple_of(REPORT_EVERY) {
                let count = window.len() as f64;
                let mean = |of: &dyn Fn(&RegressionReport) -> f64| {
                    rounded(window.iter().map(of).sum::<f64>() / count)
                };
                let queries = window.first().map_or(0, |report| report.figures.len());
                let figure =
                    |at: usize| mean(&|report| report.figures.get(at).copied().unwrap_or_default());
                let figures: Vec<f64> = (0..queries).map(figure).collect();
                let mut line = json!({
                    "stage": stage,
                    "iteration": training.iteration(),
                    "loss": mean(&|report| report.loss),
                    "seconds": self.started.elapsed().as_secs(),
                });
                if let (Some(line), false) = (line.as_object_mut(), figures.is_empty()) {
                    line.insert("distances".to_owned(), json!(figures));
                }
                self.report(&line)?;
                window.clear();
            }
            if self.saved.elapsed() > CHECKPOINT_EVERY {
                training.save(out)?;
                self.saved = Instant::now();
            }
            if self.over() {
                training.save(out)?;
                return Ok(false);
            }
        }
        training.save(out)?;
        Ok(true)
    }

    /// TD3 up to so many steps or until the time is over; `figure` is the name of what the task calls
    /// success.
    ///
    /// # Errors
    /// When a step fails or a file cannot be written.
    pub fn reinforce(&mut self, td3: &mut Td3, steps: u64, figure: &str, out: &Path) -> Result<()> {
        let mut ended: Vec<Finished> = Vec::new();
        let mut reported = td3.steps();
        while td3.steps() < steps && !self.over() {
            ended.extend(td3.step()?);
            if td3.steps() - reported >= 10 * REPORT_EVERY {
                reported = td3.steps();
                let figures: Vec<f64> = ended.iter().filter_map(|each| each.figure).collect();
                let count = figures.len().max(1) as f64;
                let earned = ended.iter().map(|each| each.earned).sum::<f64>();
                self.report(&json!({
                    "stage": "td3",
                    "steps": td3.steps(),
                    "updates": td3.updates(),
                    "earned": rounded(earned / count),
                    figure: rounded(figures.iter().sum::<f64>() / count),
                    "seconds": self.started.elapsed().as_secs(),
                }))?;
                ended.clear();
            }
            if self.saved.elapsed() > CHECKPOINT_EVERY {
                td3.save(out)?;
                self.saved = Instant::now();
            }
        }
        Ok(td3.save(out)?)
    }

    fn over(&self) -> bool {
        let spent = self.started.elapsed().as_secs_f64() / 60.0;
        self.minutes.is_some_and(|minutes| spent > minutes)
    }

    /// A line in the metrics and on the terminal.
    ///
    /// # Errors
    /// When the metrics cannot be written.
    pub fn report(&self, line: &serde_json::Value) -> Result<()> {
        let told = || self.metrics.display().to_string();
        let mut file = OpenOptions::new().append(true).create(true).open(&self.metrics);
        let file = file.as_mut().map_err(|error| anyhow::anyhow!("{error}")).with_context(told)?;
        writeln!(file, "{line}").with_context(told)?;
        eprintln!("{line}");
        Ok(())
    }
}

/// Rounded to what metrics are told in.
pub fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
