//! One file for each verb.

pub mod eval;
pub mod export;
pub mod pack;
pub mod plot;
mod practice;
pub mod td3;
pub mod train;

/// The error of a verb that needs libtorch in a build without it.
#[cfg(not(feature = "torch"))]
fn no_libtorch(verb: &str) -> anyhow::Result<()> {
    anyhow::bail!(
        "this build has no libtorch; `cargo xtask train-host {verb} …` installs it and builds with it"
    )
}
