//! What a person sees while a tune runs: a bar on a terminal, plain lines otherwise.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tuner::QueryRecord;

use crate::json::MOST_DB;

/// Where there is no terminal, every so many questions of a calibration are told.
const QUESTIONS_A_LINE: usize = 20;

/// Shows one line or bar step for every query, on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    budget: usize,
}

impl Progress {
    /// Starts showing.
    #[must_use]
    pub fn start(budget: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(budget));
        Self { bar, budget }
    }

    /// One query has been measured.
    pub fn query(&self, record: &QueryRecord) {
        let Some(bar) = &self.bar else {
            // Nobody has to read along: a tune goes on when standard error is gone.
            let _ = writeln!(io::stderr(), "{}", line(record, self.budget));
            return;
        };
        bar.println(line(record, self.budget));
        bar.set_position(record.index as u64);
        bar.set_message(match &record.style {
            Some(style) => format!("style {:.4}", style.distance),
            None => format!("{:.2} dB", record.score.psnr_db_capped(MOST_DB)),
        });
    }

    /// A question of a calibration is about to be asked; `index` is 1 for the first.
    pub fn question(&self, index: usize) {
        match &self.bar {
            Some(bar) => bar.set_position(index as u64),
            // One line for each would bury everything else.
            None if index.is_multiple_of(QUESTIONS_A_LINE) || index == 1 => {
                let _ = writeln!(io::stderr(), "query {index:>3}/{}", self.budget);
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(budget: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(budget as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} query {pos}/{len}  {msg}  {elapsed}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// `query  3/10   41.20 dB  SSIM 0.9871  ΔE00 1.22  12 ms`
fn line(record: &QueryRecord, budget: usize) -> String {
    if let Some(style) = &record.style {
        let not_chosen = style.violations.first().map(|reason| format!("  not chosen: {reason}"));
        return format!(
            "query {:>3}/{budget}  style {:.4}  histograms {:>5.1}  content {:.3}  {:>5.0} ms{}",
            record.index,
            style.distance,
            style.histogram_distance,
            style.content,
            record.elapsed_ms,
            not_chosen.unwrap_or_default()
        );
    }
    let score = &record.score;
    format!(
        "query {:>3}/{budget}  {:>6.2} dB  SSIM {:.4}  ΔE00 {:>5.2}  {:>5.0} ms",
        record.index,
        score.psnr_db_capped(MOST_DB),
        score.ssim,
        score.delta_e00.mean,
        record.elapsed_ms
    )
}
