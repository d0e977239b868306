//! The service `isptuned`.

use std::process::ExitCode;

fn main() -> ExitCode {
    daemon::service::run()
}
