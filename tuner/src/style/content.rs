//! How much of what a picture shows is still there after its tones were changed.

use crate::Planes;

/// Side of a block in pixels; a whole number of blocks lies in each tile of a sampled view.
const BLOCK: usize = 8;
/// Less contrast than this is what rounding to 8 bits leaves: the standard deviation of a uniform
/// error of half a step.
const ROUNDING: f64 = 1.0 / (255.0 * 3.464_101_615_137_754_6);
/// Contrast below this, summed over all blocks, is none.
const LEAST_CONTRAST: f64 = 1e-6;

/// Sums of a block.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    a: f64,
    b: f64,
    aa: f64,
    bb: f64,
    ab: f64,
}

/// How much local structure of `found` is lost in `candidate`: 0 where every block of 8 × 8 pixels
/// is the same but for brightness and contrast, 1 where no structure is left or what is there
/// has nothing to do with it, at most 2.
///
/// This is 1 less the structure term of SSIM (Wang, Bovik, Sheikh and Simoncelli, "Image quality
/// assessment: from error visibility to structural similarity", 2004, equation 10) of luma, each
/// block with its contrast in `found` as its weight. Other tones and colours hardly change it;
/// clipping, steps and inverted tones do. It stands for the content distance of the paper's
/// reward, which takes a network that no device has.
///
/// 0 where `found` has no structure; `None` when the sizes differ.
#[must_use]
pub fn content_term(found: &Planes, candidate: &Planes) -> Option<f64> {
    if [found.width(), found.height()] != [candidate.width(), candidate.height()] {
        return None;
    }
    let width = found.width().max(1);
    let columns = width.div_ceil(BLOCK);
    let mut blocks = vec![Sums::default(); columns * found.height().div_ceil(BLOCK)];
    let (ours, theirs) = (found.luma(), candidate.luma());
    let rows = ours.chunks_exact(width).zip(theirs.chunks_exact(width)).enumerate();
    for (row, (ours, theirs)) in rows {
        let blocks = blocks.iter_mut().skip(row / BLOCK * columns);
        for (block, (ours, theirs)) in blocks.zip(ours.chunks(BLOCK).zip(theirs.chunks(BLOCK))) {
            for (&a, &b) in ours.iter().zip(theirs) {
                let (a, b) = (f64::from(a), f64::from(b));
                block.count += 1.0;
                block.a += a;
                block.b += b;
                block.aa += a * a;
                block.bb += b * b;
                block.ab += a * b;
            }
        }
    }
    let (mut kept, mut total) = (0.0, 0.0);
    for Sums { count, a, b, aa, bb, ab } in blocks {
        let spread =
            |square: f64, sum: f64| (square / count - (sum / count).powi(2)).max(0.0).sqrt();
        let (contrast, other) = (spread(aa, a), spread(bb, b));
        let covariance = ab / count - a * b / (count * count);
        // The contrast of the block times its correlation.
        kept += covariance / other.max(ROUNDING);
        total += contrast;
    }
    let is_flat = total.is_nan() || total < LEAST_CONTRAST;
    Some(if is_flat { 0.0 } else { (1.0 - kept / total).clamp(0.0, 2.0) })
}
