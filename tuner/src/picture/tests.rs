use std::fs;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::{ExtendedColorType, ImageEncoder};
use moxcms::ColorProfile;

use super::PictureFormat;
use crate::{Frame, PictureError, Samples};

fn ramp(width: usize, height: usize) -> Frame {
    let samples = (0..width * height * 3).map(|i| (i * 7 % 256) as u8).collect();
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

fn deep_ramp(width: usize, height: usize) -> Frame {
    let samples = (0..width * height * 3).map(|i| (i * 7919 % 65536) as u16).collect();
    Frame::new(width, height, Samples::U16(samples)).unwrap()
}

fn encoded(frame: &Frame, format: PictureFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    frame.encode(format, &mut file).unwrap();
    file.into_inner()
}

fn png_of(bytes: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    PngEncoder::new(&mut file).write_image(bytes, width, height, colour).unwrap();
    file
}

fn png_with_profile(bytes: &[u8], width: u32, colour: ExtendedColorType, icc: Vec<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_icc_profile(icc).unwrap();
    encoder.write_image(bytes, width, 1, colour).unwrap();
    file
}

fn bytes_of(frame: &Frame) -> &[u8] {
    let Samples::U8(samples) = frame.samples() else { panic!("not 8 bits a sample") };
    samples
}

fn words_of(frame: &Frame) -> &[u16] {
    let Samples::U16(samples) = frame.samples() else { panic!("not 16 bits a sample") };
    samples
}

fn message_of(bytes: &[u8], label: &str) -> String {
    Frame::load_from_memory(bytes, label).unwrap_err().to_string()
}

#[test]
fn lossless_formats_give_back_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    for frame in [ramp(1, 1), ramp(37, 11), deep_ramp(37, 11), ramp(30_000, 1)] {
        for name in ["a.png", "a.TIF", "a.tiff", "a.ppm"] {
            let path = folder.path().join(name);
            frame.save(&path).unwrap();
            assert_eq!(Frame::load(&path).unwrap(), frame, "{name}");
        }
    }
}

#[test]
fn jpeg_keeps_the_picture_within_its_quality() {
    let smooth = |x: usize, y: usize| [(x * 3) as u8, (y * 4) as u8, (x + y) as u8];
    let samples = (0..64).flat_map(|y| (0..80).flat_map(move |x| smooth(x, y))).collect();
    let frame = Frame::new(80, 64, Samples::U8(samples)).unwrap();
    let deep = bytes_of(&frame).iter().map(|&v| u16::from(v) * 257).collect();
    let deep = Frame::new(80, 64, Samples::U16(deep)).unwrap();
    let file = encoded(&frame, PictureFormat::Jpeg);
    assert_eq!(file, encoded(&deep, PictureFormat::Jpeg), "16 bits are not narrowed right");
    let back = Frame::load_from_memory(&file, "a.jpg").unwrap();
    let worst = bytes_of(&frame).iter().zip(bytes_of(&back)).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.unwrap() <= 6, "{worst:?}");
}

#[test]
fn content_counts_and_not_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("really_a_jpeg.png");
    fs::write(&path, encoded(&ramp(16, 16), PictureFormat::Jpeg)).unwrap();
    assert_eq!(Frame::load(&path).unwrap().size(), [16, 16]);
}

#[test]
fn files_that_are_no_picture_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Frame::load(folder.path().join("none.png")).unwrap_err().to_string();
    assert!(missing.contains("none.png") && missing.contains("check the path"), "{missing}");
    let place = Frame::load(folder.path()).unwrap_err();
    assert!(matches!(place, PictureError::Folder { .. }), "{place}");
    assert!(message_of(b"", "a.png").contains("a.png: is empty"));
    let text = message_of(b"this is a text, whatever its name says", "a.png");
    assert!(text.contains("a.png: is not a picture"), "{text}");
    let gif = message_of(b"GIF89a\x01\0\x01\0\0\0\0;", "a.gif");
    assert!(gif.contains("a GIF picture is not read; give it as"), "{gif}");
}

#[test]
fn truncated_files_are_not_filled_with_grey() {
    use PictureFormat::{Jpeg, Png, Ppm, Tiff};
    for format in [Jpeg, Png, Ppm, Tiff] {
        let file = encoded(&ramp(64, 64), format);
        for length in [file.len() / 20, file.len() / 2, file.len() - 20] {
            let error = Frame::load_from_memory(&file[..length], "cut").unwrap_err();
            let told =
                matches!(error, PictureError::Truncated { .. } | PictureError::Damaged { .. });
            assert!(told, "{format:?} cut to {length}: {error}");
        }
    }
}

#[test]
fn progressive_jpeg_without_its_last_scans_is_refused() {
    // Start of image, a scan with nothing in it, and no end.
    let stub = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xDA\0\x02\x12\x34\xFF\0\xFF\xD0\x56";
    assert!(message_of(stub, "cut.jpg").contains("cut.jpg: is cut short"));
}

#[test]
fn header_of_an_enormous_picture_is_refused_before_memory_is_taken() {
    // 100,000 x 100,000 pixels in a file of 57 bytes, checksums right.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR".to_vec();
    png.extend([0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0, 8, 2, 0, 0, 0, 0xD3, 0x7E, 0x1E, 0xAF]);
    png.extend(b"\0\0\0\0IDAT\x35\xAF\x06\x1E\0\0\0\0IEND\xAE\x42\x60\x82");
    let check = png_crc(&png[12..29]);
    png[29..33].copy_from_slice(&check.to_be_bytes());
    let message = message_of(&png, "huge.png");
    assert!(message.contains("100000x100000 pixels is too large"), "{message}");
    assert!(message.contains("make it smaller"), "{message}");
    let pixels = message_of(b"P6\n65000 65000\n255\n", "huge.ppm");
    assert!(pixels.contains("65000x65000 pixels is too large"), "{pixels}");
    let wide = message_of(b"P5\n70000 1\n255\n", "wide.pgm");
    assert!(wide.contains("70000x1 pixels is too large"), "{wide}");
}

/// CRC-32 as PNG has it (ISO 3309), bit by bit.
fn png_crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn grey_and_alpha_become_rgb() {
    let words: [u16; 6] = [0, 65535, 1000, 7, 65535, 0];
    let file = png_of(bytemuck::cast_slice(&words), 3, 1, ExtendedColorType::La16);
    let frame = Frame::load_from_memory(&file, "la16.png").unwrap();
    assert_eq!(words_of(&frame), [0, 0, 0, 1000, 1000, 1000, 65535, 65535, 65535]);
    let file = png_of(&[1, 2, 3, 0, 4, 5, 6, 255], 2, 1, ExtendedColorType::Rgba8);
    let frame = Frame::load_from_memory(&file, "rgba8.png").unwrap();
    assert_eq!(bytes_of(&frame), [1, 2, 3, 4, 5, 6]);
    let file = png_of(&[9, 200], 2, 1, ExtendedColorType::L8);
    let frame = Frame::load_from_memory(&file, "l8.png").unwrap();
    assert_eq!(bytes_of(&frame), [9, 9, 9, 200, 200, 200]);
    let frame = Frame::load_from_memory(b"P5\n3 1\n1023\n\0\0\x01\xFF\x03\xFF", "a.pgm").unwrap();
    assert_eq!(words_of(&frame).iter().step_by(3).collect::<Vec<_>>(), [&0, &32735, &65535]);
}

#[test]
fn floating_point_and_cmyk_are_refused_by_name() {
    let mut file = Cursor::new(Vec::new());
    let pixel = bytemuck::cast_slice(&[0.1_f32, 0.2, 0.3]);
    TiffEncoder::new(&mut file).write_image(pixel, 1, 1, ExtendedColorType::Rgb32F).unwrap();
    let message = message_of(file.get_ref(), "float.tif");
    assert!(message.contains("float.tif: a floating-point picture is not read"), "{message}");
    // A frame header of four components is all that makes a JPEG a CMYK one.
    let mut file = b"\xFF\xD8\xFF\xC0\0\x14\x08\0\x01\0\x01\x04".to_vec();
    file.extend([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 0xFF, 0xD9]);
    let message = message_of(&file, "print.jpg");
    assert!(message.contains("print.jpg: a CMYK picture is not read"), "{message}");
}

#[test]
fn preview_of_a_raw_camera_file_is_not_taken_for_the_picture() {
    let plain = encoded(&ramp(8, 8), PictureFormat::Tiff);
    assert!(Frame::load_from_memory(&plain, "plain.tif").is_ok());
    // The same file with its first directory's entry for the picture's width renamed.
    let offset = u32::from_le_bytes(plain[4..8].try_into().unwrap()) as usize;
    for (tag, value) in [(50_706_u16, [1, 4, 0, 0]), (254, [1, 0, 0, 0])] {
        let mut raw = plain.clone();
        raw[offset + 2..offset + 4].copy_from_slice(&tag.to_le_bytes());
        raw[offset + 10..offset + 14].copy_from_slice(&value);
        let message = message_of(&raw, "shot.dng");
        assert!(message.contains("shot.dng: a raw camera file is not read"), "{message}");
        assert!(message.contains("-c shot.dng"), "{message}");
    }
    let message = message_of(b"\0\0\0\x18ftypcrx \0\0\0\x01", "shot.cr3");
    assert!(message.contains("shot.cr3: a raw camera file is not read"), "{message}");
    // A whole JPEG in front, as some have it.
    let message = message_of(&encoded(&ramp(8, 8), PictureFormat::Jpeg), "shot.NEF");
    assert!(message.contains("shot.NEF: a raw camera file is not read"), "{message}");
    let data = std::env::var("ISPTUNE_DATA").unwrap_or_else(|_| "../../shared".to_owned());
    let folder = Path::new(&data).join("raw");
    if !folder.exists() {
        println!("not run: no raw camera files in {}", folder.display());
        return;
    }
    for name in
        ["Blackmagic.dng", "colorchart.dng", "bad_empty.dng", "bad_pruned.CR3", "bad_truncated.nef"]
    {
        let error = Frame::load(folder.join(name)).unwrap_err().to_string();
        assert!(error.contains(&format!("{name}: a raw camera file")), "{error}");
    }
}

#[test]
fn exif_orientation_is_applied() {
    // 3x2 pixels; orientation 6: the first row is the right-hand side of the picture.
    let pixels: Vec<u8> = (1..=6).flat_map(|i| [i * 10; 3]).collect();
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.write_image(&pixels, 3, 2, ExtendedColorType::Rgb8).unwrap();
    let frame = Frame::load_from_memory(&file, "turned.png").unwrap();
    assert_eq!(frame.size(), [2, 3]);
    let greys: Vec<u8> = bytes_of(&frame).iter().step_by(3).copied().collect();
    assert_eq!(greys, [40, 10, 50, 20, 60, 30]);
}

/// Linear Display P3 to linear sRGB (CSS Color 4, from the primaries of both).
const P3_TO_SRGB: [[f64; 3]; 3] = [
    [1.224_940_2, -0.224_940_2, 0.0],
    [-0.042_056_955, 1.042_056_955, 0.0],
    [-0.019_637_555, -0.078_636_046, 1.098_273_6],
];

fn srgb_to_linear(value: f64) -> f64 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn srgb_from_linear(value: f64) -> f64 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

#[test]
fn display_p3_profile_is_converted_to_srgb() {
    let icc = ColorProfile::new_display_p3().encode().unwrap();
    let colours: [[u8; 3]; 6] =
        [[200, 100, 50], [10, 12, 9], [128, 128, 128], [90, 160, 120], [60, 70, 200], [255; 3]];
    let file = png_with_profile(colours.as_flattened(), 6, ExtendedColorType::Rgb8, icc.clone());
    let frame = Frame::load_from_memory(&file, "p3.png").unwrap();
    let wide: Vec<u16> = colours.as_flattened().iter().map(|&v| u16::from(v) * 257).collect();
    let file = png_with_profile(bytemuck::cast_slice(&wide), 6, ExtendedColorType::Rgb16, icc);
    let deep = Frame::load_from_memory(&file, "p3.png").unwrap();
    for (index, colour) in colours.iter().enumerate() {
        let linear = colour.map(|v| srgb_to_linear(f64::from(v) / 255.0));
        for (channel, row) in P3_TO_SRGB.iter().enumerate() {
            let sum: f64 = row.iter().zip(linear).map(|(m, v)| m * v).sum();
            let wanted = srgb_from_linear(sum.clamp(0.0, 1.0)) * 255.0;
            let narrow = f64::from(bytes_of(&frame)[index * 3 + channel]);
            let fine = f64::from(words_of(&deep)[index * 3 + channel]) / 257.0;
            assert!((narrow - wanted).abs() <= 0.6, "{colour:?} {channel}: {narrow} {wanted}");
            assert!((fine - wanted).abs() <= 0.25, "{colour:?} {channel}: {fine} {wanted}");
        }
    }
}

#[test]
fn srgb_profile_leaves_every_sample_alone() {
    let icc = ColorProfile::new_srgb().encode().unwrap();
    let colours: Vec<u8> = (0..=255).flat_map(|v: u8| [v, v.wrapping_mul(7), 255 - v]).collect();
    let file = png_with_profile(&colours, 256, ExtendedColorType::Rgb8, icc);
    assert_eq!(bytes_of(&Frame::load_from_memory(&file, "s.png").unwrap()), colours);
}

#[test]
fn grey_profile_is_converted_to_srgb() {
    let icc = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let file = png_with_profile(&[0, 64, 255], 3, ExtendedColorType::L8, icc.clone());
    let frame = Frame::load_from_memory(&file, "g.png").unwrap();
    let wanted = (srgb_from_linear(64.0 / 255.0) * 255.0).round() as u8;
    for (found, wanted) in
        bytes_of(&frame).iter().zip([0, 0, 0, wanted, wanted, wanted, 255, 255, 255])
    {
        assert!(found.abs_diff(wanted) <= 1, "{found} {wanted}");
    }
    let file = png_with_profile(&[1, 2, 3], 1, ExtendedColorType::Rgb8, icc);
    let message = message_of(&file, "mixed.png");
    assert!(message.contains("mixed.png: its embedded colour profile cannot be used"), "{message}");
}

#[test]
fn broken_profile_is_an_error_and_not_a_guess() {
    let file = png_with_profile(&[1, 2, 3], 1, ExtendedColorType::Rgb8, vec![5; 200]);
    let message = message_of(&file, "odd.png");
    assert!(message.contains("odd.png: its embedded colour profile cannot be used"), "{message}");
    assert!(message.contains("convert the picture to sRGB"), "{message}");
}

struct FullDisk(u64);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        if self.0 > 1000 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FullDisk {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.0)
    }
}

#[test]
fn full_disk_stops_every_encoder_with_its_reason() {
    use PictureFormat::{Jpeg, Png, Ppm, Tiff};
    let frame = deep_ramp(200, 100);
    for format in [Jpeg, Png, Ppm, Tiff] {
        let error = frame.encode(format, FullDisk(0)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?}: {error}");
    }
}

#[test]
fn names_that_cannot_be_written_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = ramp(2, 2).save(folder.path().join("out.bmp")).unwrap_err().to_string();
    assert!(unknown.contains("out.bmp") && unknown.contains("end it in .png"), "{unknown}");
    assert!(ramp(2, 2).save(folder.path().join("out")).is_err());
    let lost = ramp(2, 2).save(folder.path().join("no/out.png")).unwrap_err().to_string();
    assert!(lost.contains("out.png") && lost.contains("create the folder first"), "{lost}");
    let wide = ramp(70_000, 1).save(folder.path().join("wide.jpg")).unwrap_err().to_string();
    assert!(wide.contains("wide.jpg"), "{wide}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a partial file was left");
}

#[test]
fn resizing_keeps_flat_colours_and_depth() {
    let flat = |deep: bool| {
        let samples = if deep {
            Samples::U16([60_000_u16, 300, 7].repeat(40 * 30))
        } else {
            Samples::U8([200_u8, 30, 7].repeat(40 * 30))
        };
        Frame::new(40, 30, samples).unwrap()
    };
    for size in [[13, 7], [80, 61], [1, 1], [40, 30]] {
        let [width, height] = size;
        let small = flat(false).resized(width, height).unwrap();
        assert_eq!(small.size(), size);
        assert_eq!(bytes_of(&small), [200_u8, 30, 7].repeat(width * height));
        let deep = flat(true).resized(width, height).unwrap();
        assert_eq!(words_of(&deep), [60_000_u16, 300, 7].repeat(width * height));
    }
    assert!(flat(false).resized(0, 5).is_err());
}

#[test]
fn shrinking_a_checkerboard_gives_grey_and_no_moire() {
    let samples = (0..64 * 64).flat_map(|i| [if (i + i / 64) % 2 == 0 { 0 } else { 255 }; 3]);
    let board = Frame::new(64, 64, Samples::U8(samples.collect())).unwrap();
    let small = board.resized(16, 16).unwrap();
    assert!(bytes_of(&small).iter().all(|&v| (122..=133).contains(&v)), "{small:?}");
}

#[test]
fn photographs_load() {
    let data = std::env::var("ISPTUNE_DATA").unwrap_or_else(|_| "../../shared".to_owned());
    let folder = Path::new(&data).join("photos/val");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("not run: no photographs in {}", folder.display());
        return;
    };
    let files = entries.map(|entry| entry.unwrap().path());
    let photographs: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jpg")).take(10).collect();
    assert!(!photographs.is_empty());
    for path in photographs {
        let frame = Frame::load(&path).unwrap();
        assert!(frame.width() >= 64 && frame.height() >= 64, "{}", path.display());
    }
}
