//! The paper's reward for styles: decrease of `StyleScore`, less the growth of the content term.

use std::sync::{Arc, Mutex, PoisonError};

use tch::no_grad;
use tuner::Planes;

use super::{StyleReference, StyleScore, Vgg};
use crate::environment::{EpisodeError, PictureCost, StyleCosts};

/// Two unlike photographs differ by about this much, in [`StyleScore::cost`]; so much costs 1.
const COST_UNIT: f64 = 50.0;

/// Costs by the paper's score of style; one network for all episodes.
#[derive(Debug, Clone)]
pub struct PaperReward {
    vgg: Arc<Mutex<Vgg>>,
}

struct PaperCost {
    vgg: Arc<Mutex<Vgg>>,
    reference: StyleReference,
}

impl PaperReward {
    /// Scores by this network.
    #[must_use]
    pub fn new(vgg: Vgg) -> Self {
        Self { vgg: Arc::new(Mutex::new(vgg)) }
    }
}

impl StyleCosts for PaperReward {
    fn towards(&self, goal: &Planes, input: &Planes) -> Result<Box<dyn PictureCost>, EpisodeError> {
        let vgg = self.vgg.lock().unwrap_or_else(PoisonError::into_inner);
        let reference = no_grad(|| StyleReference::new(&vgg, goal, input));
        let smaller = if goal.pixel_count() < input.pixel_count() { goal } else { input };
        let reference = reference.ok_or_else(|| no_score(smaller))?;
        Ok(Box::new(PaperCost { vgg: Arc::clone(&self.vgg), reference }))
    }
}

impl PictureCost for PaperCost {
    fn of(&self, picture: &Planes) -> Result<f64, EpisodeError> {
        let vgg = self.vgg.lock().unwrap_or_else(PoisonError::into_inner);
        let score = no_grad(|| self.reference.score(&vgg, picture));
        score
            .as_ref()
            .map(|score| StyleScore::cost(score) / COST_UNIT)
            .ok_or_else(|| no_score(picture))
    }
}

const fn no_score(picture: &Planes) -> EpisodeError {
    EpisodeError::NoScore { width: picture.width(), height: picture.height() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    #[test]
    fn costs_are_the_papers_in_other_units() {
        let scene = |seed| Planes::from(&dead_leaves(seed, 32, 24).unwrap());
        let (goal, input, picture) = (scene(1), scene(2), scene(3));
        let costs = PaperReward::new(Vgg::random(0)).towards(&goal, &input).unwrap();
        let vgg = Vgg::random(0);
        let score =
            StyleReference::new(&vgg, &goal, &input).unwrap().score(&vgg, &picture).unwrap();
        let wanted = (score.gram + score.histograms + 0.5 * score.content) / 50.0;
        assert!((costs.of(&picture).unwrap() - wanted).abs() < 1e-9);
        assert!(costs.of(&input).unwrap() > 0.0);
    }

    #[test]
    fn other_sizes_are_refused_with_their_size() {
        let scene = Planes::from(&dead_leaves(1, 32, 24).unwrap());
        let reward = PaperReward::new(Vgg::random(0));
        let small = reward.towards(&Planes::black(4, 4), &scene);
        assert!(matches!(small, Err(EpisodeError::NoScore { width: 4, height: 4 })));
        let costs = reward.towards(&scene, &scene).unwrap();
        let other = costs.of(&Planes::black(16, 24));
        assert!(matches!(other, Err(EpisodeError::NoScore { width: 16, height: 24 })));
    }
}
