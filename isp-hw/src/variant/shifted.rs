//! A camera that has moved since the goal was taken.

use tuner::{ParameterInfo, Params};

use crate::{Light, Patch, Renderer};

/// Shows a renderer's pictures moved by a few pixels, also by fractions of a pixel (bilinear).
#[derive(Debug, Clone)]
pub struct Shifted<R> {
    renderer: R,
    /// Whole pixels and the remaining fraction in [0, 1), for x and y.
    whole: [isize; 2],
    fraction: [f32; 2],
}

impl<R: Renderer> Shifted<R> {
    /// Moves the picture's content `right` and `down` by so many pixels.
    #[must_use]
    pub fn new(renderer: R, right: f64, down: f64) -> Self {
        // The pixel at x shows what the renderer has at x − right.
        let source = [-right, -down];
        let whole = source.map(|shift| shift.floor() as isize);
        let fraction = source.map(|shift| (shift - shift.floor()) as f32);
        Self { renderer, whole, fraction }
    }

    /// Pixels on each side that the shift reaches for.
    fn margin(&self) -> usize {
        self.whole.iter().map(|shift| shift.unsigned_abs() + 1).max().unwrap_or(0)
    }
}

impl<R: Renderer> Renderer for Shifted<R> {
    fn parameters(&self) -> &[ParameterInfo] {
        self.renderer.parameters()
    }

    fn light(&self) -> Light {
        self.renderer.light()
    }

    fn halo(&self) -> usize {
        self.renderer.halo() + self.margin()
    }

    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
        let wide = self.renderer.render(patch, params, query);
        let margin = self.margin();
        let core = wide.cropped(margin);
        let [fraction_x, fraction_y] = self.fraction;
        let [left, top] = self.whole.map(|shift| margin.saturating_add_signed(shift));
        let move_plane = |plane: &Vec<f32>| -> Vec<f32> {
            let mut moved = Vec::with_capacity(core.width * core.height);
            for row in 0..core.height {
                let line = |y: usize| {
                    let start = y * wide.width + left;
                    let values = plane.get(start..start + core.width + 1).unwrap_or(&[]);
                    values.iter().zip(values.iter().skip(1))
                };
                let here = line(top + row).map(|(a, b)| a + fraction_x * (b - a));
                let below = line(top + row + 1).map(|(a, b)| a + fraction_x * (b - a));
                moved.extend(here.zip(below).map(|(a, b)| a + fraction_y * (b - a)));
            }
            moved
        };
        core.with_planes(wide.planes.each_ref().map(move_plane))
    }
}
