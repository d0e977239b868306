//! What the scores read pictures through, a piece of a row at a time.

use crate::{Frame, Planes, Samples};

/// A picture whose rows can be had as floats, without a float copy of all of it.
pub(super) trait Rows: Sync {
    /// Width and height in pixels.
    fn size(&self) -> [usize; 2];

    /// Writes one channel of the pixels of `row` from column `from` on, in [0, 1], to `out`; stops
    /// at the end of the picture.
    fn read(&self, channel: usize, row: usize, from: usize, out: &mut [f32]);
}

impl Rows for Planes {
    fn size(&self) -> [usize; 2] {
        [self.width(), self.height()]
    }

    fn read(&self, channel: usize, row: usize, from: usize, out: &mut [f32]) {
        let plane = self.channels().into_iter().nth(channel).unwrap_or_default();
        let values = plane.get(row * self.width() + from..).unwrap_or_default();
        for (out, value) in out.iter_mut().zip(values) {
            *out = *value;
        }
    }
}

impl Rows for Frame {
    fn size(&self) -> [usize; 2] {
        Self::size(self)
    }

    fn read(&self, channel: usize, row: usize, from: usize, out: &mut [f32]) {
        let start = (row * self.width() + from) * 3;
        match self.samples() {
            Samples::U8(samples) => {
                let pixels = samples.get(start..).unwrap_or_default().as_chunks::<3>().0;
                for (out, pixel) in out.iter_mut().zip(pixels) {
                    let value = pixel.get(channel).copied().unwrap_or_default();
                    *out = f32::from(value) / 255.0;
                }
            }
            Samples::U16(samples) => {
                let pixels = samples.get(start..).unwrap_or_default().as_chunks::<3>().0;
                for (out, pixel) in out.iter_mut().zip(pixels) {
                    let value = pixel.get(channel).copied().unwrap_or_default();
                    *out = f32::from(value) / 65535.0;
                }
            }
        }
    }
}
