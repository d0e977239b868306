//! `cargo xtask soak`: one service for hours, with a tune a minute and faults between the tunes.

mod fault;
mod root;
mod service;
mod soaked;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use crate::package::build_programs;
use fault::Fault;
use root::{LOOKS, Root};
use service::Service;
use soaked::Soaked;

/// Time between two samples. Three of them are a fault, its end and a quiet time; six are a minute.
const TICK: Duration = Duration::from_secs(10);
const TICKS_A_FAULT: u64 = 3;
const TICKS_A_MINUTE: u64 = 6;
/// By then every fault has happened once, and what is allocated once is allocated.
const WARM_UP_MINUTES: u64 = 5;

/// Options of `cargo xtask soak`.
#[derive(Debug, Args)]
pub struct Options {
    /// How long
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(10..))]
    minutes: u64,
    /// The isptuned to soak, in place of a release build of this checkout
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// Soaks the service and prints the table as Markdown.
///
/// # Errors
/// When the service does not start, answer or end as it should, and when what was measured is not
/// in order: the table is printed then as well.
pub fn run(options: &Options) -> Result<()> {
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => {
            let [_, service] = build_programs("release", None)?;
            service
        }
    };
    let root = Root::new()?;
    let mut service = Service::start(&binary, &root)?;
    let mut soaked = Soaked::default();
    let mut faults = Fault::ALL.into_iter().cycle();
    let mut injected = None;
    let began = Instant::now();
    for tick in 0..=options.minutes * TICKS_A_MINUTE {
        let due = began + TICK * u32::try_from(tick)?;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        soaked.account(service.new_lines()?, injected.as_ref().map(|(fault, _)| *fault));
        let is_quiet = tick % TICKS_A_FAULT == 0;
        match service.sample() {
            Ok(sample) if is_quiet && tick >= WARM_UP_MINUTES * TICKS_A_MINUTE => {
                eprintln!("{:>4} min  {sample}", tick / TICKS_A_MINUTE);
                soaked.quiet.push(sample);
            }
            Ok(_) => {}
            // Nobody else is let in while all connections are taken.
            Err(_) if matches!(injected, Some((Fault::ClientsHang, Some(_)))) => {}
            Err(error) => return Err(error.context(format!("after {tick} ticks of 10 s"))),
        }
        // Every minute the other.
        let minute = usize::try_from(tick / TICKS_A_MINUTE)?;
        let (held, _) = LOOKS.iter().cycle().nth(minute % LOOKS.len()).context("no look")?;
        match tick % TICKS_A_FAULT {
            0 if tick % TICKS_A_MINUTE == 0 => service.tune(held)?,
            1 => {
                let fault = faults.next().context("there is no fault")?;
                let kept = fault.inject(&root, &service, held)?;
                soaked.injected(fault);
                injected = Some((fault, Some(kept)));
            }
            2 => {
                if let Some((fault, kept)) = &mut injected {
                    drop(kept.take());
                    fault.end(&root, &service, held)?;
                }
            }
            _ => {}
        }
    }
    let told = service.stop()?;
    soaked.account(told, injected.map(|(fault, _)| fault));
    soaked.print(options.minutes)?;
    Ok(())
}
