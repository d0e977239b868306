//! What the report of an enhancement says.

use std::path::Path;

use tuner::{Frame, Parameter};

use super::{ReportError, ReportParameter, taste_page, write_page};

/// Everything that the report of an enhancement says, apart from the pictures. There is no goal:
/// nothing in it is a nearness.
///
/// Texts may hold anything, as in [`super::Report`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TasteReport {
    /// Day and time, written as it should be read.
    pub created: String,
    /// The input picture or the camera.
    pub input_name: String,
    /// The policy of taste.
    pub policy_name: String,
    /// The pipeline that rendered.
    pub pipeline_name: String,
    /// Part of the way to the policy's taste that was asked for, 0 … 2.
    pub strength: f64,
    /// Queries allowed.
    pub budget: usize,
    /// Why it ended, in plain words.
    pub stopped: String,
    /// Every query, in order; the last one is the result.
    pub queries: Vec<TasteReportQuery>,
    /// The parameters of the result, in their usual order.
    pub parameters: Vec<TasteReportParameter>,
    /// Locks and limits that the result was held to, and what else kept it from the policy's taste,
    /// in plain words; empty when nothing did.
    pub limits: Vec<String>,
    /// The command that renders the result again; empty leaves the section out.
    pub command_line: String,
}

/// One query.
#[derive(Debug, Clone, PartialEq)]
pub struct TasteReportQuery {
    /// 1 for the first.
    pub index: usize,
    /// Canonical values, in the order of [`TasteReport::parameters`].
    pub canonical: Vec<f64>,
    /// Time that the pipeline took, in milliseconds.
    pub elapsed_ms: f64,
}

/// One parameter of the result, and where it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct TasteReportParameter {
    /// Which one it is.
    pub parameter: Parameter,
    /// Its place in the result.
    pub result: ReportParameter,
    /// Canonical value that the picture was found at.
    pub found: f64,
    /// The same in the pipeline's own unit.
    pub found_native: f64,
}

/// The two pictures, upright and of one size.
#[derive(Debug, Clone, Copy)]
pub struct TasteReportPictures<'a> {
    /// The picture as found.
    pub before: &'a Frame,
    /// The picture of the last query.
    pub after: &'a Frame,
}

impl TasteReport {
    /// Lays the page out: HTML, complete in itself, below 3 MB.
    ///
    /// # Errors
    /// [`ReportError`] when a picture cannot be reduced or encoded.
    pub fn render(&self, pictures: &TasteReportPictures<'_>) -> Result<String, ReportError> {
        taste_page::render(self, pictures)
    }

    /// Writes the page to `path`, all of it or nothing.
    ///
    /// # Errors
    /// As [`Self::render`]; or the file cannot be written.
    pub fn write(
        &self,
        pictures: &TasteReportPictures<'_>,
        path: &Path,
    ) -> Result<(), ReportError> {
        write_page(&self.render(pictures)?, path)
    }
}
