//! The arithmetic of an ISP, apart from where its pictures come from and go to.

use rayon::prelude::*;
use tuner::{Frame, ParameterInfo, Params, Samples};

use crate::{Input, Patch};

/// What a renderer wants its input to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// Proportional to light, in [0, 1].
    Linear,
    /// Display-referred sRGB, in [0, 1].
    Display,
}

/// An ISP as a function from input and parameters to a picture.
///
/// It must depend on a neighbourhood of at most [`Self::halo`] pixels: so a piece of a picture can
/// be rendered alone and equals that piece of the whole.
pub trait Renderer: Send + Sync {
    /// The parameters with their native units, in canonical order.
    fn parameters(&self) -> &[ParameterInfo];

    /// What the values of a patch stand for on the way in.
    fn light(&self) -> Light;

    /// Neighbouring pixels on each side that a pixel's result depends on.
    fn halo(&self) -> usize;

    /// Whether the result depends on where in the picture a patch lies, as noise does. Pieces from
    /// different places may be rendered as one only where it does not.
    fn minds_place(&self) -> bool {
        true
    }

    /// Renders a patch that reaches [`Self::halo`] pixels over what is wanted on each side. Returns
    /// the wanted pixels, display-referred sRGB in [0, 1], not rounded. `query` counts the queries;
    /// only noise depends on it.
    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch;

    /// Renders a whole picture, rounded to the depth of the input.
    fn render_picture(&self, input: &Input, params: &Params, query: u64) -> Frame {
        render_in_bands(self, input, params, query)
    }
}

/// Lets a renderer behind a pointer stand where a renderer is wanted.
macro_rules! forward {
    ($pointer:ty) => {
        impl<R: Renderer + ?Sized> Renderer for $pointer {
            fn parameters(&self) -> &[ParameterInfo] {
                (**self).parameters()
            }

            fn light(&self) -> Light {
                (**self).light()
            }

            fn halo(&self) -> usize {
                (**self).halo()
            }

            fn minds_place(&self) -> bool {
                (**self).minds_place()
            }

            fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
                (**self).render(patch, params, query)
            }

            fn render_picture(&self, input: &Input, params: &Params, query: u64) -> Frame {
                (**self).render_picture(input, params, query)
            }
        }
    };
}

forward!(Box<R>);
forward!(&R);

/// Rows that are rendered at a time: large beside the halo, small beside the picture.
const BAND_ROWS: usize = 32;

/// Renders a picture band by band on all threads of the current pool.
pub fn render_in_bands<R: Renderer + ?Sized>(
    renderer: &R,
    input: &Input,
    params: &Params,
    query: u64,
) -> Frame {
    let decoder = input.decoder(renderer.light());
    let [width, height] = input.frame().size();
    let halo = renderer.halo();
    let band = |index: usize| {
        let rows = BAND_ROWS.min(height - index * BAND_ROWS);
        let origin =
            [0, index * BAND_ROWS].map(|start| start.cast_signed().saturating_sub_unsigned(halo));
        let patch = input.patch(decoder, origin, [width + 2 * halo, rows + 2 * halo]);
        renderer.render(&patch, params, query)
    };
    let chunk = width * BAND_ROWS * 3;
    let samples = match input.frame().samples() {
        Samples::U8(samples) => {
            let mut out = vec![0_u8; samples.len()];
            let bands = out.par_chunks_mut(chunk).enumerate();
            bands.for_each(|(index, out)| interleave(&band(index).planes, out, to_u8));
            Samples::U8(out)
        }
        Samples::U16(samples) => {
            let mut out = vec![0_u16; samples.len()];
            let bands = out.par_chunks_mut(chunk).enumerate();
            bands.for_each(|(index, out)| interleave(&band(index).planes, out, to_u16));
            Samples::U16(out)
        }
    };
    Frame::new(width, height, samples).unwrap_or_else(|_| input.frame().clone())
}

/// Rounds planes into interleaved samples.
pub fn interleave<T>(planes: &[Vec<f32>; 3], out: &mut [T], round: impl Fn(f32) -> T) {
    let [red, green, blue] = planes;
    let (pixels, _) = out.as_chunks_mut::<3>();
    for (((pixel, &r), &g), &b) in pixels.iter_mut().zip(red).zip(green).zip(blue) {
        *pixel = [round(r), round(g), round(b)];
    }
}

/// Adding 2²³ to a float in [0, 2¹⁶) leaves its nearest integer in the low bits, which the compiler
/// vectorises, unlike `round`.
const ROUNDING: f32 = 8_388_608.0;

/// Nearest 8-bit sample of a display value in [0, 1].
#[inline(always)]
pub fn to_u8(value: f32) -> u8 {
    ((value * 255.0 + ROUNDING).to_bits() & 0xff) as u8
}

/// Nearest 16-bit sample of a display value in [0, 1].
#[inline(always)]
pub fn to_u16(value: f32) -> u16 {
    ((value * 65535.0 + ROUNDING).to_bits() & 0xffff) as u16
}
