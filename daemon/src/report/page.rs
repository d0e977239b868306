//! The page: report and pictures brought into the words and numbers of the template.

use askama::Template;
use tuner::{Frame, FrameError};

use super::curve::{Axis, Curve};
use super::gauge::Gauge;
use super::heat_map::{self, Tick};
use super::parameter_row::ParameterRow;
use super::shown_picture::{QUALITY, ShownPicture, fitted, largest_that_fit};
use super::style_part::{StylePart, Which};
use super::tile::Tile;
use super::wording::{self, Headline};
use super::{Report, ReportError, ReportPictures, ReportScores};

/// What the slider can lay on one another, as the page's script names it, and in words.
const PAIRS: [[&str; 2]; 3] = [
    ["before-after", "Before / after"],
    ["goal-after", "Goal / after"],
    ["before-goal", "Before / goal"],
];

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    title: &'a str,
    headline: Headline,
    pictures: Pictures,
    tiles: Vec<Tile>,
    pairs: &'static [[&'static str; 2]],
    style: Option<StylePart>,
    curves: [Drawing; 2],
    parameters: Vec<ParameterRow>,
    gauge: Gauge,
    registration: String,
    rows: Vec<QueryRow>,
    legend: Vec<Tick>,
    gradient: String,
}

struct Pictures {
    goal: ShownPicture,
    before: ShownPicture,
    after: ShownPicture,
    /// Maps of the difference before and after, where pixels can be compared.
    maps: Option<[ShownPicture; 2]>,
    /// Whether the maps were computed on reduced pictures.
    reduced: bool,
}

impl Pictures {
    fn bytes(&self) -> usize {
        let maps = self.maps.iter().flatten();
        let pictures = [&self.goal, &self.before, &self.after].into_iter().chain(maps);
        pictures.map(|picture| picture.uri.len()).sum()
    }
}

struct Drawing {
    id: &'static str,
    heading: &'static str,
    note: &'static str,
    unit: &'static str,
    curve: Curve,
}

struct QueryRow {
    index: String,
    /// Under the columns of the table.
    figures: [String; 4],
    elapsed: String,
    best: bool,
}

pub(super) fn render(
    report: &Report,
    pictures: &ReportPictures<'_>,
) -> Result<String, ReportError> {
    let page = Page {
        title: if report.title.is_empty() { "Tuning report" } else { &report.title },
        headline: wording::headline(report),
        pictures: shown(pictures, report.is_of_style())?,
        tiles: tiles(report),
        pairs: if report.is_of_style() { &[] } else { &PAIRS },
        style: report.is_of_style().then(|| style_part(pictures)).transpose()?,
        curves: curves(report),
        parameters: report.parameters.iter().map(ParameterRow::of).collect(),
        gauge: Gauge::of(report.confidence),
        registration: wording::registration(report.registration.as_ref()),
        rows: rows(report),
        legend: heat_map::ticks(),
        gradient: heat_map::gradient(),
        report,
    };
    Ok(page.render()?)
}

/// The pictures, as large as fit into the page.
fn shown(pictures: &ReportPictures<'_>, style: bool) -> Result<Pictures, ReportError> {
    largest_that_fit(pictures.after.size(), Pictures::bytes, |size| shown_at(pictures, size, style))
}

fn shown_at(
    pictures: &ReportPictures<'_>,
    size: [usize; 2],
    style: bool,
) -> Result<Pictures, ReportError> {
    // One size for all: the slider lays them on each other and the maps compare them.
    let reduced = |frame: &Frame| frame.resized(size[0], size[1]);
    let goal = if style {
        let [width, height] = fitted(pictures.goal.size(), size[0].max(size[1]));
        pictures.goal.resized(width, height)?
    } else {
        reduced(pictures.goal)?
    };
    let before = reduced(pictures.before)?;
    let after = reduced(pictures.after)?;
    Ok(Pictures {
        maps: match style {
            true => None,
            false => Some([map(&before, &goal)?, map(&after, &goal)?]),
        },
        goal: ShownPicture::jpeg(&goal, QUALITY)?,
        before: ShownPicture::jpeg(&before, QUALITY)?,
        after: ShownPicture::jpeg(&after, QUALITY)?,
        reduced: size != pictures.after.size(),
    })
}

fn style_part(pictures: &ReportPictures<'_>) -> Result<StylePart, FrameError> {
    let ReportPictures { before, goal, after } = *pictures;
    StylePart::of(&[(Which::Before, before), (Which::Goal, goal), (Which::After, after)])
}

fn map(picture: &Frame, goal: &Frame) -> Result<ShownPicture, ReportError> {
    ShownPicture::jpeg(&heat_map::heat_map(picture, goal)?, QUALITY)
}

fn tiles(report: &Report) -> Vec<Tile> {
    let Some(best) = report.best_query() else { return Vec::new() };
    let tile = |label, better, score: fn(&ReportScores) -> String| Tile {
        label,
        before: score(&report.found),
        after: score(&best.scores),
        better,
    };
    if report.is_of_style() {
        return vec![
            tile(
                "Distance of tones and colours",
                "in steps of 255; 0 is the goal’s own look",
                |scores| wording::of_style(scores, |style| wording::steps(style.distance)),
            ),
            tile("Distance of the histograms", "a second opinion, not searched for", |scores| {
                wording::of_style(scores, |style| format!("{:.1}", style.histograms))
            }),
            tile("Structure lost", "0 keeps all that the picture shows", |scores| {
                wording::of_style(scores, |style| format!("{:.3}", style.content))
            }),
        ];
    }
    vec![
        tile("Colour difference, mean ΔE₀₀", "0 is equal, 1 is just noticeable", |scores| {
            wording::delta_e(scores.delta_e00_mean)
        }),
        tile("Worst 5 % of the picture, ΔE₀₀", "95 % of the pixels are nearer", |scores| {
            wording::delta_e(scores.delta_e00_p95)
        }),
        tile("Signal to error, PSNR", "higher is nearer", |scores| {
            wording::decibels(scores.psnr_db)
        }),
        tile("Structure, SSIM", "1 is equal", |scores| wording::ssim(scores.ssim)),
    ]
}

fn curves(report: &Report) -> [Drawing; 2] {
    let values = |score: fn(&ReportScores) -> f64| -> Vec<(usize, f64)> {
        let queries = report.queries.iter().map(|query| (query.index, score(&query.scores)));
        std::iter::once((0, score(&report.found))).chain(queries).collect()
    };
    let curve = |axis, values: &[(usize, f64)]| Curve::of(axis, values, report.best, report.budget);
    if report.is_of_style() {
        let of = |value: fn(&super::ReportStyle) -> f64| {
            let value = |scores: &ReportScores| scores.style.as_ref().map_or(f64::NAN, value);
            let queries = report.queries.iter().map(|query| (query.index, value(&query.scores)));
            std::iter::once((0, value(&report.found))).chain(queries).collect::<Vec<_>>()
        };
        return [
            Drawing {
                id: "curve-style",
                heading: "Tones and colours",
                note: "lower is nearer to the goal; logarithmic",
                unit: "steps of 255",
                curve: curve(Axis::Lower, &of(|style| 255.0 * style.distance)),
            },
            Drawing {
                id: "curve-histograms",
                heading: "Histograms",
                note: "lower is nearer; logarithmic",
                unit: "distance",
                curve: curve(Axis::Lower, &of(|style| style.histograms)),
            },
        ];
    }
    [
        Drawing {
            id: "curve-psnr",
            heading: "PSNR",
            note: "higher is nearer to the goal",
            unit: "dB",
            curve: curve(Axis::Decibels, &values(|scores| scores.psnr_db)),
        },
        Drawing {
            id: "curve-delta-e",
            heading: "Colour difference",
            note: "lower is nearer; logarithmic",
            unit: "mean ΔE₀₀",
            curve: curve(Axis::DeltaE, &values(|scores| scores.delta_e00_mean)),
        },
    ]
}

fn rows(report: &Report) -> Vec<QueryRow> {
    let row = |index: String, scores: &ReportScores, elapsed: String, best: bool| QueryRow {
        index,
        figures: match &scores.style {
            Some(style) => [
                wording::steps(style.distance),
                format!("{:.1}", style.histograms),
                format!("{:.3}", style.content),
                if style.kept { "yes" } else { "no" }.to_owned(),
            ],
            None => [
                wording::decibels(scores.psnr_db),
                wording::ssim(scores.ssim),
                wording::delta_e(scores.delta_e00_mean),
                wording::delta_e(scores.delta_e00_p95),
            ],
        },
        elapsed,
        best,
    };
    let found = row("Before".to_owned(), &report.found, "–".to_owned(), false);
    let queries = report.queries.iter().map(|query| {
        let elapsed = wording::duration(query.elapsed_ms);
        row(query.index.to_string(), &query.scores, elapsed, query.index == report.best)
    });
    std::iter::once(found).chain(queries).collect()
}
