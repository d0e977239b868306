//! What the samples of a camera buffer mean as light.

/// Colour space, transfer function, Y'CbCr encoding and quantisation of a buffer, with the defaults
/// of the V4L2 documentation already resolved (section "Colorspaces").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Primaries {
    /// ITU-R BT.709 and sRGB.
    Rec709,
    /// SMPTE 170M (BT.601, 525 lines).
    Smpte170m,
    /// EBU Tech. 3213 (BT.601, 625 lines).
    Ebu3213,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransferFunction {
    /// ITU-R BT.709.
    Rec709,
    /// IEC 61966-2-1 (sRGB).
    Srgb,
    /// Adobe RGB, gamma 2.19921875.
    AdobeRgb,
    /// DCI-P3, gamma 2.6.
    DciP3,
    /// Linear light.
    Linear,
}

/// Y'CbCr encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// ITU-R BT.601.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
}

/// Code values of black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantisation {
    /// 0 … 255.
    Full,
    /// Y' 16 … 235, Cb and Cr 16 … 240; R'G'B' 16 … 235.
    Limited,
}
