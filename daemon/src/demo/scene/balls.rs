//! Balls on the floor: shading, a reflected light panel that clips, contact shadows.

use nalgebra::Vector3;

use super::light::{Place, on_floor, smooth_step};
use super::palette::{Palette, Rgb};

/// Luminance of the light panel, in perfect diffusers.
const PANEL_LUMINANCE: f32 = 34.0;
/// Fresnel reflection of lacquer at normal incidence (index 1.5), and of a matt surface's sheen.
const LACQUER: f32 = 0.04;

#[derive(Debug, Clone, Copy)]
struct Ball {
    middle: Place,
    radius: f32,
    finish: Finish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    Plaster,
    Red,
    Blue,
    Orange,
}

const BALLS: [Ball; 4] = [
    Ball { middle: Place { x: -0.49, y: 0.300 }, radius: 0.100, finish: Finish::Plaster },
    Ball { middle: Place { x: -0.20, y: 0.335 }, radius: 0.090, finish: Finish::Red },
    Ball { middle: Place { x: 0.055, y: 0.345 }, radius: 0.080, finish: Finish::Orange },
    Ball { middle: Place { x: 0.275, y: 0.325 }, radius: 0.085, finish: Finish::Blue },
];

/// The colour at a place of a ball, lit; `None` beside all balls.
pub(super) fn colour(at: Place, palette: &Palette) -> Option<Rgb> {
    BALLS.iter().find_map(|ball| ball.colour(at, palette))
}

/// What is left of the light on the floor beside the balls, 0 … 1.
pub(super) fn floor_shadow(at: Place) -> f32 {
    let shadow = |ball: &Ball| {
        let dx = (at.x - ball.middle.x) / (1.05 * ball.radius);
        let dy = (at.y - ball.middle.y - 0.93 * ball.radius) / (0.30 * ball.radius);
        1.0 - 0.72 * (-(dx * dx + dy * dy)).exp()
    };
    BALLS.iter().map(shadow).product()
}

impl Ball {
    fn colour(&self, at: Place, palette: &Palette) -> Option<Rgb> {
        let dx = (at.x - self.middle.x) / self.radius;
        let dy = (at.y - self.middle.y) / self.radius;
        let flat = dx * dx + dy * dy;
        if flat >= 1.0 {
            return None;
        }
        let normal = Vector3::new(dx, dy, (1.0 - flat).sqrt());
        let [red, blue, orange] = palette.lacquers;
        let body = match self.finish {
            Finish::Plaster => palette.white * 0.80,
            Finish::Red => red,
            Finish::Blue => blue,
            Finish::Orange => orange,
        };
        // A broad panel above: light wraps round; the floor sends some back from below.
        let above = (0.52 - 0.62 * normal.y + 0.22 * normal.z).max(0.0);
        let below = 0.16 * normal.y.max(0.0);
        let contact = 1.0 - 0.55 * smooth_step(0.75, 1.0, normal.y);
        let diffuse = body * ((above + below) * contact * on_floor(self.middle));
        Some(diffuse + palette.white * self.reflected_panel(normal))
    }

    /// Mirror image of the panel in the ceiling for a viewer in front.
    fn reflected_panel(&self, normal: Vector3<f32>) -> f32 {
        if self.finish == Finish::Plaster {
            return 0.0;
        }
        let mirrored = normal * (2.0 * normal.z) - Vector3::z();
        // Where the mirrored ray meets the ceiling, in units of the ceiling's height.
        let up = (-mirrored.y).max(1e-3);
        let (across, towards_viewer) = (mirrored.x / up, mirrored.z / up);
        let window = smooth_step(0.60, 0.55, across.abs())
            * smooth_step(0.10, 0.15, towards_viewer)
            * smooth_step(0.95, 0.88, towards_viewer);
        // Schlick's approximation (1994).
        let fresnel = LACQUER + (1.0 - LACQUER) * (1.0 - normal.z).powi(5);
        let surround = 0.25 * fresnel;
        surround + window * fresnel * PANEL_LUMINANCE
    }
}
