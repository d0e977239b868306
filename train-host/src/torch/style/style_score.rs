//! Distance of style and of content between pictures, as the paper rewards them.

use tch::{Kind, Tensor};
use tuner::Planes;
use tuner::style::StyleHistograms;

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
