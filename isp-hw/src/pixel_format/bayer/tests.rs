use tuner::{Frame, Samples};

use super::*;
use crate::Transfer;
use crate::pixel_format::Colorimetry;

fn format(pixel: PixelFormat, [width, height]: [u32; 2]) -> FrameFormat {
    let colorimetry = Colorimetry::WEBCAM;
    FrameFormat { pixel, width, height, bytes_per_line: 0, colorimetry }
}

fn words(frame: &Frame) -> &[u16] {
    match frame.samples() {
        Samples::U16(samples) => samples,
        Samples::U8(_) => panic!("8-bit samples"),
    }
}

#[test]
fn sensor_levels_stand_for_black_and_white() {
    let raw = format(PixelFormat::from_fourcc(*b"RG10").unwrap(), [6, 6]);
    let levels = SensorLevels { black: Some(64), white: Some(960) };
    for (sample, wanted) in [(64_u16, 0), (960, 65535), (512, 32768), (10, 0), (1023, 65535)] {
        let bytes = sample.to_le_bytes().repeat(36);
        let input = raw.decode_raw(&bytes, levels).unwrap();
        assert_eq!(input.transfer(), Transfer::Linear);
        assert!(words(input.frame()).iter().all(|value| value.abs_diff(wanted) <= 1), "{sample}");
    }
}

/// Samples of a colour filter array of a grey or coloured scene, 16 bits.
fn mosaic(
    pattern: BayerPattern,
    [width, height]: [u32; 2],
    scene: impl Fn(u32, u32) -> [u16; 3],
) -> (FrameFormat, Vec<u8>) {
    let tile = match pattern {
        BayerPattern::Rggb => [[0, 1], [1, 2]],
        BayerPattern::Bggr => [[2, 1], [1, 0]],
        BayerPattern::Grbg => [[1, 0], [2, 1]],
        BayerPattern::Gbrg => [[1, 2], [0, 1]],
    };
    let sample = |index: u32| {
        let (x, y) = (index % width, index / width);
        scene(x, y)[tile[y as usize % 2][x as usize % 2]]
    };
    let bytes = (0..width * height).flat_map(|index| sample(index).to_le_bytes()).collect();
    let layout = BayerLayout::Bits16;
    (format(PixelFormat::Bayer(Bayer { pattern, layout }), [width, height]), bytes)
}

#[test]
fn an_evenly_coloured_scene_has_its_colour_up_to_the_borders() {
    let colour = [50_000, 30_000, 9_000];
    for pattern in BayerPattern::ALL {
        for size in [[2, 2], [3, 2], [7, 5], [31, 50], [20, 97]] {
            let (format, bytes) = mosaic(pattern, size, |_, _| colour);
            let input = format.decode_raw(&bytes, SensorLevels::default()).unwrap();
            for pixel in words(input.frame()).as_chunks::<3>().0 {
                let apart = pixel.iter().zip(colour).map(|(a, b)| a.abs_diff(b)).max().unwrap();
                assert!(apart <= 2, "{pattern:?} {size:?} {pixel:?}");
            }
        }
    }
}

#[test]
fn edges_of_grey_things_are_hardly_coloured() {
    type Edge = fn(u32, u32) -> bool;
    // How far the channels of a pixel are apart on average; bilinear interpolation: 1278, 1278,
    // 1562 and 1278.
    let edges: [(Edge, u64); 4] = [
        (|x, _| x >= 20, 1),
        (|_, y| y >= 21, 1),
        (|x, y| x > y, 750),
        (|x, y| 2 * x + y >= 61, 750),
    ];
    for pattern in BayerPattern::ALL {
        for (number, (edge, most)) in edges.into_iter().enumerate() {
            let scene = |x, y| [if edge(x, y) { 52_000 } else { 6_000 }; 3];
            let (format, bytes) = mosaic(pattern, [40, 40], scene);
            let input = format.decode_raw(&bytes, SensorLevels::default()).unwrap();
            let spread =
                words(input.frame()).as_chunks::<3>().0.iter().map(|pixel| {
                    u64::from(pixel.iter().max().unwrap() - pixel.iter().min().unwrap())
                });
            let mean = spread.sum::<u64>() / 1600;
            assert!(mean <= most, "{pattern:?}, edge {number}: {mean}");
        }
    }
}

#[test]
fn display_referred_bayer_is_the_linear_one_in_srgb() {
    let (format, bytes) = mosaic(BayerPattern::Rggb, [8, 8], |_, _| [11_796; 3]);
    // 18 % light: 118.0 of 255.
    assert!(
        words(&format.decode(&bytes).unwrap())
            .iter()
            .all(|value| value / 257 == 117 || value / 257 == 118)
    );
}
