//! What the numbers mean, in plain words.

use super::{Report, ReportRegistration, ReportScores, ReportStyle};

/// A difference up to this mean ΔE00 is called a match: about where two pictures side by side
/// look the same to most people (twice the just noticeable difference of 1).
const MATCH_BELOW: f64 = 2.0;
/// Up to this the result is called close.
const CLOSE_BELOW: f64 = 5.0;

/// The top of the page.
pub(super) struct Headline {
    /// The sentence in large letters.
    pub sentence: String,
    /// Scores and queries in one line.
    pub figures: String,
    /// What it means to the eye.
    pub meaning: &'static str,
    /// CSS class of the verdict.
    pub class: &'static str,
}

/// One decimal from 1 up, two below, so that small differences are not all "0.0".
pub(super) fn delta_e(value: f64) -> String {
    match value {
        odd if !odd.is_finite() => "–".to_owned(),
        small if small < 0.995 => format!("{small:.2}"),
        large => format!("{large:.1}"),
    }
}

/// Decibels with one decimal; equal pictures are "exact".
pub(super) fn decibels(value: f64) -> String {
    match value {
        odd if odd.is_nan() => "–".to_owned(),
        exact if exact >= 99.95 => "exact".to_owned(),
        other => format!("{other:.1} dB"),
    }
}

/// Three or four decimals, as many as tell good pictures apart.
pub(super) fn ssim(value: f64) -> String {
    if value.is_finite() { format!("{value:.4}") } else { "–".to_owned() }
}

/// Milliseconds or seconds.
pub(super) fn duration(milliseconds: f64) -> String {
    match milliseconds {
        odd if !odd.is_finite() => "–".to_owned(),
        short if short < 10.0 => format!("{short:.1} ms"),
        middle if middle < 1000.0 => format!("{middle:.0} ms"),
        long => format!("{:.1} s", long / 1e3),
    }
}

/// A distance of style in steps of 255.
pub(super) fn steps(distance: f64) -> String {
    delta_e(255.0 * distance)
}

/// What a picture's style says, or that nothing is known.
pub(super) fn of_style(scores: &ReportScores, words: fn(&ReportStyle) -> String) -> String {
    scores.style.as_ref().map_or_else(|| "–".to_owned(), words)
}

/// A signed number with a real minus sign.
pub fn signed(value: f64, decimals: usize) -> String {
    let written = format!("{:.decimals$}", value.abs());
    let is_zero = written.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = match (is_zero, value < 0.0) {
        (true, _) => "",
        (false, true) => "−",
        (false, false) => "+",
    };
    format!("{sign}{written}")
}

/// A number in a pipeline's own unit: three significant digits or so, a real minus sign.
pub(super) fn native(value: f64) -> String {
    let decimals = match value.abs() {
        large if large >= 1000.0 => 0,
        middle if middle >= 10.0 => 1,
        _ => 3,
    };
    let written = format!("{value:.decimals$}");
    written.replace('-', "−")
}

/// The words with a capital letter at their beginning.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "8 of 10 queries".
pub(super) fn used(queries: usize, budget: usize) -> String {
    let noun = if budget == 1 { "query" } else { "queries" };
    format!("{queries} of {budget} {noun}")
}

fn queries(report: &Report) -> String {
    used(report.queries.len(), report.budget)
}

pub(super) fn headline(report: &Report) -> Headline {
    let Some(best) = report.best_query() else {
        return Headline {
            sentence: "No query was measured".to_owned(),
            figures: queries(report),
            meaning: "The picture is as it was found.",
            class: "poor",
        };
    };
    if let (Some(style), Some(found)) = (best.scores.style, report.found.style) {
        return headline_of_style(report, &style, &found);
    }
    let ReportScores { psnr_db, delta_e00_mean: mean, delta_e00_p95: p95, .. } = best.scores;
    let (lead, meaning, class) = if mean <= 1.0 && p95 <= 2.0 {
        (
            "Matches within",
            "On average over the picture: side by side, the two can hardly be told apart.",
            "good",
        )
    } else if mean <= MATCH_BELOW {
        (
            "Matches within",
            "On average over the picture: differences show only in a close look, or in small parts.",
            "good",
        )
    } else if mean <= CLOSE_BELOW {
        (
            "Comes within",
            "On average over the picture: close, but a direct comparison shows the difference.",
            "fair",
        )
    } else {
        (
            "Stays",
            "On average over the picture: the goal was not reached, the difference is plain to see.",
            "poor",
        )
    };
    let tail = if class == "poor" { " from the goal" } else { "" };
    Headline {
        sentence: format!("{lead} {} ΔE₀₀{tail}", delta_e(mean)),
        figures: [decibels(psnr_db), queries(report), report.stopped.clone()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        meaning,
        class,
    }
}

/// Distances of style up to these, in steps of 255, are called near and half-way.
const NEAR_STEPS: f64 = 5.0;
const HALF_WAY_STEPS: f64 = 12.0;

fn headline_of_style(report: &Report, style: &ReportStyle, found: &ReportStyle) -> Headline {
    let steps_left = 255.0 * style.distance;
    let (lead, meaning, class) = if steps_left <= NEAR_STEPS {
        (
            "Takes over the look within",
            "On average over all tones and colours: the picture has the goal’s look, whatever the two show.",
            "good",
        )
    } else if steps_left <= HALF_WAY_STEPS {
        (
            "Comes within",
            "On average over all tones and colours: the look is near the goal’s; the picture’s own content, or the pipeline, leaves the rest.",
            "fair",
        )
    } else {
        (
            "Stays",
            "On average over all tones and colours: this picture does not get the goal’s look from these parameters.",
            "poor",
        )
    };
    let tail = if class == "poor" { " from the goal’s look" } else { "" };
    Headline {
        sentence: format!("{lead} {} steps of 255{tail}", steps(style.distance)),
        figures: [
            format!("{} before", steps(found.distance)),
            queries(report),
            report.stopped.clone(),
        ]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · "),
        meaning,
        class,
    }
}

pub(super) fn registration(registration: Option<&ReportRegistration>) -> String {
    let Some(registration) = registration else {
        return "Only tones and colours were compared: where a pixel lies plays no part."
            .to_owned();
    };
    let ReportRegistration { dx, dy, correlation } = *registration;
    let place = if dx.hypot(dy) < 0.05 {
        "Goal and picture lie exactly on each other".to_owned()
    } else {
        format!("The goal was shifted by {} px across and {} px down", signed(dx, 2), signed(dy, 2))
    };
    format!("{place} (correlation {correlation:.3}).")
}
