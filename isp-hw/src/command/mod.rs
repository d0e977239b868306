//! Any external program as a pipeline.
//!
//! A program is driven in one of two ways. In a **session** it is started once and asked by one
//! JSON object per line: `{"input": PATH, "output": PATH, "params": {"ev": 0.3}}`; it writes a
//! picture to `output` and then answers `{"ok": true}` or `{"ok": false, "error": TEXT}`. **Oneshot**
//! starts it for every query, with paths and values put into its arguments and into a template file
//! ([`placeholder`]). `docs/command-pipelines.md` is the contract for authors of programs.
//!
//! The program runs in its own process group, so that Ctrl-C at the terminal reaches isptune alone,
//! and the group is killed when a query fails, when the user interrupts, and at the end.

mod answer;
mod exchange;
mod last_words;
mod oneshot;
pub mod placeholder;
mod process_group;
mod query_failure;
mod session;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tuner::{Axis, ExtraParameter, Frame, ParameterInfo, Params, Pipeline, PipelineError, Samples};

pub use answer::{Answer, AnswerError, LONGEST_ANSWER_BYTES};
use exchange::{Exchange, Query};
use placeholder::Text;
use query_failure::QueryFailure;
use session::Session;

/// A program and how it is driven, as a pipeline file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandConfig {
    /// The program and its arguments, in one of the two modes.
    pub mode: Mode,
    /// Its working folder; a relative path of the program with a `/` in it starts there too.
    pub folder: PathBuf,
    /// How long one query may take.
    pub timeout: Duration,
    /// Format in which the program gets its input picture.
    pub input_format: ExchangeFormat,
    /// Format that the name of the output picture promises; what is read back may be any.
    pub output_format: ExchangeFormat,
    /// The parameters that the program has, in canonical order.
    pub parameters: Vec<ParameterInfo>,
    /// What it has beside the nine; keys differ from those of all other parameters.
    pub extras: Vec<ExtraParameter>,
}

/// How a program is driven.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// Started once, asked line by line.
    Session {
        /// The program and its arguments, at least the program.
        program: Vec<String>,
    },
    /// Started for every query.
    Oneshot {
        /// The program and its arguments with placeholders, at least the program.
        program: Vec<Text>,
        /// A file that is filled in for every query.
        template: Option<Template>,
    },
}

/// A file with placeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Extension of the file, which programs may go by (`pp3`); may be empty.
    pub extension: String,
    /// Its text.
    pub text: Text,
}

/// A format in which pictures go to a program and come back: one that loses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeFormat {
    /// Portable network graphics.
    Png,
    /// Tagged image file format.
    Tiff,
    /// Binary portable pixmap.
    Ppm,
}

impl ExchangeFormat {
    /// Extension of its files, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Tiff => "tif",
            Self::Ppm => "ppm",
        }
    }
}

/// An external program that renders an input picture.
#[derive(Debug)]
pub struct CommandPipeline {
    config: CommandConfig,
    // Before the exchange folder, so that the program has ended when its files go.
    session: Option<Session>,
    exchange: Exchange,
    input: Frame,
    cancel: Arc<AtomicBool>,
}

impl CommandPipeline {
    /// Writes `input` where the program will find it, and starts the program if it is driven in a
    /// session. When `cancel` becomes true during a query, the program is killed and the query ends
    /// with [`PipelineError::Interrupted`]. A query that begins while it is true is not interrupted:
    /// so the best picture of an interrupted tune can still be had.
    ///
    /// # Errors
    /// [`PipelineError::File`] when the input cannot be written, [`PipelineError::Program`] when the
    /// program cannot be started.
    pub fn open(
        config: CommandConfig,
        input: Frame,
        cancel: Arc<AtomicBool>,
    ) -> Result<Self, PipelineError> {
        let exchange = Exchange::new(&input, config.input_format, config.output_format)?;
        let input = to_8_bit(input);
        let mut pipeline = Self { config, session: None, exchange, input, cancel };
        if let Mode::Session { program } = &pipeline.config.mode {
            let started = Session::start(program, &pipeline.config.folder);
            let session = started.map_err(|failure| pipeline.program_error(&failure))?;
            pipeline.session = Some(session);
        }
        Ok(pipeline)
    }

    fn render(&mut self, query: &mut Query) -> Result<(), QueryFailure> {
        let Self { config, session, .. } = self;
        let never = AtomicBool::new(false);
        let cancel = if self.cancel.load(Ordering::Relaxed) { &never } else { &*self.cancel };
        match &config.mode {
            Mode::Oneshot { program, template } => oneshot::run(
                &oneshot::Invocation { program, template: template.as_ref() },
                query,
                config,
                cancel,
            ),
            Mode::Session { program } => {
                // A program that broke the protocol was killed: the next query starts it afresh.
                let mut running = match session.take() {
                    Some(running) => running,
                    None => Session::start(program, &config.folder)?,
                };
                let asked = running.ask(query, config.timeout, cancel);
                if matches!(asked, Ok(()) | Err(QueryFailure::Refused { .. })) {
                    *session = Some(running);
                }
                asked
            }
        }
    }

    fn checked_picture(&mut self, query: &Query) -> Result<Frame, QueryFailure> {
        let checked = query.load_output().and_then(|frame| {
            let (found, expected) = (frame.size(), self.input.size());
            if found == expected { Ok(frame) } else { Err(QueryFailure::Size { found, expected }) }
        });
        if checked.is_err() {
            // Its answer may have been one to an earlier request, and its own be under way still.
            self.session = None;
        }
        checked
    }

    fn program_error(&self, failure: &QueryFailure) -> PipelineError {
        if matches!(failure, QueryFailure::Interrupted) {
            return PipelineError::Interrupted;
        }
        let program = match &self.config.mode {
            Mode::Session { program } => program.join(" "),
            Mode::Oneshot { program, .. } => {
                program.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            }
        };
        PipelineError::Program { program: shortened(&program, 200), reason: failure.to_string() }
    }
}

impl Pipeline for CommandPipeline {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.config.parameters
    }

    fn extra_parameters(&self) -> &[ExtraParameter] {
        &self.config.extras
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        Ok(self.input.clone())
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        let native = self.config.parameters.iter();
        let native =
            native.map(|info| (info.key.clone(), info.to_native(params.get(info.parameter))));
        let extras = self.config.extras.iter().enumerate();
        let extras = extras.map(|(index, extra)| {
            (extra.key.clone(), extra.to_native(params.get(Axis::Extra(index))))
        });
        let mut query = self.exchange.next_query(native.chain(extras).collect());
        let rendered = self.render(&mut query).and_then(|()| self.checked_picture(&query));
        query.remove_files();
        rendered.map_err(|failure| self.program_error(&failure.in_query(query.number())))
    }
}

/// Path of a program: a relative one with a `/` starts in the working folder, as it does in a shell;
/// a bare name is looked up in `PATH`.
fn located(program: &str, folder: &Path) -> PathBuf {
    if program.contains('/') { folder.join(program) } else { PathBuf::from(program) }
}

/// The same picture with 8 bits a sample, rounded to the nearest step.
fn to_8_bit(frame: Frame) -> Frame {
    let [width, height] = frame.size();
    match frame.samples() {
        Samples::U8(_) => frame,
        Samples::U16(samples) => {
            let narrow = |&sample: &u16| ((u32::from(sample) + 128) / 257) as u8;
            let narrowed = Samples::U8(samples.iter().map(narrow).collect());
            // The count of samples is unchanged, so this cannot fail.
            Frame::new(width, height, narrowed).unwrap_or(frame)
        }
    }
}

/// The start of `text` for a message, with control characters made visible.
fn shortened(text: &str, longest: usize) -> String {
    let mut characters = text.chars();
    let mut start: String =
        characters.by_ref().take(longest).map(|c| if c.is_control() { '·' } else { c }).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_rounds_to_the_nearest_step() {
        let samples = Samples::U16(vec![0, 128, 129, 257 * 100, 257 * 100 + 129, 65535]);
        let frame = to_8_bit(Frame::new(2, 1, samples).unwrap());
        assert_eq!(frame.samples(), &Samples::U8(vec![0, 0, 1, 100, 101, 255]));
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(shortened("a\x1b[2Jb\nc", 10), "a·[2Jb·c");
        assert_eq!(shortened("abcdef", 3), "abc…");
    }
}
