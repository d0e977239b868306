//! The workspace's test binaries and programs, as cargo builds them.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::board::Board;
use crate::lanes::cargo_command;

/// Those that are programs; all others are integration tests.
const PROGRAMS: [&str; 3] = ["isptune", "loop_player", "isptuned"];

/// Builds the workspace's tests for a board and gives the files of those named, in that order: names
/// of integration tests or of programs.
///
/// # Errors
/// When the build fails or knows no such name.
pub fn build(names: &[&str], board: Board) -> Result<Vec<PathBuf>> {
    let mut command = match board.target() {
        Some(target) => {
            let mut command = target.build_command()?;
            command.args(["--package", "isp-hw", "--test", "raspberry_pi"]);
            command
        }
        // Of the whole workspace, as the lane of the tests builds it: for one package alone cargo
        // would select other features of what all crates share, and compile it once more.
        None => {
            let mut command = cargo_command();
            command.args(["build", "--workspace", "--quiet"]);
            for name in names {
                command.args([if PROGRAMS.contains(name) { "--bin" } else { "--test" }, name]);
            }
            command
        }
    };
    let output = command
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cargo")?;
    ensure!(output.status.success(), "the build ended with {}", output.status);
    let messages = String::from_utf8_lossy(&output.stdout);
    let built: Vec<(String, PathBuf)> = messages.lines().filter_map(executable).collect();
    let find = |name: &&str| {
        let file = built.iter().find(|(built, _)| built == name).map(|(_, file)| file.clone());
        file.with_context(|| format!("the workspace has no integration test or program {name}"))
    };
    names.iter().map(find).collect()
}

/// Name and file of an integration test or a program, if this message of cargo tells of one.
fn executable(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = message.get("target")?;
    let kind = target.get("kind")?.get(0)?.as_str()?;
    let unit_tests = message.get("profile")?.get("test")?.as_bool()?;
    let wanted = kind == "test" || (kind == "bin" && !unit_tests);
    let name = target.get("name")?.as_str()?.to_owned();
    let file = PathBuf::from(message.get("executable")?.as_str()?);
    wanted.then_some((name, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_own_unit_tests_are_not_the_program() {
        let message = |kind: &str, test: bool| {
            format!(
                r#"{{"target":{{"kind":["{kind}"],"name":"a"}},"profile":{{"test":{test}}},"executable":"/a"}}"#
            )
        };
        let found = |kind, test| executable(&message(kind, test)).is_some();
        assert!(found("bin", false) && found("test", true));
        assert!(!found("bin", true) && !found("lib", true));
        assert_eq!(executable("{\"reason\":\"build-finished\"}"), None);
    }
}
