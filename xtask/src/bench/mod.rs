//! `cargo xtask bench`: ratios measured within one run, since the machine may be shared and noisy.

mod isp;
mod live;
mod tune;

use anyhow::Result;
use clap::Args;

use crate::data::checkout;

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub struct Options {}

/// What was measured, beside what it should be.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured, with its unit.
    pub name: &'static str,
    /// The ratio, or a time in milliseconds where the name says so.
    pub value: f64,
    /// Where it should be.
    pub target: Target,
    /// The figures behind it.
    pub note: String,
}

/// Where a value should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Row {
    fn reached(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.value <= most,
            Target::AtLeast(least) => self.value >= least,
        }
    }
}

fn rows() -> Result<Vec<Row>> {
    Ok([isp::rows(&checkout())?, live::rows()?, tune::rows()?].concat())
}

/// Prints the table as Markdown.
///
/// # Errors
/// When something cannot be rendered, tuned or built.
pub fn run(_: &Options) -> Result<()> {
    println!("| what | measured | reach | reached | figures |");
    println!("|------|---------:|------:|---------|---------|");
    for row in rows()? {
        let reach = match row.target {
            Target::AtMost(most) => format!("≤ {most}"),
            Target::AtLeast(least) => format!("≥ {least}"),
        };
        let reached = if row.reached() { "yes" } else { "**no**" };
        println!("| {} | {:.2} | {reach} | {reached} | {} |", row.name, row.value, row.note);
    }
    Ok(())
}
