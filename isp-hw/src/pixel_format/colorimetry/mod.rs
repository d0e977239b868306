//! What the samples of a camera buffer mean as light.

mod reported;

pub use reported::ReportedColorimetry;

/// Colour space, transfer function, Y'CbCr encoding and quantisation of a buffer, with the defaults
/// of the V4L2 documentation already resolved (section "Colorspaces").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Colorimetry {
    /// Chromaticities of the primaries and of white.
    pub primaries: Primaries,
    /// From light to samples.
    pub transfer: TransferFunction,
    /// From R'G'B' to Y'CbCr.
    pub encoding: Encoding,
    /// Code values of black and white.
    pub quantisation: Quantisation,
}

/// Chromaticities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Primaries {
    /// ITU-R BT.709 and sRGB.
    Rec709,
    /// SMPTE 170M (BT.601, 525 lines).
    Smpte170m,
    /// EBU Tech. 3213 (BT.601, 625 lines).
    Ebu3213,
    /// NTSC 1953 (BT.470, system M).
    Ntsc1953,
    /// ITU-R BT.2020.
    Bt2020,
    /// Adobe RGB (opRGB).
    AdobeRgb,
    /// DCI-P3.
    DciP3,
    /// The sensor's own; taken for those of sRGB.
    Raw,
}

/// Transfer functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransferFunction {
    /// ITU-R BT.709.
    Rec709,
    /// IEC 61966-2-1 (sRGB).
    Srgb,
    /// Adobe RGB, gamma 2.19921875.
    AdobeRgb,
    /// SMPTE 240M.
    Smpte240m,
    /// DCI-P3, gamma 2.6.
    DciP3,
    /// SMPTE ST 2084 (PQ).
    Pq,
    /// Linear light.
    Linear,
}

/// Y'CbCr encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// ITU-R BT.601.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
    /// SMPTE 240M.
    Smpte240m,
}

/// Code values of black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantisation {
    /// 0 … 255.
    Full,
    /// Y' 16 … 235, Cb and Cr 16 … 240; R'G'B' 16 … 235.
    Limited,
}

impl Colorimetry {
    /// What webcams send: sRGB, and where they send Y'CbCr, BT.601 in limited range.
    pub const WEBCAM: Self = Self {
        primaries: Primaries::Rec709,
        transfer: TransferFunction::Srgb,
        encoding: Encoding::Bt601,
        quantisation: Quantisation::Limited,
    };
}

impl Encoding {
    /// Weights of R' and B' in Y' (V4L2 documentation, "Detailed Colorspace Descriptions"); that of
    /// G' is what is left to 1.
    #[must_use]
    pub const fn luma_weights(self) -> [f64; 2] {
        match self {
            Self::Bt601 => [0.299, 0.114],
            Self::Bt709 => [0.2126, 0.0722],
            Self::Bt2020 => [0.2627, 0.0593],
            Self::Smpte240m => [0.212, 0.087],
        }
    }
}

impl Quantisation {
    /// Code value of black in Y', R', G' and B'.
    #[must_use]
    pub const fn black(self) -> u8 {
        match self {
            Self::Full => 0,
            Self::Limited => 16,
        }
    }

    /// Steps from black to white in Y', R', G' and B'.
    #[must_use]
    pub const fn luma_steps(self) -> u8 {
        match self {
            Self::Full => 255,
            Self::Limited => 219,
        }
    }

    /// Steps from the lowest to the highest Cb or Cr, around 128.
    #[must_use]
    pub const fn chroma_steps(self) -> u8 {
        match self {
            Self::Full => 255,
            Self::Limited => 224,
        }
    }
}
