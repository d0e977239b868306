//! From spectra to linear sRGB.

use nalgebra::{Matrix3, Vector3};

use super::Illuminant;
use super::observer_table::{X_BAR, Y_BAR, Z_BAR};

/// Reflectance factors every 10 nm from 380 to 730 nm, 0 … 1.
pub(super) type Reflectance = [f64; 36];

/// Relative power (or sensitivity) every 5 nm from 380 to 730 nm.
pub(super) type Emission = [f64; 71];

/// White of sRGB, D65 (IEC 61966-2-1), Y = 1.
const SRGB_WHITE: [f64; 3] = [0.950_456, 1.0, 1.089_058];

/// What a camera under one light makes of a reflectance.
pub(super) struct Rendering {
    /// Light times observer, so that a perfect diffuser has Y = 1.
    weights: [Vector3<f64>; 71],
    to_linear_srgb: Matrix3<f64>,
}

impl Rendering {
    /// The rendering under `illuminant`, exposed so that a perfect diffuser has Y = 1 and balanced
    /// as far as [`Illuminant::adaptation`] says (von Kries in Bradford's cone space; Lam 1985).
    pub(super) fn under(illuminant: Illuminant) -> Self {
        let mut weights = [Vector3::zeros(); 71];
        let observer = X_BAR.iter().zip(&Y_BAR).zip(&Z_BAR);
        for ((weight, power), ((x, y), z)) in
            weights.iter_mut().zip(illuminant.emission()).zip(observer)
        {
            *weight = Vector3::new(*x, *y, *z) * *power;
        }
        let white: Vector3<f64> = weights.iter().sum();
        let luminance = white.y;
        for weight in &mut weights {
            *weight /= luminance;
        }
        let balance = balance(white / luminance, illuminant.adaptation());
        Self { weights, to_linear_srgb: xyz_to_linear_srgb() * balance }
    }

    /// CIE XYZ of a diffuse surface, Y = 1 for the perfect one.
    pub(super) fn xyz(&self, reflectance: &Reflectance) -> Vector3<f64> {
        self.weights.iter().zip(every_5_nm(reflectance)).map(|(weight, r)| weight * r).sum()
    }

    /// Linear sRGB of a diffuse surface; may leave [0, 1] where the colour leaves the gamut.
    pub(super) fn linear_srgb(&self, reflectance: &Reflectance) -> Vector3<f64> {
        self.to_linear_srgb * self.xyz(reflectance)
    }
}

/// Reflectances are smooth: straight lines between the measured bands.
fn every_5_nm(reflectance: &Reflectance) -> impl Iterator<Item = f64> + '_ {
    let next = reflectance.iter().skip(1).chain(reflectance.last());
    reflectance.iter().zip(next).flat_map(|(here, next)| [*here, (here + next) / 2.0])
}

fn balance(white: Vector3<f64>, degree: f64) -> Matrix3<f64> {
    let cones = Matrix3::new(
        0.8951, 0.2664, -0.1614, //
        -0.7502, 1.7135, 0.0367, //
        0.0389, -0.0685, 1.0296,
    );
    let wanted = cones * Vector3::from(SRGB_WHITE);
    let gains =
        wanted.component_div(&(cones * white)) * degree + Vector3::from_element(1.0 - degree);
    let back = cones.try_inverse().unwrap_or_else(Matrix3::identity);
    let matrix = back * Matrix3::from_diagonal(&gains) * cones;
    // A partly balanced white would also be a little darker or brighter; exposure is metered.
    matrix / (matrix * white).y
}

/// Inverse of the matrix of IEC 61966-2-1, from the primaries and white of the standard.
fn xyz_to_linear_srgb() -> Matrix3<f64> {
    let primary = |x: f64, y: f64| Vector3::new(x / y, 1.0, (1.0 - x - y) / y);
    let primaries =
        Matrix3::from_columns(&[primary(0.64, 0.33), primary(0.30, 0.60), primary(0.15, 0.06)]);
    let inverse = primaries.try_inverse().unwrap_or_else(Matrix3::identity);
    let scale = inverse * Vector3::from(SRGB_WHITE);
    Matrix3::from_diagonal(&scale.map(f64::recip)) * inverse
}
