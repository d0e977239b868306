//! What one make of ISP may have otherwise than the software ISP.

use serde::{Deserialize, Serialize};
use tuner::{Parameter, Params};

const COUNT: usize = Parameter::COUNT;

/// Everything about an ISP of the software ISP's kind that another make may have otherwise, as
/// numbers. The default is the software ISP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Make {
    /// What the parameters come to.
    pub response: Response,
    /// Linear RGB on the way in, one row for each channel that comes out.
    pub colour_mix: [[f64; 3]; 3],
    /// Exponent on the display value; 1 in the software ISP.
    pub gamma: f64,
    /// Strength of an S-curve on the display value; 0 in the software ISP.
    pub s_curve: f64,
    /// Exponent of the mask of highlights; 2 in the software ISP.
    pub highlights_exponent: f64,
    /// Exponent of the mask of shadows; 2 in the software ISP.
    pub shadows_exponent: f64,
    /// Width of the blur that texture compares with; 1 is the binomial 1 4 6 4 1.
    pub blur_sigma: f64,
    /// The steps in their order.
    pub steps: [Step; 5],
    /// Whether every step ends with a clip at white.
    pub clips: bool,
}

/// One step of an ISP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Gain on linear light.
    Exposure,
    /// Gain of each channel that leaves grey as bright as it is.
    Balance,
    /// Distance from grey.
    Saturation,
    /// Contrast, highlights and shadows.
    Tone,
    /// Fine detail.
    Texture,
}

/// From canonical values to those that the software ISP would need for the same effect: a curve for
/// each parameter, then a matrix (what lies beside its diagonal is cross-talk), then an offset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Share of each curve (column) in each effective value (row).
    pub matrix: [[f64; COUNT]; COUNT],
    /// Effective values where all curves are 0.
    pub offset: [f64; COUNT],
    /// Bend of each curve: `warp/2 · (p² − 1)` is added to p. Its slope at ±1 is 1 ± warp.
    pub warp: [f64; COUNT],
    /// `cubic · (p³ − p)` is added too: the curve is steeper at both ends than in the middle.
    pub cubic: [f64; COUNT],
}

impl Default for Make {
    fn default() -> Self {
        Self {
            response: Response::default(),
            colour_mix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            gamma: 1.0,
            s_curve: 0.0,
            highlights_exponent: 2.0,
            shadows_exponent: 2.0,
            blur_sigma: 1.0,
            steps: [Step::Exposure, Step::Balance, Step::Saturation, Step::Tone, Step::Texture],
            clips: false,
        }
    }
}

impl Default for Response {
    fn default() -> Self {
        let mut matrix = [[0.0; COUNT]; COUNT];
        for (row, line) in matrix.iter_mut().enumerate() {
            if let Some(entry) = line.get_mut(row) {
                *entry = 1.0;
            }
        }
        Self { matrix, offset: [0.0; COUNT], warp: [0.0; COUNT], cubic: [0.0; COUNT] }
    }
}

impl Response {
    /// The curve of each parameter at these values.
    #[must_use]
    pub fn curves(&self, params: &Params) -> [f64; COUNT] {
        let mut curves = params.values();
        for ((value, warp), cubic) in curves.iter_mut().zip(self.warp).zip(self.cubic) {
            let p = *value;
            *value = p + 0.5 * warp * (p * p - 1.0) + cubic * p * (p * p - 1.0);
        }
        curves
    }

    /// The effective values.
    #[must_use]
    pub fn effective(&self, params: &Params) -> [f64; COUNT] {
        let curves = self.curves(params);
        let mut effective = self.offset;
        for (sum, line) in effective.iter_mut().zip(&self.matrix) {
            *sum += line.iter().zip(curves).map(|(entry, value)| entry * value).sum::<f64>();
        }
        effective
    }
}
