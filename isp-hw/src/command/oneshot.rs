//! One run of a program for one query.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::exchange::Query;
use super::last_words::LastWords;
use super::placeholder::{PathName, Text};
use super::process_group::ProcessGroup;
use super::query_failure::QueryFailure;
use super::session::{POLL, start_failure};
use super::{CommandConfig, Template};

/// What is run.
pub(super) struct Invocation<'c> {
    pub(super) program: &'c [Text],
    pub(super) template: Option<&'c Template>,
}

/// Fills template and arguments, runs the program, and waits until it has ended with success.
pub(super) fn run(
    invocation: &Invocation<'_>,
    query: &mut Query,
    config: &CommandConfig,
    cancel: &AtomicBool,
) -> Result<(), QueryFailure> {
    if let Some(template) = invocation.template {
        let filled = template.text.fill(query.values());
        query.write_template(&template.extension, &filled)?;
    }
    if invocation.program.iter().any(|argument| argument.uses(PathName::Params)) {
        query.write_params()?;
    }
    let mut arguments = invocation.program.iter().map(|argument| argument.fill(query.values()));
    let program = arguments.next().unwrap_or_default();
    let mut command = Command::new(super::located(&program, &config.folder));
    command.args(arguments).current_dir(&config.folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let deadline = Instant::now() + config.timeout;
    let started = ProcessGroup::spawn(&mut command);
    let mut process = started.map_err(|error| start_failure(&program, &config.folder, &error))?;
    let mut words = LastWords::default();
    let no_reader = |error| QueryFailure::Exchange(format!("no thread can be started: {error}"));
    if let Some(stdout) = process.child().stdout.take() {
        words.read(stdout).map_err(no_reader)?;
    }
    if let Some(stderr) = process.child().stderr.take() {
        words.read(stderr).map_err(no_reader)?;
    }
    while !process.wait_until_ended(POLL) {
        if cancel.load(Ordering::Relaxed) {
            return Err(QueryFailure::Interrupted);
        }
        if Instant::now() >= deadline {
            process.end();
            return Err(QueryFailure::Timeout { after: config.timeout, printed: words.text() });
        }
    }
    let status = process.end();
    if status.is_some_and(|status| status.success()) && query.output_exists() {
        return Ok(());
    }
    Err(QueryFailure::Ended { status, printed: words.text() })
}
