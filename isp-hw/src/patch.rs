//! A piece of a picture on its way through a renderer.

use tuner::Planes;

/// A rectangular piece of a picture as three planes of floats, with its place in the picture.
///
/// A piece may reach over the border of its picture; there it repeats the border's pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Column and row of the first pixel in the picture; negative beyond its border.
    pub origin: [isize; 2],
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Red, green, blue; each `width × height` values, row by row.
    pub planes: [Vec<f32>; 3],
}

impl Patch {
    /// A piece of the same place and size with other content, `map` being applied to each plane.
    #[must_use]
    pub fn with_planes(&self, planes: [Vec<f32>; 3]) -> Self {
        Self { origin: self.origin, width: self.width, height: self.height, planes }
    }

    /// The same piece without `margin` pixels on each side.
    #[must_use]
    pub fn cropped(&self, margin: usize) -> Self {
        let width = self.width.saturating_sub(2 * margin);
        let height = self.height.saturating_sub(2 * margin);
        let crop = |plane: &Vec<f32>| -> Vec<f32> {
            plane
                .chunks_exact(self.width.max(1))
                .skip(margin)
                .take(height)
                .flat_map(|row| row.iter().skip(margin).take(width).copied())
                .collect()
        };
        let [x, y] = self.origin;
        let origin = [x.saturating_add_unsigned(margin), y.saturating_add_unsigned(margin)];
        Self { origin, width, height, planes: self.planes.each_ref().map(crop) }
    }

    /// Applies `operation` to the three values of every pixel.
    pub(crate) fn map_pixels(&mut self, operation: impl Fn([f32; 3]) -> [f32; 3]) {
        let [red, green, blue] = &mut self.planes;
        for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
            [*r, *g, *b] = operation([*r, *g, *b]);
        }
    }

    /// The planes as a working picture; `None` when their lengths do not fit the size.
    #[must_use]
    pub fn into_planes(self) -> Option<Planes> {
        Planes::new(self.width, self.height, self.planes)
    }
}

/// Separable five-tap convolution of one plane; the result has two pixels less on each side.
/// `taps` are the weights of the centre, its neighbours, and theirs.
pub fn blur_five(plane: &[f32], width: usize, taps: [f32; 3]) -> Vec<f32> {
    let [centre, near, far] = taps;
    let weigh =
        |a: f32, b: f32, c: f32, d: f32, e: f32| centre * c + near * (b + d) + far * (a + e);
    let across: Vec<f32> = plane
        .chunks_exact(width.max(1))
        .flat_map(|row| {
            row.windows(5).map(move |window| match *window {
                [a, b, c, d, e] => weigh(a, b, c, d, e),
                _ => 0.0,
            })
        })
        .collect();
    let narrow = width.saturating_sub(4);
    let from = |row: usize| across.get(row * narrow..).unwrap_or(&[]);
    from(0)
        .iter()
        .zip(from(1))
        .zip(from(2))
        .zip(from(3))
        .zip(from(4))
        .map(|((((&a, &b), &c), &d), &e)| weigh(a, b, c, d, e))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blurring_keeps_a_plane_and_crops_two_pixels() {
        let plane: Vec<f32> = (0..7 * 6).map(|i| (i % 7) as f32 + 10.0 * (i / 7) as f32).collect();
        let blurred = blur_five(&plane, 7, [0.375, 0.25, 0.0625]);
        assert_eq!(blurred, [22.0, 23.0, 24.0, 32.0, 33.0, 34.0]);
    }

    #[test]
    fn cropping_keeps_the_place() {
        let plane: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let planes = [plane.clone(), plane.clone(), plane];
        let patch = Patch { origin: [-1, 4], width: 4, height: 3, planes };
        let inner = patch.cropped(1);
        assert_eq!((inner.origin, inner.width, inner.height), ([0, 5], 2, 1));
        assert_eq!(inner.planes[0], [5.0, 6.0]);
    }
}
