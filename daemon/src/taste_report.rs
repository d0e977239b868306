//! An enhancement told as a report.

use tuner::{Parameter, ParameterInfo, Stopped, TasteQuery};

use crate::enhance_output::Enhancement;
use crate::parameter_table::{ParameterTable, ParameterValue};
use crate::report::{ReportParameter, TasteReport, TasteReportParameter, TasteReportQuery, signed};
use crate::tune_report::{command_line, in_words, label, now, parameter};

/// The report of an enhancement, without its pictures; `result` is its last query.
#[must_use]
pub fn of(done: &Enhancement, result: &TasteQuery, table: &ParameterTable) -> TasteReport {
    let parameter = |info: &ParameterInfo| {
        let found = done.found.get(info.parameter);
        TasteReportParameter {
            parameter: info.parameter,
            result: parameter(&ParameterValue::of(info, &result.params), &done.taste.limits),
            found,
            found_native: info.to_native(found),
        }
    };
    let query = |query: &TasteQuery| TasteReportQuery {
        index: query.index,
        canonical: table.nine.iter().map(|info| query.params.get(info.parameter)).collect(),
        elapsed_ms: query.elapsed_ms,
    };
    let parameters: Vec<TasteReportParameter> = table.nine.iter().map(parameter).collect();
    TasteReport {
        created: now(),
        input_name: done.names.input.clone(),
        policy_name: done.names.policy.clone(),
        pipeline_name: done.names.pipeline.clone(),
        strength: done.taste.strength,
        budget: done.taste.queries,
        stopped: stopped(done.outcome.stopped).to_owned(),
        queries: done.outcome.queries.iter().map(query).collect(),
        limits: limits(done, &table.nine, &parameters),
        parameters,
        command_line: command_line(&result.params, table, &done.names.render_options),
    }
}

const fn stopped(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Converged => "the policy asks for nothing more",
        other => in_words(other),
    }
}

/// What kept the result from the policy's taste, or could have.
fn limits(
    done: &Enhancement,
    table: &[ParameterInfo],
    parameters: &[TasteReportParameter],
) -> Vec<String> {
    let mut limits: Vec<String> =
        parameters.iter().filter_map(|each| held(each, done.taste.strength)).collect();
    let missing: Vec<String> = Parameter::ALL
        .into_iter()
        .filter(|parameter| table.iter().all(|info| info.parameter != *parameter))
        .map(|parameter| label(parameter).to_lowercase())
        .collect();
    if !missing.is_empty() {
        limits.push(format!("The pipeline does not have: {}.", missing.join(", ")));
    }
    let outcome = &done.outcome;
    let cut_short = matches!(outcome.stopped, Stopped::Interrupted | Stopped::Error);
    if cut_short && (done.taste.strength - 1.0).abs() > f64::EPSILON {
        // `run_taste` goes a part of the way in its last query only.
        limits.push(
            "It ended before the last query, the only one that has the strength asked for: the \
             result is the policy’s own taste."
                .to_owned(),
        );
    }
    limits.extend(outcome.error.clone());
    limits
}

/// What a parameter was held to; `None` where it had its whole range and did not need it.
fn held(parameter: &TasteReportParameter, strength: f64) -> Option<String> {
    let ReportParameter { label, canonical, low, high, locked, .. } = &parameter.result;
    // Limits hold what the policy asks for, of which a smaller strength then goes a part.
    let wanted = parameter.found + (canonical - parameter.found) / strength.clamp(1e-9, 1.0);
    let of_policy = ReportParameter { canonical: wanted, ..parameter.result.clone() };
    let ended = parameter.result.is_at_limit() || of_policy.is_at_limit();
    match (locked, *low > -1.0 || *high < 1.0, ended) {
        (true, ..) => Some(format!("{label} was locked at {}.", signed(*canonical, 3))),
        (_, true, ended) => Some(format!(
            "{label} may go from {} to {}; {}.",
            signed(*low, 3),
            signed(*high, 3),
            if ended { "the policy’s taste ended at a limit" } else { "it stayed between" }
        )),
        (_, _, true) => Some(format!("{label}: the policy’s taste ended at the end of the range.")),
        _ => None,
    }
}
