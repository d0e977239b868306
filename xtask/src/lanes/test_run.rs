//! The lane of `cargo test`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::{Lane, Verdict, cargo_command, python_environment};
use crate::libtorch;

/// What a test prints, alone on a line, before the reason why it did not run.
const NOT_RUN: &str = "not run:";

/// What the tests said that is worth repeating.
#[derive(Default)]
struct Listener {
    /// Everything since the head line of the current binary.
    lines: Vec<String>,
    /// What failing binaries printed from their list of failures on.
    failures: Vec<String>,
    not_run: Vec<String>,
}

impl Listener {
    fn hear(&mut self, line: &str) {
        if let Some(reason) = line.trim_start().strip_prefix(NOT_RUN) {
            self.not_run.push(reason.trim().to_owned());
        }
        if line.starts_with("running ") {
            self.lines.clear();
        }
        self.lines.push(line.to_owned());
        if line.starts_with("test result:") {
            println!("{line}");
            if line.contains("FAILED") {
                let own = self.lines.iter().skip_while(|line| *line != "failures:");
                self.failures.extend(own.cloned());
            }
        }
    }
}

/// `cargo test`, and a line for everything that a test said it did not run.
///
/// # Errors
/// When cargo cannot be started.
pub fn tests() -> Result<Vec<Lane>> {
    let mut command = cargo_command();
    command.args(["test", "--workspace", "--no-fail-fast", "--", "--show-output"]);
    if let Some(python) = python_environment() {
        command.env("ISPTUNE_PYTHON", python);
    }
    run("tests", command)
}

/// The tests of the trainer's torch code, where libtorch is installed.
///
/// # Errors
/// When cargo cannot be started.
pub fn torch_tests() -> Result<Vec<Lane>> {
    let name = "tests of the torch code";
    let Some(libtorch) = libtorch::installed() else {
        let reason = "no libtorch (cargo xtask libtorch installs it)".to_owned();
        return Ok(vec![Lane { name: name.to_owned(), verdict: Verdict::NotRun(reason) }]);
    };
    let mut command = cargo_command();
    // The whole workspace with a filter, for the trainer alone would select other features of what
    // all crates share, and compile it once more.
    command.args(["test", "--workspace", "--features", "train-host/torch", "--lib"]);
    command.args(["--test", "killed", "--no-fail-fast"]);
    command.args(["--", "--show-output", "torch::", "killing"]);
    command.env("LD_LIBRARY_PATH", libtorch.join("lib")).env("LIBTORCH", libtorch);
    run(name, command)
}

/// Runs the tests, repeats at the end what failed, and lists what was not run.
fn run(name: &str, mut command: Command) -> Result<Vec<Lane>> {
    let arguments: Vec<String> =
        command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    println!("\n== {name}: cargo {}", arguments.join(" "));
    let mut listener = Listener::default();
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo test")?;
    if let Some(output) = child.stdout.take() {
        // A test may print bytes that are no text.
        for line in BufReader::new(output).split(b'\n') {
            listener.hear(String::from_utf8_lossy(&line?).trim_end());
        }
    }
    let status = child.wait()?;
    println!("{}", listener.failures.join("\n"));
    let verdict =
        if status.success() { Verdict::Passed } else { Verdict::Failed(status.to_string()) };
    let mut not_run = listener.not_run;
    not_run.sort();
    not_run.dedup();
    let skipped = not_run
        .into_iter()
        .map(|reason| Lane { name: format!("part of {name}"), verdict: Verdict::NotRun(reason) });
    Ok(std::iter::once(Lane { name: name.to_owned(), verdict }).chain(skipped).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_repeated_and_reasons_collected() {
        let mut listener = Listener::default();
        let said = "running 1 test\ntest a ... ok\n  not run: no camera\ntest result: ok. 1 passed\n\
                    running 1 test\ntest b ... FAILED\nfailures:\n---- b\nboom\n\
                    test result: FAILED. 0 passed";
        said.lines().for_each(|line| listener.hear(line));
        assert_eq!(listener.not_run, ["no camera"]);
        assert!(listener.failures.contains(&"boom".to_owned()), "{:?}", listener.failures);
        assert!(!listener.failures.iter().any(|line| line.contains("test a")));
    }
}
