//! The plane of a chart as a camera sees it.

use nalgebra::{DMatrix, DVector, Matrix3, Vector3};

/// A projective map of the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Homography(Matrix3<f64>);

impl Homography {
    /// The map that takes the first point of each pair to the second, by least squares where there
    /// are more than four (direct linear transformation with the last coefficient fixed at 1;
    /// Hartley and Zisserman, "Multiple View Geometry", section 4.1). `None` where they do not
    /// determine one.
    pub(super) fn of_pairs(pairs: &[([f64; 2], [f64; 2])]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        let rows = pairs.iter().flat_map(|&([u, v], [x, y])| {
            [[u, v, 1.0, 0.0, 0.0, 0.0, -u * x, -v * x], [0.0, 0.0, 0.0, u, v, 1.0, -u * y, -v * y]]
        });
        let equations = DMatrix::from_row_iterator(2 * pairs.len(), 8, rows.flatten());
        let places = pairs.iter().flat_map(|&(_, place)| place);
        let places = DVector::from_iterator(2 * pairs.len(), places);
        let solved = equations.svd(true, true).solve(&places, 1e-12).ok()?;
        let matrix = Matrix3::from_row_iterator(solved.iter().copied().chain([1.0]));
        matrix.iter().all(|value| value.is_finite()).then_some(Self(matrix))
    }

    /// Where a point goes; `None` where that is at infinity.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let to = self.0 * Vector3::new(x, y, 1.0);
        let place = [to.x / to.z, to.y / to.z];
        place.iter().all(|value| value.is_finite()).then_some(place)
    }

    /// The map back.
    pub(super) fn inverse(&self) -> Option<Self> {
        self.0.try_inverse().map(Self)
    }
}
