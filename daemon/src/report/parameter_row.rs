//! A parameter as a row of a table, with a bar that shows where it stands.

use super::{ReportParameter, wording};

/// A row of the table of parameters.
pub(super) struct ParameterRow {
    pub label: String,
    pub canonical: String,
    pub native: String,
    pub unit: String,
    pub allowed: String,
    pub locked: bool,
    pub at_limit: bool,
    /// Percentages of the bar's width.
    pub allowed_from: String,
    pub allowed_width: String,
    pub fill_from: String,
    pub fill_width: String,
    pub knob: String,
}

impl ParameterRow {
    pub(super) fn of(parameter: &ReportParameter) -> Self {
        let ReportParameter { canonical, native, low, high, locked, .. } = *parameter;
        let place = |value: f64| {
            let value = if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) };
            (value + 1.0) * 50.0
        };
        let percent = |value: f64| format!("{value:.2}");
        let (knob, centre) = (place(canonical), place(0.0));
        let allowed = if locked {
            "fixed".to_owned()
        } else {
            format!("{} … {}", wording::signed(low, 2), wording::signed(high, 2))
        };
        Self {
            label: parameter.label.clone(),
            canonical: wording::signed(canonical, 3),
            native: wording::native(native),
            unit: parameter.unit.clone(),
            allowed,
            locked,
            at_limit: parameter.is_at_limit(),
            allowed_from: percent(place(low)),
            allowed_width: percent((place(high) - place(low)).max(0.0)),
            fill_from: percent(knob.min(centre)),
            fill_width: percent((knob - centre).abs()),
            knob: percent(knob),
        }
    }
}
