//! From the primaries and the transfer function of a camera to those of sRGB.

use std::sync::LazyLock;

use tuner::{linear_to_srgb, srgb_to_linear};

use super::{Colorimetry, Primaries, TransferFunction};

/// Display-referred sRGB samples of linear light, both in 0 … 65535.
pub(super) fn srgb_of_linear(linear: u16) -> u16 {
    static TABLE: LazyLock<Box<[u16]>> = LazyLock::new(|| {
        let encoded = |level: u16| linear_to_srgb(f64::from(level) / 65535.0) * 65535.0;
        (0..=u16::MAX).map(|level| encoded(level).round() as u16).collect()
    });
    TABLE.get(usize::from(linear)).copied().unwrap_or(u16::MAX)
}

/// The conversion of samples that are not sRGB as they are.
///
/// The curves of BT.709 and SMPTE 240M are left alone. They describe how a camera turns light into
/// samples; what a display shows of them is what the camera maker made look right on a display,
/// and nearly all displays and players take such samples for sRGB. To undo the camera curve would
/// brighten every picture against what its user sees. opRGB, DCI-P3, ST 2084 and linear samples
/// look wrong on an sRGB display, so these are converted.
///
/// Nor are the primaries of SMPTE 170M, EBU 3213 and NTSC 1953 converted: drivers report these
/// colour spaces to say "standard definition, BT.601", no player converts them, and for the sensor
/// behind they mean nothing. The wide ones (BT.2020, opRGB, DCI-P3) are, with the samples of
/// BT.709's curve linearised as sRGB, so that greys stay as they are. The white of DCI-P3 becomes
/// the white of sRGB. Colours outside sRGB are clipped.
#[derive(Debug, Clone)]
pub(super) struct ToSrgb {
    linear: Box<[f32; 256]>,
    matrix: [[f32; 3]; 3],
}

/// Chromaticities (x, y) of red, green and blue.
type Chromaticities = [[f64; 2]; 3];

const REC709: Chromaticities = [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]];
const D65: [f64; 2] = [0.3127, 0.3290];

/// Luminance of diffuse white in ST 2084 samples (ITU-R BT.2408), and its highest, in cd/m².
const PQ_WHITE: f64 = 203.0;
const PQ_PEAK: f64 = 10_000.0;

impl ToSrgb {
    /// `None` where the samples stay as they are.
    pub fn new(colorimetry: &Colorimetry) -> Option<Self> {
        let wide = wide(colorimetry.primaries);
        let curve = linearisation(colorimetry.transfer);
        if wide.is_none() && curve.is_none() {
            return None;
        }
        let curve = curve.unwrap_or(srgb_to_linear);
        let mut linear = Box::new([0.0; 256]);
        for (level, value) in linear.iter_mut().enumerate() {
            *value = curve(level as f64 / 255.0) as f32;
        }
        let to_xyz = xyz_of_rgb(wide.unwrap_or(REC709));
        let matrix = product(inverse(xyz_of_rgb(REC709)), to_xyz);
        Some(Self { linear, matrix: matrix.map(|row| row.map(|factor| factor as f32)) })
    }

    /// Converts interleaved samples in full range, in place.
    pub fn apply(&self, samples: &mut [u8]) {
        let (pixels, _) = samples.as_chunks_mut::<3>();
        for pixel in pixels {
            let linear = pixel.map(|sample| self.linear.get(usize::from(sample)).copied());
            let [r, g, b] = linear.map(Option::unwrap_or_default);
            *pixel = self.matrix.map(|[red, green, blue]| {
                let light = (red * r + green * g + blue * b).clamp(0.0, 1.0);
                let display = srgb_of_linear((light * 65535.0 + 0.5) as u16);
                ((u32::from(display) + 128) / 257) as u8
            });
        }
    }
}

/// The primaries that are converted. Chromaticities: V4L2 documentation, "Detailed Colorspace
/// Descriptions".
const fn wide(primaries: Primaries) -> Option<Chromaticities> {
    match primaries {
        Primaries::Bt2020 => Some([[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]]),
        Primaries::AdobeRgb => Some([[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]]),
        Primaries::DciP3 => Some([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]]),
        Primaries::Rec709
        | Primaries::Smpte170m
        | Primaries::Ebu3213
        | Primaries::Ntsc1953
        | Primaries::Raw => None,
    }
}

/// Light of a sample, for the curves that are converted.
const fn linearisation(transfer: TransferFunction) -> Option<fn(f64) -> f64> {
    match transfer {
        TransferFunction::AdobeRgb => Some(|value| value.powf(2.199_218_75)),
        TransferFunction::DciP3 => Some(|value| value.powf(2.6)),
        TransferFunction::Linear => Some(|value| value),
        TransferFunction::Pq => Some(pq_to_linear),
        TransferFunction::Rec709 | TransferFunction::Srgb | TransferFunction::Smpte240m => None,
    }
}

/// SMPTE ST 2084 (ITU-R BT.2100-2, table 4), with diffuse white at 1.
fn pq_to_linear(value: f64) -> f64 {
    const M1: f64 = 2610.0 / 16384.0;
    const M2: f64 = 2523.0 / 4096.0 * 128.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 4096.0 * 32.0;
    const C3: f64 = 2392.0 / 4096.0 * 32.0;
    let power = value.powf(1.0 / M2);
    let light = ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1);
    light * PQ_PEAK / PQ_WHITE
}

/// CIE XYZ of linear RGB with these primaries and the white D65 (SMPTE RP 177).
fn xyz_of_rgb(primaries: Chromaticities) -> [[f64; 3]; 3] {
    let xyz = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
    let [red, green, blue] = primaries.map(xyz);
    let columns = transposed([red, green, blue]);
    let [white_x, white_y, white_z] = xyz(D65);
    let weights = inverse(columns).map(|[a, b, c]| a * white_x + b * white_y + c * white_z);
    let [red_weight, green_weight, blue_weight] = weights;
    columns.map(|[r, g, b]| [r * red_weight, g * green_weight, b * blue_weight])
}

const fn transposed([[a, b, c], [d, e, f], [g, h, i]]: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    [[a, d, g], [b, e, h], [c, f, i]]
}

/// By Cramer's rule; the primaries span a triangle, so there is an inverse.
fn inverse([[a, b, c], [d, e, f], [g, h, i]]: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    .map(|row| row.map(|cofactor| cofactor / determinant))
}

fn product(left: [[f64; 3]; 3], right: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let columns = transposed(right);
    let dot = |[a, b, c]: [f64; 3], [d, e, f]: [f64; 3]| a * d + b * e + c * f;
    left.map(|row| columns.map(|column| dot(row, column)))
}
