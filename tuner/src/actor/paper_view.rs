//! Pictures of any size as the paper's policy looks at them: 64×64 pixels.

use super::observation::same_size;
use super::{ObservationError, PAPER_SIDE};
use crate::Planes;

/// Shrinks the pictures of one episode. Each of the 64×64 pixels is the mean of the counted pixels that
/// it covers, each by the share that is covered; where none counts, the mean of all counted pixels.
/// So no pixel outside the mask is seen, and a picture of 64×64 pixels that all count stays as it is.
#[derive(Debug, Clone)]
pub struct PaperView {
    columns: Vec<Span>,
    rows: Vec<Span>,
    width: usize,
    /// 1 for a pixel that counts, 0 for one that does not.
    weights: Vec<f32>,
    /// Sum of the weights under each pixel.
    covered: Vec<f32>,
}

/// What one pixel covers along a side.
#[derive(Debug, Clone)]
struct Span {
    start: usize,
    /// Covered shares of the pixels from `start` on, each in (0, 1].
    shares: Vec<f32>,
}

impl PaperView {
    /// For pictures of `width × height` pixels of which those of `mask` count, one for each.
    ///
    /// # Errors
    /// [`ObservationError`] when the mask has another size or nothing counts.
    pub fn new(width: usize, height: usize, mask: &[bool]) -> Result<Self, ObservationError> {
        same_size("mask", width * height, mask.len())?;
        if !mask.contains(&true) {
            return Err(ObservationError::NothingCounts);
        }
        let weights: Vec<f32> = mask.iter().map(|&counts| f32::from(u8::from(counts))).collect();
        let (columns, rows) = (spans(width), spans(height));
        let mut view = Self { columns, rows, width, weights, covered: Vec::new() };
        view.covered = view.sums(&vec![1.0; mask.len()]);
        Ok(view)
    }

    /// The picture at 64×64 pixels.
    ///
    /// # Errors
    /// [`ObservationError::Size`] when it has another number of pixels than the mask.
    pub fn shrunk(&self, picture: &Planes) -> Result<Planes, ObservationError> {
        let (expected, found) = (self.weights.len(), picture.pixel_count());
        same_size("picture", expected, found)?;
        let planes = picture.channels().map(|plane| self.means(plane));
        Planes::new(PAPER_SIDE, PAPER_SIDE, planes).ok_or(ObservationError::Size {
            what: "picture",
            expected,
            found,
        })
    }

    fn means(&self, plane: &[f32]) -> Vec<f32> {
        let sums = self.sums(plane);
        let all = |values: &[f32]| values.iter().copied().map(f64::from).sum::<f64>();
        let mean = (all(&sums) / all(&self.covered)) as f32;
        let pairs = sums.into_iter().zip(&self.covered);
        pairs.map(|(sum, &covered)| if covered > 0.0 { sum / covered } else { mean }).collect()
    }

    /// Sums of the counted values under each pixel.
    fn sums(&self, plane: &[f32]) -> Vec<f32> {
        let mut sums = Vec::with_capacity(PAPER_SIDE * PAPER_SIDE);
        let mut line = vec![0.0; self.width];
        for row in &self.rows {
            line.fill(0.0);
            let values = plane.chunks_exact(self.width).zip(self.weights.chunks_exact(self.width));
            for ((values, weights), share) in values.skip(row.start).zip(&row.shares) {
                let pixels = line.iter_mut().zip(values).zip(weights);
                // What does not count is not even multiplied: it may be no number.
                let counted = pixels.filter(|(_, weight)| **weight > 0.0);
                counted.for_each(|((sum, value), _)| *sum += share * value);
            }
            sums.extend(self.columns.iter().map(|column| {
                let values = line.iter().skip(column.start).zip(&column.shares);
                values.map(|(value, share)| value * share).sum::<f32>()
            }));
        }
        sums
    }
}

/// What each of [`PAPER_SIDE`] pixels covers of `extent` pixels, at least 1.
fn spans(extent: usize) -> Vec<Span> {
    let span = |place: usize| {
        // In units of 1/64 of a pixel all borders are whole.
        let (from, to) = (place * extent, (place + 1) * extent);
        let start = from / PAPER_SIDE;
        let covered = |pixel: usize| {
            let (first, end) = (pixel * PAPER_SIDE, (pixel + 1) * PAPER_SIDE);
            (end.min(to) - first.max(from)) as f32 / PAPER_SIDE as f32
        };
        Span { start, shares: (start..to.div_ceil(PAPER_SIDE)).map(covered).collect() }
    };
    (0..PAPER_SIDE).map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> Planes {
        let plane = |channel: usize| {
            let value = |i: usize| ((i * 7919 + channel * 131) % 1013) as f32 / 1012.0;
            (0..width * height).map(value).collect::<Vec<f32>>()
        };
        Planes::new(width, height, [0, 1, 2].map(plane)).unwrap()
    }

    fn shrunk(picture: &Planes, mask: &[bool]) -> Planes {
        PaperView::new(picture.width(), picture.height(), mask).unwrap().shrunk(picture).unwrap()
    }

    #[test]
    fn a_picture_of_its_size_stays_as_it_is() {
        let same = picture(64, 64);
        assert_eq!(shrunk(&same, &[true; 64 * 64]), same);
    }

    #[test]
    fn pixels_are_means_of_what_they_cover() {
        // Blocks of three by two.
        let large = picture(192, 128);
        let small = shrunk(&large, &vec![true; 192 * 128]);
        let [_, green, _] = large.channels();
        let block = (0..2).flat_map(|row| (0..3).map(move |column| (60 + row) * 192 + 21 + column));
        let mean = block.map(|at| green[at]).sum::<f32>() / 6.0;
        assert!((small.channels()[1][30 * 64 + 7] - mean).abs() < 1e-6);
        // Sides that are no multiple keep the mean of all.
        for size in [[100, 75], [1, 1], [17, 200]] {
            let odd = picture(size[0], size[1]);
            let small = shrunk(&odd, &vec![true; odd.pixel_count()]);
            let mean = |plane: &[f32]| plane.iter().sum::<f32>() / plane.len() as f32;
            for (small, odd) in small.channels().into_iter().zip(odd.channels()) {
                assert!((mean(small) - mean(odd)).abs() < 1e-4, "{size:?}");
            }
        }
    }

    #[test]
    fn no_pixel_outside_the_mask_is_seen() {
        let plain = picture(130, 90);
        let mask: Vec<bool> = (0..130 * 90).map(|i| i % 130 > 40 && i % 7 != 0).collect();
        let mut other = plain.clone();
        for plane in other.channels_mut() {
            let hidden = plane.iter_mut().zip(&mask).filter(|(_, counts)| !**counts);
            hidden.for_each(|(value, _)| *value = f32::NAN);
        }
        let seen = shrunk(&other, &mask);
        assert_eq!(seen, shrunk(&plain, &mask));
        assert!(seen.channels().into_iter().flatten().all(|value| value.is_finite()));
    }

    #[test]
    fn other_sizes_and_empty_masks_are_refused() {
        let nothing = PaperView::new(10, 10, &[false; 100]).unwrap_err();
        assert_eq!(nothing, ObservationError::NothingCounts);
        assert!(PaperView::new(10, 10, &[true; 99]).is_err());
        let view = PaperView::new(10, 10, &[true; 100]).unwrap();
        assert!(view.shrunk(&picture(10, 11)).is_err());
    }
}
