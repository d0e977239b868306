//! The colours of a picture as a few areas.

use tuner::{Frame, FrameError};

use crate::report::shown_picture::fitted;

/// Colours of a palette.
const COLOURS: usize = 6;
/// Long side at which a picture is looked at.
const LONG_SIDE: usize = 96;

/// One colour with its share of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Swatch {
    /// As CSS has it: `#a1b2c3`.
    pub colour: String,
    /// Share of the pixels in per cent.
    pub percent: String,
}

/// The colours of a picture by median cut (Heckbert, "Color image quantization for frame buffer
/// display", 1982): the box of colours that spreads most, weighted with its pixels, is halved until
/// there are six. From dark to bright.
pub(super) fn palette(picture: &Frame) -> Result<Vec<Swatch>, FrameError> {
    let [width, height] = fitted(picture.size(), LONG_SIDE);
    let small = picture.resized(width, height)?;
    let mut boxes = vec![pixels(&small)];
    while boxes.len() < COLOURS {
        let widest = boxes.iter().enumerate().max_by(|(_, a), (_, b)| {
            let weight = |colours: &[[u8; 3]]| f64::from(range(colours).1) * colours.len() as f64;
            weight(a).total_cmp(&weight(b))
        });
        let Some((index, _)) = widest.filter(|(_, colours)| range(colours).1 > 0) else { break };
        let mut colours = boxes.swap_remove(index);
        let (channel, _) = range(&colours);
        colours.sort_by_key(|colour| colour.get(channel).copied());
        let upper = colours.split_off(colours.len() / 2);
        boxes.extend([colours, upper]);
    }
    let total: usize = boxes.iter().map(Vec::len).sum();
    let mut means: Vec<([f64; 3], usize)> =
        boxes.iter().filter(|each| !each.is_empty()).map(|each| (mean(each), each.len())).collect();
    let luma = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b;
    means.sort_by(|(a, _), (b, _)| luma(*a).total_cmp(&luma(*b)));
    let swatch = |(mean, count): ([f64; 3], usize)| {
        let [red, green, blue] = mean.map(|value| value.round() as u8);
        Swatch {
            colour: format!("#{red:02x}{green:02x}{blue:02x}"),
            percent: format!("{:.1}", 100.0 * count as f64 / total.max(1) as f64),
        }
    };
    Ok(means.into_iter().map(swatch).collect())
}

fn pixels(picture: &Frame) -> Vec<[u8; 3]> {
    let bytes: Vec<u8> = match picture.samples() {
        tuner::Samples::U8(samples) => samples.clone(),
        tuner::Samples::U16(samples) => samples.iter().map(|value| (value / 257) as u8).collect(),
    };
    bytes.as_chunks::<3>().0.to_vec()
}

/// The channel in which colours differ most, and by how much.
fn range(colours: &[[u8; 3]]) -> (usize, u8) {
    let of = |channel: usize| {
        let values = || colours.iter().filter_map(|colour| colour.get(channel));
        values().max().copied().unwrap_or(0) - values().min().copied().unwrap_or(0)
    };
    (0..3).map(|channel| (channel, of(channel))).max_by_key(|(_, range)| *range).unwrap_or((0, 0))
}

fn mean(colours: &[[u8; 3]]) -> [f64; 3] {
    let count = colours.len().max(1) as f64;
    let mut sums = [0.0; 3];
    for colour in colours {
        sums.iter_mut().zip(colour).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.map(|sum| sum / count)
}

#[cfg(test)]
mod tests {
    use tuner::Samples;

    use super::*;

    #[test]
    fn colours_come_with_their_shares_from_dark_to_bright() {
        let colours: [[u8; 3]; 4] = [[10, 20, 30], [10, 20, 30], [240, 230, 220], [200, 30, 30]];
        let samples = (0..64 * 16).flat_map(|i: usize| colours[i % 64 / 16]).collect();
        let found = palette(&Frame::new(64, 16, Samples::U8(samples)).unwrap()).unwrap();
        let named = |colour: &str| found.iter().find(|swatch| swatch.colour == colour);
        assert_eq!(named("#0a141e").unwrap().percent, "50.0", "{found:?}");
        assert!(named("#f0e6dc").is_some() && named("#c81e1e").is_some(), "{found:?}");
        assert_eq!(found.first().unwrap().colour, "#0a141e");
    }

    #[test]
    fn a_picture_of_one_colour_has_one() {
        let grey = Frame::new(1, 1, Samples::U16(vec![257 * 128; 3])).unwrap();
        let found = palette(&grey).unwrap();
        assert_eq!(found, [Swatch { colour: "#808080".to_owned(), percent: "100.0".to_owned() }]);
    }
}
