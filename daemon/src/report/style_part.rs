//! What a report says of a style: tones and colours as quantiles, palettes.

use tuner::{Frame, FrameError, Planes, StyleFeatures};

use super::ReportPictures;
use super::palette::{Swatch, palette};
use super::shown_picture::fitted;

/// Long side at which the pictures are looked at.
const LONG_SIDE: usize = 512;
/// The plot inside a drawing of 420 × 258 units.
const LEFT: f64 = 50.0;
const RIGHT: f64 = 404.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 214.0;
/// Chroma that a plot shows at least, to each side.
const LEAST_CHROMA: f64 = 0.05;

/// The parts of the page that only a style has.
pub(super) struct StylePart {
    pub plots: Vec<Plot>,
    pub palettes: [Palette; 3],
}

/// The colours of one picture.
pub(super) struct Palette {
    pub name: &'static str,
    pub swatches: Vec<Swatch>,
}

/// Quantiles of the three pictures along one direction.
pub(super) struct Plot {
    pub id: String,
    pub heading: &'static str,
    pub note: &'static str,
    pub rows: Vec<Row>,
    /// `points` of the lines.
    pub before: String,
    pub goal: String,
    pub after: String,
}

/// A mark on the upright axis.
pub(super) struct Row {
    pub at: String,
    pub label: String,
}

/// Heading and note of each direction of chroma.
const CHROMA: [[&str; 2]; 4] = [
    ["Yellow to blue", "C′B, from the yellowest parts to the bluest"],
    ["Green to magenta", "C′B and C′R together"],
    ["Cyan to red", "C′R, from the cyan parts to the reddest"],
    ["Blue-cyan to orange", "C′R against C′B"],
];

impl StylePart {
    /// Of the pictures as they are shown.
    pub(super) fn of(pictures: &ReportPictures<'_>) -> Result<Self, FrameError> {
        let shown = [pictures.before, pictures.goal, pictures.after];
        let features = |picture: &Frame| -> Result<StyleFeatures, FrameError> {
            let [width, height] = fitted(picture.size(), LONG_SIDE);
            Ok(StyleFeatures::of(&Planes::from(&picture.resized(width, height)?)))
        };
        let [before, goal, after] = shown;
        let features = [features(before)?, features(goal)?, features(after)?];
        let mut plots = vec![Plot::of(
            "quantiles-luma".to_owned(),
            ["Tones", "luma of each sixteenth of the pixels, from the darkest to the brightest"],
            features.each_ref().map(StyleFeatures::luma),
            [0.0, 1.0],
        )];
        for (number, words) in CHROMA.into_iter().enumerate() {
            let parts = features.each_ref().map(|each| each.chroma().nth(number).unwrap_or(&[]));
            let values = parts.iter().copied().flatten().map(|value| value.abs());
            let most = (10.0 * values.fold(LEAST_CHROMA, f64::max)).ceil() / 10.0;
            plots.push(Plot::of(format!("quantiles-{number}"), words, parts, [-most, most]));
        }
        let named = |name, picture| Ok(Palette { name, swatches: palette(picture)? });
        Ok(Self {
            plots,
            palettes: [named("Before", before)?, named("Goal", goal)?, named("After", after)?],
        })
    }
}

impl Plot {
    fn of(
        id: String,
        [heading, note]: [&'static str; 2],
        [before, goal, after]: [&[f64]; 3],
        [low, high]: [f64; 2],
    ) -> Self {
        let y =
            |value: f64| BOTTOM - (BOTTOM - TOP) * (value.clamp(low, high) - low) / (high - low);
        let line = |parts: &[f64]| {
            let last = parts.len().saturating_sub(1).max(1) as f64;
            let points = parts.iter().enumerate().map(|(number, value)| {
                let x = LEFT + (RIGHT - LEFT) * number as f64 / last;
                format!("{x:.1},{:.1}", y(*value))
            });
            points.collect::<Vec<_>>().join(" ")
        };
        let rows = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
            let value = low + (high - low) * share;
            let written = format!("{value:.2}").replace('-', "−");
            Row { at: format!("{:.1}", y(value)), label: written }
        });
        Self {
            id,
            heading,
            note,
            rows: rows.into(),
            before: line(before),
            goal: line(goal),
            after: line(after),
        }
    }
}
