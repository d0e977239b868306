//! The page of an enhancement: report and pictures brought into the words and numbers of the template.

use askama::Template;
use tuner::{Frame, FrameError, Planes, delta_e00_map};

use super::parameter_row::ParameterRow;
use super::shown_picture::{QUALITY, ShownPicture, fitted, largest_that_fit};
use super::style_part::{StylePart, Which};
use super::taste_wording::{self, Change};
use super::tile::Tile;
use super::wording::{self, Headline};
use super::{ReportError, TasteReport, TasteReportPictures};
use crate::look::Features;

/// Long side at which the pictures are measured, as the quantiles are.
const LONG_SIDE: usize = 512;

#[derive(Template)]
#[template(path = "taste_report.html")]
struct Page<'a> {
    report: &'a TasteReport,
    title: &'static str,
    headline: Headline,
    strength: String,
    pictures: Pictures,
    /// The slider has one pair only, which needs no switch.
    pairs: &'static [[&'static str; 2]],
    tiles: Vec<Tile>,
    changes: Vec<Change>,
    unchanged: String,
    style: StylePart,
    parameters: Vec<ParameterRow>,
    rows: Vec<QueryRow>,
}

struct Pictures {
    before: ShownPicture,
    after: ShownPicture,
}

struct QueryRow {
    index: usize,
    changes: String,
    elapsed: String,
}

/// What is measured of the two pictures.
pub(super) struct Measured {
    pub before: Features,
    pub after: Features,
    /// Mean CIEDE2000 difference between the two.
    pub delta_e00: f64,
}

impl Measured {
    fn of(pictures: &TasteReportPictures<'_>) -> Result<Self, FrameError> {
        // One size for both: they are compared pixel by pixel.
        let [width, height] = fitted(pictures.after.size(), LONG_SIDE);
        let reduced = |frame: &Frame| frame.resized(width, height);
        let (before, after) = (reduced(pictures.before)?, reduced(pictures.after)?);
        let differences = delta_e00_map(&Planes::from(&before), &Planes::from(&after));
        let differences = differences.unwrap_or_default();
        let sum: f64 = differences.iter().map(|&value| f64::from(value)).sum();
        Ok(Self {
            before: Features::of(&before),
            after: Features::of(&after),
            delta_e00: sum / differences.len().max(1) as f64,
        })
    }
}

pub(super) fn render(
    report: &TasteReport,
    pictures: &TasteReportPictures<'_>,
) -> Result<String, ReportError> {
    let measured = Measured::of(pictures)?;
    let page = Page {
        title: "Enhancement",
        headline: taste_wording::headline(report, &measured),
        strength: taste_wording::strength(report.strength),
        pictures: shown(pictures)?,
        pairs: &[],
        tiles: taste_wording::tiles(&measured),
        changes: taste_wording::changes(&report.parameters),
        unchanged: taste_wording::unchanged(&report.parameters),
        style: StylePart::of(&[(Which::Before, pictures.before), (Which::After, pictures.after)])?,
        parameters: report.parameters.iter().map(|each| ParameterRow::of(&each.result)).collect(),
        rows: rows(report),
        report,
    };
    Ok(page.render()?)
}

/// The pictures, as large as fit into the page.
fn shown(pictures: &TasteReportPictures<'_>) -> Result<Pictures, ReportError> {
    let bytes = |shown: &Pictures| shown.before.uri.len() + shown.after.uri.len();
    largest_that_fit(pictures.after.size(), bytes, |[width, height]| {
        let shown = |frame: &Frame| ShownPicture::jpeg(&frame.resized(width, height)?, QUALITY);
        Ok(Pictures { before: shown(pictures.before)?, after: shown(pictures.after)? })
    })
}

fn rows(report: &TasteReport) -> Vec<QueryRow> {
    let rows = report.queries.iter().map(|query| QueryRow {
        index: query.index,
        changes: taste_wording::in_one_line(&report.parameters, &query.canonical),
        elapsed: wording::duration(query.elapsed_ms),
    });
    rows.collect()
}
