//! The command line as clap sees it, and its dispatch.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit;
#[cfg(target_os = "linux")]
use crate::verbs::camera;
use crate::verbs::{
    calibrate, compare, completions, config, demo, enhance, look, match_goal, render,
};
#[cfg(unix)]
use crate::verbs::{doctor, service};

/// Sets an image signal processor so that its pictures match a goal picture.
#[derive(Debug, Parser)]
#[command(name = "isptune", version, after_help = exit::HELP)]
pub struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Tune: find the parameters that make the picture match the goal
    Match(match_goal::Options),
    /// Enhance: what a learned taste makes of the picture, without a goal
    Enhance(enhance::Options),
    /// One query, no tuning: render the input with given parameters
    Render(render::Options),
    /// Learn once what a device's parameters do, so that later tunes are right at the first query
    Calibrate(calibrate::Options),
    /// Score one picture against another
    Compare(compare::Options),
    /// Tune a lightbox scene made in memory; needs nothing but this program
    Demo(demo::Options),
    /// List, show and capture from cameras
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Camera(camera::Camera),
    #[cfg(unix)]
    #[command(flatten)]
    Service(service::Service),
    /// Keep goal looks: add, list, show, remove, export, import
    #[command(subcommand)]
    Look(look::Look),
    /// Look at configuration, looks, cameras and service: can this reach its goal, and if not, why
    #[cfg(unix)]
    Doctor(doctor::Options),
    /// Check or show pipeline files and the service's configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Print shell completions
    Completions(completions::Options),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let command_line = CommandLine::parse();
    let result = match command_line.verb {
        Verb::Match(options) => match_goal::run(&options),
        Verb::Enhance(options) => enhance::run(&options),
        Verb::Render(options) => render::run(&options),
        Verb::Calibrate(options) => calibrate::run(&options),
        Verb::Compare(options) => compare::run(&options),
        Verb::Demo(options) => demo::run(&options),
        #[cfg(target_os = "linux")]
        Verb::Camera(camera) => camera::run(&camera),
        #[cfg(unix)]
        Verb::Service(verb) => service::run(&verb),
        Verb::Look(look) => look::run(&look),
        #[cfg(unix)]
        Verb::Doctor(options) => doctor::run(&options),
        Verb::Config(config) => config::run(&config),
        Verb::Completions(options) => completions::run(&options),
    };
    match result {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("isptune: {}", exit::in_one_line(&error));
            exit::code_of(&error).into()
        }
    }
}
