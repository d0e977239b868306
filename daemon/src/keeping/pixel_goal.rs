//! The goal picture of a camera that is held on it pixel by pixel.

use std::sync::Arc;

use tuner::{Frame, FrameError, Goal, GoalError, GoalOptions, Planes, Samples, Score, View};

use super::journal::Unusable;

/// Mean below which a picture tells nothing, 8-bit steps: black level and noise.
pub(super) const DARK_STEPS: f64 = 4.0;

/// The goal of one camera: a look of the kind finish made fit for it.
#[derive(Debug, Clone)]
pub struct PixelGoal {
    picture: Arc<Frame>,
    options: GoalOptions,
}

/// A picture seen against the goal.
#[derive(Debug, Clone)]
pub struct PixelSight {
    /// The goal, registered to the picture.
    pub goal: Goal,
    /// How near the picture is.
    pub score: Score,
}

impl PixelGoal {
    /// The goal of a camera that gave the picture `found` before anything was written to it: the
    /// picture of the look at 1, a mixture of both below.
    ///
    /// # Errors
    /// [`GoalError`] when look and picture cannot be compared, and must be for its strength.
    pub fn new(
        look: &Arc<Frame>,
        strength: f64,
        found: &Frame,
        options: GoalOptions,
    ) -> Result<Self, GoalError> {
        let strength = strength.clamp(0.0, 1.0);
        let picture = if strength < 1.0 {
            let goal = Goal::prepare(found, (**look).clone(), &options)?;
            Arc::new(mixture(found, &goal.aligned(), strength)?)
        } else {
            Arc::clone(look)
        };
        Ok(Self { picture, options })
    }

    /// The picture of the goal.
    #[must_use]
    pub const fn picture(&self) -> &Arc<Frame> {
        &self.picture
    }

    /// Compares a picture with the goal.
    ///
    /// # Errors
    /// [`Unusable`] when that cannot be done.
    pub fn sight(&self, picture: &Frame) -> Result<PixelSight, Unusable> {
        if mean_steps(picture) < DARK_STEPS {
            return Err(Unusable::Dark);
        }
        let goal = Goal::prepare(picture, (*self.picture).clone(), &self.options)
            .map_err(Unusable::Refused)?;
        let score = score_of(&goal, picture);
        let region = self.options.region_of_interest;
        let score = score.ok_or(Unusable::Refused(GoalError::NothingLeft { region }))?;
        Ok(PixelSight { goal, score })
    }
}

impl PixelSight {
    /// The score of another picture of the same scene.
    #[must_use]
    pub fn score_of(&self, picture: &Frame) -> Option<Score> {
        score_of(&self.goal, picture)
    }
}

fn score_of(goal: &Goal, picture: &Frame) -> Option<Score> {
    let [width, height] = picture.size();
    let view = View::of_size(width, height);
    let seen = Planes::from(&view.gather(picture)?);
    Score::between(&seen, &goal.planes(&view), Some(&goal.mask(&view)), view.tile_size())
}

/// `(1 − weight)·a + weight·b`, of the display-referred samples, at the depth of `a`.
///
/// # Errors
/// [`FrameError`] when the sizes differ and `b` cannot be brought to that of `a`.
pub fn mixture(a: &Frame, b: &Frame, weight: f64) -> Result<Frame, FrameError> {
    let [width, height] = a.size();
    if b.size() != a.size() {
        return mixture(a, &b.resized(width, height)?, weight);
    }
    let mix = |a: f64, b: f64| (1.0 - weight) * a + weight * b;
    let samples = match (a.samples(), b.samples()) {
        (Samples::U8(a), Samples::U8(b)) => {
            Samples::U8(mixed(a, b, |a, b| mix(f64::from(a), f64::from(b)).round() as u8))
        }
        (Samples::U8(a), Samples::U16(b)) => {
            Samples::U8(mixed(a, b, |a, b| mix(f64::from(a), f64::from(b) / 257.0).round() as u8))
        }
        (Samples::U16(a), Samples::U8(b)) => {
            Samples::U16(mixed(a, b, |a, b| mix(f64::from(a), f64::from(b) * 257.0).round() as u16))
        }
        (Samples::U16(a), Samples::U16(b)) => {
            Samples::U16(mixed(a, b, |a, b| mix(f64::from(a), f64::from(b)).round() as u16))
        }
    };
    Frame::new(width, height, samples)
}

fn mixed<A: Copy, B: Copy>(a: &[A], b: &[B], mix: impl Fn(A, B) -> A) -> Vec<A> {
    a.iter().zip(b).map(|(a, b)| mix(*a, *b)).collect()
}

/// Mean of all samples in 8-bit steps; every 16th row will do.
pub(super) fn mean_steps(frame: &Frame) -> f64 {
    fn mean<T: Copy + Into<u32>>(samples: &[T], row: usize) -> f64 {
        let rows = samples.chunks(row).step_by(16).flatten();
        let (sum, count) = rows.fold((0_u64, 0_u64), |(sum, count), sample| {
            (sum + u64::from((*sample).into()), count + 1)
        });
        sum as f64 / count.max(1) as f64
    }
    let row = (frame.width() * 3).max(1);
    match frame.samples() {
        Samples::U8(samples) => mean(samples, row),
        Samples::U16(samples) => mean(samples, row) / 257.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(value: u8) -> Frame {
        Frame::new(16, 16, Samples::U8(vec![value; 16 * 16 * 3])).unwrap()
    }

    #[test]
    fn a_mixture_lies_between_its_parts_at_any_depth() {
        let deep = Frame::new(16, 16, Samples::U16(vec![200 * 257; 16 * 16 * 3])).unwrap();
        for (a, b) in [(grey(100), grey(200)), (grey(100), deep.clone())] {
            assert_eq!(mixture(&a, &b, 0.0).unwrap(), a);
            assert_eq!(mixture(&a, &b, 0.25).unwrap(), grey(125));
        }
        let mixed = mixture(&deep, &grey(100), 0.5).unwrap();
        assert_eq!(mixed.samples(), &Samples::U16(vec![150 * 257; 16 * 16 * 3]));
    }

    #[test]
    fn the_dark_is_not_compared() {
        let look = Arc::new(grey(90));
        let goal = PixelGoal::new(&look, 1.0, &grey(80), GoalOptions::default()).unwrap();
        assert_eq!(goal.sight(&grey(2)).unwrap_err(), Unusable::Dark);
    }
}
