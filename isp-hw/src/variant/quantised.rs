//! Pictures in 8-bit steps.

use tuner::{ParameterInfo, Params};

use crate::{Light, Patch, Renderer};

/// Rounds a renderer's pictures to 8-bit steps, also where its input has 16 bits.
#[derive(Debug, Clone)]
pub struct Quantised<R>(
    /// What renders.
    pub R,
);

impl<R: Renderer> Renderer for Quantised<R> {
    fn parameters(&self) -> &[ParameterInfo] {
        self.0.parameters()
    }

    fn light(&self) -> Light {
        self.0.light()
    }

    fn halo(&self) -> usize {
        self.0.halo()
    }

    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
        let mut picture = self.0.render(patch, params, query);
        picture.map_pixels(|pixel| pixel.map(|value| (value * 255.0).round() / 255.0));
        picture
    }
}
