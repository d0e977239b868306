//! The rows of a buffer, one after the other, as R'G'B' in full range.

use super::chroma::ChromaRow;
use super::geometry::{Plane, Planes};
use super::ycbcr_to_rgb::ToRgb;
use super::{FrameFormat, PixelFormat, Quantisation};
use crate::software::Kernel;

/// Decodes all rows of an uncompressed, display-referred buffer that is long enough.
pub(super) struct RgbRows<'a> {
    pub format: &'a FrameFormat,
    pub planes: Planes,
    pub bytes: &'a [u8],
    /// Three samples for each pixel.
    pub out: &'a mut [u8],
}

impl Kernel for RgbRows<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        match self.format.pixel {
            PixelFormat::Yuyv => self.packed(|[y0, cb, y1, cr]| ([y0, y1], cb, cr)),
            PixelFormat::Uyvy => self.packed(|[cb, y0, cr, y1]| ([y0, y1], cb, cr)),
            PixelFormat::Nv12 => self.pairs(|&[cb, _]| cb, |&[_, cr]| cr),
            PixelFormat::Nv21 => self.pairs(|&[_, cb]| cb, |&[cr, _]| cr),
            PixelFormat::Yu12 => self.planar(),
            PixelFormat::Rgb3 => self.levelled(|out, row| out.copy_from_slice(row)),
            PixelFormat::Bgr3 => self.levelled(|out, row| {
                let pixels = out.as_chunks_mut::<3>().0.iter_mut().zip(row.as_chunks::<3>().0);
                for (pixel, &[blue, green, red]) in pixels {
                    *pixel = [red, green, blue];
                }
            }),
            PixelFormat::Grey => self.levelled(|out, row| {
                for (pixel, &grey) in out.as_chunks_mut::<3>().0.iter_mut().zip(row) {
                    *pixel = [grey; 3];
                }
            }),
            // Not of this kind; see `FrameFormat::decode`.
            PixelFormat::Mjpeg | PixelFormat::Bayer(_) => {}
        }
    }
}

/// Room for one row, and the factors.
struct Row {
    colours: ToRgb,
    luma: Vec<u8>,
    cb: ChromaRow,
    cr: ChromaRow,
    wide_cb: Vec<i16>,
    wide_cr: Vec<i16>,
}

impl Row {
    fn new(format: &FrameFormat) -> Self {
        let pairs = (format.width as usize).div_ceil(2);
        let chroma = ChromaRow::new(pairs);
        Self {
            colours: ToRgb::new(&format.colorimetry),
            luma: vec![0; pairs * 2],
            cb: chroma.clone(),
            cr: chroma,
            wide_cb: vec![0; pairs * 2],
            wide_cr: vec![0; pairs * 2],
        }
    }
}

/// Colours `luma` with the chroma of the row.
#[inline(always)]
fn colour(row: &mut Row, luma: Option<&[u8]>, out: &mut [u8]) {
    let Row { colours, luma: own, cb, cr, wide_cb, wide_cr } = row;
    cb.widen(wide_cb);
    cr.widen(wide_cr);
    colours.row(luma.unwrap_or(own), wide_cb, wide_cr, out);
}

impl RgbRows<'_> {
    fn rows(&mut self) -> impl Iterator<Item = (usize, &mut [u8])> {
        self.out.chunks_exact_mut(self.format.width as usize * 3).enumerate()
    }

    #[inline(always)]
    fn packed(mut self, split: impl Fn([u8; 4]) -> ([u8; 2], u8, u8)) {
        let (plane, bytes) = (self.planes.first, self.bytes);
        let mut row = Row::new(self.format);
        for (index, out) in self.rows() {
            let (pairs, _) = plane.row(bytes, index).as_chunks::<4>();
            for (luma, &pair) in row.luma.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
                *luma = split(pair).0;
            }
            let cb = pairs.iter().map(|&pair| split(pair).1);
            let cr = pairs.iter().map(|&pair| split(pair).2);
            row.cb.between(cb.clone(), cb);
            row.cr.between(cr.clone(), cr);
            colour(&mut row, None, out);
        }
    }

    #[inline(always)]
    fn pairs(mut self, cb: impl Fn(&[u8; 2]) -> u8 + Copy, cr: impl Fn(&[u8; 2]) -> u8 + Copy) {
        let (Planes { first, second, .. }, bytes) = (self.planes, self.bytes);
        let mut row = Row::new(self.format);
        for (index, out) in self.rows() {
            let chroma = near_and_far(second, bytes, index);
            let [near, far] = chroma.map(|row| row.as_chunks::<2>().0);
            row.cb.between(near.iter().map(cb), far.iter().map(cb));
            row.cr.between(near.iter().map(cr), far.iter().map(cr));
            colour(&mut row, Some(first.row(bytes, index)), out);
        }
    }

    #[inline(always)]
    fn planar(mut self) {
        let (Planes { first, second, third, .. }, bytes) = (self.planes, self.bytes);
        let mut row = Row::new(self.format);
        for (index, out) in self.rows() {
            let [near, far] = near_and_far(second, bytes, index);
            row.cb.between(near.iter().copied(), far.iter().copied());
            let [near, far] = near_and_far(third, bytes, index);
            row.cr.between(near.iter().copied(), far.iter().copied());
            colour(&mut row, Some(first.row(bytes, index)), out);
        }
    }

    /// Samples that are R'G'B' or grey already, brought to full range.
    #[inline(always)]
    fn levelled(mut self, copy: impl Fn(&mut [u8], &[u8])) {
        let (plane, bytes) = (self.planes.first, self.bytes);
        let quantisation = self.format.colorimetry.quantisation;
        let levels = full_range(quantisation);
        for (index, out) in self.rows() {
            copy(out, plane.row(bytes, index));
            if quantisation == Quantisation::Limited {
                for sample in out {
                    *sample = levels.get(usize::from(*sample)).copied().unwrap_or_default();
                }
            }
        }
    }
}

/// The two chroma rows around a luma row of 4:2:0, the nearer one first.
fn near_and_far(plane: Plane, bytes: &[u8], index: usize) -> [&[u8]; 2] {
    let near = index / 2;
    let far = if index.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
    [near, far].map(|row| plane.row(bytes, row))
}

/// Sample in full range of each code value.
fn full_range(quantisation: Quantisation) -> [u8; 256] {
    let [black, steps] = [quantisation.black(), quantisation.luma_steps()].map(i32::from);
    std::array::from_fn(|code| {
        let scaled = (code as i32 - black) * 255 * 2 + steps;
        scaled.div_euclid(2 * steps).clamp(0, 255) as u8
    })
}
