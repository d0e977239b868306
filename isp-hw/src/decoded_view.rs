//! The pieces of a picture that a view looks at, decoded once and rendered many times.

use rayon::prelude::*;
use tuner::{Params, PipelineError, View};

use crate::{Input, Patch, Renderer};

/// The tiles of a view with their neighbourhoods, decoded for one renderer.
///
/// Where the renderer allows, the tiles of a row of the mosaic lie side by side in one strip: one
/// long row costs less than many short ones.
pub(crate) struct DecodedView {
    view: View,
    halo: usize,
    strips: Vec<Patch>,
    tiles_in_strip: usize,
}

impl DecodedView {
    /// Decodes what `view` looks at in `input`.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub(crate) fn new(
        renderer: &impl Renderer,
        input: &Input,
        view: &View,
    ) -> Result<Self, PipelineError> {
        let (found, expected) = (input.frame().size(), view.picture_size());
        if found != expected {
            return Err(PipelineError::Size { expected, found });
        }
        let decoder = input.decoder(renderer.light());
        let halo = renderer.halo();
        let tiles_in_strip = if renderer.minds_place() { 1 } else { view.columns() };
        let [width, height] = view.tile_size().map(|side| side + 2 * halo);
        let strips = view.tiles().chunks(tiles_in_strip).map(|tiles| {
            let patches: Vec<Patch> = tiles
                .iter()
                .map(|tile| {
                    let origin = [tile.x, tile.y]
                        .map(|start| start.cast_signed().saturating_sub_unsigned(halo));
                    input.patch(decoder, origin, [width, height])
                })
                .collect();
            side_by_side(patches)
        });
        Ok(Self { view: view.clone(), halo, strips: strips.collect(), tiles_in_strip })
    }

    /// What is looked at.
    pub(crate) const fn view(&self) -> &View {
        &self.view
    }

    /// Renders the tiles, by the renderer that they were decoded for, into the view's mosaic.
    pub(crate) fn render(&self, renderer: &impl Renderer, params: &Params, query: u64) -> Patch {
        let strips = self.strips.par_iter().map(|strip| renderer.render(strip, params, query));
        let strips: Vec<Patch> = strips.collect();
        let [width, height] = self.view.mosaic_size();
        let [side_x, side_y] = self.view.tile_size();
        let strips_in_row = (self.view.columns() / self.tiles_in_strip).max(1);
        let plane = |channel: usize| -> Vec<f32> {
            let mut plane = Vec::with_capacity(width * height);
            for strips in strips.chunks(strips_in_row) {
                for row in 0..side_y {
                    for strip in strips {
                        let pixels = strip.planes.get(channel).map_or(&[][..], Vec::as_slice);
                        let start = row * strip.width;
                        for tile in 0..self.tiles_in_strip {
                            let start = start + tile * (side_x + 2 * self.halo);
                            let pixels = pixels.get(start..start + side_x);
                            plane.extend_from_slice(pixels.unwrap_or(&[]));
                        }
                    }
                }
            }
            plane
        };
        Patch { origin: [0, 0], width, height, planes: [plane(0), plane(1), plane(2)] }
    }
}

/// Joins patches of one size, left to right.
fn side_by_side(mut patches: Vec<Patch>) -> Patch {
    let (width, height) = patches.first().map_or((0, 0), |patch| (patch.width, patch.height));
    if patches.len() == 1
        && let Some(only) = patches.pop()
    {
        return only;
    }
    let plane = |channel: usize| -> Vec<f32> {
        let rows = (0..height).flat_map(|row| patches.iter().map(move |patch| (row, patch)));
        rows.flat_map(|(row, patch)| {
            let plane = patch.planes.get(channel);
            let row = plane.and_then(|plane| plane.get(row * width..(row + 1) * width));
            row.unwrap_or(&[]).iter().copied()
        })
        .collect()
    };
    let planes = [plane(0), plane(1), plane(2)];
    Patch { origin: [0, 0], width: width * patches.len(), height, planes }
}
