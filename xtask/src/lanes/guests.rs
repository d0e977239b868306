//! The lanes that run in virtual machines.

use super::{Lane, Verdict};
use crate::vm::{LANES, Shortfall};

/// Runs every guest, one after the other.
pub fn guests() -> Vec<Lane> {
    let run = |lane: crate::vm::Lane| {
        let by_hand = format!("by hand: cargo xtask vm {}", lane.name);
        let ran = if lane.is_by_hand { Err(Shortfall::NotRun(by_hand)) } else { lane.run() };
        let verdict = match ran {
            Ok(()) => Verdict::Passed,
            Err(Shortfall::NotRun(reason)) => Verdict::NotRun(reason),
            Err(Shortfall::Failed(reason)) => Verdict::Failed(reason),
        };
        Lane { name: format!("virtual machine: {}", lane.name), verdict }
    };
    LANES.into_iter().map(run).collect()
}
