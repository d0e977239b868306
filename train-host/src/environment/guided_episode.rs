//! An episode of which it is known where it should end.

use tuner::Params;
use tuner::actor::ObservationError;

use super::PictureMetric;

/// What a policy sees, whose output is a step of the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The network's input.
    pub values: Vec<f32>,
    /// Size of the residual, which bounds the step ([`tuner::actor::step`]).
    pub scale: f64,
}

/// An episode with its answer: what goal regression learns from.
pub trait GuidedEpisode: Send + Sync {
    /// Errors below this, as [`Self::metric`] measures them, are all the same.
    const LEAST_ERROR: f64;

    /// What the policy sees now.
    ///
    /// # Errors
    /// [`ObservationError`] when a pixel is not finite.
    fn observe(&self) -> Result<Seen, ObservationError>;

    /// The next query.
    fn query(&mut self, params: Params);

    /// The parameters of the picture now.
    fn params(&self) -> &Params;

    /// The answer.
    fn target(&self) -> &Params;

    /// How much errors of the parameters show, at the answer.
    fn metric(&self) -> &PictureMetric;

    /// How near the last picture came; `None` where what the policy proposes is not rendered.
    fn figure(&self) -> Option<f64>;
}
