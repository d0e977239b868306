//! Rows streaming through the kernels, with the five last rows kept for texture.

use rayon::prelude::*;
use tuner::{Frame, Samples};

use super::kernels::Tone;
use super::{Instructions, Kernel};
use crate::input::Sample;
use crate::renderer::{to_u8, to_u16};
use crate::software::Threads;
use crate::software::coefficients::{Coefficients, LUMINANCE};
use crate::software::reference::HALO;
use crate::{Input, Light, Patch};

impl From<&Coefficients> for Tone {
    fn from(coefficients: &Coefficients) -> Self {
        let [gain_red, gain_green, gain_blue] = coefficients.gains;
        let [red, green, blue] = LUMINANCE;
        let saturation = coefficients.saturation;
        Self {
            luminance: [gain_red * red, gain_green * green, gain_blue * blue].map(|w| w as f32),
            own: coefficients.gains.map(|gain| (saturation * gain) as f32),
            grey: (1.0 - saturation) as f32,
            contrast: coefficients.contrast as f32,
            highlights: coefficients.highlights as f32,
            shadows: coefficients.shadows as f32,
            texture: coefficients.texture as f32,
        }
    }
}

/// A toned row with [`HALO`] pixels more than wanted on each side.
#[derive(Default)]
struct Row {
    colours: [Vec<f32>; 3],
    roots: Vec<f32>,
    blurred: Vec<f32>,
}

/// Floats that the widest instructions work on at a time.
const LANES: usize = 16;

fn first(row: &mut [f32], count: usize) -> &mut [f32] {
    row.get_mut(..count).unwrap_or(&mut [])
}

/// Streams rows of `width` wanted pixels. `load` fills the planes of one row with linear light
/// (`width` + 2 [`HALO`] values each) and is called for `rows` + 2 [`HALO`] rows from top to bottom;
/// `store` receives the `rows` display rows.
fn stream(
    tone: &Tone,
    instructions: Instructions,
    [width, rows]: [usize; 2],
    mut load: impl FnMut(usize, [&mut [f32]; 3]),
    mut store: impl FnMut([&[f32]; 3]),
) {
    let padded = width + 2 * HALO;
    // Rows are a little longer than wanted, so that no kernel has a remainder to do one by one.
    let inner = width.next_multiple_of(LANES);
    let length = (inner + 2 * HALO).next_multiple_of(LANES);
    let wanted = HALO..HALO + inner;
    let mut ring = [(); 5].map(|()| Row {
        colours: [(); 3].map(|()| vec![0.0; length]),
        roots: vec![0.0; length],
        blurred: vec![0.0; inner],
    });
    let mut added = vec![0.0_f32; inner];
    for row in 0..rows + 2 * HALO {
        ring.rotate_left(1);
        let [above2, above, centre, below, newest] = &mut ring;
        let [red, green, blue] = &mut newest.colours;
        load(row, [&mut *red, &mut *green, &mut *blue].map(|plane| first(plane, padded)));
        instructions.tone_row(tone, red, green, blue, &mut newest.roots);
        instructions.blur_row(&newest.roots, &mut newest.blurred);
        if row < 2 * HALO {
            continue;
        }
        let blurred =
            [&above2.blurred, &above.blurred, &centre.blurred, &below.blurred, &newest.blurred];
        let roots = centre.roots.get(wanted.clone()).unwrap_or(&[]);
        instructions.texture_row(tone.texture, blurred.map(Vec::as_slice), roots, &mut added);
        let display = centre.colours.each_mut().map(|plane| {
            let plane = plane.get_mut(wanted.clone()).unwrap_or(&mut []);
            instructions.encode_row(&added, plane);
            &*first(plane, width)
        });
        store(display);
    }
}

/// Renders a patch of linear light that has [`HALO`] pixels more than wanted on each side.
pub fn render_patch(
    patch: &Patch,
    coefficients: &Coefficients,
    instructions: Instructions,
) -> Patch {
    let width = patch.width.saturating_sub(2 * HALO);
    let height = patch.height.saturating_sub(2 * HALO);
    let mut planes = [(); 3].map(|()| Vec::with_capacity(width * height));
    let mut sources = patch.planes.each_ref().map(|plane| plane.chunks_exact(patch.width.max(1)));
    stream(
        &Tone::from(coefficients),
        instructions,
        [width, height],
        |_, row| {
            for (target, source) in row.into_iter().zip(&mut sources) {
                if let Some(source) = source.next() {
                    target.copy_from_slice(source);
                }
            }
        },
        |display| {
            for (plane, row) in planes.iter_mut().zip(display) {
                plane.extend_from_slice(row);
            }
        },
    );
    let origin = patch.origin.map(|start| start.saturating_add_unsigned(HALO));
    Patch { origin, width, height, planes }
}

/// Renders a whole picture, rounded to the depth of the input.
pub fn render_picture(
    input: &Input,
    coefficients: &Coefficients,
    threads: Threads,
    instructions: Instructions,
) -> Frame {
    let [width, height] = input.frame().size();
    let decoder = input.decoder(Light::Linear);
    let picture = Picture { width, height, table: decoder.table() };
    let tone = Tone::from(coefficients);
    let samples = match input.frame().samples() {
        Samples::U8(samples) => {
            Samples::U8(picture.render(samples, &tone, threads, instructions, to_u8))
        }
        Samples::U16(samples) => {
            Samples::U16(picture.render(samples, &tone, threads, instructions, to_u16))
        }
    };
    Frame::new(width, height, samples).unwrap_or_else(|_| input.frame().clone())
}

/// Rounds a row of display values into interleaved samples.
struct Rounding<'a, T, F> {
    planes: [&'a [f32]; 3],
    out: &'a mut [T],
    round: F,
}

impl<T, F: Fn(f32) -> T> Kernel for Rounding<'_, T, F> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let [red, green, blue] = self.planes;
        let (pixels, _) = self.out.as_chunks_mut::<3>();
        for (((pixel, &r), &g), &b) in pixels.iter_mut().zip(red).zip(green).zip(blue) {
            *pixel = [(self.round)(r), (self.round)(g), (self.round)(b)];
        }
    }
}

struct Picture<'a> {
    width: usize,
    height: usize,
    table: &'a [f32],
}

impl Picture<'_> {
    fn render<T>(
        &self,
        samples: &[T],
        tone: &Tone,
        threads: Threads,
        instructions: Instructions,
        round: impl Fn(f32) -> T + Sync,
    ) -> Vec<T>
    where
        T: Sample,
    {
        let mut out = vec![T::default(); samples.len()];
        let rows = match threads {
            Threads::One => self.height,
            // A few bands for each thread even out their load.
            Threads::All => self.height.div_ceil(4 * rayon::current_num_threads()).max(16),
        };
        let chunk = self.width * rows * 3;
        let band = |(index, out): (usize, &mut [T])| {
            self.render_band(samples, index * rows, out, tone, instructions, &round);
        };
        match threads {
            Threads::One => out.chunks_mut(chunk).enumerate().for_each(band),
            Threads::All => out.par_chunks_mut(chunk).enumerate().for_each(band),
        }
        out
    }

    fn render_band<T: Sample>(
        &self,
        samples: &[T],
        top: usize,
        out: &mut [T],
        tone: &Tone,
        instructions: Instructions,
        round: &impl Fn(f32) -> T,
    ) {
        let rows = out.len() / (3 * self.width);
        let mut targets = out.chunks_exact_mut(3 * self.width);
        stream(
            tone,
            instructions,
            [self.width, rows],
            |row, colours| {
                let y = (top + row).saturating_sub(HALO).min(self.height - 1);
                let start = y * self.width * 3;
                self.decode(samples.get(start..start + self.width * 3).unwrap_or(&[]), colours);
            },
            |planes| {
                let out = targets.next().unwrap_or(&mut []);
                instructions.run(Rounding { planes, out, round });
            },
        );
    }

    /// Decodes one row and repeats its first and last pixel into the margins.
    fn decode<T: Sample>(&self, samples: &[T], colours: [&mut [f32]; 3]) {
        let Some(table) = T::table(self.table) else { return };
        let (pixels, _) = samples.as_chunks::<3>();
        let [red, green, blue] = colours;
        let inner = [&mut *red, &mut *green, &mut *blue]
            .map(|plane| plane.get_mut(HALO..HALO + self.width).unwrap_or(&mut []));
        let [inner_red, inner_green, inner_blue] = inner;
        for (((&[r, g, b], red), green), blue) in
            pixels.iter().zip(inner_red).zip(inner_green).zip(inner_blue)
        {
            [*red, *green, *blue] = [r.look_up(table), g.look_up(table), b.look_up(table)];
        }
        for plane in [red, green, blue] {
            let (left, rest) = plane.split_at_mut(HALO);
            let (inner, right) = rest.split_at_mut(self.width);
            left.fill(inner.first().copied().unwrap_or(0.0));
            right.fill(inner.last().copied().unwrap_or(0.0));
        }
    }
}
