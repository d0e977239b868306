//! One file for each verb.

mod difference_table;
pub mod edit;
pub mod eval;
pub mod export;
pub mod judge;
pub mod pack;
mod pair_options;
mod pictures;
pub mod plot;
mod practice;
pub mod proxy;
mod schooling;
mod seen;
pub mod style;
pub mod table;
pub mod taste;
pub mod td3;
pub mod train;

/// The error of a verb that needs libtorch in a build without it.
#[cfg(not(feature = "torch"))]
fn no_libtorch(verb: &str) -> anyhow::Result<()> {
    anyhow::bail!(
        "this build has no libtorch; `cargo xtask train-host {verb} …` installs it and builds with it"
    )
}

/// CPU time of the process so far, where /proc tells it.
#[cfg(feature = "torch")]
fn cpu_seconds() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Fields 14 and 15, user and system ticks; the name, field 2, may hold spaces.
    let (_, fields) = text.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Some(ticks.sum::<Result<f64, _>>().ok()? / TICKS_PER_SECOND)
}
