//! Tones and colours of pictures side by side: quantiles, palettes.

use tuner::{Frame, FrameError, Planes, StyleFeatures};

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

/// Which of the pictures of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The picture as found.
    Before,
    /// The goal.
    Goal,
    /// The result.
    After,
}

impl Which {
    /// Above its palette.
    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Before => "Before",
            Self::Goal => "Goal",
            Self::After => "After",
        }
    }

    /// In the key of the plots.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Goal => "goal",
            Self::After => "after",
        }
    }

    /// CSS class of its line.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Before => "of-before",
            Self::Goal => "of-goal",
            Self::After => "of-after",
        }
    }
}

/// Plots and palettes of a page.
pub(super) struct StylePart {
    pub plots: Vec<Plot>,
    pub palettes: Vec<Palette>,
}

/// The colours of one picture.
pub(super) struct Palette {
    pub which: Which,
    pub swatches: Vec<Swatch>,
}

/// Quantiles of the pictures along one direction.
pub(super) struct Plot {
    pub id: String,
    pub heading: &'static str,
    pub note: &'static str,
    pub rows: Vec<Row>,
    pub lines: Vec<Line>,
}

/// The quantiles of one picture.
pub(super) struct Line {
    pub which: Which,
    /// `points` of the line.
    pub points: String,
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
    /// Of the pictures as they are shown, in the order of key and palettes.
    pub(super) fn of(pictures: &[(Which, &Frame)]) -> Result<Self, FrameError> {
        let features: Vec<(Which, StyleFeatures)> = pictures
            .iter()
            .map(|&(which, picture)| {
                let [width, height] = fitted(picture.size(), LONG_SIDE);
                let small = picture.resized(width, height)?;
                Ok((which, StyleFeatures::of(&Planes::from(&small))))
            })
            .collect::<Result<_, FrameError>>()?;
        let luma: Vec<_> = features.iter().map(|(which, each)| (*which, each.luma())).collect();
        let mut plots = vec![Plot::of(
            "quantiles-luma".to_owned(),
            ["Tones", "luma of each sixteenth of the pixels, from the darkest to the brightest"],
            &luma,
            [0.0, 1.0],
        )];
        for (number, words) in CHROMA.into_iter().enumerate() {
            let parts: Vec<(Which, &[f64])> = features
                .iter()
                .map(|(which, each)| (*which, each.chroma().nth(number).unwrap_or(&[])))
                .collect();
            let values = parts.iter().flat_map(|(_, values)| values.iter().map(|v| v.abs()));
            let most = (10.0 * values.fold(LEAST_CHROMA, f64::max)).ceil() / 10.0;
            plots.push(Plot::of(format!("quantiles-{number}"), words, &parts, [-most, most]));
        }
        let palettes = pictures
            .iter()
            .map(|&(which, picture)| Ok(Palette { which, swatches: palette(picture)? }))
            .collect::<Result<_, FrameError>>()?;
        Ok(Self { plots, palettes })
    }
}

impl Plot {
    fn of(
        id: String,
        [heading, note]: [&'static str; 2],
        pictures: &[(Which, &[f64])],
        [low, high]: [f64; 2],
    ) -> Self {
        let y =
            |value: f64| BOTTOM - (BOTTOM - TOP) * (value.clamp(low, high) - low) / (high - low);
        let line = |&(which, parts): &(Which, &[f64])| {
            let last = parts.len().saturating_sub(1).max(1) as f64;
            let points = parts.iter().enumerate().map(|(number, value)| {
                let x = LEFT + (RIGHT - LEFT) * number as f64 / last;
                format!("{x:.1},{:.1}", y(*value))
            });
            Line { which, points: points.collect::<Vec<_>>().join(" ") }
        };
        let rows = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
            let value = low + (high - low) * share;
            let written = format!("{value:.2}").replace('-', "−");
            Row { at: format!("{:.1}", y(value)), label: written }
        });
        let mut lines: Vec<Line> = pictures.iter().map(line).collect();
        // The goal's line is the widest: the others lie on it.
        lines.sort_by_key(|line| line.which != Which::Goal);
        Self { id, heading, note, rows: rows.into(), lines }
    }
}
