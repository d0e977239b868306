//! Least squares on pixels, condensed to as many equations as there are free parameters.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::Task;
use crate::Planes;

/// Added to the diagonal as a part of its mean: directions that the picture hides (exposure is nearly
/// the sum of the three gains) stay solvable, in spite of what sums of `f32` leave there.
const LEAST_DIAGONAL: f64 = 1e-6;
/// Pixels that are added up in `f32` before their sum goes to `f64`.
const RUN: usize = 256;

/// A linear model of how far all counted samples of a picture are from the goal, near the
/// parameters of that picture.
///
/// With J the derivatives of all samples and r the differences, the minimum of ‖r + J·s‖² over any
/// box needs only JᵀJ and Jᵀr: it is where ‖b + R·s‖² is least, with R upper triangular, RᵀR = JᵀJ
/// and Rᵀb = Jᵀr (the reduced form of least squares by normal equations). Both sink by the same.
pub(super) struct PixelModel {
    /// R, k × k.
    pub(super) jacobian: DMatrix<f64>,
    /// b, k values.
    pub(super) residual: DVector<f64>,
}

impl PixelModel {
    /// The model of `picture` for the goal of `task`. Where the parameters are moved one by one, by
    /// `differences`, what gave `here` gives `moved`. `None` when a size is another, or a pixel is
    /// no number.
    pub(super) fn new(
        task: &Task,
        picture: &Planes,
        here: &Planes,
        moved: &[Planes],
        differences: &[f64],
    ) -> Option<Self> {
        let count = moved.len();
        let size = task.goal.pixel_count();
        let mut all = moved.iter().chain([picture, here]);
        if all.any(|each| each.pixel_count() != size) || task.mask.len() != size {
            return None;
        }
        let mut normal = DMatrix::<f64>::zeros(count, count);
        let mut slope = DVector::<f64>::zeros(count);
        for channel in 0..3 {
            let plane = |planes: &Planes| -> Option<Vec<f32>> {
                planes.channels().get(channel).map(|plane| plane.to_vec())
            };
            let masked = |ours: &[f32], others: &[f32], scale: f32| -> Vec<f32> {
                let pixels = ours.iter().zip(others).zip(&task.mask);
                pixels.map(|((a, b), counts)| if *counts { (a - b) * scale } else { 0.0 }).collect()
            };
            let (here, goal, picture) = (plane(here)?, plane(&task.goal)?, plane(picture)?);
            let residual = masked(&picture, &goal, 1.0);
            let columns: Vec<Vec<f32>> = moved
                .iter()
                .zip(differences)
                .map(|(moved, &difference)| {
                    let moved = plane(moved)?;
                    Some(masked(&moved, &here, (1.0 / difference) as f32))
                })
                .collect::<Option<_>>()?;
            for (row, a) in columns.iter().enumerate() {
                *slope.get_mut(row)? += product(a, &residual);
                for (column, b) in columns.iter().enumerate().take(row + 1) {
                    *normal.get_mut((row, column))? += product(a, b);
                }
            }
        }
        normal.fill_upper_triangle_with_lower_triangle();
        let least = LEAST_DIAGONAL * normal.diagonal().mean().max(f64::MIN_POSITIVE);
        let normal = normal + DMatrix::identity(count, count) * least;
        let lower = Cholesky::new(normal)?.unpack();
        let residual = lower.solve_lower_triangular(&slope)?;
        Some(Self { jacobian: lower.transpose(), residual })
    }
}

fn product(a: &[f32], b: &[f32]) -> f64 {
    let runs = a.chunks(RUN).zip(b.chunks(RUN));
    runs.map(|(a, b)| f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>())).sum()
}
