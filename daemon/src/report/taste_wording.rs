//! What an enhancement changed, in plain words.

use tuner::Parameter;

use super::taste_page::Measured;
use super::tile::Tile;
use super::wording::{self, Headline, capitalised, signed};
use super::{TasteReport, TasteReportParameter};
use crate::look::Features;

/// Two pictures nearer than this mean ΔE00 are called the same: half of what is just noticeable side
/// by side.
const SAME_BELOW: f64 = 0.5;
/// A canonical value that moved by less counts as left: the third decimal rounds it to 0.001.
const SMALLEST_CHANGE: f64 = 5e-4;

/// A statistic of the pictures that the headline speaks of.
struct Trait {
    value: fn(&Features) -> f64,
    /// A difference from here on is spoken of.
    notable: f64,
    /// Where it is less and where it is more after than before.
    words: [&'static str; 2],
}

/// The differences that are spoken of are about what an eye notices in a whole picture: a step and a
/// half of CIE lightness (of which display luma is about a hundredth) for brightness, half of that
/// for the spreads, which move less, and a twentieth of a stop of red against blue.
const TRAITS: [Trait; 4] = [
    Trait { value: brightness, notable: 0.015, words: ["darker", "brighter"] },
    Trait { value: contrast, notable: 0.0075, words: ["lower in contrast", "higher in contrast"] },
    Trait { value: warmth, notable: 0.05, words: ["cooler", "warmer"] },
    Trait { value: saturation, notable: 0.0075, words: ["paler", "more colourful"] },
];

fn brightness(features: &Features) -> f64 {
    let [_, _, _, _, _, _, _, darker, brighter, ..] = features.luma_quantiles;
    f64::midpoint(f64::from(darker), f64::from(brighter))
}

fn contrast(features: &Features) -> f64 {
    f64::from(features.contrast)
}

fn warmth(features: &Features) -> f64 {
    f64::from(features.warmth)
}

fn saturation(features: &Features) -> f64 {
    f64::from(features.saturation)
}

/// One parameter that was changed.
pub(super) struct Change {
    pub label: String,
    pub words: String,
}

pub(super) fn headline(report: &TasteReport, measured: &Measured) -> Headline {
    let mut notable: Vec<(f64, &str)> = TRAITS
        .iter()
        .filter_map(|each| {
            let moved = (each.value)(&measured.after) - (each.value)(&measured.before);
            let [less, more] = each.words;
            let times = moved.abs() / each.notable;
            (times >= 1.0).then_some((times, if moved < 0.0 { less } else { more }))
        })
        .collect();
    notable.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let words: Vec<&str> = notable.into_iter().map(|(_, words)| words).collect();
    let (sentence, meaning) = match words.as_slice() {
        [] if measured.delta_e00 < SAME_BELOW => (
            "Left as it was".to_owned(),
            "Side by side, the two pictures can hardly be told apart.",
        ),
        [] => (
            "Changed in parts".to_owned(),
            "Brightness, contrast, warmth and saturation of the whole picture stayed about as they were.",
        ),
        some => (
            capitalised(&some.join(", ")),
            "What the policy made of the whole picture, the largest change first. Whether it is better is \
             for the eye to say.",
        ),
    };
    let change = format!("changed by {} ΔE₀₀ on average", wording::delta_e(measured.delta_e00));
    let queries = wording::used(report.queries.len(), report.budget);
    let figures = [change, queries, report.stopped.clone()];
    Headline {
        sentence,
        figures: figures
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        meaning,
        class: "plain",
    }
}

/// "0.6: a part of the way".
pub(super) fn strength(strength: f64) -> String {
    let words = match strength {
        none if none <= 0.0 => "nothing is to change",
        part if part < 1.0 => "a part of the way",
        whole if whole <= 1.0 => "all the way",
        _ => "beyond the policy’s taste",
    };
    format!("{strength}: {words}")
}

pub(super) fn tiles(measured: &Measured) -> Vec<Tile> {
    let tile = |label, better, written: fn(&Features) -> String| Tile {
        label,
        before: written(&measured.before),
        after: written(&measured.after),
        better,
    };
    vec![
        tile("Brightness", "median luma; 0 % is black, 100 % white", |each| {
            percent_of(brightness(each))
        }),
        tile("Contrast", "spread of luma (standard deviation)", |each| percent_of(contrast(each))),
        tile("Warmth", "stops of red over blue light; 0 is neutral, above is warm", |each| {
            signed(warmth(each), 2)
        }),
        tile("Saturation", "mean distance of the strongest channel from the weakest", |each| {
            percent_of(saturation(each))
        }),
    ]
}

fn percent_of(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The parameters that moved, the largest change first.
pub(super) fn changes(parameters: &[TasteReportParameter]) -> Vec<Change> {
    let mut moved: Vec<&TasteReportParameter> =
        parameters.iter().filter(|each| moved_by(each).abs() >= SMALLEST_CHANGE).collect();
    moved.sort_by(|a, b| moved_by(b).abs().total_cmp(&moved_by(a).abs()));
    moved.into_iter().map(Change::of).collect()
}

/// The names of those that did not.
pub(super) fn unchanged(parameters: &[TasteReportParameter]) -> String {
    let left = parameters.iter().filter(|each| moved_by(each).abs() < SMALLEST_CHANGE);
    left.map(|each| each.result.label.to_lowercase()).collect::<Vec<_>>().join(", ")
}

fn moved_by(parameter: &TasteReportParameter) -> f64 {
    parameter.result.canonical - parameter.found
}

impl Change {
    /// "raised by 0.214, from 0.000 to 0.428 EV: the whole picture is brighter."
    fn of(parameter: &TasteReportParameter) -> Self {
        let moved = moved_by(parameter);
        let unit = match parameter.result.unit.as_str() {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        let words = format!(
            "{} by {:.3}, from {} to {}{unit}: {}.",
            if moved < 0.0 { "lowered" } else { "raised" },
            moved.abs(),
            wording::native(parameter.found_native),
            wording::native(parameter.result.native),
            effect(parameter.parameter, moved > 0.0)
        );
        Self { label: parameter.result.label.clone(), words }
    }
}

/// What a parameter does by its definition.
const fn effect(parameter: Parameter, raised: bool) -> &'static str {
    let [lowered_words, raised_words] = match parameter {
        Parameter::Exposure => ["less light everywhere", "more light everywhere"],
        Parameter::RedGain => ["less red, towards cyan", "more red"],
        Parameter::GreenGain => ["less green, towards magenta", "more green"],
        Parameter::BlueGain => ["less blue, towards yellow", "more blue"],
        Parameter::Saturation => ["colours nearer to grey", "colours further from grey"],
        Parameter::Contrast => ["middle tones drawn together", "middle tones pulled apart"],
        Parameter::Highlights => ["bright tones darkened", "bright tones lifted"],
        Parameter::Shadows => ["dark tones darkened", "dark tones lifted"],
        Parameter::Texture => ["fine detail smoothed", "fine detail sharpened"],
    };
    if raised { raised_words } else { lowered_words }
}

/// What a query changed against the picture as found: "Exposure +0.214 · Contrast −0.030".
pub(super) fn in_one_line(parameters: &[TasteReportParameter], canonical: &[f64]) -> String {
    let changed: Vec<String> = parameters
        .iter()
        .zip(canonical)
        .filter(|(parameter, value)| (*value - parameter.found).abs() >= SMALLEST_CHANGE)
        .map(|(parameter, value)| {
            format!("{} {}", parameter.result.label, signed(value - parameter.found, 3))
        })
        .collect();
    if changed.is_empty() { "nothing".to_owned() } else { changed.join(" · ") }
}
