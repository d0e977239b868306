//! `train-host export`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// 8 bits and a scale for each output
    Int8,
    /// 16-bit floats
    F16,
    /// 32-bit floats, as trained
    F32,
}

/// Options of the verb.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct Options {
    /// Checkpoint of a training
    #[arg(long)]
    checkpoint: PathBuf,
    /// How weights are stored
    #[arg(long, value_enum, default_value = "int8")]
    form: Form,
    /// The command that trained it, for the file's metadata
    #[arg(long, default_value = "")]
    command: String,
    /// The commit of the program that trained it, for the file's metadata
    #[arg(long, default_value = "")]
    commit: String,
    /// What was measured with it, for the file's metadata
    #[arg(long, default_value = "")]
    figures: String,
    /// The ONNX file to write
    #[arg(long)]
    out: PathBuf,
}

#[cfg(not(feature = "torch"))]
/// Says that this build cannot read a checkpoint.
///
/// # Errors
/// Always.
pub fn run(_: &Options) -> Result<()> {
    super::no_libtorch("export")
}

#[cfg(feature = "torch")]
/// Exports.
///
/// # Errors
/// When the checkpoint cannot be read or the file cannot be written.
pub fn run(options: &Options) -> Result<()> {
    use anyhow::Context;
    use train_host::export::{self, write};
    use train_host::torch::TrainedPolicy;
    use tuner::actor::Provenance;

    let trained = TrainedPolicy::load(&options.checkpoint)?;
    let network = trained.network().with_context(|| options.checkpoint.display().to_string())?;
    let form = match options.form {
        Form::Int8 => export::Form::Int8,
        Form::F16 => export::Form::Half,
        Form::F32 => export::Form::Float,
    };
    let provenance = Provenance {
        command: options.command.clone(),
        commit: options.commit.clone(),
        figures: options.figures.clone(),
    };
    write(&options.out, &network, form, &provenance)?;
    let size = std::fs::metadata(&options.out)?.len();
    println!("{}: {size} bytes, {}", options.out.display(), trained.made);
    Ok(())
}
