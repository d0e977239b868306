//! A renderer on the pixels of a view, as a simulator for strategies that reason with one.

use rayon::prelude::*;
use tuner::{Excerpt, Params, PipelineError, Planes, Simulator, View};

use crate::decoded_view::DecodedView;
use crate::{Input, Renderer};

/// Simulates a renderer on what a view looks at. It keeps the decoded tiles only, not the picture.
pub struct ViewSimulator<R> {
    renderer: R,
    whole: DecodedView,
    excerpt: Option<(Excerpt, DecodedView)>,
}

impl<R: Renderer> ViewSimulator<R> {
    /// Puts `renderer` on the pixels of `input` that `view` looks at.
    ///
    /// # Errors
    /// [`PipelineError::Size`] when the view was made for pictures of another size.
    pub fn new(renderer: R, input: &Input, view: &View) -> Result<Self, PipelineError> {
        let whole = DecodedView::new(&renderer, input, view)?;
        let excerpt = match Excerpt::of(view) {
            Some(excerpt) => {
                let decoded = DecodedView::new(&renderer, input, excerpt.view())?;
                Some((excerpt, decoded))
            }
            None => None,
        };
        Ok(Self { renderer, whole, excerpt })
    }

    fn render(&self, decoded: &DecodedView, params: &Params) -> Planes {
        let [width, height] = decoded.view().mosaic_size();
        // A mosaic always has its full extent.
        let rendered = decoded.render(&self.renderer, params, 0).into_planes();
        rendered.unwrap_or_else(|| Planes::black(width, height))
    }
}

impl<R: Renderer> Simulator for ViewSimulator<R> {
    fn simulate(&mut self, params: &Params) -> Planes {
        self.render(&self.whole, params)
    }

    fn excerpt(&self) -> Option<&Excerpt> {
        self.excerpt.as_ref().map(|(excerpt, _)| excerpt)
    }

    fn simulate_excerpts(&mut self, params: &[Params]) -> Vec<Planes> {
        let decoded = self.excerpt.as_ref().map_or(&self.whole, |(_, decoded)| decoded);
        params.par_iter().map(|params| self.render(decoded, params)).collect()
    }
}
