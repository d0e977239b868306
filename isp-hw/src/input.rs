//! The picture that a pipeline renders, and how its samples become light.

use std::sync::OnceLock;

use tuner::{Frame, Samples, linear_to_srgb, srgb_to_linear};

use crate::{Light, Patch};

/// How the samples of an input stand for light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transfer {
    /// Display-referred sRGB, as in nearly every file.
    #[default]
    Srgb,
    /// Proportional to light, as a raw developer writes on request. Use 16 bits: 8 bits band.
    Linear,
}

/// An input picture with the meaning of its samples.
#[derive(Debug, Clone)]
pub struct Input {
    frame: Frame,
    transfer: Transfer,
    linear: OnceLock<Decoder>,
    display: OnceLock<Decoder>,
}

/// Tables from sample to float, one entry for each value that a sample can have.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    table: Vec<f32>,
}

/// A sample that finds its float in a table with exactly as many entries as it has values, which
/// saves the check of the index in the innermost loop.
pub(crate) trait Sample: Copy + Default + Into<usize> + Send + Sync {
    /// The table of a [`Decoder`] for these samples.
    type Table;

    /// The table as one of the right length.
    fn table(table: &[f32]) -> Option<&Self::Table>;

    /// The float of this sample.
    fn look_up(self, table: &Self::Table) -> f32;
}

macro_rules! sample {
    ($type:ty, $levels:literal) => {
        impl Sample for $type {
            type Table = [f32; $levels];

            fn table(table: &[f32]) -> Option<&Self::Table> {
                table.first_chunk()
            }

            #[inline(always)]
            fn look_up(self, table: &Self::Table) -> f32 {
                table.get(usize::from(self)).copied().unwrap_or(0.0)
            }
        }
    };
}

sample!(u8, 256);
sample!(u16, 65536);

impl Decoder {
    /// Decodes samples of `input` into `light`, in [0, 1].
    fn new(input: &Input, light: Light) -> Self {
        let levels = match input.frame.samples() {
            Samples::U8(_) => 256,
            Samples::U16(_) => 65536,
        };
        let decode = |level: u32| -> f32 {
            let value = f64::from(level) / f64::from(levels - 1);
            (match (input.transfer, light) {
                (Transfer::Srgb, Light::Linear) => srgb_to_linear(value),
                (Transfer::Linear, Light::Display) => linear_to_srgb(value),
                _ => value,
            }) as f32
        };
        Self { table: (0..levels).map(decode).collect() }
    }

    /// Values of the table: 256 for 8-bit samples, 65,536 for 16-bit ones.
    pub(crate) fn table(&self) -> &[f32] {
        &self.table
    }
}

impl Input {
    /// An input with display-referred sRGB samples.
    #[must_use]
    pub const fn srgb(frame: Frame) -> Self {
        Self::new(frame, Transfer::Srgb)
    }

    /// An input whose samples stand for light as `transfer` says.
    #[must_use]
    pub const fn new(frame: Frame, transfer: Transfer) -> Self {
        Self { frame, transfer, linear: OnceLock::new(), display: OnceLock::new() }
    }

    /// The samples as found.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// What the samples stand for.
    #[must_use]
    pub const fn transfer(&self) -> Transfer {
        self.transfer
    }

    /// The tables that decode the samples into `light`; made once, for 65,536 powers take a while.
    pub(crate) fn decoder(&self, light: Light) -> &Decoder {
        let decoder = match light {
            Light::Linear => &self.linear,
            Light::Display => &self.display,
        };
        decoder.get_or_init(|| Decoder::new(self, light))
    }

    /// Cuts out `width × height` pixels from `origin` on (column, row; may lie outside, where the
    /// border's pixels are repeated) and decodes them.
    pub(crate) fn patch(
        &self,
        decoder: &Decoder,
        origin: [isize; 2],
        [width, height]: [usize; 2],
    ) -> Patch {
        let planes = match self.frame.samples() {
            Samples::U8(samples) => self.cut(samples, decoder, origin, [width, height]),
            Samples::U16(samples) => self.cut(samples, decoder, origin, [width, height]),
        };
        Patch { origin, width, height, planes }
    }

    fn cut<T: Sample>(
        &self,
        samples: &[T],
        decoder: &Decoder,
        [left, top]: [isize; 2],
        [width, height]: [usize; 2],
    ) -> [Vec<f32>; 3] {
        let [picture_width, picture_height] = self.frame.size();
        let mut planes = [(); 3].map(|()| Vec::with_capacity(width * height));
        let Some(table) = T::table(decoder.table()) else { return planes };
        let (pixels, _) = samples.as_chunks::<3>();
        let [red, green, blue] = &mut planes;
        for row in 0..height {
            let y = clamped(top.saturating_add_unsigned(row), picture_height);
            let line = pixels.get(y * picture_width..(y + 1) * picture_width).unwrap_or(&[]);
            for column in 0..width {
                let x = clamped(left.saturating_add_unsigned(column), picture_width);
                if let Some(&[r, g, b]) = line.get(x) {
                    red.push(r.look_up(table));
                    green.push(g.look_up(table));
                    blue.push(b.look_up(table));
                }
            }
        }
        planes
    }
}

/// The nearest index within an extent.
fn clamped(index: isize, extent: usize) -> usize {
    usize::try_from(index).unwrap_or(0).min(extent.saturating_sub(1))
}
