//! The line with which a session program answers.

use serde::Deserialize;

use super::shortened;

/// Longest answer that is read; the rest of a longer one is never looked at.
pub const LONGEST_ANSWER_BYTES: usize = 1 << 20;

/// What a session program says of one query: `{"ok": true}` or `{"ok": false, "error": TEXT}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The picture is written.
    Done,
    /// There is none, for this reason.
    Refused(String),
}

/// A line that is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Not one JSON object with a boolean `ok`.
    #[error(
        "its answer is not {{\"ok\": true}} or {{\"ok\": false, \"error\": TEXT}} but {line:?} ({reason})"
    )]
    NotAnAnswer {
        /// Start of the line.
        line: String,
        /// What the JSON parser says.
        reason: String,
    },
}

/// Other members are allowed, so that a program may add its own (times, say).
#[derive(Deserialize)]
struct Line {
    ok: bool,
    error: Option<String>,
}

impl Answer {
    /// Reads one line, without or with its line end.
    ///
    /// # Errors
    /// [`AnswerError`] citing the start of the line.
    pub fn parse(line: &[u8]) -> Result<Self, AnswerError> {
        match serde_json::from_slice::<Line>(line) {
            Ok(Line { ok: true, .. }) => Ok(Self::Done),
            Ok(Line { ok: false, error }) => {
                let error = error.filter(|text| !text.trim().is_empty());
                let text = error.unwrap_or_else(|| "that it failed, without a reason".to_owned());
                Ok(Self::Refused(shortened(text.trim(), 1000)))
            }
            Err(error) => Err(AnswerError::NotAnAnswer {
                line: shortened(String::from_utf8_lossy(line).trim(), 200),
                // The parser cites a string of the wrong place whole.
                reason: shortened(&error.to_string(), 300),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_two_answers_and_ignores_other_members() {
        assert_eq!(Answer::parse(b"{\"ok\": true}\r\n"), Ok(Answer::Done));
        assert_eq!(Answer::parse(b"{\"ok\":true,\"ms\":3,\"error\":null}"), Ok(Answer::Done));
        let refused = Answer::parse(b"{\"ok\": false, \"error\": \"no\\u001b film\"}");
        assert_eq!(refused, Ok(Answer::Refused("no· film".to_owned())));
        let silent = Answer::parse(b"{\"ok\": false}").unwrap();
        assert!(matches!(silent, Answer::Refused(text) if text.contains("without a reason")));
    }

    #[test]
    fn garbage_is_cited_but_not_whole() {
        for line in
            [&b""[..], b"ok", b"{}", b"[true]", b"{\"ok\": 1}", b"{\"ok\": true} x", b"\xff"]
        {
            assert!(Answer::parse(line).is_err(), "{line:?}");
        }
        let error = Answer::parse("é".repeat(10_000).as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 1000 && error.contains("é…"), "{error}");
        let text = format!("{{\"ok\": \"{}\\u0007\"}}", "a".repeat(10_000));
        let error = Answer::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 1000 && !error.contains(char::is_control), "{error}");
    }
}
