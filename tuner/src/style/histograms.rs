//! Histograms of tones and colours, for judging only.

use super::ycbcr::colour_differences;
use crate::Planes;

/// Bins of luma over [0, 1].
const LUMA_BINS: usize = 32;
/// Bins of each colour difference over [−½, ½].
const CHROMA_BINS: usize = 16;
/// Weights of the two in the paper's score of style.
const LUMA_WEIGHT: f64 = 100.0;
const CHROMA_WEIGHT: f64 = 50.0;

/// Histograms of a picture's luma (32 bins) and of its colour differences (16 × 16 bins) in shares of
/// its pixels; Y'C'BC'R after ITU-R BT.709-6.
///
/// Their distance is one of the terms of the paper's StyleScore. It jumps when pixels change
/// bins and says nothing about how far, so no search descends on it; it is a second opinion.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleHistograms {
    luma: Vec<f64>,
    chroma: Vec<f64>,
}

impl StyleHistograms {
    /// The histograms of a picture.
    #[must_use]
    pub fn of(picture: &Planes) -> Self {
        let luma = picture.luma();
        let [blue, red] = colour_differences(picture, &luma);
        let bin = |value: f32, bins: usize| ((value * bins as f32) as usize).min(bins - 1);
        let share = 1.0 / picture.pixel_count().max(1) as f64;
        let mut histograms =
            Self { luma: vec![0.0; LUMA_BINS], chroma: vec![0.0; CHROMA_BINS * CHROMA_BINS] };
        for ((luma, blue), red) in luma.iter().zip(&blue).zip(&red) {
            let column = bin(blue + 0.5, CHROMA_BINS);
            let row = bin(red + 0.5, CHROMA_BINS);
            let bins = [
                histograms.luma.get_mut(bin(*luma, LUMA_BINS)),
                histograms.chroma.get_mut(row * CHROMA_BINS + column),
            ];
            bins.into_iter().flatten().for_each(|bin| *bin += share);
        }
        histograms
    }

    /// Euclidean distance of the histograms of luma, in [0, √2].
    #[must_use]
    pub fn luma_distance(&self, goal: &Self) -> f64 {
        euclidean(&self.luma, &goal.luma)
    }

    /// Euclidean distance of the histograms of colour differences, in [0, √2].
    #[must_use]
    pub fn chroma_distance(&self, goal: &Self) -> f64 {
        euclidean(&self.chroma, &goal.chroma)
    }

    /// 100 times the distance of luma and 50 times that of the colour differences, the weights of
    /// the paper's StyleScore; in [0, 213].
    #[must_use]
    pub fn distance(&self, goal: &Self) -> f64 {
        LUMA_WEIGHT * self.luma_distance(goal) + CHROMA_WEIGHT * self.chroma_distance(goal)
    }
}

fn euclidean(ours: &[f64], goals: &[f64]) -> f64 {
    let squares = ours.iter().zip(goals).map(|(ours, goal)| (ours - goal) * (ours - goal));
    squares.sum::<f64>().sqrt()
}
