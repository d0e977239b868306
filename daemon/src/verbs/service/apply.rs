//! `isptune apply`.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;

use super::OneCamera;
use crate::exit::Exit;
use crate::given_params::parse_given;

/// Options of `apply`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    camera: OneCamera,
    /// Canonical values "exposure=0.2,contrast=-0.1", or a JSON file with a "params" object (the
    /// output of match --json is one); what is not named stays as it is
    #[arg(long, value_name = "VALUES|FILE", value_parser = parse_named, allow_hyphen_values = true)]
    params: Named,
}

/// Canonical name → value. Of a type of its own, for clap takes a map for several values.
#[derive(Debug, Clone)]
struct Named(BTreeMap<String, f64>);

fn parse_named(text: &str) -> Result<Named> {
    parse_given(text)?.of_the_nine().map(Named)
}

/// Runs the verb.
///
/// # Errors
/// When the service does not answer, or refuses.
pub fn run(options: &Options) -> Result<Exit> {
    let (client, path) = options.camera.reach()?;
    let answer = client.put(&format!("{path}/params"), &options.params.0)?;
    options.camera.print(&answer, "set and held, until isptune resume")
}
