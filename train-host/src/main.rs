//! `train-host`: packs photographs, trains policies, exports and judges them.

mod verbs;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "train-host", version, about = "Trains the policy of isptune on a PC")]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Shrink photographs and put them into one file
    Pack(verbs::pack::Options),
    /// Train a policy by goal regression
    Train(verbs::train::Options),
    /// Train a policy by reinforcement, with TD3
    Td3(Box<verbs::td3::Options>),
    /// Write a trained policy as the ONNX file that isptune loads
    Export(verbs::export::Options),
    /// Have a raw developer edit photographs, for pairs to learn a taste from
    Edit(verbs::edit::Options),
    /// Learn an expert's taste from photographs before and after
    Taste(Box<verbs::taste::Options>),
    /// Learn to match the style of goals that show something else
    Style(Box<verbs::style::Options>),
    /// Judge policies of taste on photographs before and after
    Judge(verbs::judge::Options),
    /// Judge a policy on photographs that it was not trained on
    Eval(verbs::eval::Options),
    /// Draw the curves of trainings
    Plot(verbs::plot::Options),
    /// Train a differentiable stand-in for a pipeline, the paper's baseline
    Proxy(verbs::proxy::Options),
    /// Print a table of the paper with our own figures beside it
    Table(Box<verbs::table::Options>),
}

fn run(line: CommandLine) -> Result<()> {
    match line.verb {
        Verb::Pack(options) => verbs::pack::run(&options),
        Verb::Train(options) => verbs::train::run(&options),
        Verb::Td3(options) => verbs::td3::run(&options),
        Verb::Export(options) => verbs::export::run(&options),
        Verb::Edit(options) => verbs::edit::run(&options),
        Verb::Taste(options) => verbs::taste::run(&options),
        Verb::Style(options) => verbs::style::run(&options),
        Verb::Judge(options) => verbs::judge::run(&options),
        Verb::Eval(options) => verbs::eval::run(&options),
        Verb::Plot(options) => verbs::plot::run(&options),
        Verb::Proxy(options) => verbs::proxy::run(&options),
        Verb::Table(options) => verbs::table::run(&options),
    }
}

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train-host: {error:#}");
            ExitCode::FAILURE
        }
    }
}
