//! Replaces a look again and again, until it is killed: see `tests/looks_killed.rs`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use daemon::look::{Look, LookStore};
use isptune_tests::looks::{POOL, look};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let state: PathBuf = arguments.next().context("no state folder was given")?.into();
    let store = LookStore::open(&state);
    let looks: Vec<Look> = (0..POOL).map(look).collect::<Result<_>>()?;
    let mut out = std::io::stdout();
    for (number, look) in looks.iter().enumerate().cycle() {
        writeln!(out, "begin {number}")?;
        out.flush()?;
        store.add(look, true)?;
        writeln!(out, "end {number}")?;
        out.flush()?;
    }
    Ok(())
}
