//! `cargo xtask table calibration`: what a calibration is worth to later tunes of the same device.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use daemon::shipped_actor;
use isp_hw::calibration::{Answers, Calibration, Questions, calibration_view};
use isp_hw::{Input, ViewSimulator, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use train_host::evaluation::markdown::{self, Row};
use train_host::evaluation::{EpisodeTrace, Summary, TrueGoal, trace};
use tuner::actor::Actor;
use tuner::{Frame, Params, Pipeline, Simulator, View, strategy};

use super::scenario::{Pipelines, Scenario};
use crate::data::{Photograph, photographs};

const CHECKPOINTS: [usize; 5] = [1, 2, 3, 5, 10];
/// Noise of goals and of calibrations is not that of any query of a tune.
const GOAL_NOISE_STREAM: u64 = 0xa5a5;
const CALIBRATION_NOISE_STREAM: u64 = 0xca11;

/// Without a calibration; with it as the program does, where it is trusted; with it whether it is
/// trusted or not, which shows what the trust is worth.
const TITLES: [&str; 3] = ["", ", calibrated", ", trusted or not"];

/// Options of the table.
#[derive(Debug, Args)]
pub struct Options {
    /// Validation photographs (folders val and cameras, by name)
    #[arg(long, default_value_t = 100)]
    photographs: usize,
    /// Seed of goals and devices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Strategies
    #[arg(long, value_delimiter = ',', default_value = "hybrid,model")]
    strategies: Vec<String>,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    scenario: String,
    /// Folders of photographs: val and cameras for figures, train for choices
    #[arg(long, value_delimiter = ',', default_value = "val,cameras")]
    folders: Vec<String>,
    /// Tells what came of every device
    #[arg(long)]
    verbose: bool,
}

/// What came of one device.
struct Device {
    calibration: Calibration,
    fit_seconds: f64,
    /// For each strategy a tune as each of [`TITLES`] says.
    traces: Vec<[EpisodeTrace; 3]>,
}

/// Prints the table as Markdown.
///
/// # Errors
/// When photographs are missing or a query fails.
pub fn print(options: &Options) -> Result<()> {
    let folders: Vec<&str> = options.folders.iter().map(String::as_str).collect();
    let photographs = photographs(&folders, options.photographs)?;
    let actor = shipped_actor::actor(None)?;
    markdown::print_head(options.seed, photographs.len());
    println!(
        "Each device is calibrated on one photograph (the next in the list) and tuned on another. \
         Calibrated: the fit is the simulator where it is trusted.\n"
    );
    for pipelines in [Pipelines::Unknown, Pipelines::Foreign] {
        for noisy in [false, true] {
            let scenario = Scenario { pipelines, noisy };
            if scenario.name().contains(&options.scenario) {
                print_block(scenario, &photographs, &actor, options)?;
            }
        }
    }
    Ok(())
}

fn print_block(
    scenario: Scenario,
    photographs: &[Photograph],
    actor: &Arc<Actor>,
    options: &Options,
) -> Result<()> {
    let others = photographs.iter().cycle().skip(1);
    let pairs: Vec<(&Photograph, &Photograph)> = photographs.iter().zip(others).collect();
    let devices: Vec<Device> = pairs
        .into_par_iter()
        .enumerate()
        .map(|(number, (photograph, other))| {
            let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let device =
                Device::of(scenario, &photograph.frame, &other.frame, seed, actor, options)
                    .with_context(|| format!("{}, {}", scenario.name(), photograph.name))?;
            if options.verbose {
                device.tell(&photograph.name);
            }
            Ok(device)
        })
        .collect::<Result<_>>()?;
    markdown::print_block_head(&scenario.name(), &CHECKPOINTS);
    for (place, strategy) in options.strategies.iter().enumerate() {
        let all_trusted = devices.iter().all(|device| device.calibration.is_trusted());
        let titles = TITLES.into_iter().take(if all_trusted { 2 } else { 3 });
        for (turn, title) in titles.enumerate() {
            let traces: Vec<EpisodeTrace> = devices
                .iter()
                .filter_map(|device| device.traces.get(place)?.get(turn).cloned())
                .collect();
            let strategy = format!("{strategy}{title}");
            let row = Row { strategy: &strategy, checkpoints: &CHECKPOINTS, traces: &traces };
            markdown::print_row(&row, &CHECKPOINTS, 1);
        }
    }
    print_fits(&devices)
}

fn print_fits(devices: &[Device]) -> Result<()> {
    let column = |value: fn(&Device) -> f64| -> Result<Summary> {
        Summary::of(&devices.iter().map(value).collect::<Vec<f64>>()).context("no device")
    };
    let rms = column(|device| device.calibration.rms_steps)?;
    // Turned round: the tenth percentile is that of the largest.
    let worst = column(|device| -device.calibration.rms_steps)?;
    let before = column(|device| device.calibration.rms_steps_before)?;
    let seconds = column(|device| device.fit_seconds)?;
    let trusted = devices.iter().filter(|device| device.calibration.is_trusted()).count();
    println!(
        "\n{trusted} of {} fits are trusted. Error of a fit on queries that it was not made of: median \
         {:.2} steps, 90th percentile {:.2} (software ISP: median {:.1}); {:.0} s a fit.\n",
        devices.len(),
        rms.median,
        -worst.p10,
        before.median,
        seconds.mean
    );
    Ok(())
}

impl Device {
    fn of(
        scenario: Scenario,
        photograph: &Frame,
        other: &Frame,
        seed: u64,
        actor: &Arc<Actor>,
        options: &Options,
    ) -> Result<Self> {
        let mut asked = scenario.met(other, seed, seed ^ CALIBRATION_NOISE_STREAM);
        let view = calibration_view(other.size());
        let questions = Questions::of(asked.parameters(), &Params::NEUTRAL);
        let answers = Answers::ask(&mut asked, &view, &questions, || Ok(()))?;
        let started = Instant::now();
        let input = Input::srgb(other.clone());
        let calibration = Calibration::fit(&input, &view, &Params::NEUTRAL, &answers)?;
        let fit_seconds = started.elapsed().as_secs_f64();

        let mut clean = scenario.clean(photograph, seed);
        let goal = random_goal(&mut clean, &mut ChaCha8Rng::seed_from_u64(seed))?;
        let seen = scenario.met(photograph, seed, seed ^ GOAL_NOISE_STREAM).query(&goal.params)?;
        let goal = TrueGoal { seen, clean: goal.picture };
        let mut tune = |name: &str, simulator| -> Result<EpisodeTrace> {
            let mut strategy = strategy::by_name(name, seed, simulator, Some(actor))
                .with_context(|| format!("there is no strategy \"{name}\""))?;
            let mut device = scenario.met(photograph, seed, seed);
            Ok(trace(&mut device, &mut clean, strategy.as_mut(), &goal, &CHECKPOINTS)?)
        };
        let traces = options
            .strategies
            .iter()
            .map(|name| {
                let without = tune(name, scenario.simulator(photograph)?)?;
                let always = tune(name, simulator(&calibration, photograph)?)?;
                let with = if calibration.is_trusted() { &always } else { &without };
                Ok([without.clone(), with.clone(), always])
            })
            .collect::<Result<_>>()?;
        Ok(Self { calibration, fit_seconds, traces })
    }

    fn tell(&self, name: &str) {
        let Calibration { rms_steps, rms_steps_before, make, .. } = &self.calibration;
        let traces: Vec<String> = self
            .traces
            .iter()
            .map(|[without, _, always]| format!("{:.1?} {:.1?}", without.best, always.best))
            .collect();
        eprintln!(
            "{name}: {rms_steps:.2} steps ({rms_steps_before:.1}), {:.0} s, {:?} {}: {}",
            self.fit_seconds,
            make.steps,
            make.clips,
            traces.join("; ")
        );
    }
}

fn simulator(calibration: &Calibration, photograph: &Frame) -> Result<Box<dyn Simulator>> {
    let view = View::of_size(photograph.width(), photograph.height());
    let input = Input::srgb(photograph.clone());
    Ok(Box::new(ViewSimulator::new(calibration.renderer(), &input, &view)?))
}
