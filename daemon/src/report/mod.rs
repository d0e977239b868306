//! The report of a tune, or of an enhancement: one self-contained HTML file that a person can judge
//! by eye.

mod curve;
mod gauge;
mod heat_map;
mod page;
mod palette;
mod parameter_row;
mod shown_picture;
mod style_part;
mod taste;
mod taste_page;
#[cfg(test)]
mod taste_tests;
mod taste_wording;
#[cfg(test)]
mod tests;
mod tile;
mod wording;

use std::io::Write as _;
use std::path::Path;

use tuner::{AtomicFileError, Frame, FrameError};

pub(crate) use wording::{capitalised, signed};

pub use taste::{TasteReport, TasteReportParameter, TasteReportPictures, TasteReportQuery};

/// Canonical values this near to an end of what was allowed are at it.
const AT_END: f64 = 1e-3;

/// Everything that a report says, apart from the pictures.
///
/// Texts may hold anything (file names, messages of other programs): the page shows them as they
/// are and never as HTML.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Heading of the page; may be empty.
    pub title: String,
    /// Day and time, written as it should be read.
    pub created: String,
    /// The input picture or scene.
    pub input_name: String,
    /// The goal look.
    pub goal_name: String,
    /// The pipeline that was tuned.
    pub pipeline_name: String,
    /// The strategy that chose the queries.
    pub strategy: String,
    /// Queries allowed.
    pub budget: usize,
    /// Why the tune ended, in plain words ("expects nothing better").
    pub stopped: String,
    /// Every query, in order.
    pub queries: Vec<ReportQuery>,
    /// Scores of the picture before the tune.
    pub found: ReportScores,
    /// Index (as in [`ReportQuery::index`]) of the query that was kept; 0 when none was.
    pub best: usize,
    /// The parameters of the kept query, in their usual order.
    pub parameters: Vec<ReportParameter>,
    /// How far the result can be trusted, 0 … 1.
    pub confidence: f64,
    /// What limited the result, in plain words; empty when nothing did.
    pub limits: Vec<String>,
    /// How the goal lies on the input; `None` where only its style counts.
    pub registration: Option<ReportRegistration>,
    /// Why only the goal's style counts though nobody asked for that.
    pub task_reason: Option<String>,
    /// The command that renders the result again; empty leaves the section out.
    pub command_line: String,
}

/// Scores of one picture against the goal.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReportScores {
    /// Peak signal-to-noise ratio in dB; infinite for equal pictures.
    pub psnr_db: f64,
    /// Structural similarity, at most 1.
    pub ssim: f64,
    /// Mean CIEDE2000 difference.
    pub delta_e00_mean: f64,
    /// 95th percentile of the CIEDE2000 difference.
    pub delta_e00_p95: f64,
    /// Nearness to the goal's style where only that counts; the others then say nothing.
    pub style: Option<ReportStyle>,
}

/// How near a picture is to the goal's style.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReportStyle {
    /// Distance of tones and colours, in units of the range of luma.
    pub distance: f64,
    /// Distance of the histograms, 0 … 213.
    pub histograms: f64,
    /// Structure of the picture as found that is lost, 0 … 2.
    pub content: f64,
    /// Whether the content guard lets it be chosen.
    pub kept: bool,
}

/// One query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportQuery {
    /// 1 for the first.
    pub index: usize,
    /// Its scores.
    pub scores: ReportScores,
    /// Time that the pipeline took, in milliseconds.
    pub elapsed_ms: f64,
}

/// One parameter of the kept query.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportParameter {
    /// Name for people ("Red gain").
    pub label: String,
    /// Canonical value in [−1, 1], 0 = neutral.
    pub canonical: f64,
    /// Value in the pipeline's own unit.
    pub native: f64,
    /// That unit; may be empty.
    pub unit: String,
    /// Lowest canonical value that was allowed.
    pub low: f64,
    /// Highest canonical value that was allowed.
    pub high: f64,
    /// Whether it was not to be touched, or the pipeline lacks it.
    pub locked: bool,
}

impl ReportParameter {
    /// Whether it could have moved, and stands at an end of what was allowed.
    #[must_use]
    pub fn is_at_limit(&self) -> bool {
        let Self { canonical, low, high, locked, .. } = *self;
        !locked && (canonical <= low + AT_END || canonical >= high - AT_END)
    }
}

/// How the goal lies on the input.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReportRegistration {
    /// Shift to the right in pixels.
    pub dx: f64,
    /// Shift downwards in pixels.
    pub dy: f64,
    /// Normalised correlation of the two, at most 1.
    pub correlation: f64,
}

/// The three pictures, upright; the goal as it was registered onto the input, or as it is where only
/// its style counts.
#[derive(Debug, Clone, Copy)]
pub struct ReportPictures<'a> {
    /// The goal look.
    pub goal: &'a Frame,
    /// The picture as found.
    pub before: &'a Frame,
    /// The picture of the kept query.
    pub after: &'a Frame,
}

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A picture could not be reduced for display.
    #[error("a picture of the report cannot be reduced: {0}")]
    Resize(#[from] FrameError),
    /// A picture could not be encoded.
    #[error("a picture of the report cannot be encoded: {0}")]
    Encode(#[from] image::ImageError),
    /// The template failed.
    #[error("the report cannot be laid out: {0}")]
    Layout(#[from] askama::Error),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] AtomicFileError),
}

impl Report {
    /// Lays the page out: HTML, complete in itself, below 3 MB.
    ///
    /// # Errors
    /// [`ReportError`] when a picture cannot be reduced or encoded.
    pub fn render(&self, pictures: &ReportPictures<'_>) -> Result<String, ReportError> {
        page::render(self, pictures)
    }

    /// Writes the page to `path`, all of it or nothing.
    ///
    /// # Errors
    /// As [`Self::render`]; or the file cannot be written.
    pub fn write(&self, pictures: &ReportPictures<'_>, path: &Path) -> Result<(), ReportError> {
        write_page(&self.render(pictures)?, path)
    }

    /// Whether only the goal's style counts.
    #[must_use]
    pub const fn is_of_style(&self) -> bool {
        self.found.style.is_some()
    }

    /// The query that was kept.
    #[must_use]
    pub fn best_query(&self) -> Option<&ReportQuery> {
        self.queries.iter().find(|query| query.index == self.best)
    }
}

fn write_page(html: &str, path: &Path) -> Result<(), ReportError> {
    Ok(tuner::write_atomically(path, |file| file.write_all(html.as_bytes()))?)
}
