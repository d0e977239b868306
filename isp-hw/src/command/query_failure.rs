//! Why a program gave no picture, in words for the person who wrote the pipeline file.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

use super::{AnswerError, LONGEST_ANSWER_BYTES};

/// One failed query. What the program had printed is part of it, where there was anything.
#[derive(Debug)]
pub(super) enum QueryFailure {
    /// The user asked to stop.
    Interrupted,
    /// It did not start.
    Start(String),
    /// It ended when it should have rendered.
    Ended { status: Option<ExitStatus>, printed: String },
    /// It closed its standard output, or its standard input.
    Closed { stream: &'static str, printed: String },
    /// It took too long.
    Timeout { after: Duration, printed: String },
    /// Its answer is not of the protocol.
    Answer { error: AnswerError, printed: String },
    /// It sent a line that was not asked for.
    Unasked { line: String, printed: String },
    /// Its answer did not end.
    LongAnswer,
    /// It said that it failed.
    Refused { error: String, printed: String },
    /// It reported success, but there is no picture.
    NoPicture,
    /// Its picture cannot be read.
    Picture(String),
    /// Its picture has another size than its input.
    Size { found: [usize; 2], expected: [usize; 2] },
    /// A file for it could not be written, or a thread not started.
    Exchange(String),
    /// Any of these, with the number of the query.
    InQuery(usize, Box<Self>),
}

impl QueryFailure {
    pub(super) fn in_query(self, number: usize) -> Self {
        match self {
            Self::Interrupted => self,
            _ => Self::InQuery(number, Box::new(self)),
        }
    }
}

impl fmt::Display for QueryFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => formatter.write_str("interrupted"),
            Self::Start(reason) => formatter.write_str(reason),
            Self::Ended { status, printed } => {
                formatter.write_str("it ended")?;
                if let Some(status) = status {
                    write!(formatter, " ({status})")?;
                }
                write!(formatter, " without a picture{}", Printed(printed))
            }
            Self::Closed { stream, printed } => {
                write!(formatter, "it closed its {stream} but did not end{}", Printed(printed))
            }
            Self::Timeout { after, printed } => write!(
                formatter,
                "no picture within {} ms, so it was killed; give it longer with timeout_ms in the \
                 pipeline file{}",
                after.as_millis(),
                Printed(printed)
            ),
            Self::Answer { error, printed } => write!(formatter, "{error}{}", Printed(printed)),
            Self::Unasked { line, printed } => write!(
                formatter,
                "it sent a line that nothing had asked for: {line:?}; only answers belong on its \
                 standard output, messages on standard error{}",
                Printed(printed)
            ),
            Self::LongAnswer => write!(
                formatter,
                "its answer is longer than {LONGEST_ANSWER_BYTES} bytes; only one short line \
                 belongs on its standard output"
            ),
            Self::Refused { error, printed } => {
                write!(formatter, "it answered: {error}{}", Printed(printed))
            }
            Self::NoPicture => formatter.write_str(
                "it reported success but wrote no picture; it must write the file named `output`",
            ),
            Self::Picture(reason) => {
                write!(formatter, "the picture that it wrote cannot be read: {reason}")
            }
            Self::Size { found, expected } => write!(
                formatter,
                "it wrote a {}x{} picture, but its input is {}x{}; it must keep the size",
                found[0], found[1], expected[0], expected[1]
            ),
            Self::Exchange(reason) => formatter.write_str(reason),
            Self::InQuery(number, failure) => write!(formatter, "query {number}: {failure}"),
        }
    }
}

/// End of a message: what the program printed last.
struct Printed<'p>(&'p str);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("; it printed nothing");
        }
        write!(formatter, "; it printed:\n{}", self.0)
    }
}
