//! The lanes of programs for other processors.

use super::{Lane, Verdict};
use crate::cross::{TARGETS, Target};

/// Builds and starts `isptune` for every ARM target.
pub fn arm() -> Vec<Lane> {
    let run = |target: Target| {
        let name = format!("isptune for {}", target.triple);
        println!("\n== {name}");
        let verdict = match target.missing() {
            Some(reason) => Verdict::NotRun(reason),
            None if target.is_by_hand => Verdict::NotRun("by hand: cargo xtask cross".to_owned()),
            None => match target.build_and_start() {
                Ok(()) => Verdict::Passed,
                Err(error) => Verdict::Failed(format!("{error:#}")),
            },
        };
        Lane { name, verdict }
    };
    TARGETS.into_iter().map(run).collect()
}
