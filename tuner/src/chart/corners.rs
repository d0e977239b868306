//! Where a chart is: the middles of its four corner patches.

use std::fmt;
use std::str::FromStr;

use super::ChartError;
use super::homography::Homography;
use super::reference::{COLUMNS, ROWS};

/// The middles of dark skin, bluish green, black and white (patches 1, 6, 24, 19) in a picture:
/// column and row, where 0 is the middle of the first pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corners(pub [[f64; 2]; 4]);

impl Corners {
    /// The map from the chart's plane, where patches are 1 apart and the middle of the first one is
    /// (0, 0), to the picture.
    ///
    /// # Errors
    /// [`ChartError::Crossed`] where the corners do not go round a convex figure.
    pub(super) fn plane_to_picture(&self) -> Result<Homography, ChartError> {
        let crossed = ChartError::Crossed { corners: *self };
        if !self.go_round() {
            return Err(crossed);
        }
        let [right, bottom] = [COLUMNS, ROWS].map(|count| (count - 1) as f64);
        let plane = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
        let pairs: Vec<_> = plane.into_iter().zip(self.0).collect();
        Homography::of_pairs(&pairs).ok_or(crossed)
    }

    /// Whether every turn goes the same way, as round a convex figure.
    fn go_round(&self) -> bool {
        let [a, b, c, d] = self.0;
        let turn = |[p, q, r]: [[f64; 2]; 3]| {
            (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0])
        };
        let turns = [[a, b, c], [b, c, d], [c, d, a], [d, a, b]].map(turn);
        turns.iter().all(|turn| *turn > 0.0) || turns.iter().all(|turn| *turn < 0.0)
    }

    /// The same points in all orders that go round, this one first if it does: as the chart may be
    /// turned or seen in a mirror.
    pub(super) fn orders(&self) -> impl Iterator<Item = Self> {
        let [a, b, c, d] = self.0;
        let rounds = [[a, b, c, d], [a, b, d, c], [a, c, b, d]].map(Self);
        rounds.into_iter().filter(Self::go_round).take(1).flat_map(|Self([a, b, c, d])| {
            let turned = [[a, b, c, d], [b, c, d, a], [c, d, a, b], [d, a, b, c]];
            turned.into_iter().flat_map(|[a, b, c, d]| [Self([a, b, c, d]), Self([a, d, c, b])])
        })
    }
}

/// As the option takes it, to a tenth of a pixel.
impl fmt::Display for Corners {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.as_flattened().iter().map(|value| (value * 10.0).round() / 10.0);
        let words: Vec<String> = tenths.map(|value| value.to_string()).collect();
        formatter.write_str(&words.join(","))
    }
}

impl FromStr for Corners {
    type Err = ChartError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ChartError::Text { text: text.to_owned() };
        let number = |word: &str| word.trim().parse().ok().filter(|value: &f64| value.is_finite());
        let numbers: Vec<f64> =
            text.split(',').map(number).collect::<Option<_>>().ok_or_else(wrong)?;
        let (points, []) = numbers.as_chunks::<2>() else { return Err(wrong()) };
        points.try_into().map(Self).map_err(|_| wrong())
    }
}
