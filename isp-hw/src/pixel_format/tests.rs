use proptest::prelude::*;
use tuner::{Frame, Samples};

use super::*;

const WRITTEN: [PixelFormat; 8] = [
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yu12,
    PixelFormat::Rgb3,
    PixelFormat::Bgr3,
    PixelFormat::Grey,
];

fn format(pixel: PixelFormat, [width, height]: [u32; 2]) -> FrameFormat {
    let colorimetry = Colorimetry::WEBCAM;
    FrameFormat { pixel, width, height, bytes_per_line: 0, colorimetry }
}

fn picture([width, height]: [u32; 2], pixel: impl Fn(u32, u32) -> [u8; 3]) -> Frame {
    let at = |index: u32| pixel(index % width, index / width);
    let samples = (0..width * height).flat_map(at).collect();
    Frame::new(width as usize, height as usize, Samples::U8(samples)).unwrap()
}

/// A slow ramp in each direction, so that chroma loses nothing by being halved.
fn ramp(size: [u32; 2]) -> Frame {
    picture(size, |x, y| [40 + x * 2, 60 + y * 2, 200 - x - y].map(|sample| sample as u8))
}

fn bytes(frame: &Frame) -> &[u8] {
    match frame.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(_) => panic!("16-bit samples"),
    }
}

fn most_apart(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn every_format_is_found_by_its_code() {
    assert_eq!(PixelFormat::all().count(), 9 + 4 * 8);
    for pixel in PixelFormat::all() {
        assert_eq!(PixelFormat::from_fourcc(pixel.fourcc()), Some(pixel), "{pixel}");
    }
    assert_eq!(PixelFormat::from_fourcc(*b"JPEG"), Some(PixelFormat::Mjpeg));
    assert_eq!(PixelFormat::from_fourcc(*b"H264"), None);
    let grbg10 = Bayer { pattern: BayerPattern::Grbg, layout: BayerLayout::Bits10 };
    assert_eq!(PixelFormat::Bayer(grbg10).to_string(), "BA10");
}

#[test]
fn colour_bars_of_the_standard_come_out_as_their_colours() {
    // 75 % bars, Y' Cb Cr in BT.601 limited range (ITU-R BT.801, table for 8 bits).
    let bars = [
        ([180, 128, 128], [191, 191, 191]),
        ([162, 44, 142], [191, 191, 0]),
        ([131, 156, 44], [0, 191, 191]),
        ([112, 72, 58], [0, 191, 0]),
        ([84, 184, 198], [191, 0, 191]),
        ([65, 100, 212], [191, 0, 0]),
        ([35, 212, 114], [0, 0, 191]),
        ([16, 128, 128], [0, 0, 0]),
        ([235, 128, 128], [255, 255, 255]),
    ];
    for ([y, cb, cr], rgb) in bars {
        let decoded = format(PixelFormat::Yuyv, [2, 1]).decode(&[y, cb, y, cr]).unwrap();
        assert!(most_apart(bytes(&decoded), &[rgb, rgb].concat()) <= 1, "{rgb:?} {decoded:?}");
        let planar = format(PixelFormat::Yu12, [1, 1]).decode(&[y, cb, cr]).unwrap();
        assert_eq!(bytes(&planar), &bytes(&decoded)[..3]);
    }
}

#[test]
fn pictures_come_back_as_they_were_written() {
    for pixel in WRITTEN {
        for size in [[64, 48], [33, 21], [1, 1], [2, 3]] {
            for encoding in [Encoding::Bt601, Encoding::Bt709, Encoding::Bt2020] {
                for quantisation in [Quantisation::Full, Quantisation::Limited] {
                    let colorimetry = Colorimetry { encoding, quantisation, ..Colorimetry::WEBCAM };
                    let format = FrameFormat { colorimetry, ..format(pixel, size) };
                    let grey = pixel == PixelFormat::Grey;
                    let picture = if grey {
                        picture(size, |x, y| [(x + 3 * y) as u8; 3])
                    } else {
                        ramp(size)
                    };
                    let back = format.decode(&format.encode(&picture).unwrap()).unwrap();
                    let apart = most_apart(bytes(&picture), bytes(&back));
                    assert!(apart <= 4, "{pixel} {size:?} {encoding:?} {quantisation:?}: {apart}");
                }
            }
        }
    }
}

#[test]
fn padding_between_rows_is_no_part_of_the_picture() {
    for pixel in WRITTEN {
        let tight = format(pixel, [10, 6]);
        let plain = tight.encode(&ramp([10, 6])).unwrap();
        let padded = FrameFormat { bytes_per_line: 64, ..tight };
        let mut buffer = vec![0xA5; padded.buffer_len().unwrap() + 7];
        padded.encode_into(&ramp([10, 6]), &mut buffer).unwrap();
        assert_eq!(padded.decode(&buffer).unwrap(), tight.decode(&plain).unwrap(), "{pixel}");
        assert_eq!(buffer[63], 0xA5, "{pixel}");
    }
}

#[test]
fn sixteen_bit_pictures_are_rounded() {
    let deep = Frame::new(1, 1, Samples::U16(vec![128, 129, 65535])).unwrap();
    let full = Colorimetry { quantisation: Quantisation::Full, ..Colorimetry::WEBCAM };
    let format = FrameFormat { colorimetry: full, ..format(PixelFormat::Rgb3, [1, 1]) };
    assert_eq!(format.encode(&deep).unwrap(), [0, 1, 255]);
}

#[test]
fn only_colours_that_look_wrong_on_an_srgb_display_are_converted() {
    let decoded = |primaries, transfer, pixel: [u8; 3]| {
        let quantisation = Quantisation::Full;
        let colorimetry = Colorimetry { primaries, transfer, quantisation, ..Colorimetry::WEBCAM };
        let format = FrameFormat { colorimetry, ..format(PixelFormat::Rgb3, [1, 1]) };
        bytes(&format.decode(&pixel).unwrap()).to_vec()
    };
    use {Primaries as P, TransferFunction as T};
    for primaries in [P::Rec709, P::Smpte170m, P::Ebu3213, P::Ntsc1953, P::Raw] {
        for transfer in [T::Rec709, T::Srgb, T::Smpte240m] {
            assert_eq!(decoded(primaries, transfer, [200, 100, 50]), [200, 100, 50]);
        }
    }
    // Linear light: middle grey 46 of 255 is 18 %, which sRGB writes as 118.
    assert_eq!(decoded(P::Raw, T::Linear, [46; 3]), [118; 3]);
    // Greys stay grey; white stays white.
    for primaries in [P::Bt2020, P::AdobeRgb, P::DciP3] {
        assert_eq!(decoded(primaries, T::Srgb, [118; 3]), [118; 3], "{primaries:?}");
        assert_eq!(decoded(primaries, T::DciP3, [255; 3]), [255; 3], "{primaries:?}");
    }
    // Computed apart, with the matrices of BT.2407 (2020 to 709) and IEC 61966-2-5 (opRGB).
    let wide = decoded(P::Bt2020, T::Srgb, [150, 120, 100]);
    assert!(most_apart(&wide, &[167, 116, 96]) <= 1, "{wide:?}");
    let oprgb = decoded(P::AdobeRgb, T::AdobeRgb, [200, 100, 50]);
    assert!(most_apart(&oprgb, &[227, 100, 42]) <= 1, "{oprgb:?}");
    // Diffuse white of 203 cd/m² stands at 58 % of the range of ST 2084 (ITU-R BT.2408).
    assert_eq!(decoded(P::Rec709, T::Pq, [149; 3]), [255; 3]);
    assert_eq!(decoded(P::Rec709, T::Pq, [135; 3]), [205; 3]);
}

#[test]
fn formats_that_cannot_be_written_are_refused() {
    let size = [4, 4];
    let refused = |format: FrameFormat| format.encode(&ramp([4, 4])).unwrap_err().to_string();
    let raw = PixelFormat::from_fourcc(*b"pRAA").unwrap();
    assert!(refused(format(raw, size)).contains("pRAA is not written"));
    assert!(refused(format(PixelFormat::Grey, [5, 4])).contains("[4, 4]"));
    let linear = Colorimetry { transfer: TransferFunction::Linear, ..Colorimetry::WEBCAM };
    let linear = FrameFormat { colorimetry: linear, ..format(PixelFormat::Yuyv, size) };
    assert!(refused(linear).contains("Linear"));
    let short = format(PixelFormat::Yuyv, size).encode_into(&ramp(size), &mut [0; 31]);
    assert!(short.unwrap_err().to_string().contains("31 bytes"));
}

#[test]
fn geometry_that_no_buffer_has_is_told() {
    let message = |format: FrameFormat, bytes: &[u8]| format.decode(bytes).unwrap_err().to_string();
    let yuyv = format(PixelFormat::Yuyv, [4, 4]);
    assert!(
        message(yuyv, &[0; 31]).starts_with("a buffer of 31 bytes, but 4x4 pixels of YUYV take 32")
    );
    let narrow = FrameFormat { bytes_per_line: 7, ..yuyv };
    assert!(message(narrow, &[0; 99]).starts_with("7 bytes a line, but 4 pixels of YUYV take 8"));
    for size in [[0, 4], [4, 0], [70_000, 1], [60_000, 60_000]] {
        let sized = format(PixelFormat::Nv12, size);
        assert!(message(sized, &[]).contains("choose another size"), "{size:?}");
    }
    assert!(
        message(format(PixelFormat::from_fourcc(*b"RGGB").unwrap(), [1, 8]), &[0; 8])
            .contains("choose another size")
    );
    let levels = SensorLevels { black: Some(64), white: Some(64) };
    let raw = format(PixelFormat::from_fourcc(*b"RG10").unwrap(), [4, 4]);
    let wrong = raw.decode_raw(&[0; 32], levels).unwrap_err().to_string();
    assert!(wrong.starts_with("black level 64 and white level 64 of RG10"), "{wrong}");
    assert!(
        yuyv.decode_raw(&[0; 32], levels).unwrap_err().to_string().starts_with("YUYV is display")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_and_no_declared_size_make_it_panic(
        index in 0..41_usize,
        width in prop_oneof![0..40_u32, any::<u32>()],
        height in prop_oneof![0..40_u32, any::<u32>()],
        bytes_per_line in prop_oneof![Just(0), 0..200_u32, any::<u32>()],
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let pixel = PixelFormat::all().nth(index).unwrap();
        let format = FrameFormat { bytes_per_line, ..format(pixel, [width, height]) };
        let decoded = format.decode(&bytes);
        match format.buffer_len() {
            Ok(needed) if pixel != PixelFormat::Mjpeg => {
                prop_assert_eq!(decoded.is_ok(), bytes.len() >= needed);
            }
            Ok(_) => {}
            Err(_) => prop_assert!(decoded.is_err()),
        }
        if let Ok(frame) = decoded {
            prop_assert_eq!(frame.size(), [width as usize, height as usize]);
        }
    }

    #[test]
    fn luma_comes_back_exactly_in_full_range(grey in any::<u8>()) {
        let full = Colorimetry { quantisation: Quantisation::Full, ..Colorimetry::WEBCAM };
        for pixel in WRITTEN {
            let format = FrameFormat { colorimetry: full, ..format(pixel, [5, 3]) };
            let picture = picture([5, 3], |_, _| [grey; 3]);
            prop_assert_eq!(format.decode(&format.encode(&picture).unwrap()).unwrap(), picture);
        }
    }
}
