//! Photographs and renderings of them for the tests of this crate: a plain ISP with nine parameters
//! of strong effect, shifts, noise. Independent of `isp-hw`, which stands above this crate.

use std::path::PathBuf;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Frame, Samples};

/// The folder of test photographs; prints `not run:` when it is missing.
pub(crate) fn photographs(folder: &str) -> Option<Vec<PathBuf>> {
    let shared = std::env::var_os("ISPTUNE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("photos").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("not run: no photographs in {}", folder.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jpg" || e == "png"))
        .collect();
    paths.sort();
    Some(paths)
}

pub(crate) fn load(path: &std::path::Path) -> Frame {
    let picture = image::open(path).unwrap().into_rgb8();
    let (width, height) = picture.dimensions();
    Frame::new(width as usize, height as usize, Samples::U8(picture.into_raw())).unwrap()
}

/// Values in [0, 1], three for each pixel.
pub(crate) fn values(frame: &Frame) -> Vec<f32> {
    match frame.samples() {
        Samples::U8(samples) => samples.iter().map(|&v| f32::from(v) / 255.0).collect(),
        Samples::U16(samples) => samples.iter().map(|&v| f32::from(v) / 65535.0).collect(),
    }
}

pub(crate) fn frame_of(width: usize, height: usize, values: &[f32]) -> Frame {
    let samples = values.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

/// Moves the content right and down by an ideal (windowed sinc) interpolation; borders repeat.
pub(crate) fn shifted(frame: &Frame, [dx, dy]: [f64; 2]) -> Frame {
    const RADIUS: isize = 8;
    let (width, height) = (frame.width(), frame.height());
    let input = values(frame);
    let taps = |d: f64| -> Vec<(isize, f32)> {
        let whole = d.floor();
        let taps: Vec<(isize, f64)> = (-RADIUS + 1..=RADIUS)
            .map(|tap| {
                // out(x) = in(x − d), read around x − d.
                let t = tap as f64 - (d - whole);
                let sinc = |t: f64| {
                    if t == 0.0 {
                        1.0
                    } else {
                        (std::f64::consts::PI * t).sin() / (std::f64::consts::PI * t)
                    }
                };
                (-(tap + whole as isize), sinc(t) * sinc(t / (RADIUS as f64 + 1.0)))
            })
            .collect();
        let sum: f64 = taps.iter().map(|tap| tap.1).sum();
        taps.into_iter().map(|(at, weight)| (at, (weight / sum) as f32)).collect()
    };
    // The sign of the fraction: tap t stands for in(x − whole − t), at distance t − fraction.
    let (across, down) = (taps(dx), taps(dy));
    let clamp = |v: isize, extent: usize| v.clamp(0, extent as isize - 1) as usize;
    let mut middle = vec![0.0_f32; input.len()];
    for y in 0..height {
        for x in 0..width {
            for &(offset, weight) in &across {
                let from = (y * width + clamp(x as isize + offset, width)) * 3;
                for c in 0..3 {
                    middle[(y * width + x) * 3 + c] += weight * input[from + c];
                }
            }
        }
    }
    let mut out = vec![0.0_f32; input.len()];
    for y in 0..height {
        for &(offset, weight) in &down {
            let from = clamp(y as isize + offset, height) * width * 3;
            for i in 0..width * 3 {
                out[y * width * 3 + i] += weight * middle[from + i];
            }
        }
    }
    frame_of(width, height, &out)
}

fn decode(v: f32) -> f32 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn encode(v: f32) -> f32 {
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// Renders with nine values in [−1, 1]: exposure ±2 EV, gains ±0.75 EV, saturation 0 … 2, contrast,
/// highlights, shadows, texture (5 × 5 blur … sharpening); output rounded to 8 bits.
pub(crate) fn render(frame: &Frame, params: [f32; 9]) -> Frame {
    let [exposure, red, green, blue, saturation, contrast, highlights, shadows, texture] = params;
    let (width, height) = (frame.width(), frame.height());
    const WEIGHTS: [f32; 3] = [0.2126, 0.7152, 0.0722];
    let gains = [red, green, blue].map(|a| 2.0_f32.powf(0.75 * a));
    let grey: f32 = gains.iter().zip(WEIGHTS).map(|(g, w)| g * w).sum();
    let gain = 2.0_f32.powf(2.0 * exposure) / grey;
    let table: Vec<f32> = (0..=255).map(|v| decode(v as f32 / 255.0)).collect();
    let Samples::U8(samples) = frame.samples() else { panic!("8 bit expected") };
    let mut tone = Vec::with_capacity(width * height);
    let mut colour = Vec::with_capacity(width * height);
    for pixel in samples.chunks_exact(3) {
        let linear = [0, 1, 2].map(|c| table[pixel[c] as usize] * gain * gains[c]);
        let luma: f32 = linear.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
        let linear = linear.map(|v| luma + (1.0 + saturation) * (v - luma));
        let v = luma.max(0.0).sqrt();
        let q = if v <= 1.0 { (1.0 - v) * (2.0 * v - 1.0) } else { (1.0 - v) / v };
        let v1 = v * (1.0 + 0.7 * contrast * q);
        let smooth = |v: f32| {
            let v = v.clamp(0.0, 1.0);
            v * v * (3.0 - 2.0 * v)
        };
        let v2 = v1 * 2.0_f32.powf(0.5 * highlights * smooth(v1).powi(2));
        let v3 = v2 * 2.0_f32.powf(0.5 * shadows * (1.0 - smooth(v2)).powi(2));
        let factor = if v > 1e-6 { (v3 / v).powi(2) } else { 1.0 };
        tone.push(v3);
        colour.push(linear.map(|v| v * factor));
    }
    let kernel = [1.0 / 16.0, 0.25, 0.375, 0.25, 1.0 / 16.0];
    let blur = |plane: &[f32], step: [isize; 2]| -> Vec<f32> {
        let at = |x: isize, y: isize| {
            plane[y.clamp(0, height as isize - 1) as usize * width
                + x.clamp(0, width as isize - 1) as usize]
        };
        (0..width * height)
            .map(|i| {
                let (x, y) = ((i % width) as isize, (i / width) as isize);
                (-2..=2).zip(kernel).map(|(t, k)| k * at(x + t * step[0], y + t * step[1])).sum()
            })
            .collect()
    };
    let soft = blur(&blur(&tone, [1, 0]), [0, 1]);
    let mut out = Vec::with_capacity(width * height * 3);
    for ((&v, &s), rgb) in tone.iter().zip(&soft).zip(&colour) {
        let v4 = (v + texture * (v - s)).max(0.0);
        let added = v4 * v4 - v * v;
        out.extend(rgb.map(|c| encode((c + added).clamp(0.0, 1.0))));
    }
    frame_of(width, height, &out)
}

/// Adds Gaussian noise of so many 8-bit steps.
pub(crate) fn noisy(frame: &Frame, steps: f32, rng: &mut ChaCha8Rng) -> Frame {
    let mut out = values(frame);
    for pair in out.chunks_mut(2) {
        // Box and Muller.
        let radius = (-2.0 * rng.random::<f32>().max(1e-9).ln()).sqrt() * steps / 255.0;
        let angle = std::f32::consts::TAU * rng.random::<f32>();
        for (value, part) in pair.iter_mut().zip([angle.cos(), angle.sin()]) {
            *value += radius * part;
        }
    }
    frame_of(frame.width(), frame.height(), &out)
}

/// Random parameters over the whole range, redrawn while the rendering's mean leaves [0.01, 0.9].
pub(crate) fn random_rendering(frame: &Frame, rng: &mut ChaCha8Rng) -> Frame {
    loop {
        let params: [f32; 9] = std::array::from_fn(|_| rng.random_range(-1.0..=1.0));
        let rendered = render(frame, params);
        let all = values(&rendered);
        let mean = all.iter().sum::<f32>() / all.len() as f32;
        if (0.01..=0.9).contains(&mean) {
            return rendered;
        }
    }
}

/// A synthetic scene: overlapping coloured discs and bars with shading, fine grain, soft edges.
pub(crate) fn scene(width: usize, height: usize, seed: u64) -> Frame {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut out = vec![0.0_f32; width * height * 3];
    for pixel in out.chunks_exact_mut(3) {
        pixel.copy_from_slice(&[0.45, 0.5, 0.42]);
    }
    for _ in 0..90 {
        let centre = [rng.random_range(0.0..width as f32), rng.random_range(0.0..height as f32)];
        let radii: [f32; 2] = std::array::from_fn(|_| rng.random_range(4.0..40.0));
        let rgb: [f32; 3] = std::array::from_fn(|_| rng.random_range(0.05..0.95));
        for (i, pixel) in out.chunks_exact_mut(3).enumerate() {
            let dx = ((i % width) as f32 - centre[0]) / radii[0];
            let dy = ((i / width) as f32 - centre[1]) / radii[1];
            // An edge two pixels wide, as a lens makes it.
            let edge = (1.0 - dx.hypot(dy)) * radii[0].min(radii[1]) / 2.0 + 0.5;
            let cover = edge.clamp(0.0, 1.0);
            for (value, colour) in pixel.iter_mut().zip(rgb) {
                *value += cover * (colour * (1.0 + 0.2 * dx) - *value);
            }
        }
    }
    // A lens leaves nothing of the finest frequencies, so the grain is made at half the size.
    let half = [width.div_ceil(2), height.div_ceil(2)];
    let flat = frame_of(half[0], half[1], &vec![0.5; half[0] * half[1] * 3]);
    let grain = noisy(&flat, 8.0, &mut rng).resized(width, height).unwrap();
    for (value, grain) in out.iter_mut().zip(values(&grain)) {
        *value += grain - 0.5;
    }
    frame_of(width, height, &out)
}
