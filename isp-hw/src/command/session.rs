//! A program that is started once and asked line by line.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::exchange::Query;
use super::last_words::LastWords;
use super::process_group::ProcessGroup;
use super::query_failure::QueryFailure;
use super::{Answer, LONGEST_ANSWER_BYTES, shortened};

/// How often a waiting query looks whether it was cancelled, or whether the program has ended.
pub(super) const POLL: Duration = Duration::from_millis(20);

/// How long a program may take to end by itself after the end of its input.
const FAREWELL: Duration = Duration::from_millis(500);

/// A running session.
#[derive(Debug)]
pub(super) struct Session {
    process: ProcessGroup,
    requests: Option<ChildStdin>,
    answers: Receiver<Said>,
    words: LastWords,
}

/// What came from the program's standard output.
#[derive(Debug)]
enum Said {
    Line(Vec<u8>),
    /// A line longer than [`LONGEST_ANSWER_BYTES`]; nothing is read after it.
    TooLong,
}

#[derive(Serialize)]
struct Request<'q> {
    input: &'q str,
    output: &'q str,
    params: &'q std::collections::BTreeMap<String, f64>,
}

impl Session {
    /// Starts the program.
    pub(super) fn start(program: &[String], folder: &Path) -> Result<Self, QueryFailure> {
        let (name, arguments) =
            program.split_first().map_or(("", &[][..]), |(n, a)| (n.as_str(), a));
        let mut command = Command::new(super::located(name, folder));
        command.args(arguments).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = ProcessGroup::spawn(&mut command);
        let mut process = started.map_err(|error| start_failure(name, folder, &error))?;
        let no_reader =
            |error| QueryFailure::Exchange(format!("no thread can be started: {error}"));
        let requests = process.child().stdin.take();
        // One place: a program that floods its output is held up instead of filling the memory.
        let (sender, answers) = mpsc::sync_channel(1);
        if let Some(stdout) = process.child().stdout.take() {
            let reader = move || read_lines(stdout, &sender);
            let thread = thread::Builder::new().name("answers".to_owned());
            thread.spawn(reader).map_err(no_reader)?;
        }
        let mut words = LastWords::default();
        if let Some(stderr) = process.child().stderr.take() {
            words.read(stderr).map_err(no_reader)?;
        }
        Ok(Self { process, requests, answers, words })
    }

    /// Sends one request and waits for its answer. After any failure but
    /// [`QueryFailure::Refused`] the session is of no more use: an answer may still be under way.
    pub(super) fn ask(
        &mut self,
        query: &Query,
        timeout: Duration,
        cancel: &AtomicBool,
    ) -> Result<(), QueryFailure> {
        if let Ok(said) = self.answers.try_recv() {
            return Err(self.unasked(said));
        }
        let values = query.values();
        let request =
            Request { input: &values.input, output: &values.output, params: &values.native };
        let mut line = serde_json::to_vec(&request)
            .map_err(|error| QueryFailure::Exchange(error.to_string()))?;
        line.push(b'\n');
        let deadline = Instant::now() + timeout;
        // At most one request is under way and it is smaller than a pipe, so this never blocks.
        let sent = self.requests.as_mut().map(|stdin| stdin.write_all(&line).and(stdin.flush()));
        if !matches!(sent, Some(Ok(()))) {
            return Err(self.gone("standard input"));
        }
        loop {
            match self.answers.recv_timeout(POLL) {
                Ok(Said::Line(line)) => return self.understand(&line),
                Ok(Said::TooLong) => return Err(QueryFailure::LongAnswer),
                Err(RecvTimeoutError::Disconnected) => return Err(self.gone("standard output")),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if cancel.load(Ordering::Relaxed) {
                self.process.end();
                return Err(QueryFailure::Interrupted);
            }
            // A grandchild may hold the pipe of a program that has ended.
            if self.process.has_ended() {
                return match self.answers.recv_timeout(POLL) {
                    Ok(Said::Line(line)) => self.understand(&line),
                    Ok(Said::TooLong) => Err(QueryFailure::LongAnswer),
                    Err(_) => Err(self.gone("standard output")),
                };
            }
            if Instant::now() >= deadline {
                self.process.end();
                let printed = self.words.text();
                return Err(QueryFailure::Timeout { after: timeout, printed });
            }
        }
    }

    fn understand(&mut self, line: &[u8]) -> Result<(), QueryFailure> {
        match Answer::parse(line) {
            Ok(Answer::Done) => Ok(()),
            Ok(Answer::Refused(error)) => {
                // It goes on living: to refuse one query is within the protocol.
                Err(QueryFailure::Refused { error, printed: self.words.text() })
            }
            Err(error) => Err(QueryFailure::Answer { error, printed: self.last_words() }),
        }
    }

    fn unasked(&mut self, said: Said) -> QueryFailure {
        match said {
            Said::TooLong => QueryFailure::LongAnswer,
            Said::Line(line) => {
                let line = shortened(String::from_utf8_lossy(&line).trim(), 200);
                QueryFailure::Unasked { line, printed: self.last_words() }
            }
        }
    }

    /// The program closed a pipe: usually because it has ended.
    fn gone(&mut self, stream: &'static str) -> QueryFailure {
        if self.process.wait_until_ended(FAREWELL) {
            let status = self.process.end();
            return QueryFailure::Ended { status, printed: self.words.text() };
        }
        QueryFailure::Closed { stream, printed: self.last_words() }
    }

    /// Ends the program, so that all that it printed is there, and returns the last of it.
    fn last_words(&mut self) -> String {
        self.process.end();
        self.words.text()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The end of its input tells the program to end.
        self.requests = None;
        self.process.wait_until_ended(FAREWELL);
        self.process.end();
    }
}

fn read_lines(stdout: impl Read, answers: &SyncSender<Said>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let longest = LONGEST_ANSWER_BYTES as u64 + 1;
        match (&mut stdout).take(longest).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(count) if count > LONGEST_ANSWER_BYTES => {
                // The session may be over already.
                let _ = answers.send(Said::TooLong);
                return;
            }
            Ok(_) => {
                if answers.send(Said::Line(line)).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Why a program could not be started, with the way out.
pub(super) fn start_failure(program: &str, folder: &Path, error: &io::Error) -> QueryFailure {
    let program = shortened(program, 200);
    let folder = folder.display();
    QueryFailure::Start(if error.kind() == io::ErrorKind::NotFound {
        format!(
            "there is no program {program:?}, or its working folder {folder} is missing; install it, \
             or correct `program` in the pipeline file"
        )
    } else {
        format!("{program:?} cannot be started in {folder}: {error}")
    })
}
