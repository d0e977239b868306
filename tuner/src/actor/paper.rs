//! What the paper's policy sees of an episode (Wu et al., NeurIPS 2024, section 3.2): pictures,
//! photo statistics and history.

use super::ObservationError;
use crate::{Params, Planes};

/// Version of the meaning of these values. It changes with any of them; a model trained on another
/// version is refused.
pub const PAPER_VERSION: u32 = 1;

/// Side of the pictures in pixels.
pub const PAPER_SIDE: usize = 64;
/// Values of one picture: three planes.
pub const PAPER_PICTURE: usize = 3 * PAPER_SIDE * PAPER_SIDE;
/// Bins of one channel's histogram.
const BINS: usize = 32;
/// Values of the histograms of picture and goal.
pub const PAPER_HISTOGRAMS: usize = 2 * 3 * BINS;
/// Values of the statistics of picture and goal: four each.
pub const PAPER_STATISTICS: usize = 2 * 4;
/// Queries that the history has room for.
const QUERIES: usize = 10;
/// Values of the history: of each query the nine parameters and the distance to the goal.
pub const PAPER_HISTORY: usize = QUERIES * (9 + 1);
/// Values behind the two pictures: histograms, statistics, history.
pub const PAPER_NUMBERS: usize = PAPER_HISTOGRAMS + PAPER_STATISTICS + PAPER_HISTORY;
/// Values of one observation.
pub const PAPER_OBSERVATION_LENGTH: usize = 2 * PAPER_PICTURE + PAPER_NUMBERS;

/// Looks at the pictures of one episode as the paper's policy does.
#[derive(Debug, Clone)]
pub struct PaperEye {
    goal: Vec<f32>,
    goal_histograms: Vec<f32>,
    goal_statistics: [f32; 4],
    /// Parameters of the queries so far, oldest first.
    asked: Vec<f32>,
    /// Root mean squared distances to the goal, one for each query.
    distances: Vec<f32>,
}

impl PaperEye {
    /// An episode towards `goal`, [`PAPER_SIDE`] pixels wide and high, before its first query.
    ///
    /// # Errors
    /// [`ObservationError::PaperSide`] when the goal has another size.
    pub fn new(goal: &Planes) -> Result<Self, ObservationError> {
        let goal = rounded(goal)?;
        let (goal_histograms, goal_statistics) = (histograms(&goal), statistics(&goal));
        let (asked, distances) = (Vec::new(), Vec::new());
        Ok(Self { goal, goal_histograms, goal_statistics, asked, distances })
    }

    /// Observes the picture as found: [`PAPER_OBSERVATION_LENGTH`] values.
    ///
    /// | values | what |
    /// |---|---|
    /// | 3 · 64 · 64 | the picture: planes of red, green, blue, in steps of 1/255 |
    /// | 3 · 64 · 64 | the goal |
    /// | 96, 96 | histograms of picture and goal: for red, green, blue the shares of 32 bins, times 8 |
    /// | 4, 4 | of picture and goal: mean and median of the luma, its standard deviation, mean of largest less smallest channel |
    /// | 90 | the parameters of the queries so far, oldest first; 0 where there is none yet |
    /// | 10 | root mean squared distances to the goal after them, as ln(d)/3 + 1; 0 likewise |
    ///
    /// # Errors
    /// [`ObservationError::PaperSide`] when the picture has another size.
    pub fn observe(&self, picture: &Planes) -> Result<Vec<f32>, ObservationError> {
        Ok(self.values(rounded(picture)?))
    }

    /// Takes note of a query and observes its picture.
    ///
    /// # Errors
    /// As [`Self::observe`].
    pub fn observe_query(
        &mut self,
        picture: &Planes,
        params: &Params,
    ) -> Result<Vec<f32>, ObservationError> {
        let picture = rounded(picture)?;
        let squares = picture.iter().zip(&self.goal).map(|(ours, goal)| (ours - goal).powi(2));
        let distance = (squares.sum::<f32>() / PAPER_PICTURE as f32).max(1e-6).sqrt();
        self.asked.extend(params.values().map(|value| value as f32));
        self.distances.push(distance.ln() / 3.0 + 1.0);
        Ok(self.values(picture))
    }

    fn values(&self, picture: Vec<f32>) -> Vec<f32> {
        let (histograms, statistics) = (histograms(&picture), statistics(&picture));
        let padded = |values: &[f32], length: usize| {
            let zeros = std::iter::repeat(0.0);
            values.iter().copied().chain(zeros).take(length).collect::<Vec<f32>>()
        };
        let mut values = picture;
        values.extend_from_slice(&self.goal);
        values.extend(histograms);
        values.extend_from_slice(&self.goal_histograms);
        values.extend(statistics);
        values.extend(self.goal_statistics);
        values.extend(padded(&self.asked, 9 * QUERIES));
        values.extend(padded(&self.distances, QUERIES));
        values
    }
}

/// The planes one after the other, in whole steps of 1/255: exact in a byte each.
fn rounded(picture: &Planes) -> Result<Vec<f32>, ObservationError> {
    let size = [picture.width(), picture.height()];
    if size != [PAPER_SIDE; 2] {
        return Err(ObservationError::PaperSide { width: size[0], height: size[1] });
    }
    let values = picture.channels().into_iter().flatten();
    Ok(values.map(|value| (value.clamp(0.0, 1.0) * 255.0).round() / 255.0).collect())
}

fn histograms(picture: &[f32]) -> Vec<f32> {
    let pixels = PAPER_SIDE * PAPER_SIDE;
    let mut shares = vec![0.0; 3 * BINS];
    for (plane, bins) in picture.chunks(pixels).zip(shares.chunks_mut(BINS)) {
        for value in plane {
            let bin = (*value * BINS as f32) as usize;
            if let Some(share) = bins.get_mut(bin.min(BINS - 1)) {
                // Eight times the share: of the order of 1 where a bin is full.
                *share += 8.0 / pixels as f32;
            }
        }
    }
    shares
}

/// Mean and median of the luma, its standard deviation, and the mean of the largest channel less
/// the smallest.
fn statistics(picture: &[f32]) -> [f32; 4] {
    let pixels = PAPER_SIDE * PAPER_SIDE;
    let mut planes = picture.chunks(pixels);
    let [red, green, blue] = [(); 3].map(|()| planes.next().unwrap_or(&[]));
    let colours = || red.iter().zip(green).zip(blue).map(|((r, g), b)| [*r, *g, *b]);
    let mut luma: Vec<f32> =
        colours().map(|[r, g, b]| 0.2126 * r + 0.7152 * g + 0.0722 * b).collect();
    let count = luma.len().max(1) as f32;
    let mean = luma.iter().sum::<f32>() / count;
    let variance = luma.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    let spread = colours().map(|[r, g, b]| r.max(g).max(b) - r.min(g).min(b)).sum::<f32>() / count;
    luma.sort_by(f32::total_cmp);
    let median = luma.get(luma.len() / 2).copied().unwrap_or(mean);
    [mean, median, variance.sqrt(), spread]
}

#[cfg(test)]
mod tests;
