//! What two renderings of one scene have in common: fine detail, whatever its strength.

use super::plane::{Plane, Reduced};

/// Radius of the window against which detail is seen, in pixels of its level.
const RADIUS: usize = 4;

/// Detail of this strength counts half, in 8-bit steps: well above rounding, below texture.
const SOFT_FLOOR_STEPS: f32 = 1.5;

/// High-passed luma divided by its local strength, so that exposure, contrast and tone curves drop
/// out; and which pixels say anything at all.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    /// Normalised detail, about −1 … 1; 0 where there is none or where the picture is clipped.
    pub values: Plane,
    /// 1 where the picture is not clipped, else 0.
    pub valid: Plane,
}

impl Detail {
    /// Detail of a reduced frame together with that of its coarser levels, finest first.
    pub fn pyramid(reduced: &Reduced, levels: usize) -> Vec<Self> {
        let (mut luma, mut valid) = (reduced.luma(), reduced.unclipped());
        let mut pyramid = vec![Self::of(&luma, valid.clone())];
        for _ in 1..levels {
            luma = luma.halved();
            valid = valid.halved();
            // A coarse pixel is clipped when most of it is.
            valid.values.iter_mut().for_each(|v| *v = if *v >= 0.5 { 1.0 } else { 0.0 });
            pyramid.push(Self::of(&luma, valid.clone()));
        }
        pyramid
    }

    /// Detail of one luma plane in 8-bit steps.
    pub fn of(luma: &Plane, valid: Plane) -> Self {
        let high = luma.zip(&luma.box_mean(RADIUS), |value, mean| value - mean);
        let power = high.zip(&high, |a, b| a * b).box_mean(RADIUS);
        let floor = SOFT_FLOOR_STEPS * SOFT_FLOOR_STEPS;
        let normalised = high.zip(&power, |value, power| value / (power.max(0.0) + floor).sqrt());
        Self { values: normalised.zip(&valid, |value, valid| value * valid), valid }
    }

    /// Share of pixels that carry detail, in [0, 1].
    pub fn textured_share(&self) -> f32 {
        let power: f32 = self.values.values.iter().map(|v| (v * v).min(1.0)).sum();
        power / self.values.values.len().max(1) as f32
    }
}

/// How two details agree when the second is read `dx, dy` pixels further right and down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreement {
    /// Normalised correlation in [−1, 1] over the pixels that are valid in both; 0 without detail.
    pub correlation: f32,
    /// Strength of the detail in both that was compared, in pixels.
    pub weight: f32,
}

/// Normalised correlation of the found detail at `(x, y)` with the goal's at `(x + dx, y + dy)`.
pub(crate) fn agreement(found: &Detail, goal: &Detail, [dx, dy]: [isize; 2]) -> Agreement {
    let (width, height) = (found.values.width, found.values.height);
    let left = dx.min(0).unsigned_abs();
    let goal_left = dx.max(0).unsigned_abs();
    let count = width.saturating_sub(dx.unsigned_abs());
    let top = dy.min(0).unsigned_abs();
    let goal_top = dy.max(0).unsigned_abs();
    let (mut product, mut found_power, mut goal_power) = (0.0_f64, 0.0_f64, 0.0_f64);
    for row in 0..height.saturating_sub(dy.unsigned_abs()) {
        let sums = correlate(
            [found.values.span(left, top + row, count), found.valid.span(left, top + row, count)],
            [
                goal.values.span(goal_left, goal_top + row, count),
                goal.valid.span(goal_left, goal_top + row, count),
            ],
        );
        let [p, f, g] = sums;
        product += f64::from(p);
        found_power += f64::from(f);
        goal_power += f64::from(g);
    }
    let power = (found_power * goal_power).sqrt();
    let correlation = if power > 1e-6 { (product / power) as f32 } else { 0.0 };
    Agreement { correlation, weight: power as f32 }
}

/// Sums of f·g, f²·v_g and g²·v_f, in lanes that the compiler can vectorise.
fn correlate([found, found_valid]: [&[f32]; 2], [goal, goal_valid]: [&[f32]; 2]) -> [f32; 3] {
    const LANES: usize = 8;
    let mut lanes = [[0.0_f32; LANES]; 3];
    let rows = [found, found_valid, goal, goal_valid].map(|row| row.chunks_exact(LANES));
    let [rest_f, rest_vf, rest_g, rest_vg] = rows.each_ref().map(|chunks| chunks.remainder());
    let [f, vf, g, vg] = rows;
    for (((f, vf), g), vg) in f.zip(vf).zip(g).zip(vg) {
        add_products(&mut lanes, [f, vf, g, vg]);
    }
    add_products(&mut lanes, [rest_f, rest_vf, rest_g, rest_vg]);
    lanes.map(|lane| lane.iter().sum())
}

fn add_products<const LANES: usize>(
    [product, found_power, goal_power]: &mut [[f32; LANES]; 3],
    [f, vf, g, vg]: [&[f32]; 4],
) {
    let pixels = f.iter().zip(vf).zip(g).zip(vg);
    let sums = product.iter_mut().zip(found_power.iter_mut()).zip(goal_power.iter_mut());
    for ((((f, vf), g), vg), ((p, pf), pg)) in pixels.zip(sums) {
        *p += f * g;
        *pf += f * f * vg;
        *pg += g * g * vf;
    }
}
