//! What `--json` prints. The form is a contract: `docs/json.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use tuner::{QueryRecord, Registration, Score, Stopped, StyleRecord, TasteQuery};

use crate::camera_end::LeftAt;
use crate::parameter_table::ParameterTable;
use crate::standard_output;
use crate::tuning::UsedCalibration;

/// JSON has no infinity: equal pictures have this PSNR, in dB.
pub const MOST_DB: f64 = Score::WRITTEN_PSNR_DB;

/// `match --json` and `demo --json`.
#[derive(Debug, Serialize)]
pub struct MatchJson {
    /// `finish`, or `style` where only the goal's tones and colours counted.
    pub task: &'static str,
    /// Why it is `style` though nobody asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_reason: Option<String>,
    /// Name of the strategy.
    pub strategy: &'static str,
    /// Every query, in order.
    pub queries: Vec<QueryJson>,
    /// Index of the best measured query; `null` when the first one failed.
    pub best: Option<usize>,
    /// Why it ended.
    pub stopped: Stopped,
    /// The pipeline's error, where `stopped` is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How far the result can be trusted, in [0, 1].
    pub confidence: f64,
    /// What limited the result, in plain words.
    pub limited_by: Vec<String>,
    /// Shift of the goal against the picture as found; not of a style.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// How near the picture as found is to the goal's style, where only that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_style: Option<StyleRecord>,
    /// Size of the goal file, where it was resampled to the size of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal_resampled_from: Option<[usize; 2]>,
    /// Share of the picture's pixels that the scores of the queries were measured on.
    pub measured_share: f64,
    /// The calibration that served as simulator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<UsedCalibration>,
    /// What a camera was left at: `best` or `found`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at: Option<LeftAt>,
    /// The rendered picture.
    pub out: Option<PathBuf>,
    /// The report.
    pub report: Option<PathBuf>,
}

/// One query of a tune.
#[derive(Debug, Serialize)]
pub struct QueryJson {
    index: usize,
    params: BTreeMap<&'static str, f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, f64>,
    native: BTreeMap<String, f64>,
    #[serde(flatten)]
    nearness: Nearness,
    elapsed_ms: f64,
}

/// How near a query came: to the goal's pixels, or to its style.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Nearness {
    Finish { psnr_db: f64, ssim: f64, delta_e00: f64 },
    Style { style: StyleRecord },
}

impl QueryJson {
    /// A record in the canonical values and in the pipeline's own.
    #[must_use]
    pub fn new(record: &QueryRecord, table: &ParameterTable) -> Self {
        Self {
            index: record.index,
            params: table.canonical(&record.params),
            extra: table.extra(&record.params),
            native: table.native(&record.params),
            nearness: match &record.style {
                Some(style) => Nearness::Style { style: style.clone() },
                None => Nearness::Finish {
                    psnr_db: record.score.psnr_db_capped(MOST_DB),
                    ssim: record.score.ssim,
                    delta_e00: record.score.delta_e00.mean,
                },
            },
            elapsed_ms: record.elapsed_ms,
        }
    }
}

/// `enhance --json`.
#[derive(Debug, Serialize)]
pub struct EnhanceJson {
    /// The policy of taste.
    pub model: String,
    /// Part of the way to its taste.
    pub strength: f64,
    /// Every query, in order.
    pub queries: Vec<EnhanceQueryJson>,
    /// Those of the last query, which is the result; empty where none succeeded.
    pub params: BTreeMap<&'static str, f64>,
    /// Its extra parameters, where the pipeline has any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, f64>,
    /// The same in the pipeline's own keys and units.
    pub native: BTreeMap<String, f64>,
    /// Why it ended.
    pub stopped: Stopped,
    /// The pipeline's error, where `stopped` is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What a camera was left at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at: Option<LeftAt>,
    /// The rendered picture.
    pub out: Option<PathBuf>,
    /// The report.
    pub report: Option<PathBuf>,
}

/// One query of an enhancement.
#[derive(Debug, Serialize)]
pub struct EnhanceQueryJson {
    index: usize,
    params: BTreeMap<&'static str, f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, f64>,
    native: BTreeMap<String, f64>,
    elapsed_ms: f64,
}

impl EnhanceQueryJson {
    /// A query in the canonical values and in the pipeline's own.
    #[must_use]
    pub fn new(query: &TasteQuery, table: &ParameterTable) -> Self {
        Self {
            index: query.index,
            params: table.canonical(&query.params),
            extra: table.extra(&query.params),
            native: table.native(&query.params),
            elapsed_ms: query.elapsed_ms,
        }
    }
}

/// `render --json`.
#[derive(Debug, Serialize)]
pub struct RenderJson {
    /// Canonical values.
    pub params: BTreeMap<&'static str, f64>,
    /// Those of the extra parameters, where the pipeline has any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, f64>,
    /// The pipeline's own keys and units.
    pub native: BTreeMap<String, f64>,
    /// The rendered picture.
    pub out: PathBuf,
    /// Time the query took, in milliseconds.
    pub elapsed_ms: f64,
}

/// `compare --json`.
#[derive(Debug, Serialize)]
pub struct CompareJson {
    /// PSNR, SSIM and ΔE00 over all pixels, as the files are.
    #[serde(flatten)]
    pub score: Score,
    /// Shift of the second picture against the first.
    pub registration: Registration,
}

/// Prints one object on standard output.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(object: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(object)?;
    standard_output::print(|out| writeln!(out, "{line}"))
}
