//! A renderer on one input picture, as a pipeline that can be tuned.

use rayon::prelude::*;
use tuner::{
    Frame, ParameterInfo, Params, Pipeline, PipelineError, Planes, Samples, Simulator, View,
};

use crate::renderer::{to_u8, to_u16};
use crate::{Input, Patch, Renderer, Transfer};

/// The pipeline of a picture that lies in memory: every query renders the same input.
///
/// It is a [`Pipeline`] (pictures rounded to the input's depth) and a [`Simulator`] (floats, at the
/// view set last, or at the whole picture).
pub struct PicturePipeline<R> {
    renderer: R,
    input: Input,
    queries: u64,
    decoded: Option<DecodedView>,
}

/// The pieces of the input that a view looks at, ready for the renderer.
struct DecodedView {
    view: View,
    patches: Vec<Patch>,
}

impl<R: Renderer> PicturePipeline<R> {
    /// Puts `renderer` on `input`.
    #[must_use]
    pub const fn new(renderer: R, input: Input) -> Self {
        Self { renderer, input, queries: 0, decoded: None }
    }

    /// The input.
    #[must_use]
    pub const fn input(&self) -> &Input {
        &self.input
    }

    /// The renderer.
    #[must_use]
    pub const fn renderer(&self) -> &R {
        &self.renderer
    }

    /// Decodes what `view` looks at, so that [`Simulator::simulate`] renders just that.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub fn look_at(&mut self, view: &View) -> Result<(), PipelineError> {
        let found = self.input.frame().size();
        let expected = view.picture_size();
        if found != expected {
            return Err(PipelineError::Size { expected, found });
        }
        if self.decoded.as_ref().is_some_and(|decoded| decoded.view == *view) {
            return Ok(());
        }
        let decoder = self.input.decoder(self.renderer.light());
        let halo = self.renderer.halo();
        let [width, height] = view.tile_size().map(|side| side + 2 * halo);
        let patches = view.tiles().iter().map(|tile| {
            let origin =
                [tile.x, tile.y].map(|start| start.cast_signed().saturating_sub_unsigned(halo));
            self.input.patch(decoder, origin, [width, height])
        });
        self.decoded = Some(DecodedView { view: view.clone(), patches: patches.collect() });
        Ok(())
    }

    /// The rendered tiles of the view, in its order.
    fn render_tiles(&self, params: &Params, query: u64) -> Vec<Patch> {
        let patches = self.decoded.iter().flat_map(|decoded| &decoded.patches);
        let patches: Vec<&Patch> = patches.collect();
        patches.into_par_iter().map(|patch| self.renderer.render(patch, params, query)).collect()
    }

    fn render_mosaic(
        &mut self,
        params: &Params,
        view: &View,
        query: u64,
    ) -> Result<Patch, PipelineError> {
        self.look_at(view)?;
        Ok(mosaic(&self.render_tiles(params, query), view))
    }
}

/// Lays tiles side by side.
fn mosaic(tiles: &[Patch], view: &View) -> Patch {
    let [width, height] = view.mosaic_size();
    let [side_x, side_y] = view.tile_size();
    let plane = |channel: usize| -> Vec<f32> {
        let mut plane = Vec::with_capacity(width * height);
        for tiles in tiles.chunks(view.columns()) {
            for row in 0..side_y {
                for tile in tiles {
                    let plane_of_tile = tile.planes.get(channel);
                    let pixels =
                        plane_of_tile.and_then(|p| p.get(row * side_x..(row + 1) * side_x));
                    plane.extend_from_slice(pixels.unwrap_or(&[]));
                }
            }
        }
        plane
    };
    Patch { origin: [0, 0], width, height, planes: [plane(0), plane(1), plane(2)] }
}

impl<R: Renderer> Pipeline for PicturePipeline<R> {
    fn parameters(&self) -> &[ParameterInfo] {
        self.renderer.parameters()
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        match self.input.transfer() {
            Transfer::Srgb => Ok(self.input.frame().clone()),
            // Linear samples are no picture to look at: what is found is their plain rendering.
            Transfer::Linear => Ok(self.renderer.render_picture(&self.input, &Params::NEUTRAL, 0)),
        }
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.queries += 1;
        Ok(self.renderer.render_picture(&self.input, params, self.queries))
    }

    fn renders_views(&self) -> bool {
        true
    }

    fn query_view(&mut self, params: &Params, view: &View) -> Result<Frame, PipelineError> {
        if view.is_whole() && view.picture_size() == self.input.frame().size() {
            return self.query(params);
        }
        self.queries += 1;
        let mosaic = self.render_mosaic(params, view, self.queries)?;
        let values = mosaic.planes.each_ref().map(|plane| plane.iter().copied());
        let [red, green, blue] = values;
        let pixels = red.zip(green).zip(blue).flat_map(|((r, g), b)| [r, g, b]);
        let samples = match self.input.frame().samples() {
            Samples::U8(_) => Samples::U8(pixels.map(to_u8).collect()),
            Samples::U16(_) => Samples::U16(pixels.map(to_u16).collect()),
        };
        Frame::new(mosaic.width, mosaic.height, samples).map_err(|_| PipelineError::Size {
            expected: view.mosaic_size(),
            found: [mosaic.width, mosaic.height],
        })
    }
}

impl<R: Renderer> Simulator for PicturePipeline<R> {
    fn simulate(&mut self, params: &Params) -> Planes {
        let [width, height] = self.input.frame().size();
        let view = match &self.decoded {
            Some(decoded) => decoded.view.clone(),
            None => View::whole(width, height),
        };
        let rendered = self.render_mosaic(params, &view, 0).ok().and_then(Patch::into_planes);
        // The view was checked when it was set, so there is always a rendering.
        rendered.unwrap_or_else(|| Planes::from(self.input.frame()))
    }
}
