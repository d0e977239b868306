//! Camera buffers against ffmpeg's swscale, and colour filter arrays against photographs and
//! OpenCV.

use std::path::{Path, PathBuf};
use std::process::Command;

use isp_hw::pixel_format::{
    Bayer, BayerLayout, BayerPattern, Colorimetry, Encoding, FrameFormat, PixelFormat,
    Quantisation, SensorLevels,
};
use isptune_tests::photographs;
use tempfile::TempDir;
use tuner::{Frame, Samples, Score, srgb_to_linear};

/// Interpolates chroma linearly, as `isp_hw` says that it does.
const FLAGS: &str = "bilinear+accurate_rnd+full_chroma_int+bitexact";

/// Formats with their names in ffmpeg.
const FORMATS: [(PixelFormat, &str); 8] = [
    (PixelFormat::Yuyv, "yuyv422"),
    (PixelFormat::Uyvy, "uyvy422"),
    (PixelFormat::Nv12, "nv12"),
    (PixelFormat::Nv21, "nv21"),
    (PixelFormat::Yu12, "yuv420p"),
    (PixelFormat::Rgb3, "rgb24"),
    (PixelFormat::Bgr3, "bgr24"),
    (PixelFormat::Grey, "gray"),
];

fn has_ffmpeg() -> bool {
    let found = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !found {
        println!("not run: no ffmpeg (apt-get install ffmpeg)");
    }
    found
}

fn bytes(frame: &Frame) -> &[u8] {
    match frame.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(_) => panic!("16-bit samples"),
    }
}

fn format(
    pixel: PixelFormat,
    [width, height]: [usize; 2],
    colorimetry: Colorimetry,
) -> FrameFormat {
    let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap());
    FrameFormat { pixel, width, height, bytes_per_line: 0, colorimetry }
}

/// ffmpeg in a folder of its own.
struct Ffmpeg {
    folder: TempDir,
}

impl Ffmpeg {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new("ffmpeg");
        command.current_dir(self.folder.path()).args(["-nostdin", "-v", "error", "-y"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(self.folder.path().join("out")).unwrap()
    }

    /// Converts raw samples; `scale` are options of the filter besides the flags.
    fn convert(
        &self,
        bytes: &[u8],
        [width, height]: [usize; 2],
        [from, to]: [&str; 2],
        scale: &str,
    ) -> Vec<u8> {
        std::fs::write(self.folder.path().join("in"), bytes).unwrap();
        let size = format!("{width}x{height}");
        let filter = format!("scale=flags={FLAGS}{scale}");
        let input = ["-f", "rawvideo", "-pix_fmt", from, "-s", &size, "-i", "in"];
        let output = ["-vf", &filter, "-f", "rawvideo", "-pix_fmt", to, "out"];
        self.run(&[&input[..], &output].concat())
    }
}

/// Names of an encoding and a quantisation in ffmpeg.
fn names(colorimetry: &Colorimetry) -> [&'static str; 2] {
    let matrix = match colorimetry.encoding {
        Encoding::Bt709 => "bt709",
        Encoding::Bt2020 => "bt2020",
        _ => "bt601",
    };
    let range = match colorimetry.quantisation {
        Quantisation::Full => "full",
        Quantisation::Limited => "limited",
    };
    [matrix, range]
}

/// Colour bars of ffmpeg, and photographs of even size.
fn pictures(ffmpeg: &Ffmpeg) -> Vec<([usize; 2], Vec<u8>)> {
    let source = ["-f", "lavfi", "-i", "smptehdbars=size=320x180", "-frames:v", "1"];
    let bars = ffmpeg.run(&[&source[..], &["-f", "rawvideo", "-pix_fmt", "rgb24", "out"]].concat());
    let mut pictures = vec![([320, 180], bars)];
    for path in photographs::validation().into_iter().take(2) {
        let photograph = Frame::load(path).unwrap();
        pictures.push((photograph.size(), bytes(&photograph).to_vec()));
    }
    if pictures.len() == 1 {
        println!("not run on photographs: none (set ISPTUNE_DATA to the folder `shared`)");
    }
    pictures
}

fn most_apart(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn every_format_is_decoded_as_by_swscale() {
    if !has_ffmpeg() {
        return;
    }
    let ffmpeg = Ffmpeg::new();
    let encodings = [Encoding::Bt601, Encoding::Bt709, Encoding::Bt2020];
    for (number, (size, rgb)) in pictures(&ffmpeg).into_iter().enumerate() {
        // The matrices are told apart by the colour bars.
        let encodings = if number == 0 { &encodings[..] } else { &encodings[1..2] };
        for (pixel, name) in FORMATS {
            for &encoding in encodings {
                for quantisation in [Quantisation::Full, Quantisation::Limited] {
                    let colorimetry = Colorimetry { encoding, quantisation, ..Colorimetry::WEBCAM };
                    let rgb_or_grey = matches!(name, "rgb24" | "bgr24" | "gray");
                    // swscale knows these in full range only.
                    if rgb_or_grey && quantisation == Quantisation::Limited {
                        continue;
                    }
                    let [matrix, range] = names(&colorimetry);
                    let out = format!(":out_color_matrix={matrix}:out_range={range}");
                    let buffer = ffmpeg.convert(&rgb, size, ["rgb24", name], &out);
                    let meaning = format!(":in_color_matrix={matrix}:in_range={range}");
                    // Chroma is brought to full size first: in one step, swscale takes for each
                    // row the nearest chroma row or the mean of two.
                    let back = match rgb_or_grey {
                        true => meaning,
                        false => format!(
                            "{meaning}:out_color_matrix={matrix}:out_range={range},\
                             format=yuv444p,scale=flags={FLAGS}{meaning}"
                        ),
                    };
                    let theirs = ffmpeg.convert(&buffer, size, [name, "rgb24"], &back);
                    let ours = format(pixel, size, colorimetry).decode(&buffer).unwrap();
                    let apart = most_apart(bytes(&ours), &theirs);
                    assert!(apart <= 2, "{pixel} {size:?} {matrix} {range}: {apart} steps");
                }
            }
        }
    }
}

#[test]
fn every_format_is_encoded_as_by_swscale() {
    if !has_ffmpeg() {
        return;
    }
    let ffmpeg = Ffmpeg::new();
    for (size, rgb) in pictures(&ffmpeg) {
        // Made smooth: swscale averages over more rows than the two that a sample stands for.
        let [width, height] = size.map(|side| side / 2);
        let half = format!(":w={width}:h={height}");
        let scaled = ffmpeg.convert(&rgb, size, ["rgb24", "rgb24"], &half);
        let size = [width * 4, height * 4];
        let double = format!(":w={}:h={}", size[0], size[1]);
        let smooth = ffmpeg.convert(&scaled, [width, height], ["rgb24", "rgb24"], &double);
        let picture = Frame::new(size[0], size[1], Samples::U8(smooth.clone())).unwrap();
        for (pixel, name) in FORMATS {
            for quantisation in [Quantisation::Full, Quantisation::Limited] {
                if matches!(name, "rgb24" | "bgr24" | "gray")
                    && quantisation == Quantisation::Limited
                {
                    continue;
                }
                let colorimetry = Colorimetry { quantisation, ..Colorimetry::WEBCAM };
                let [matrix, range] = names(&colorimetry);
                let out = format!(":out_color_matrix={matrix}:out_range={range}");
                let theirs = ffmpeg.convert(&smooth, size, ["rgb24", name], &out);
                let ours = format(pixel, size, colorimetry).encode(&picture).unwrap();
                let apart = most_apart(&ours, &theirs);
                assert!(apart <= 2, "{pixel} {size:?} {range}: {apart} steps");
            }
        }
    }
}

/// Cuts the Huffman tables out of a JPEG picture, as many cameras send it.
fn without_huffman_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    let mut at = 2;
    loop {
        let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        match jpeg[at + 1] {
            0xC4 => {}
            0xDA => return [out, jpeg[at..].to_vec()].concat(),
            _ => out.extend_from_slice(&jpeg[at..at + length]),
        }
        at += length;
    }
}

#[test]
fn jpeg_frames_are_decoded_as_by_ffmpeg_with_and_without_huffman_tables() {
    if !has_ffmpeg() {
        return;
    }
    let ffmpeg = Ffmpeg::new();
    for (size, rgb) in pictures(&ffmpeg) {
        std::fs::write(ffmpeg.folder.path().join("in"), &rgb).unwrap();
        let [width, height] = size;
        let dimensions = format!("{width}x{height}");
        let input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &dimensions, "-i", "in"];
        let coding = ["-c:v", "mjpeg", "-huffman", "default", "-q:v", "2", "-pix_fmt", "yuvj444p"];
        let jpeg = ffmpeg.run(&[&input[..], &coding, &["-f", "mjpeg", "out"]].concat());
        std::fs::write(ffmpeg.folder.path().join("in.jpg"), &jpeg).unwrap();
        let filter = format!("scale=flags={FLAGS}");
        let theirs = ffmpeg
            .run(&["-i", "in.jpg", "-vf", &filter, "-f", "rawvideo", "-pix_fmt", "rgb24", "out"]);
        let format = format(PixelFormat::Mjpeg, size, Colorimetry::WEBCAM);
        let ours = format.decode(&jpeg).unwrap();
        // Two different inverse transforms and two roundings.
        let apart = most_apart(bytes(&ours), &theirs);
        assert!(apart <= 4, "{size:?}: {apart} steps");
        let stripped = without_huffman_tables(&jpeg);
        assert!(stripped.len() < jpeg.len());
        assert_eq!(format.decode(&stripped).unwrap(), ours);
    }
}

/// A photograph as a sensor with 16 bits sees it.
fn mosaic(photograph: &Frame) -> Vec<u8> {
    let width = photograph.width();
    let pixels = bytes(photograph).as_chunks::<3>().0;
    let sample = |(index, pixel): (usize, &[u8; 3])| {
        let channel = [[0, 1], [1, 2]][index / width % 2][index % width % 2];
        let light = srgb_to_linear(f64::from(pixel[channel]) / 255.0);
        ((light * 65535.0).round() as u16).to_le_bytes()
    };
    pixels.iter().enumerate().flat_map(sample).collect()
}

fn bayer(layout: BayerLayout) -> PixelFormat {
    PixelFormat::Bayer(Bayer { pattern: BayerPattern::Rggb, layout })
}

#[test]
fn photographs_survive_a_colour_filter_array_with_34_db() {
    let photographs = photographs::validation();
    if photographs.len() < 20 {
        println!("not run: no photographs (set ISPTUNE_DATA to the folder `shared`)");
        return;
    }
    let psnr = |path: &PathBuf| {
        let photograph = Frame::load(path).unwrap();
        let raw = mosaic(&photograph);
        let format = format(bayer(BayerLayout::Bits16), photograph.size(), Colorimetry::WEBCAM);
        let Samples::U16(deep) = format.decode(&raw).unwrap().into_samples() else {
            panic!("8-bit samples")
        };
        let eight = deep.into_iter().map(|sample| ((u32::from(sample) + 128) / 257) as u8);
        let samples = Samples::U8(eight.collect());
        let [width, height] = photograph.size();
        let developed = Frame::new(width, height, samples).unwrap();
        Score::of_frames(&photograph, &developed).unwrap().psnr_db
    };
    let mean = photographs.iter().map(psnr).sum::<f64>() / photographs.len() as f64;
    println!("{mean:.2} dB");
    assert!(mean >= 34.0, "{mean}");
}

/// OpenCV's colours of a headless file; why not, where Python has no OpenCV.
fn by_opencv(path: &Path, numbers: [usize; 4]) -> Result<Vec<u16>, String> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/demosaic.py");
    let mut command = Command::new(&python);
    command.arg(script).arg(path).args(numbers.map(|number| number.to_string()));
    let output = command.output().map_err(|error| format!("{python}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        return Err(format!("{python}: {}", errors.trim()));
    }
    assert!(output.status.success(), "{errors}");
    Ok(output.stdout.as_chunks().0.iter().map(|&pair| u16::from_le_bytes(pair)).collect())
}

#[test]
fn headless_sensor_files_are_developed_as_by_opencv() {
    let files = [
        ("openisp_1920x1080_u16le.raw", BayerLayout::Bits10, [1920, 1080, 0, 1023]),
        ("dsc1339_768x512_rggb_u16le.raw", BayerLayout::Bits14, [768, 512, 600, 16383]),
    ];
    for (name, layout, numbers) in files {
        let path = photographs::data().join("raw").join(name);
        let Ok(buffer) = std::fs::read(&path) else {
            println!("not run: no {name} (set ISPTUNE_DATA to the folder `shared`)");
            continue;
        };
        let theirs = match by_opencv(&path, numbers) {
            Ok(theirs) => theirs,
            Err(reason) => {
                println!("not run: {reason} (pip install opencv-python-headless)");
                return;
            }
        };
        let [width, height, black, white] = numbers;
        let levels = [black, white].map(|level| u16::try_from(level).ok());
        let levels = SensorLevels { black: levels[0], white: levels[1] };
        let format = format(bayer(layout), [width, height], Colorimetry::WEBCAM);
        let input = format.decode_raw(&buffer, levels).unwrap();
        let Samples::U16(ours) = input.frame().samples() else { panic!("8-bit samples") };
        assert_eq!(ours.len(), theirs.len());
        // What the sensor measured is untouched on both sides; OpenCV makes up its borders.
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = (y * width + x) * 3 + [[0, 1], [1, 2]][y % 2][x % 2];
                assert!(ours[at].abs_diff(theirs[at]) <= 1, "{name} {x},{y}");
            }
        }
        let squares =
            ours.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
        let mse = squares.sum::<f64>() / ours.len() as f64;
        let psnr = 10.0 * (65535.0_f64.powi(2) / mse).log10();
        println!("{name}: {psnr:.1} dB");
        assert!(psnr >= 30.0, "{name}: {psnr} dB");
    }
}

#[test]
fn broken_raw_camera_files_are_refused_with_a_way_out() {
    for name in ["bad_empty.dng", "bad_pruned.CR3", "bad_truncated.nef"] {
        let path = photographs::data().join("raw").join(name);
        if !path.exists() {
            println!("not run: no {name} (set ISPTUNE_DATA to the folder `shared`)");
            continue;
        }
        let message = Frame::load(&path).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains("develop it first"), "{message}");
        // Nor are they taken for a camera buffer of the size that their makers give.
        let buffer = std::fs::read(&path).unwrap();
        let size = [4032, 3024];
        let refused = format(bayer(BayerLayout::Bits16), size, Colorimetry::WEBCAM).decode(&buffer);
        assert!(refused.unwrap_err().to_string().contains("incomplete"));
    }
}
