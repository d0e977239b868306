//! The two missing colours of every pixel of a colour filter array.
//!
//! Gradient based threshold free interpolation: I. Pekkucuksen and Y. Altunbasak, "Gradient based
//! threshold free color filter array interpolation", ICIP 2010. Green is first estimated along the
//! row and along the column; the differences between it and the other colour, which are smooth
//! where the picture is not, are averaged over four directions, each weighted by how little they
//! change there (sections 2 and 3). Red and blue come from the averaged differences of their
//! neighbours. So an edge is averaged along and not across, and keeps its colour.

use crate::software::{Instructions, Kernel};

/// Samples around a pixel that its colours depend on, in each direction; even, so that samples
/// keep their colours when it is added to their index.
pub(super) const REACH: usize = 8;

/// Samples that one direction is averaged over, and half of the width that its changes are.
const LENGTH: usize = 4;

/// Weights of the differences with growing distance, summing to 1.
const DISTANCE: [f32; 5] = [0.2; 5];

/// Keeps the weight of a direction without any change finite: below the noise of every sensor.
const FLAT: f32 = 1e-8;

/// Rows of a colour filter array with [`REACH`] samples around them, black at 0 and white at 1.
pub(super) struct Mosaic {
    raw: Plane,
    /// Whether the first sample is green, and whether the first row has red ones.
    first: (bool, bool),
}

struct Plane {
    stride: usize,
    data: Vec<f32>,
}

impl Plane {
    fn like(other: &Self) -> Self {
        Self { stride: other.stride, data: vec![0.0; other.data.len()] }
    }

    #[inline(always)]
    fn row(&self, index: usize) -> &[f32] {
        self.data.get(index * self.stride..(index + 1) * self.stride).unwrap_or(&[])
    }

    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> &mut [f32] {
        self.data.get_mut(index * self.stride..(index + 1) * self.stride).unwrap_or(&mut [])
    }

    /// Fills row `index` with weighted sums of the rows of `source` from `top` on.
    #[inline(always)]
    fn sum_rows(&mut self, index: usize, source: &Self, top: usize, [a, b, c, d, e]: [f32; 5]) {
        let [first, second, third, fourth, fifth] =
            [0, 1, 2, 3, 4].map(|offset| source.row(top + offset));
        let rows = first.iter().zip(second).zip(third).zip(fourth).zip(fifth);
        for (out, ((((v, w), x), y), z)) in self.row_mut(index).iter_mut().zip(rows) {
            *out = v * a + w * b + x * c + y * d + z * e;
        }
    }

    /// Fills row `index` from column `left` on with weighted sums of the samples of `source` from
    /// the first column on.
    #[inline(always)]
    fn sum_columns(&mut self, index: usize, left: usize, source: &[f32], weights: [f32; 5]) {
        let [a, b, c, d, e] = weights;
        let out = self.row_mut(index).iter_mut().skip(left);
        for (out, &[v, w, x, y, z]) in out.zip(source.array_windows::<5>()) {
            *out = v * a + w * b + x * c + y * d + z * e;
        }
    }
}

impl Mosaic {
    /// Room for `rows` rows of `width` samples. `first`: whether the first sample is green, and
    /// whether the first row has red ones.
    pub fn new(width: usize, rows: usize, first: (bool, bool)) -> Self {
        let stride = width + 2 * REACH;
        let data = vec![0.0; stride * (rows + 2 * REACH)];
        Self { raw: Plane { stride, data }, first }
    }

    /// All rows, [`REACH`] above and below with them, each with [`REACH`] samples on either side.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.raw.data.chunks_exact_mut(self.raw.stride)
    }

    /// Writes R, G and B of each pixel of the inner rows in 0 … 65535, and clips.
    pub fn interpolate(&self, out: &mut [u16]) {
        Instructions::of_this_processor().run(Interpolation { mosaic: self, out });
    }
}

struct Interpolation<'a> {
    mosaic: &'a Mosaic,
    out: &'a mut [u16],
}

impl Kernel for Interpolation<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let differences = averaged_differences(self.mosaic);
        write_colours(self.mosaic, &differences, self.out);
    }
}

/// +1 at red and blue samples, −1 at green ones; from the second sample on where `green_first`.
struct Signs(Vec<f32>);

impl Signs {
    fn new(stride: usize) -> Self {
        Self((0..=stride).map(|column| if column.is_multiple_of(2) { 1.0 } else { -1.0 }).collect())
    }

    fn row(&self, green_first: bool) -> &[f32] {
        self.0.get(usize::from(green_first)..).unwrap_or(&[])
    }
}

/// Green less the other colour: at red samples G − R, at blue ones G − B. (At green samples an
/// average of both, of no use.)
#[inline(always)]
fn averaged_differences(mosaic: &Mosaic) -> Plane {
    let raw = &mosaic.raw;
    let rows = raw.data.len() / raw.stride;
    let signs = Signs::new(raw.stride);
    let new = || Plane::like(raw);

    // Equations 1 to 3: the estimate less the sample, with the sign that makes it green less the
    // other colour.
    const ESTIMATE: [f32; 5] = [-0.25, 0.5, -0.5, 0.5, -0.25];
    let (mut along_row, mut along_column) = (new(), new());
    for row in 0..rows {
        along_row.sum_columns(row, 2, raw.row(row), ESTIMATE);
        if row >= 2 && row + 2 < rows {
            along_column.sum_rows(row, raw, row - 2, ESTIMATE);
        }
        let signs = signs.row(mosaic.first.0 == row.is_multiple_of(2));
        for plane in [&mut along_row, &mut along_column] {
            plane.row_mut(row).iter_mut().zip(signs).for_each(|(value, sign)| *value *= sign);
        }
    }

    // Equation 5: how much the differences change, summed over five rows or columns.
    let (mut row_changes, mut column_changes) = (new(), new());
    let (mut changes, mut sums) = (new(), new());
    for row in 0..rows {
        let out = changes.row_mut(row).iter_mut().skip(1);
        for (out, &[left, _, right]) in out.zip(along_row.row(row).array_windows::<3>()) {
            *out = (left - right).abs();
        }
    }
    for row in 2..rows.saturating_sub(2) {
        sums.sum_rows(row, &changes, row - 2, [1.0; 5]);
        row_changes.sum_columns(row, 0, sums.row(row), [1.0; 5]);
    }
    for row in 1..rows.saturating_sub(1) {
        let neighbours = along_column.row(row - 1).iter().zip(along_column.row(row + 1));
        for (out, (above, below)) in changes.row_mut(row).iter_mut().zip(neighbours) {
            *out = (above - below).abs();
        }
        sums.sum_columns(row, 2, changes.row(row), [1.0; 5]);
    }
    for row in 0..rows.saturating_sub(LENGTH) {
        column_changes.sum_rows(row, &sums, row, [1.0; 5]);
    }

    // Equation 4: the differences to the right, to the left, below and above, and their average.
    let [mut right, mut left, mut below, mut above] = [new(), new(), new(), new()];
    let mut averaged = new();
    let [near, second, third, fourth, far] = DISTANCE;
    let reversed = [far, fourth, third, second, near];
    for row in LENGTH..rows.saturating_sub(LENGTH) {
        right.sum_columns(row, 0, along_row.row(row), DISTANCE);
        left.sum_columns(row, LENGTH, along_row.row(row), reversed);
        below.sum_rows(row, &along_column, row, DISTANCE);
        above.sum_rows(row, &along_column, row - LENGTH, reversed);
        let row_changes = row_changes.row(row);
        let changes = row_changes
            .get(LENGTH..)
            .unwrap_or(&[])
            .iter()
            .zip(row_changes)
            .zip(column_changes.row(row).iter().skip(LENGTH))
            .zip(column_changes.row(row - LENGTH).iter().skip(LENGTH));
        let means =
            right.row(row).iter().zip(left.row(row)).zip(below.row(row)).zip(above.row(row));
        let out = averaged.row_mut(row).iter_mut().zip(means).skip(LENGTH);
        for ((out, (((right, left), below), above)), (((e, w), s), n)) in out.zip(changes) {
            let weight = |change: &f32| 1.0 / (change * change + FLAT);
            let (e, w, s, n) = (weight(e), weight(w), weight(s), weight(n));
            *out = (right * e + left * w + below * s + above * n) / (e + w + s + n);
        }
    }
    averaged
}

/// Red, green and blue of the inner rows.
#[inline(always)]
fn write_colours(mosaic: &Mosaic, differences: &Plane, out: &mut [u16]) {
    let (green_first, red_first) = mosaic.first;
    let signs = Signs::new(mosaic.raw.stride);
    let width = mosaic.raw.stride - 2 * REACH;
    for (index, out) in out.chunks_exact_mut(width * 3).enumerate() {
        let row = index + REACH;
        let [above, own, below] = [row - 1, row, row + 1].map(|row| {
            let from = differences.row(row).get(REACH - 1..).unwrap_or(&[]);
            from.array_windows::<3>()
        });
        let even = index.is_multiple_of(2);
        let red_row = red_first == even;
        let samples = mosaic.raw.row(row).iter().skip(REACH);
        let signs = signs.row(green_first == even);
        let (pixels, _) = out.as_chunks_mut::<3>();
        let neighbours = above.zip(own).zip(below);
        for (((pixel, sample), sign), ((above, own), below)) in
            pixels.iter_mut().zip(samples).zip(signs).zip(neighbours)
        {
            let ([a, b, c], [d, e, f], [g, h, i]) = (*above, *own, *below);
            // 1 where the sample is red or blue, 0 where it is green.
            let coloured = 0.5 + 0.5 * sign;
            let choose = |coloured_value: f32, green_value: f32| {
                green_value + coloured * (coloured_value - green_value)
            };
            let green = sample + coloured * e;
            // The colour of the row's samples that are not green, and the third one.
            let of_row = green - choose(e, 0.5 * (d + f));
            let third = green - choose(0.25 * (a + c + g + i), 0.5 * (b + h));
            let (red, blue) = if red_row { (of_row, third) } else { (third, of_row) };
            *pixel = [red, green, blue].map(|light| (light * 65535.0 + 0.5) as u16);
        }
    }
}
