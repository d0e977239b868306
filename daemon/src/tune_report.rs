//! A tune told as a report.

use tuner::{Limits, Parameter, Params, QueryRecord, Score, Stopped, StyleRecord};

use crate::parameter_table::{ParameterTable, ParameterValue};
use crate::report::{
    Report, ReportParameter, ReportQuery, ReportRegistration, ReportScores, ReportStyle,
    capitalised,
};
use crate::tuning::Tuned;

/// Where things came from, as the report names them.
#[derive(Debug, Clone)]
pub struct Names {
    /// Heading of the page; may be empty.
    pub title: String,
    /// The input.
    pub input: String,
    /// The goal.
    pub goal: String,
    /// The pipeline.
    pub pipeline: String,
    /// Queries allowed.
    pub budget: usize,
    /// `--input` and `--pipeline` of the command that renders the result again; empty where no
    /// command can.
    pub render_options: String,
}

/// The report of a tune, without its pictures.
#[must_use]
pub fn of(tuned: &Tuned, table: &ParameterTable, names: &Names) -> Report {
    let best = tuned.outcome.best_query();
    Report {
        title: names.title.clone(),
        created: now(),
        input_name: names.input.clone(),
        goal_name: names.goal.clone(),
        pipeline_name: names.pipeline.clone(),
        strategy: tuned.strategy.to_owned(),
        budget: names.budget,
        stopped: in_words(tuned.outcome.stopped).to_owned(),
        queries: tuned.outcome.queries.iter().map(query).collect(),
        found: scores(&tuned.outcome.found, tuned.outcome.found_style.as_ref()),
        best: best.map_or(0, |best| best.index),
        parameters: best.map(|best| parameters(best, tuned, table)).unwrap_or_default(),
        confidence: tuned.confidence,
        limits: tuned.limited_by.clone(),
        registration: tuned.goal.registration().map(|registration| ReportRegistration {
            dx: registration.dx,
            dy: registration.dy,
            correlation: registration.correlation,
        }),
        task_reason: tuned.task_reason.clone(),
        command_line: best
            .map(|best| command_line(&best.params, table, &names.render_options))
            .unwrap_or_default(),
    }
}

/// Why a tune ended.
#[must_use]
pub const fn in_words(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Budget => "the queries are used up",
        Stopped::Converged => "nothing better is to be expected",
        Stopped::Target => "the target was reached",
        Stopped::Interrupted => "interrupted by the user",
        Stopped::Error => "the pipeline failed",
    }
}

fn scores(score: &Score, style: Option<&StyleRecord>) -> ReportScores {
    ReportScores {
        psnr_db: score.psnr_db,
        ssim: score.ssim,
        delta_e00_mean: score.delta_e00.mean,
        delta_e00_p95: score.delta_e00.p95,
        style: style.map(|style| ReportStyle {
            distance: style.distance,
            histograms: style.histogram_distance,
            content: style.content,
            kept: style.violations.is_empty(),
        }),
    }
}

fn query(record: &QueryRecord) -> ReportQuery {
    ReportQuery {
        index: record.index,
        scores: scores(&record.score, record.style.as_ref()),
        elapsed_ms: record.elapsed_ms,
    }
}

fn parameters(best: &QueryRecord, tuned: &Tuned, table: &ParameterTable) -> Vec<ReportParameter> {
    table.values(&best.params).map(|value| parameter(&value, &tuned.limits)).collect()
}

/// One of these parameters, as a report shows it.
#[must_use]
pub fn parameter(value: &ParameterValue<'_>, limits: &Limits) -> ReportParameter {
    let ParameterValue { axis, name, unit, canonical, native, .. } = *value;
    let [low, high] = limits.interval(axis);
    ReportParameter {
        label: label_of(name),
        canonical,
        native,
        unit: unit.to_owned(),
        low,
        high,
        locked: limits.is_locked(axis),
    }
}

/// `red_gain` as "Red gain".
#[must_use]
pub fn label(parameter: Parameter) -> String {
    label_of(parameter.name())
}

fn label_of(name: &str) -> String {
    capitalised(&name.replace('_', " "))
}

/// The command that renders these parameters again, with `--input` and `--pipeline` as they would be
/// typed; empty where no command can.
#[must_use]
pub fn command_line(params: &Params, table: &ParameterTable, render_options: &str) -> String {
    if render_options.is_empty() {
        return String::new();
    }
    let values = table.values(params);
    let values: Vec<String> =
        values.map(|value| format!("{}={}", value.name, value.canonical)).collect();
    format!("isptune render {render_options} --params {} --out out.png", values.join(","))
}

/// Day and time in UTC, as in 2026-11-22 10:41 UTC.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_as_words() {
        assert_eq!(label(Parameter::RedGain), "Red gain");
    }
}
