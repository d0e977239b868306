//! How far a picture is from the goal, as a short vector that is linear in the picture.

use crate::{Planes, StyleFeatures, Task};

/// Blocks in a row and in a column.
const GRID: usize = 8;

/// Tone bands in which fine detail is compared: dark, middle and bright thirds of the goal.
const BANDS: usize = 3;

/// Differences between a picture and the goal of `task`, display-referred: the mean of each channel
/// in each block of an 8 × 8 grid, then the fine detail in each tone band. `3·8·8 + 3` numbers.
///
/// The square of each is the part of the mean squared error over the mask that it accounts for: a
/// block's mean counts with the root of the block's share of the mask, and detail is the projection
/// of the picture's Laplacian of luma onto the goal's. Means of many pixels hardly see noise or
/// 8-bit steps; detail is what sees texture, which no mean does.
///
/// A picture of another size than the goal gives zeros. Where only style counts this is the residual
/// of style, [`StyleFeatures::COUNT`] numbers.
pub(super) fn residual(task: &Task, picture: &Planes) -> Vec<f64> {
    if let Some(goal) = &task.style {
        let features = StyleFeatures::of_masked(picture, &task.mask);
        return features.unwrap_or_else(|| goal.clone()).residual(goal).to_vec();
    }
    let fits = picture.width() == task.goal.width() && picture.height() == task.goal.height();
    if !fits {
        return vec![0.0; 3 * GRID * GRID + BANDS];
    }
    let mut residual = block_means(task, picture);
    residual.extend(detail(task, picture));
    residual
}

fn block_means(task: &Task, picture: &Planes) -> Vec<f64> {
    let (width, height) = (task.goal.width().max(1), task.goal.height().max(1));
    let total = task.mask.iter().filter(|counts| **counts).count().max(1) as f64;
    let mut means = Vec::with_capacity(3 * GRID * GRID);
    for (ours, goals) in picture.channels().into_iter().zip(task.goal.channels()) {
        let mut blocks = [(0.0, 0_u32); GRID * GRID];
        for (index, ((ours, goal), counts)) in ours.iter().zip(goals).zip(&task.mask).enumerate() {
            let block = index / width * GRID / height * GRID + index % width * GRID / width;
            if let Some((sum, count)) = blocks.get_mut(block).filter(|_| *counts) {
                *sum += f64::from(ours - goal);
                *count += 1;
            }
        }
        means.extend(blocks.map(|(sum, count)| sum / (f64::from(count.max(1)) * total).sqrt()));
    }
    means
}

fn detail(task: &Task, picture: &Planes) -> [f64; BANDS] {
    let goal_luma = task.goal.luma();
    let ours = laplacian(&picture.luma(), picture.width());
    let goals = laplacian(&goal_luma, task.goal.width());
    let counted = || task.mask.iter().zip(&goal_luma).filter(|(counts, _)| **counts);
    let mut ranked: Vec<f32> = counted().map(|(_, luma)| *luma).collect();
    ranked.sort_by(f32::total_cmp);
    let limit = |third: usize| ranked.get(ranked.len() * third / BANDS).copied().unwrap_or(1.0);
    let (dark_up_to, bright_from) = (limit(1), limit(2));
    // For each band the sums of goal · (ours − goal) and of goal².
    let mut sums = [(0.0, 0.0); BANDS];
    let pixels = ours.iter().zip(&goals).zip(goal_luma.iter().zip(&task.mask));
    for ((ours, goal), (luma, _)) in pixels.filter(|(_, (_, counts))| **counts) {
        let band = usize::from(*luma >= dark_up_to) + usize::from(*luma >= bright_from);
        if let Some((product, square)) = sums.get_mut(band) {
            *product += f64::from(goal * (ours - goal));
            *square += f64::from(goal * goal);
        }
    }
    let total = ranked.len().max(1) as f64;
    sums.map(|(product, square)| if square > 0.0 { product / (square * total).sqrt() } else { 0.0 })
}

/// Each value minus the mean of its four neighbours; 0 on the border.
fn laplacian(plane: &[f32], width: usize) -> Vec<f32> {
    let mut result = vec![0.0; plane.len()];
    let row = |index: usize| plane.chunks_exact(width.max(1)).skip(index);
    let rows = row(0).zip(row(1)).zip(row(2));
    for (((above, middle), below), target) in
        rows.zip(result.chunks_exact_mut(width.max(1)).skip(1))
    {
        let vertical = above.iter().zip(below).skip(1);
        let inner = target.iter_mut().skip(1);
        for ((value, (up, down)), window) in inner.zip(vertical).zip(middle.windows(3)) {
            if let [left, centre, right] = window {
                *value = centre - 0.25 * (up + down + left + right);
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Limits, Params};

    fn ramp(offset: f32) -> Planes {
        let plane: Vec<f32> = (0..400).map(|i| (i * 7 % 31) as f32 / 60.0 + offset).collect();
        Planes::new(20, 20, [plane.clone(), plane.clone(), plane]).unwrap()
    }

    fn task(mask: Vec<bool>) -> Task {
        let (initial, goal) = (ramp(0.0), ramp(0.0));
        let (start, limits, cancel) = (Params::NEUTRAL, Limits::default(), Arc::default());
        Task { initial, goal, mask, style: None, start, limits, budget: 10, cancel }
    }

    #[test]
    fn squares_of_a_constant_difference_add_up_to_its_mean_squared_error() {
        let residual = residual(&task(vec![true; 400]), &ramp(0.1));
        let sum: f64 = residual.iter().map(|value| value * value).sum();
        assert!((sum - 3.0 * 0.01).abs() < 1e-6, "{sum}");
        assert!(residual[192..].iter().all(|value| value.abs() < 1e-6), "detail did not change");
    }

    #[test]
    fn sharpening_shows_in_the_detail_of_every_band() {
        let mut sharper = ramp(0.0);
        let high = laplacian(&sharper.luma(), 20);
        for plane in sharper.channels_mut() {
            plane.iter_mut().zip(&high).for_each(|(value, high)| *value += 0.5 * high);
        }
        let residual = residual(&task(vec![true; 400]), &sharper);
        assert!(residual[192..].iter().all(|value| *value > 1e-3), "{:?}", &residual[192..]);
    }

    #[test]
    fn pixels_outside_the_mask_and_other_sizes_count_nothing() {
        assert!(residual(&task(vec![false; 400]), &ramp(0.3)).iter().all(|value| *value == 0.0));
        let tiny = Planes::new(1, 1, [vec![0.5], vec![0.5], vec![0.5]]).unwrap();
        assert_eq!(residual(&task(vec![true; 400]), &tiny), vec![0.0; 195]);
    }
}
