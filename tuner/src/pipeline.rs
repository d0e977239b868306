//! The one seam between tuning and whatever renders pictures.

use std::path::PathBuf;

use crate::{ExtraParameter, Frame, ParameterInfo, Params, View};

/// Anything with parameters that renders a picture: a camera, a program, the software ISP.
///
/// This is all that tuning knows of a device; it is the black box of the paper.
pub trait Pipeline {
    /// The parameters that this pipeline has, in canonical order; the others stay neutral.
    fn parameters(&self) -> &[ParameterInfo];

    /// What it has beside the nine, at most [`crate::MOST_EXTRAS`]; their values stand in
    /// [`Params::extras`] in this order.
    fn extra_parameters(&self) -> &[ExtraParameter] {
        &[]
    }

    /// The picture as it was found, which costs no query: a file pipeline's input, or what a camera
    /// shows before anything is written to it.
    ///
    /// # Errors
    /// [`PipelineError`] when no picture can be had.
    fn as_found(&mut self) -> Result<Frame, PipelineError>;

    /// The parameters at which [`Self::as_found`] was rendered: neutral for a file, what the
    /// controls stood at for a camera.
    fn found_params(&self) -> Params {
        Params::NEUTRAL
    }

    /// One query: sets the parameters and returns the resulting picture, always rendered from the
    /// same input and always of the same size as [`Self::as_found`].
    ///
    /// # Errors
    /// [`PipelineError`] when the pipeline fails; the episode then ends with the best query so far.
    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError>;

    /// Whether [`Self::query_view`] is cheaper than [`Self::query`]. Otherwise the episode asks for
    /// the whole picture and keeps that of the best query.
    fn renders_views(&self) -> bool {
        false
    }

    /// One query of which only the pixels of `view` are wanted, as a mosaic. Pipelines that can
    /// render a part override this; the pixels must equal those of [`Self::query`].
    ///
    /// # Errors
    /// As [`Self::query`], and [`PipelineError::Size`] when the picture has another size than the
    /// view.
    fn query_view(&mut self, params: &Params, view: &View) -> Result<Frame, PipelineError> {
        let frame = self.query(params)?;
        view.gather(&frame).ok_or_else(|| PipelineError::Size {
            expected: view.picture_size(),
            found: frame.size(),
        })
    }
}

/// Why a pipeline gave no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The picture has another size than the one before.
    #[error(
        "the pipeline returned a {}x{} picture where {}x{} was expected; \
         it must keep the size of its input",
        found[0], found[1], expected[0], expected[1]
    )]
    Size {
        /// Width and height expected.
        expected: [usize; 2],
        /// Width and height returned.
        found: [usize; 2],
    },
    /// An external program failed.
    #[error("{program}: {reason}")]
    Program {
        /// The program as configured.
        program: String,
        /// What went wrong, and the way out.
        reason: String,
    },
    /// A camera, or the hardware that sets its parameters, failed.
    #[error("{device}: {reason}")]
    Device {
        /// The camera's node, or the bus and address.
        device: String,
        /// What went wrong, and the way out.
        reason: String,
    },
    /// A file of the exchange with the pipeline could not be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// Stopped because the user asked for it (Ctrl-C).
    #[error("interrupted")]
    Interrupted,
}
