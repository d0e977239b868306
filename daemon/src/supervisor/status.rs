//! What a supervisor tells of its camera. The form is that of the API (`docs/api.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tuner::{Limits, ParameterInfo, Params, Score};

use crate::keeping::{Reading, State};
use crate::look::LookKind;

/// One camera at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameraStatus {
    /// Its name in the configuration.
    pub name: String,
    /// Grows with every change of anything below.
    pub revision: u64,
    /// What its supervisor is doing.
    pub state: State,
    /// Since when, milliseconds since 1970 (UTC).
    pub since_ms: u64,
    /// What is wrong or being waited for, in plain words with the way out.
    pub message: Option<String>,
    /// The camera that was opened: name and identity.
    pub camera: Option<String>,
    /// Name of the look that it is held on.
    pub look: Option<String>,
    /// The kind of that look, once it was loaded.
    #[serde(default)]
    pub kind: Option<LookKind>,
    /// Strength of the look, 0 to 1.
    pub strength: f64,
    /// Whether a person wants it left as it is.
    pub paused: bool,
    /// The light of the scene, once it was told.
    #[serde(default)]
    pub light: Option<LightStatus>,
    /// The parameters, in canonical order; empty while the camera was never open.
    pub parameters: Vec<ParameterStatus>,
    /// The newest measurement of what stands.
    pub now: Option<ScoreStatus>,
    /// The measurement of the good setting when it was adopted.
    pub reached: Option<ScoreStatus>,
    /// The picture as found, before anything was written.
    pub found: Option<ScoreStatus>,
    /// The queries of the tune that is running, or of the last one.
    pub queries: Vec<QueryStatus>,
    /// What limited the last tune, in plain words.
    pub limited_by: Vec<String>,
    /// What can be done about the look: the reason while the picture cannot be compared with it.
    pub blind: Option<String>,
    /// Settings that were adopted, the newest first.
    pub history: Vec<Adoption>,
    /// Figures that only grow, since the service was started.
    pub counts: Counts,
    /// Tunes that began by themselves within the last hour.
    pub retunes_last_hour: u32,
}

/// One parameter of a camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterStatus {
    /// Canonical name.
    pub name: String,
    /// The pipeline's own name for it.
    pub key: String,
    /// What stands, canonical, in [−1, 1].
    pub value: f64,
    /// The same in the pipeline's units.
    pub native: f64,
    /// The unit; empty where it has none.
    pub unit: String,
    /// Lowest canonical value that a tune may set.
    pub low: f64,
    /// Highest canonical value that a tune may set.
    pub high: f64,
    /// Whether it is left alone.
    pub locked: bool,
}

/// How near a picture is to the look.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ScoreStatus {
    /// To a finished picture.
    Pixels(PixelScore),
    /// To a style; with a taste, to the picture as it was when what the policy named was adopted.
    Style {
        /// [`tuner::StyleFeatures::distance`]: 0 for the same tones and colours, 0.004 for one
        /// 8-bit step.
        style_distance: f64,
    },
}

/// How near a picture is to a finished one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PixelScore {
    /// PSNR in dB, at most [`Score::WRITTEN_PSNR_DB`].
    pub psnr_db: f64,
    /// Structural similarity.
    pub ssim: f64,
    /// Mean ΔE00.
    pub delta_e00: f64,
}

/// The light of a scene, whatever is set in the camera.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LightStatus {
    /// Stops above the camera's look: the mean luminance that the picture as found would have, over
    /// that of the look, both linear, log₂. In steps of a tenth.
    pub ev: f64,
    /// Correlated colour temperature of that mean, kelvin, in steps of 50; `null` where there is none.
    pub kelvin: Option<f64>,
}

/// One query of a tune.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryStatus {
    /// 1 for the first.
    pub index: usize,
    /// What was asked, by canonical name.
    pub params: BTreeMap<String, f64>,
    /// What came of it; `None` where a policy of taste was asked, which has no goal to be near to.
    pub score: Option<ScoreStatus>,
    /// Time that the camera took, milliseconds.
    pub elapsed_ms: f64,
}

/// A setting that was adopted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adoption {
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// The look it was tuned for; `None` where a person set it.
    pub look: Option<String>,
    /// The setting, by canonical name.
    pub params: BTreeMap<String, f64>,
    /// What stood before, as its trial measured it.
    pub before: Option<ScoreStatus>,
    /// The setting, as its trial measured it.
    pub after: Option<ScoreStatus>,
}

/// What has happened since the service was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Queries made.
    pub queries: u64,
    /// Tunes ended.
    pub tunes: u64,
    /// Settings adopted.
    pub adoptions: u64,
    /// Measurements of what stands.
    pub measurements: u64,
    /// Failures, by kind: `absent`, `in_use`, `device`, `configuration`, `look`, `tune`, `held_back`.
    pub faults: BTreeMap<String, u64>,
}

/// The time as statuses have it: milliseconds since 1970, UTC; 0 on a clock of the past.
#[must_use]
pub fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}

impl From<Reading> for ScoreStatus {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Pixels(score) => Self::Pixels(PixelScore {
                psnr_db: score.psnr_db_capped(Score::WRITTEN_PSNR_DB),
                ssim: score.ssim,
                delta_e00: score.delta_e00.mean,
            }),
            Reading::Style(style) => Self::Style { style_distance: style.distance },
        }
    }
}

impl ScoreStatus {
    /// Of a finished picture.
    #[must_use]
    pub const fn pixels(&self) -> Option<&PixelScore> {
        match self {
            Self::Pixels(score) => Some(score),
            Self::Style { .. } => None,
        }
    }

    /// PSNR in dB, where pixels are compared.
    #[must_use]
    pub fn psnr_db(&self) -> Option<f64> {
        self.pixels().map(|score| score.psnr_db)
    }

    /// Distance of style, where that is what counts.
    #[must_use]
    pub const fn style_distance(&self) -> Option<f64> {
        match self {
            Self::Pixels(_) => None,
            Self::Style { style_distance } => Some(*style_distance),
        }
    }

    /// How far the picture is away: mean ΔE00, or distance of style.
    #[must_use]
    pub const fn away(&self) -> f64 {
        match self {
            Self::Pixels(score) => score.delta_e00,
            Self::Style { style_distance } => *style_distance,
        }
    }
}

impl ParameterStatus {
    /// The entry of `info` where `standing` stands.
    #[must_use]
    pub fn of(info: &ParameterInfo, standing: &Params, limits: &Limits) -> Self {
        let value = standing.get(info.parameter);
        let [low, high] = limits.interval(info.parameter);
        Self {
            name: info.parameter.name().to_owned(),
            key: info.key.clone(),
            value,
            native: info.to_native(value),
            unit: info.unit.clone(),
            low,
            high,
            locked: limits.is_locked(info.parameter),
        }
    }
}

/// Parameters by canonical name: those that the table has.
#[must_use]
pub fn named(params: &Params, table: &[ParameterInfo]) -> BTreeMap<String, f64> {
    table
        .iter()
        .map(|info| (info.parameter.name().to_owned(), params.get(info.parameter)))
        .collect()
}

impl CameraStatus {
    /// A camera that was not looked for yet.
    #[must_use]
    pub const fn new(name: String) -> Self {
        Self {
            name,
            revision: 0,
            state: State::Waiting,
            since_ms: 0,
            message: None,
            camera: None,
            look: None,
            kind: None,
            strength: 1.0,
            paused: false,
            light: None,
            parameters: Vec::new(),
            now: None,
            reached: None,
            found: None,
            queries: Vec::new(),
            limited_by: Vec::new(),
            blind: None,
            history: Vec::new(),
            counts: Counts {
                queries: 0,
                tunes: 0,
                adoptions: 0,
                measurements: 0,
                faults: BTreeMap::new(),
            },
            retunes_last_hour: 0,
        }
    }
}
