//! `cargo xtask bench`: ratios measured within one run, since the machine may be shared and noisy.

mod isp;
mod live;
mod memory;
mod policy;
mod tune;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::data::checkout;

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub struct Options {
    /// Which rows; all of them unless named
    #[arg(value_enum)]
    groups: Vec<Group>,
}

/// Rows that are measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// The software ISP on a 4K picture
    Isp,
    /// Live video at 1280×720
    Live,
    /// The policy, asked at 1280×720
    Policy,
    /// A whole tune of a 4K picture
    Tune,
    /// Memory of that; builds the program first
    Memory,
}

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

impl Group {
    fn rows(self) -> Result<Vec<Row>> {
        match self {
            Self::Isp => isp::rows(&checkout()),
            Self::Live => live::rows(),
            Self::Policy => policy::rows(),
            Self::Tune => tune::rows(),
            Self::Memory => memory::rows(),
        }
    }
}

/// Prints the table as Markdown, each group as soon as it is measured.
///
/// # Errors
/// When something cannot be rendered, tuned or built.
pub fn run(options: &Options) -> Result<()> {
    println!("| what | measured | reach | reached | figures |");
    println!("|------|---------:|------:|---------|---------|");
    let groups = match options.groups.as_slice() {
        [] => Group::value_variants(),
        named => named,
    };
    for group in groups {
        for row in group.rows()? {
            let reach = match row.target {
                Target::AtMost(most) => format!("≤ {most}"),
                Target::AtLeast(least) => format!("≥ {least}"),
            };
            let reached = if row.reached() { "yes" } else { "**no**" };
            println!("| {} | {:.2} | {reach} | {reached} | {} |", row.name, row.value, row.note);
        }
    }
    Ok(())
}
