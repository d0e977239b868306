//! A renderer on one input picture, as a pipeline that can be tuned.

use tuner::{
    Frame, ParameterInfo, Params, Pipeline, PipelineError, Planes, Samples, Simulator, View,
};

use crate::decoded_view::DecodedView;
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
        if self.decoded.as_ref().is_none_or(|decoded| decoded.view() != view) {
            self.decoded = Some(DecodedView::new(&self.renderer, &self.input, view)?);
        }
        Ok(())
    }

    /// The mosaic of the view set last, or the whole picture.
    fn render_mosaic(&mut self, params: &Params, query: u64) -> Result<Patch, PipelineError> {
        let decoded = match self.decoded.take() {
            Some(decoded) => decoded,
            None => {
                let [width, height] = self.input.frame().size();
                DecodedView::new(&self.renderer, &self.input, &View::whole(width, height))?
            }
        };
        let mosaic = decoded.render(&self.renderer, params, query);
        self.decoded = Some(decoded);
        Ok(mosaic)
    }
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
        self.look_at(view)?;
        let mosaic = self.render_mosaic(params, self.queries)?;
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
        let rendered = self.render_mosaic(params, 0).ok().and_then(Patch::into_planes);
        // The view was checked when it was set, so there is always a rendering.
        rendered.unwrap_or_else(|| Planes::from(self.input.frame()))
    }
}
