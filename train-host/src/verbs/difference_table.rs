//! Rows of mean CIEDE2000, as Markdown.

use anyhow::{Context, Result};
use train_host::evaluation::Summary;

/// The head of the table.
pub fn print_head() {
    println!("| | mean ΔE00 | median | 90th percentile | nearer than unedited |");
    println!("|---|---:|---:|---:|---:|");
}

/// A row: one value for each photograph, beside those of the photographs as they were.
///
/// # Errors
/// When there is no value.
pub fn print_row(name: &str, values: &[f64], unedited: &[f64]) -> Result<()> {
    let summary = Summary::of(values).context("no pair was judged")?;
    let turned: Vec<f64> = values.iter().map(|value| -value).collect();
    let p90 = -Summary::of(&turned).context("no pair was judged")?.p10;
    let nearer = values.iter().zip(unedited).filter(|(value, unedited)| value < unedited).count();
    let share = 100.0 * nearer as f64 / values.len() as f64;
    println!("| {name} | {:.2} | {:.2} | {p90:.2} | {share:.0} % |", summary.mean, summary.median);
    Ok(())
}
