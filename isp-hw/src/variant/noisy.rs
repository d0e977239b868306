//! Sensor noise, as far as a tuner sees it.

use tuner::{ParameterInfo, Params};

use crate::{Light, Patch, Renderer};

/// Adds noise to a renderer's pictures: independent for every channel, pixel and query, nearly
/// normal (the sum of eight uniform numbers), the same for the same seed.
#[derive(Debug, Clone)]
pub struct Noisy<R> {
    renderer: R,
    deviation: f32,
    seed: u64,
}

impl<R: Renderer> Noisy<R> {
    /// Adds noise with a standard deviation of `steps` 8-bit steps (of 1/255).
    #[must_use]
    pub fn new(renderer: R, steps: f64, seed: u64) -> Self {
        Self { renderer, deviation: (steps / 255.0) as f32, seed }
    }
}

impl<R: Renderer> Renderer for Noisy<R> {
    fn parameters(&self) -> &[ParameterInfo] {
        self.renderer.parameters()
    }

    fn light(&self) -> Light {
        self.renderer.light()
    }

    fn halo(&self) -> usize {
        self.renderer.halo()
    }

    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
        let mut picture = self.renderer.render(patch, params, query);
        let stream = scramble(self.seed ^ scramble(query));
        let ([left, top], width) = (picture.origin, picture.width.max(1));
        for (channel, plane) in (0_u64..).zip(&mut picture.planes) {
            for (row, line) in (top..).zip(plane.chunks_exact_mut(width)) {
                // Numbered by place, so that a piece has the noise of the whole.
                let start = stream ^ scramble(((row as u64) << 2) | channel);
                for (column, value) in (left..).zip(line) {
                    let noise = nearly_normal(start.wrapping_add((column as u64) << 1));
                    *value = (*value + self.deviation * noise).clamp(0.0, 1.0);
                }
            }
        }
        picture
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): spreads every input bit over
/// the whole output.
fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number of mean 0 and deviation 1: eight uniform 16-bit numbers, summed and scaled.
fn nearly_normal(counter: u64) -> f32 {
    let sum_of_four = |bits: u64| {
        (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48)
    };
    let sum = sum_of_four(scramble(counter)) + sum_of_four(scramble(counter ^ 1));
    // The variance of eight uniform numbers on [0, 1) is 8/12.
    (sum as f32 / 65536.0 - 4.0) * 1.224_744_9
}
