//! Distance of style and of content between pictures, as the paper rewards them.

use tch::{Kind, Tensor};
use tuner::{Planes, StyleHistograms};

use super::{Vgg, VggFeatures};

/// How far a picture is from a style, and from its own content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StyleScore {
    /// Sum over four layers of the mean squared difference of Gram matrices.
    pub gram: f64,
    /// 100 times the distance of luma histograms and 50 times that of colour differences.
    pub histograms: f64,
    /// Mean squared difference of `relu4_1` between the picture and the one it was made of.
    pub content: f64,
}

impl StyleScore {
    /// Weight of the content in the paper's reward.
    pub const CONTENT_WEIGHT: f64 = 0.5;

    /// Distance of style alone: what the paper calls `StyleScore`; smaller is nearer.
    #[must_use]
    pub fn style(&self) -> f64 {
        self.gram + self.histograms
    }

    /// What the paper's reward takes the decrease of: style and half of the content.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.style() + Self::CONTENT_WEIGHT * self.content
    }
}

/// A style to come near to and a content to keep.
#[derive(Debug)]
pub struct StyleReference {
    grams: Vec<Tensor>,
    histograms: StyleHistograms,
    content: Tensor,
}

impl StyleReference {
    /// The style of `style`, which may show anything and have any size, and the content of `content`.
    /// `None` when one of them is smaller than 8 × 8 pixels.
    #[must_use]
    pub fn new(vgg: &Vgg, style: &Planes, content: &Planes) -> Option<Self> {
        let grams = vgg.features(style)?.0.iter().map(gram).collect();
        let content = vgg.features(content)?.0.pop()?;
        Some(Self { grams, histograms: StyleHistograms::of(style), content })
    }

    /// Scores a picture of the size of the content; `None` for another size.
    #[must_use]
    pub fn score(&self, vgg: &Vgg, picture: &Planes) -> Option<StyleScore> {
        let VggFeatures(features) = vgg.features(picture)?;
        let last = features.last()?;
        if last.size() != self.content.size() {
            return None;
        }
        let pairs = features.iter().map(gram).zip(&self.grams);
        let gram = pairs.map(|(ours, wanted)| mean_square(&ours, wanted)).sum();
        let histograms = StyleHistograms::of(picture).distance(&self.histograms);
        Some(StyleScore { gram, histograms, content: mean_square(last, &self.content) })
    }
}

/// The Gram matrix of features c × h × w, over c·h·w: Gatys, Ecker and Bethge, "Image style transfer
/// using convolutional neural networks", CVPR 2016, equation 3, made independent of the size.
pub(super) fn gram(features: &Tensor) -> Tensor {
    let rows = features.flatten(1, -1);
    let count = rows.numel().max(1) as f64;
    rows.matmul(&rows.transpose(0, 1)) / count
}

fn mean_square(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).square().mean(Kind::Double).double_value(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photographs::dead_leaves;

    fn scene(seed: u64) -> Planes {
        Planes::from(&dead_leaves(seed, 48, 32).unwrap())
    }

    fn changed(picture: &Planes, change: impl Fn(f32) -> f32) -> Planes {
        let mut other = picture.clone();
        for plane in other.channels_mut() {
            plane.iter_mut().for_each(|value| *value = change(*value));
        }
        other
    }

    #[test]
    fn a_picture_in_its_own_style_costs_nothing() {
        let vgg = Vgg::random(0);
        let picture = scene(1);
        let reference = StyleReference::new(&vgg, &picture, &picture).unwrap();
        let score = reference.score(&vgg, &picture).unwrap();
        assert_eq!([score.gram, score.histograms, score.content, score.cost()], [0.0; 4]);
    }

    #[test]
    fn the_farther_the_tones_the_larger_the_score_whatever_the_picture_shows() {
        let vgg = Vgg::random(0);
        let (content, style) = (scene(1), changed(&scene(2), |value| 0.4 * value));
        let reference = StyleReference::new(&vgg, &style, &content).unwrap();
        let score = |factor: f32| {
            reference.score(&vgg, &changed(&content, |value| factor * value)).unwrap()
        };
        let (near, far) = (score(0.4), score(1.0));
        assert!(near.gram < far.gram, "{near:?} {far:?}");
        assert!(near.style() < far.style(), "{near:?} {far:?}");
        assert!(near.content > far.content && far.content == 0.0);
        assert_eq!(near.cost(), near.style() + 0.5 * near.content);
    }

    #[test]
    fn gram_matrices_are_sums_of_products_over_all_places() {
        let features = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 4.0, 0.0, -1.0]).view([2, 1, 3]);
        let wanted = Tensor::from_slice(&[14.0_f32, 1.0, 1.0, 17.0]).view([2, 2]) / 6.0;
        assert!((gram(&features) - wanted).abs().max().double_value(&[]) < 1e-6);
    }

    #[test]
    fn other_sizes_have_no_score() {
        let vgg = Vgg::random(0);
        let reference = StyleReference::new(&vgg, &scene(1), &scene(2)).unwrap();
        let other = Planes::from(&dead_leaves(1, 32, 48).unwrap());
        assert!(reference.score(&vgg, &other).is_none());
        assert!(StyleReference::new(&vgg, &Planes::black(4, 4), &scene(1)).is_none());
    }
}
