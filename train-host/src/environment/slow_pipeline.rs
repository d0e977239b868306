//! A pipeline whose every query is dear: an external program.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use isp_hw::command::Mode;
use isp_hw::{Kind, OpenError, OpenPipeline, PipelineFile};
use sha2::{Digest, Sha256};
use tuner::{Frame, Parameter, Params, Pipeline, PipelineError, Samples};

use super::answer_file::{AnswerFile, AnswerFileError, AnswerKey};

/// Time between two lines about the progress.
const TELL_EVERY: Duration = Duration::from_secs(15);

/// Why a slow pipeline gave no pictures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlowPipelineError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A query failed.
    #[error("{label}: {source}")]
    Query {
        /// The pipeline file.
        label: String,
        /// What went wrong.
        source: PipelineError,
    },
    /// Answers cannot be kept.
    #[error(transparent)]
    Answers(#[from] AnswerFileError),
    /// The queries allowed are too few.
    #[error("{label}: {allowed} queries are not enough for one input; at least {least} are needed")]
    Budget {
        /// The pipeline file.
        label: String,
        /// Queries allowed.
        allowed: usize,
        /// Queries that one input takes.
        least: usize,
    },
}

/// An external program with its answers so far. Programs run side by side, one on each thread of
/// the pool that asks; queries are counted, and none is asked twice.
#[derive(Debug)]
pub struct SlowPipeline {
    file: PipelineFile,
    digest: AnswerKey,
    answers: Mutex<AnswerFile>,
    asked: AtomicUsize,
    known: AtomicUsize,
    told: Mutex<Instant>,
}

impl SlowPipeline {
    /// The pipeline of this file; answers are kept at `answers`.
    ///
    /// # Errors
    /// [`SlowPipelineError::Answers`].
    pub fn new(file: PipelineFile, answers: &Path) -> Result<Self, SlowPipelineError> {
        let digest = digest_of(&file);
        let answers = Mutex::new(AnswerFile::open(answers)?);
        let [asked, known] = [0, 0].map(AtomicUsize::new);
        Ok(Self { file, digest, answers, asked, known, told: Mutex::new(Instant::now()) })
    }

    /// Name of the pipeline file.
    #[must_use]
    pub fn label(&self) -> &str {
        self.file.label()
    }

    /// The parameters that it has.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        self.file.parameters().iter().map(|info| info.parameter).collect()
    }

    /// Queries asked, those that failed included.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Queries that an earlier run had asked.
    pub fn known(&self) -> usize {
        self.known.load(Ordering::Relaxed)
    }

    /// The pictures of `input` at these parameters.
    ///
    /// # Errors
    /// [`SlowPipelineError`] when the program or the file of answers fails.
    pub fn render(&self, input: &Frame, list: &[Params]) -> Result<Vec<Frame>, SlowPipelineError> {
        let mut opened = None;
        list.iter().map(|params| self.answer(input, params, &mut opened)).collect()
    }

    fn answer(
        &self,
        input: &Frame,
        params: &Params,
        opened: &mut Option<OpenPipeline>,
    ) -> Result<Frame, SlowPipelineError> {
        let key = self.key(input, params);
        let held = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(picture) = held().get(&key)? {
            self.known.fetch_add(1, Ordering::Relaxed);
            return Ok(picture);
        }
        let pipeline = match opened {
            Some(pipeline) => pipeline,
            None => {
                let never = Arc::new(AtomicBool::new(false));
                opened.insert(self.file.open_frame(input.clone(), &never)?)
            }
        };
        self.asked.fetch_add(1, Ordering::Relaxed);
        let picture = pipeline.query(params).map_err(|source| SlowPipelineError::Query {
            label: self.label().to_owned(),
            source,
        })?;
        held().put(key, &picture)?;
        self.tell();
        Ok(picture)
    }

    fn key(&self, input: &Frame, params: &Params) -> AnswerKey {
        let mut hash = Sha256::new();
        hash.update(self.digest);
        hash_picture(&mut hash, input);
        params.values().iter().for_each(|value| hash.update(value.to_le_bytes()));
        hash.finalize().into()
    }

    fn tell(&self) {
        let Ok(mut told) = self.told.try_lock() else { return };
        if told.elapsed() > TELL_EVERY {
            *told = Instant::now();
            eprintln!("{}: {} queries", self.label(), self.asked());
        }
    }
}

/// Digest of what a pipeline file says of its program: another text is another pipeline.
fn digest_of(file: &PipelineFile) -> AnswerKey {
    let mut hash = Sha256::new();
    let mut text = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    if let Kind::Command(config) = file.kind() {
        match &config.mode {
            Mode::Session { program } => program.iter().for_each(|argument| text(argument)),
            Mode::Oneshot { program, template } => {
                program.iter().for_each(|argument| text(&argument.to_string()));
                text(&template.as_ref().map(|each| each.text.to_string()).unwrap_or_default());
            }
        }
        text(config.input_format.extension());
        text(config.output_format.extension());
    }
    for info in file.parameters() {
        text(&info.key);
        // The native values say all that curve, range and neutral do.
        for canonical in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            text(&info.to_native(canonical).to_string());
        }
    }
    hash.finalize().into()
}

fn hash_picture(hash: &mut Sha256, picture: &Frame) {
    for extent in picture.size() {
        hash.update((extent as u64).to_le_bytes());
    }
    match picture.samples() {
        Samples::U8(samples) => hash.update(samples),
        Samples::U16(samples) => {
            samples.iter().for_each(|sample| hash.update(sample.to_le_bytes()));
        }
    }
}
