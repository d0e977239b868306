//! Reading a picture between its pixels.

use rayon::prelude::*;

use crate::registration::plane::{Plane, patch};
use crate::{Frame, Samples};

/// Pixels on each side that the kernel reads: a Lanczos kernel of four lobes keeps the finest detail,
/// which the texture parameter is judged by, better than the usual three.
pub(crate) const KERNEL_RADIUS: usize = 4;

/// Taps of the kernel.
const TAPS: usize = 2 * KERNEL_RADIUS;

/// The rectangle at `corner` of `frame` read `shift` pixels further right and down, three planes in
/// 8-bit steps within [0, 255]. Whole shifts are read exactly.
pub(crate) fn shifted_patch(
    frame: &Frame,
    corner: [usize; 2],
    [width, height]: [usize; 2],
    shift: [f64; 2],
) -> [Plane; 3] {
    let whole = shift.map(f64::floor);
    let fraction = [shift[0] - whole[0], shift[1] - whole[1]];
    let margins = fraction.map(|f| if f == 0.0 { 0 } else { KERNEL_RADIUS });
    // The first tap lies KERNEL_RADIUS − 1 pixels before the whole position.
    let before = margins.map(|margin| margin.saturating_sub(1) as isize);
    let start = [
        corner[0] as isize + whole[0] as isize - before[0],
        corner[1] as isize + whole[1] as isize - before[1],
    ];
    let extent = [width, height];
    let read = [extent[0] + taps_beyond(margins[0]), extent[1] + taps_beyond(margins[1])];
    patch(frame, start, read).map(|plane| {
        let plane = if margins[0] == 0 { plane } else { across(&plane, width, fraction[0]) };
        if margins[1] == 0 { plane } else { down(&plane, height, fraction[1]) }
    })
}

/// Pixels that a kernel needs beyond those it yields.
const fn taps_beyond(margin: usize) -> usize {
    if margin == 0 { 0 } else { TAPS - 1 }
}

fn across(plane: &Plane, width: usize, fraction: f64) -> Plane {
    let taps = lanczos_taps(fraction);
    let mut out = Plane::zeros(width, plane.height);
    for (row, out) in plane.rows().zip(out.values.chunks_exact_mut(width.max(1))) {
        for (value, window) in out.iter_mut().zip(row.windows(TAPS)) {
            let sum: f32 = window.iter().zip(taps).map(|(value, weight)| value * weight).sum();
            *value = sum.clamp(0.0, 255.0);
        }
    }
    out
}

fn down(plane: &Plane, height: usize, fraction: f64) -> Plane {
    let taps = lanczos_taps(fraction);
    let mut out = Plane::zeros(plane.width, height);
    for (y, out) in out.values.chunks_exact_mut(plane.width.max(1)).enumerate() {
        for (tap, weight) in taps.iter().enumerate() {
            for (out, value) in out.iter_mut().zip(plane.span(0, y + tap, plane.width)) {
                *out += weight * value;
            }
        }
        out.iter_mut().for_each(|value| *value = value.clamp(0.0, 255.0));
    }
    out
}

/// Lanczos weights for a position `fraction` (0 … 1) after the middle tap; their sum is 1.
fn lanczos_taps(fraction: f64) -> [f32; TAPS] {
    let sinc = |t: f64| {
        let angle = std::f64::consts::PI * t;
        if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
    };
    let radius = KERNEL_RADIUS as f64;
    let mut taps = [0.0_f64; TAPS];
    for (tap, weight) in taps.iter_mut().enumerate() {
        let t = tap as f64 - (radius - 1.0) - fraction;
        *weight = if t.abs() < radius { sinc(t) * sinc(t / radius) } else { 0.0 };
    }
    let sum: f64 = taps.iter().sum();
    taps.map(|weight| (weight / sum) as f32)
}

/// The whole frame read `shift` pixels further right and down, in the frame's own depth; what lies
/// beyond the border repeats the border.
pub(crate) fn shifted_frame(frame: &Frame, shift: [f64; 2]) -> Frame {
    /// Rows rendered at a time: float planes of a band, never of a frame.
    const BAND: usize = 32;
    let [width, height] = frame.size();
    let band_length = width * 3 * BAND;
    let read = |band: usize| {
        let y = band * BAND;
        shifted_patch(frame, [0, y], [width, BAND.min(height - y)], shift)
    };
    let samples = match frame.samples() {
        Samples::U8(samples) => {
            let mut out = vec![0_u8; samples.len()];
            out.par_chunks_mut(band_length).enumerate().for_each(|(band, out)| {
                interleave(&read(band), out, |steps| (steps + 0.5) as u8);
            });
            Samples::U8(out)
        }
        Samples::U16(samples) => {
            let mut out = vec![0_u16; samples.len()];
            out.par_chunks_mut(band_length).enumerate().for_each(|(band, out)| {
                interleave(&read(band), out, |steps| (steps * 257.0 + 0.5) as u16);
            });
            Samples::U16(out)
        }
    };
    // The count is that of the frame itself.
    Frame::new(width, height, samples).unwrap_or_else(|_| frame.clone())
}

fn interleave<T>([red, green, blue]: &[Plane; 3], out: &mut [T], round: impl Fn(f32) -> T) {
    let rgb = red.values.iter().zip(&green.values).zip(&blue.values);
    for (pixel, ((r, g), b)) in out.chunks_exact_mut(3).zip(rgb) {
        for (sample, value) in pixel.iter_mut().zip([r, g, b]) {
            *sample = round(*value);
        }
    }
}
