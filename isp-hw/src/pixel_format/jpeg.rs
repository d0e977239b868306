//! The JPEG pictures of MJPEG cameras.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{DecodeError, FrameFormat};

const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

/// An APP0 segment as in MJPEG AVI files. Many cameras leave out the Huffman tables, which are
/// always those of ITU-T T.81, annex K.3; at this mark the decoder puts them where none are given.
const AVI1: [u8; 9] = [0xFF, 0xE0, 0x00, 0x07, b'A', b'V', b'I', b'1', 0];

/// Decodes a picture of exactly the size of `format` into interleaved R'G'B'.
pub(super) fn decode(format: &FrameFormat, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let [width, height] = format.size()?;
    let failed = |reason: &str| DecodeError::Jpeg { reason: reason.to_owned() };
    let segments = bytes
        .strip_prefix(&START_OF_IMAGE)
        .ok_or_else(|| failed("it does not start with the marker of an image"))?;
    // A decoder fills what is missing with grey, and a half grey picture would be tuned to.
    if !segments.windows(2).rev().any(|pair| pair == END_OF_IMAGE) {
        return Err(failed("it is cut short"));
    }
    let marked = [&START_OF_IMAGE[..], &AVI1, segments].concat();
    let options = DecoderOptions::new_fast()
        .set_max_width(width)
        .set_max_height(height)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(marked.as_slice()), options);
    decoder.decode_headers().map_err(|error| failed(&error.to_string()))?;
    let (found_width, found_height) =
        decoder.dimensions().ok_or_else(|| failed("it has no frame header"))?;
    if [found_width, found_height] != [width, height] {
        let FrameFormat { width, height, .. } = *format;
        return Err(DecodeError::JpegSize { width, height, found_width, found_height });
    }
    if !matches!(
        decoder.input_colorspace(),
        Some(ColorSpace::YCbCr | ColorSpace::Luma | ColorSpace::RGB)
    ) {
        return Err(failed("its colours are neither YCbCr nor grey"));
    }
    let samples = decoder.decode().map_err(|error| failed(&error.to_string()))?;
    if samples.len() != width * height * 3 {
        return Err(failed("its colours are neither YCbCr nor grey"));
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tuner::{Frame, Samples};

    use super::*;
    use crate::pixel_format::{Colorimetry, PixelFormat};

    fn format() -> FrameFormat {
        let colorimetry = Colorimetry::WEBCAM;
        let pixel = PixelFormat::Mjpeg;
        FrameFormat { pixel, width: 8, height: 8, bytes_per_line: 0, colorimetry }
    }

    /// A grey 8×8 JPEG picture: start, quantisation of ones, frame, scan of one block. Without Huffman
    /// tables, as many cameras send it: with the standard ones, "00" is a difference of 0 and "1010"
    /// the end of the block.
    fn jpeg_without_tables(width: u8) -> Vec<u8> {
        let quantisation = [&[0xFF, 0xDB, 0, 67, 0][..], &[1; 64]].concat();
        let frame = [0xFF, 0xC0, 0, 11, 8, 0, 8, 0, width, 1, 1, 0x11, 0];
        let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0b0010_1011];
        [&[0xFF, 0xD8][..], &quantisation, &frame, &scan, &[0xFF, 0xD9]].concat()
    }

    #[test]
    fn a_jpeg_picture_without_huffman_tables_is_decoded() {
        let bytes = jpeg_without_tables(8);
        let decoded = format().decode(&bytes).unwrap();
        assert_eq!(bytes_of_grey(&decoded), 128);
        // Drivers pad behind the picture.
        let padded = [bytes, vec![0; 32]].concat();
        assert_eq!(bytes_of_grey(&format().decode(&padded).unwrap()), 128);
    }

    fn bytes_of_grey(frame: &Frame) -> u8 {
        let Samples::U8(samples) = frame.samples() else { panic!("16-bit samples") };
        assert!(samples.iter().all(|sample| *sample == samples[0]));
        samples[0]
    }

    #[test]
    fn jpeg_pictures_that_are_damaged_cut_short_or_of_another_size_are_refused() {
        let message = |bytes: &[u8]| format().decode(bytes).unwrap_err().to_string();
        let good = jpeg_without_tables(8);
        assert!(message(&good[..good.len() - 2]).contains("cut short"));
        assert!(message(&[]).contains("does not start"));
        assert!(message(&[0xFF, 0xD8, 0xFF, 0xD9]).contains("cannot be decoded"));
        assert!(message(&jpeg_without_tables(4)).contains("has 4x8 pixels, not the 8x8"));
    }

    proptest! {
        #[test]
        fn damaged_jpeg_pictures_do_not_make_it_panic(
            at in 0..115_usize,
            value in any::<u8>(),
        ) {
            let mut bytes = jpeg_without_tables(8);
            let at = at % bytes.len();
            bytes[at] = value;
            let decoded = format().decode(&bytes);
            prop_assert!(decoded.is_err() || decoded.is_ok_and(|frame| frame.size() == [8, 8]));
        }
    }
}
