//! What came of it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::fault::Fault;
use super::service::Sample;

/// Samples at the start and at the end that are compared: as long as all faults take.
const COMPARED: usize = Fault::ALL.len();
/// How much resident memory may grow, in KiB.
const MOST_GROWTH_KIB: i64 = 1024;

/// How often a fault was injected, and how many warnings it explains.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    injected: u64,
    lines: u64,
}

/// What was measured and told.
#[derive(Debug, Default)]
pub struct Soaked {
    /// Samples after the warm-up, each taken when a fault had been over for a tick.
    pub quiet: Vec<Sample>,
    faults: BTreeMap<Fault, Told>,
    unaccounted: Vec<String>,
}

impl Soaked {
    /// A fault was injected.
    pub fn injected(&mut self, fault: Fault) {
        self.faults.entry(fault).or_default().injected += 1;
    }

    /// Accounts for lines of the log by the newest fault, which may be over.
    pub fn account(&mut self, lines: Vec<String>, newest: Option<Fault>) {
        for line in lines {
            // A line without a level, as of a panic, is never in order.
            let level = line.split_whitespace().nth(1);
            if matches!(level, Some("TRACE" | "DEBUG" | "INFO")) {
                continue;
            }
            match newest.filter(|fault| fault.explains(&line)) {
                Some(fault) => self.faults.entry(fault).or_default().lines += 1,
                None => {
                    eprintln!("unaccounted: {line}");
                    self.unaccounted.push(line);
                }
            }
        }
    }

    /// Prints the table.
    ///
    /// # Errors
    /// When memory or descriptors have grown, or a line is unaccounted for.
    pub fn print(&self, minutes: u64) -> Result<()> {
        let first = self.quiet.first().context("nothing was measured")?;
        let last = self.quiet.last().context("nothing was measured")?;
        let compared = COMPARED.min(self.quiet.len() / 2).max(1);
        let start = self.quiet.get(..compared).unwrap_or_default();
        let end = self.quiet.get(self.quiet.len() - compared..).unwrap_or_default();
        let rss = |samples: &[Sample]| median(samples.iter().map(|sample| sample.rss_kib));
        let descriptors = |samples: &[Sample]| median(samples.iter().map(|it| it.descriptors));
        let growth = rss(end).cast_signed() - rss(start).cast_signed();
        println!("| what | measured |\n|------|---------:|");
        println!("| minutes, the warm-up among them | {minutes} |");
        println!("| tunes | {} |", last.tunes);
        for (fault, told) in &self.faults {
            let Told { injected, lines } = told;
            println!("| {}: times, lines that tell it | {injected}, {lines} |", fault.name());
        }
        println!("| RSS after the warm-up, median of {compared}, KiB | {} |", rss(start));
        println!("| RSS at the end, median of {compared}, KiB | {} |", rss(end));
        println!("| growth, KiB (≤ {MOST_GROWTH_KIB}) | {growth} |");
        println!(
            "| descriptors, after the warm-up and at the end | {}, {} |",
            descriptors(start),
            descriptors(end)
        );
        println!(
            "| threads, after the warm-up and at the end | {}, {} |",
            first.threads, last.threads
        );
        let tunes = last.tunes.saturating_sub(first.tunes).max(1) as f64;
        let cpu = (last.cpu_s - first.cpu_s) / tunes;
        println!("| processor time a tune, with what is between two tunes, s | {cpu:.2} |");
        println!("| unaccounted lines | {} |", self.unaccounted.len());
        for line in &self.unaccounted {
            println!("\n    {line}");
        }
        ensure!(self.unaccounted.is_empty(), "{} lines unaccounted for", self.unaccounted.len());
        ensure!(growth <= MOST_GROWTH_KIB, "RSS has grown by {growth} KiB");
        ensure!(descriptors(end) <= descriptors(start), "descriptors have grown");
        Ok(())
    }
}

fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soaked(rss_kib: &[u64], descriptors: &[u64]) -> Soaked {
        let sample =
            |(&rss_kib, &descriptors)| Sample { rss_kib, descriptors, ..Sample::default() };
        let quiet = rss_kib.iter().zip(descriptors).map(sample).collect();
        Soaked { quiet, ..Soaked::default() }
    }

    #[test]
    fn growth_of_memory_or_descriptors_fails() {
        assert!(soaked(&[5000, 6024], &[9, 9]).print(10).is_ok());
        assert!(soaked(&[5000, 6025], &[9, 9]).print(10).is_err());
        assert!(soaked(&[5000, 5000], &[9, 10]).print(10).is_err());
        assert!(soaked(&[], &[]).print(10).is_err());
    }

    #[test]
    fn a_warning_counts_for_the_newest_fault_alone() {
        let warning = "2026-11-22T10:00:00Z  WARN no picture: scene.png camera=\"gate\"";
        let told = |line: &str, newest| {
            let mut soaked = soaked(&[5000], &[9]);
            soaked.account(vec![line.to_owned()], newest);
            soaked.unaccounted.len()
        };
        assert_eq!(told(warning, Some(Fault::SceneGone)), 0);
        assert_eq!(told(warning, Some(Fault::ClientsHang)), 1);
        assert_eq!(told(warning, None), 1);
        assert_eq!(told(&warning.replace("WARN", "INFO"), None), 0);
        assert_eq!(told("thread 'camera gate' panicked", Some(Fault::SceneGone)), 1);
    }
}
