//! Which pixels are the middles of a chart's patches, and what they show.

use super::reference::{COLUMNS, PATCHES, REFERENCE};
use super::{ChartError, Corners};
use crate::{Frame, Samples};

/// Half the side of the middle of a patch that is read, where patches are 1 apart. A patch fills
/// some 0.85 of that; what is left keeps clear of its border where a lens bends the chart.
const HALF_SIDE: f64 = 0.22;
/// Pixels that the middle of a patch must have: with fewer, one of them counts for much.
const LEAST_PIXELS: usize = 16;

/// A colour of each patch, display-referred sRGB in [0, 1], in the order of the chart.
pub type PatchColours = [[f64; 3]; PATCHES];

/// The pixels of each patch, as indices into a picture of one size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PatchPixels([Vec<usize>; PATCHES]);

/// Parts of a patch's pixels, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clipped {
    /// With some channel at its largest value.
    pub(super) white: f64,
    /// With all channels at 0: a colour outside sRGB has one there rightly.
    pub(super) black: f64,
}

impl PatchPixels {
    /// # Errors
    /// [`ChartError`] where the corners go round no figure, a patch leaves the picture or is small.
    pub(super) fn of(corners: &Corners, size: [usize; 2]) -> Result<Self, ChartError> {
        let to_picture = corners.plane_to_picture()?;
        let to_plane = to_picture.inverse().ok_or(ChartError::Crossed { corners: *corners })?;
        let mut all = [const { Vec::new() }; PATCHES];
        for ((number, pixels), reference) in all.iter_mut().enumerate().zip(&REFERENCE) {
            let (patch, name) = (number + 1, reference.name);
            let outside = || ChartError::Outside { patch, name, corners: *corners, size };
            let middle = [(number % COLUMNS) as f64, (number / COLUMNS) as f64];
            let [mut least, mut most] = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
            for [right, down] in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
                let vertex = [middle[0] + right * HALF_SIDE, middle[1] + down * HALF_SIDE];
                let vertex = to_picture.at(vertex).ok_or_else(outside)?;
                least = [least[0].min(vertex[0]), least[1].min(vertex[1])];
                most = [most[0].max(vertex[0]), most[1].max(vertex[1])];
            }
            let within = |most: f64, extent: usize| most <= extent as f64 - 1.0;
            if least[0] < 0.0
                || least[1] < 0.0
                || !within(most[0], size[0])
                || !within(most[1], size[1])
            {
                return Err(outside());
            }
            let [left, top] = least.map(|value| value.ceil() as usize);
            let [right, bottom] = most.map(|value| value.floor() as usize);
            for row in top..=bottom {
                for column in left..=right {
                    let place = to_plane.at([column as f64, row as f64]);
                    if place.is_some_and(|[u, v]| {
                        (u - middle[0]).abs() <= HALF_SIDE && (v - middle[1]).abs() <= HALF_SIDE
                    }) {
                        pixels.push(row * size[0] + column);
                    }
                }
            }
            let (pixels, least) = (pixels.len(), LEAST_PIXELS);
            if pixels < least {
                return Err(ChartError::Small { patch, name, corners: *corners, pixels, least });
            }
        }
        Ok(Self(all))
    }

    /// The mean display value of each patch.
    pub(super) fn means(&self, frame: &Frame) -> PatchColours {
        match frame.samples() {
            Samples::U8(samples) => self.means_of(samples, 255.0),
            Samples::U16(samples) => self.means_of(samples, 65535.0),
        }
    }

    fn means_of<T: Copy + Into<f64>>(&self, samples: &[T], white: f64) -> PatchColours {
        let (pixels, _) = samples.as_chunks::<3>();
        self.0.each_ref().map(|patch| {
            let mut sums = [0.0; 3];
            for pixel in patch.iter().filter_map(|at| pixels.get(*at)) {
                for (sum, &sample) in sums.iter_mut().zip(pixel) {
                    *sum += sample.into();
                }
            }
            sums.map(|sum| sum / white / patch.len() as f64)
        })
    }

    /// How much of each patch is clipped.
    pub(super) fn clipped(&self, frame: &Frame) -> [Clipped; PATCHES] {
        match frame.samples() {
            Samples::U8(samples) => self.clipped_of(samples, [0, u8::MAX]),
            Samples::U16(samples) => self.clipped_of(samples, [0, u16::MAX]),
        }
    }

    fn clipped_of<T: Copy + PartialEq>(
        &self,
        samples: &[T],
        [black, white]: [T; 2],
    ) -> [Clipped; PATCHES] {
        let (pixels, _) = samples.as_chunks::<3>();
        self.0.each_ref().map(|patch| {
            let share = |clips: &dyn Fn(&[T; 3]) -> bool| {
                let clipped =
                    patch.iter().filter_map(|at| pixels.get(*at)).filter(|pixel| clips(pixel));
                clipped.count() as f64 / patch.len() as f64
            };
            Clipped {
                white: share(&|pixel| pixel.contains(&white)),
                black: share(&|pixel| pixel.iter().all(|sample| *sample == black)),
            }
        })
    }
}
