//! A frame in a few cells, for telling whether two frames show the same.

use tuner::{Frame, Samples};

/// Cells in a row and rows of cells, at most.
const COLUMNS: usize = 32;
const ROWS: usize = 24;
/// Pixels of each row of a cell that are looked at, at most. All rows are: a torn frame may differ
/// in any of them.
const PIXELS_A_ROW: usize = 16;
/// Differences below this many 8-bit steps are rounding.
const ROUNDING_STEPS: f64 = 0.5;
/// Standard deviations of a cell's mean beyond which a difference is no noise: of 24 rows, each
/// with its third quartile, the largest is at 2 in one of 1000 pairs.
const DEVIATIONS: f64 = 3.0;
/// The mean of pixels whose noise is alike (demosaicing, JPEG) is that much noisier than of
/// independent ones.
const CORRELATION: f64 = 2.0;

/// Means of cells in 8-bit steps. They are taken of decoded frames, not of raw bytes: JPEG's bytes
/// say nothing, and so one code and one unit (that of the noise) serve all formats.
#[derive(Debug, Clone, PartialEq)]
pub struct Mosaic {
    columns: usize,
    /// Row by row, three channels each.
    cells: Vec<[f64; 3]>,
    /// Pixels that a cell's mean is made of, at least.
    pixels: usize,
    size: [usize; 2],
}

impl Mosaic {
    /// The mosaic of a frame.
    #[must_use]
    pub fn of(frame: &Frame) -> Self {
        match frame.samples() {
            Samples::U8(samples) => Self::of_samples(frame.size(), samples, 1.0),
            Samples::U16(samples) => Self::of_samples(frame.size(), samples, 257.0),
        }
    }

    fn of_samples<T: Copy + Into<u32>>(size: [usize; 2], samples: &[T], step: f64) -> Self {
        let [width, height] = size;
        let (columns, rows) = (width.min(COLUMNS), height.min(ROWS));
        let every = (width / columns).div_ceil(PIXELS_A_ROW).max(1);
        let mut cells = vec![[0_u64; 3]; columns * rows];
        let mut counts = vec![0_u64; columns * rows];
        let (pixels, _) = samples.as_chunks::<3>();
        for (y, line) in pixels.chunks_exact(width).enumerate() {
            let start = y * rows / height * columns;
            let (cells, counts) = (cells.iter_mut().skip(start), counts.iter_mut().skip(start));
            for (column, (cell, count)) in cells.zip(counts).take(columns).enumerate() {
                let [from, to] = [column, column + 1].map(|column| column * width / columns);
                for pixel in line.get(from..to).unwrap_or(&[]).iter().step_by(every) {
                    for (sum, sample) in cell.iter_mut().zip(pixel) {
                        *sum += u64::from((*sample).into());
                    }
                    *count += 1;
                }
            }
        }
        let pixels = counts.iter().copied().min().unwrap_or(1).max(1) as usize;
        let cells = cells
            .iter()
            .zip(&counts)
            .map(|(cell, count)| cell.map(|sum| sum as f64 / (*count).max(1) as f64 / step));
        Self { columns, cells: cells.collect(), pixels, size }
    }

    /// How much two frames differ, in 8-bit steps: of each row of cells the third quartile, and of
    /// these the largest. An object that moves through less than a quarter of the width changes
    /// nothing; a frame torn at any row does. Infinite for frames of different sizes.
    #[must_use]
    pub fn difference(&self, other: &Self) -> f64 {
        if self.size != other.size {
            return f64::INFINITY;
        }
        let rows = self.cells.chunks(self.columns).zip(other.cells.chunks(self.columns));
        rows.map(|(row, other)| {
            let mut differences: Vec<f64> = row
                .iter()
                .zip(other)
                .map(|(cell, other)| {
                    cell.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
                })
                .collect();
            let at = differences.len() * 3 / 4;
            *differences.select_nth_unstable_by(at, f64::total_cmp).1
        })
        .fold(0.0, f64::max)
    }

    /// The largest difference that two frames of the same scene have, whose pixels have noise with
    /// this standard deviation, 8-bit steps.
    #[must_use]
    pub fn tolerance(&self, noise: f64) -> f64 {
        let deviation = noise * (2.0 / self.pixels as f64).sqrt() * CORRELATION;
        (DEVIATIONS * deviation).max(ROUNDING_STEPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: usize, height: usize, at: impl Fn(usize, usize) -> u8) -> Frame {
        let samples = (0..width * height).flat_map(|i| [at(i % width, i / width); 3]).collect();
        Frame::new(width, height, Samples::U8(samples)).unwrap()
    }

    #[test]
    fn a_tear_in_the_last_rows_is_seen() {
        let whole = Mosaic::of(&frame(640, 480, |_, _| 100));
        let torn = Mosaic::of(&frame(640, 480, |_, y| if y < 478 { 100 } else { 130 }));
        assert!((whole.difference(&torn) - 3.0).abs() < 1e-9, "2 rows of 20 in a cell");
    }

    #[test]
    fn an_object_that_moves_through_a_fifth_of_the_width_is_not() {
        let object = |left| frame(640, 480, move |x, _| if x / 64 == left { 250 } else { 90 });
        assert_eq!(Mosaic::of(&object(1)).difference(&Mosaic::of(&object(1))), 0.0);
        assert_eq!(Mosaic::of(&object(1)).difference(&Mosaic::of(&object(2))), 0.0);
    }

    #[test]
    fn depth_makes_no_difference_and_size_makes_all() {
        let eight = frame(100, 50, |x, y| (x + y) as u8);
        let Samples::U8(samples) = eight.samples() else { panic!("made of bytes") };
        let sixteen = samples.iter().map(|sample| u16::from(*sample) * 257).collect();
        let sixteen = Frame::new(100, 50, Samples::U16(sixteen)).unwrap();
        assert!(Mosaic::of(&eight).difference(&Mosaic::of(&sixteen)) < 1e-9);
        let other = frame(50, 100, |_, _| 0);
        assert!(Mosaic::of(&eight).difference(&Mosaic::of(&other)).is_infinite());
    }

    #[test]
    fn frames_smaller_than_the_grid_have_a_cell_for_each_pixel() {
        let tiny = Mosaic::of(&frame(1, 1, |_, _| 7));
        assert_eq!(tiny.cells, [[7.0; 3]]);
        assert_eq!(Mosaic::of(&frame(5, 3, |x, _| x as u8)).cells.len(), 15);
    }
}
