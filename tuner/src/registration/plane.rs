//! Grey planes, the pyramid they make, and how they are read from a frame.

use rayon::prelude::*;

use crate::{Frame, Samples};

/// A sample of a frame, read in 8-bit steps (0 … 255).
pub(crate) trait Steps: Copy + Send + Sync + Into<u32> {
    /// What one level is in 8-bit steps.
    const STEP: f32;

    /// The value in 8-bit steps.
    fn steps(self) -> f32 {
        self.into() as f32 * Self::STEP
    }
}

impl Steps for u8 {
    const STEP: f32 = 1.0;
}

impl Steps for u16 {
    const STEP: f32 = 1.0 / 257.0;
}

/// One plane of floats, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane of zeros.
    pub fn zeros(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    /// The columns `x … x + count` of a row; empty where they leave the plane.
    pub fn span(&self, x: usize, y: usize, count: usize) -> &[f32] {
        let start = y * self.width + x;
        self.values.get(start..start + count).unwrap_or_default()
    }

    /// Rows from top to bottom.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// Value by value combination of two planes of one size.
    pub fn zip(&self, other: &Self, combine: impl Fn(f32, f32) -> f32) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(&a, &b)| combine(a, b)).collect();
        Self { width: self.width, height: self.height, values }
    }

    /// Half the size in both directions, by means of 2 × 2; an odd last row or column is dropped.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut values = Vec::with_capacity(width * height);
        for pair in self.values.chunks_exact(2 * self.width) {
            let (upper, lower) = pair.split_at(self.width);
            let quads = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            values
                .extend(quads.map(|(a, b)| (a.iter().sum::<f32>() + b.iter().sum::<f32>()) * 0.25));
        }
        Self { width, height, values }
    }

    /// Mean over a square of `2·radius + 1` pixels; beyond the border the window is cut off.
    pub fn box_mean(&self, radius: usize) -> Self {
        let mut across = Self::zeros(self.width, self.height);
        let rows = self.rows().zip(across.values.chunks_exact_mut(self.width.max(1)));
        for (row, out) in rows {
            running_mean(row, out, radius);
        }
        // Down the columns, a row of running sums at a time, so that memory is walked in order.
        let mut sums = vec![0.0_f32; self.width];
        let mut out = Self::zeros(self.width, self.height);
        for y in 0..radius.min(self.height) {
            add(&mut sums, across.span(0, y, self.width), 1.0);
        }
        for (y, target) in out.values.chunks_exact_mut(self.width.max(1)).enumerate() {
            if y + radius < self.height {
                add(&mut sums, across.span(0, y + radius, self.width), 1.0);
            }
            if let Some(gone) = y.checked_sub(radius + 1) {
                add(&mut sums, across.span(0, gone, self.width), -1.0);
            }
            let count = (y + radius + 1).min(self.height) - y.saturating_sub(radius);
            let scale = 1.0 / count as f32;
            for (value, &sum) in target.iter_mut().zip(&sums) {
                *value = sum * scale;
            }
        }
        out
    }
}

fn add(sums: &mut [f32], row: &[f32], sign: f32) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += sign * value;
    }
}

fn running_mean(row: &[f32], out: &mut [f32], radius: usize) {
    let mut sum: f32 = row.iter().take(radius).sum();
    let mut entering = row.iter().skip(radius);
    let mut leaving = row.iter();
    for (x, value) in out.iter_mut().enumerate() {
        if let Some(&next) = entering.next() {
            sum += next;
        }
        if x > radius
            && let Some(&gone) = leaving.next()
        {
            sum -= gone;
        }
        let count = (x + radius + 1).min(row.len()) - x.saturating_sub(radius);
        *value = sum / count as f32;
    }
}

/// A frame reduced by a whole factor: three planes in 8-bit steps.
pub(crate) struct Reduced {
    /// Red, green, blue.
    pub channels: [Plane; 3],
}

impl Reduced {
    /// Means of `factor × factor` pixels; an incomplete last row or column is dropped. From a factor
    /// of 4 on every other row is read: both pictures are read alike, and half the time is saved.
    pub fn of(frame: &Frame, factor: usize) -> Self {
        match frame.samples() {
            Samples::U8(samples) => Self::read(frame.size(), samples, factor),
            Samples::U16(samples) => Self::read(frame.size(), samples, factor),
        }
    }

    fn read<T: Steps>([width, height]: [usize; 2], samples: &[T], factor: usize) -> Self {
        let (columns, rows) = (width / factor, height / factor);
        let [mut red, mut green, mut blue] = [(); 3].map(|()| Plane::zeros(columns, rows));
        let row_step = if factor >= 4 { 2 } else { 1 };
        let scale = T::STEP / (factor * factor.div_ceil(row_step)) as f32;
        let bands = samples.par_chunks_exact(width * 3 * factor);
        let out = red.values.par_chunks_exact_mut(columns.max(1));
        let out = out.zip(green.values.par_chunks_exact_mut(columns.max(1)));
        let out = out.zip(blue.values.par_chunks_exact_mut(columns.max(1)));
        bands.zip(out).for_each(|(band, ((red, green), blue))| {
            // Down the columns first: adding whole rows is what vector instructions do best.
            let mut sums = vec![0_u32; width * 3];
            for row in band.chunks_exact(width * 3).step_by(row_step) {
                for (sum, &sample) in sums.iter_mut().zip(row) {
                    *sum += sample.into();
                }
            }
            let out = red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut());
            for (cell, ((red, green), blue)) in sums.chunks_exact(3 * factor).zip(out) {
                let mut total = [0_u32; 3];
                let (pixels, _) = cell.as_chunks::<3>();
                for pixel in pixels {
                    for (total, sum) in total.iter_mut().zip(pixel) {
                        *total += sum;
                    }
                }
                let [r, g, b] = total.map(|total| total as f32 * scale);
                (*red, *green, *blue) = (r, g, b);
            }
        });
        Self { channels: [red, green, blue] }
    }

    /// Luma (ITU-R BT.709-6, section 3) in 8-bit steps.
    pub fn luma(&self) -> Plane {
        let [red, green, blue] = &self.channels;
        let rgb = red.values.iter().zip(&green.values).zip(&blue.values);
        let values = rgb.map(|((r, g), b)| luma(*r, *g, *b)).collect();
        Plane { width: red.width, height: red.height, values }
    }

    /// 1 where some channel is neither black nor white, 0 where the pixel is clipped altogether.
    pub fn unclipped(&self) -> Plane {
        let [red, green, blue] = &self.channels;
        let rgb = red.values.iter().zip(&green.values).zip(&blue.values);
        let values = rgb
            .map(|((r, g), b)| {
                let lowest = r.min(*g).min(*b);
                let highest = r.max(*g).max(*b);
                if lowest > WHITE_STEPS || highest < BLACK_STEPS { 0.0 } else { 1.0 }
            })
            .collect();
        Plane { width: red.width, height: red.height, values }
    }
}

/// From here on a channel counts as white, in 8-bit steps.
pub(crate) const WHITE_STEPS: f32 = 254.5;
/// Below this a channel counts as black, in 8-bit steps.
pub(crate) const BLACK_STEPS: f32 = 0.5;

/// Rec. 709 luma of one pixel (ITU-R BT.709-6, section 3).
pub(crate) fn luma(red: f32, green: f32, blue: f32) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// A rectangle of a frame in 8-bit steps, red, green, blue; beyond the border the last pixel is
/// repeated.
pub(crate) fn patch(frame: &Frame, [x, y]: [isize; 2], [width, height]: [usize; 2]) -> [Plane; 3] {
    match frame.samples() {
        Samples::U8(samples) => read_patch(frame.size(), samples, [x, y], [width, height]),
        Samples::U16(samples) => read_patch(frame.size(), samples, [x, y], [width, height]),
    }
}

fn read_patch<T: Steps>(
    size: [usize; 2],
    samples: &[T],
    [x, y]: [isize; 2],
    [width, height]: [usize; 2],
) -> [Plane; 3] {
    let mut channels = [(); 3].map(|()| Plane::zeros(width, height));
    let [red, green, blue] = &mut channels;
    let out = red.values.chunks_exact_mut(width.max(1));
    let out = out.zip(green.values.chunks_exact_mut(width.max(1)));
    let out = out.zip(blue.values.chunks_exact_mut(width.max(1)));
    let [columns, rows] = size;
    for (offset, ((red, green), blue)) in (y..).zip(out) {
        let start = clamped(offset, rows) * columns * 3;
        let row = samples.get(start..start + columns * 3).unwrap_or_default();
        let out = red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut());
        for (column, ((red, green), blue)) in (x..).zip(out) {
            let at = clamped(column, columns) * 3;
            if let Some([r, g, b]) = row.get(at..at + 3) {
                (*red, *green, *blue) = (r.steps(), g.steps(), b.steps());
            }
        }
    }
    channels
}

/// The nearest position within `0 … extent − 1`.
pub(crate) fn clamped(position: isize, extent: usize) -> usize {
    usize::try_from(position).unwrap_or(0).min(extent.saturating_sub(1))
}
