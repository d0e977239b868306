//! What the reward of a policy of style is the decrease of, where that is not what a device measures.

use tuner::Planes;

use super::EpisodeError;

/// What pictures made of one input cost, by how far they are from one style and from the input's
/// content.
pub trait PictureCost: Send {
    /// The cost of a picture of the input's size; 1 is about the difference of two unlike pictures.
    ///
    /// # Errors
    /// [`EpisodeError`] when the picture has another size.
    fn of(&self, picture: &Planes) -> Result<f64, EpisodeError>;
}

/// Makes what pictures cost.
pub trait StyleCosts: Send + Sync {
    /// For pictures made of `input`, towards the style of `goal`.
    ///
    /// # Errors
    /// [`EpisodeError`] when one of the two is too small to be judged.
    fn towards(&self, goal: &Planes, input: &Planes) -> Result<Box<dyn PictureCost>, EpisodeError>;
}
