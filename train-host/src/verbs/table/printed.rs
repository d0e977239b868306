//! Our part of the table.

use train_host::evaluation::{CAP_DB, EpisodeTrace, Summary};

use super::contender::Contender;
use super::{Options, Tuned};

/// Query counts of the columns.
const COLUMNS: [usize; 7] = [1, 2, 3, 5, 10, 50, 200];

/// What the table is about, and its first two lines.
pub fn head(options: &Options, pairs: usize) {
    let targets = match options.table.as_str() {
        "2" => "retouches by expert C",
        _ => "parameters uniform in [-1, 1], drawn again while the goal's mean leaves [0.01, 0.9]",
    };
    let pipeline = match options.pipeline {
        Tuned::Paper => "the paper's pipeline, one parameter vector",
        Tuned::Software => "the software ISP",
    };
    let (side, seed) = (options.side, options.seed);
    println!(
        "{pairs} goals ({targets}) on the middle squares of photographs at {side} × {side} pixels; \
         {pipeline}; 8 bit; PSNR over the whole picture, capped at {CAP_DB} dB; seed {seed}. Mean dB \
         of the best *measured* query after so many queries; at 10 queries the last query's mean, \
         and of the best median, 10th percentile, share below 30 dB.\n"
    );
    let counts: Vec<String> = COLUMNS.iter().map(ToString::to_string).collect();
    println!("| who | {} | last | median | p10 | < 30 dB |", counts.join(" | "));
    println!("|---|{}", "---:|".repeat(COLUMNS.len() + 4));
}

/// One row.
pub fn row(contender: &Contender, traces: &[EpisodeTrace]) {
    let at = |count: usize, last: bool| -> Option<Summary> {
        let place = contender.checkpoints.iter().position(|each| *each == count)?;
        let value = |trace: &EpisodeTrace| {
            let values = if last { &trace.last } else { &trace.best };
            values.get(place).copied()
        };
        Summary::of(&traces.iter().filter_map(value).collect::<Vec<f64>>())
    };
    let cell = |count: &usize| {
        at(*count, false).map_or_else(String::new, |figures| format!("{:.2}", figures.mean))
    };
    let cells: Vec<String> = COLUMNS.iter().map(cell).collect();
    if let (Some(best), Some(last)) = (at(10, false), at(10, true)) {
        println!(
            "| {} | {} | {:.2} | {:.1} | {:.1} | {:.0} % |",
            contender.name,
            cells.join(" | "),
            last.mean,
            best.median,
            best.p10,
            best.below_30 * 100.0
        );
    }
}
