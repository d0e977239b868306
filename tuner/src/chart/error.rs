//! Why a picture shows no chart that can be read.

use super::Corners;

/// Why a chart cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// Text that tells no corners.
    #[error(
        "\"{text}\" does not tell where the chart is; write auto, or the middles of four patches in \
         pixels as x1,y1,x2,y2,x3,y3,x4,y4: dark skin, bluish green, black, white"
    )]
    Text {
        /// What was given.
        text: String,
    },
    /// No four-sided figure goes round the corners in this order.
    #[error(
        "the corners {corners} do not go round a chart; give the middles of dark skin, bluish green, \
         black and white in this order"
    )]
    Crossed {
        /// What was given.
        corners: Corners,
    },
    /// A patch does not lie in the picture.
    #[error(
        "patch {patch} ({name}) of a chart with the corners {corners} reaches out of the {}x{} \
         picture; the whole chart must be in it", size[0], size[1]
    )]
    Outside {
        /// Number of the patch, from 1.
        patch: usize,
        /// Its name.
        name: &'static str,
        /// What was given.
        corners: Corners,
        /// Width and height of the picture.
        size: [usize; 2],
    },
    /// A patch has too few pixels.
    #[error(
        "patch {patch} ({name}) of a chart with the corners {corners} has {pixels} pixels in its \
         middle, {least} are needed; show the chart larger"
    )]
    Small {
        /// Number of the patch, from 1.
        patch: usize,
        /// Its name.
        name: &'static str,
        /// What was given.
        corners: Corners,
        /// Pixels in the middle of the patch.
        pixels: usize,
        /// Pixels that it must have.
        least: usize,
    },
    /// The colours are those of a chart in another order.
    #[error("the patches are not in order with these corners; the colours are right with {better}")]
    Turned {
        /// The same points in the right order.
        better: Corners,
    },
    /// The colours are not those of the chart.
    #[error(
        "the colours between the corners {corners} are not those of a 24-patch chart (correlation \
         {likeness:.2}, at least {least:.2} is needed); give the middles of dark skin, bluish green, \
         black and white"
    )]
    Unlike {
        /// What was given.
        corners: Corners,
        /// Mean correlation of the colours with the chart's.
        likeness: f64,
        /// What it must be.
        least: f64,
    },
    /// A patch is clipped.
    #[error(
        "patch {patch} ({name}) of the chart is clipped: {percent:.0} % of its pixels are {end}; \
         {way_out}"
    )]
    Clipped {
        /// Number of the patch, from 1.
        patch: usize,
        /// Its name.
        name: &'static str,
        /// Part of its pixels that are clipped, in per cent.
        percent: f64,
        /// Where they are clipped.
        end: &'static str,
        /// What to do.
        way_out: &'static str,
    },
    /// No chart was found.
    #[error(
        "no 24-patch chart was found in the picture; show it larger and flatter, or give its corners \
         (x1,y1,x2,y2,x3,y3,x4,y4: the middles of dark skin, bluish green, black, white)"
    )]
    NotFound,
}
