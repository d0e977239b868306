//! The confidence gauge: a half circle.

/// Radius of the half circle in the drawing's units.
const RADIUS: f64 = 80.0;

/// Geometry and words of the gauge.
pub(super) struct Gauge {
    /// Length of the whole arc.
    pub length: String,
    /// Length of the filled part.
    pub filled: String,
    /// The number, two decimals.
    pub value: String,
    /// One word for it.
    pub word: &'static str,
    /// CSS class of its colour.
    pub class: &'static str,
}

impl Gauge {
    /// The gauge of a confidence, moved into 0 … 1; not a number counts as 0.
    pub(super) fn of(confidence: f64) -> Self {
        let confidence = if confidence.is_nan() { 0.0 } else { confidence.clamp(0.0, 1.0) };
        let length = std::f64::consts::PI * RADIUS;
        let (word, class) = match confidence {
            high if high >= 0.8 => ("high", "good"),
            fair if fair >= 0.5 => ("fair", "fair"),
            _ => ("low", "poor"),
        };
        Self {
            length: format!("{length:.2}"),
            filled: format!("{:.2}", length * confidence),
            value: format!("{confidence:.2}"),
            word,
            class,
        }
    }
}
