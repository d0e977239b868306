//! The command line: parses the options and dispatches, no more.

use std::process::ExitCode;

fn main() -> ExitCode {
    daemon::command_line::run()
}
