//! PSNR, SSIM and CIEDE2000 against scikit-image, on photographs made worse in known ways.
//!
//! scikit-image's own `rgb2lab` rounds the constants of CIE 15 and of sRGB, so its ΔE00 is compared
//! twice: tightly on L*a*b* that the script computes with the exact constants, and loosely with
//! all of scikit-image's own steps.

use std::io::Write as _;
use std::process::{Command, Stdio};

use isptune_tests::photographs;
use serde_json::Value;
use tuner::{Frame, Planes, Samples, Score};

fn python() -> String {
    std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Noise, blur along the rows, or a tone and colour change, by turns; the same on every run.
fn made_worse(frame: &Frame, kind: usize) -> Frame {
    let [width, height] = frame.size();
    let Samples::U8(samples) = frame.samples() else { panic!("8-bit photographs expected") };
    let mut state = 0x2545_F491_u32.wrapping_mul(kind as u32 + 1);
    let mut noise = |most: i32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i32 % (2 * most + 1) - most
    };
    let stride = width * 3;
    let worse = (0..samples.len()).map(|at| {
        let value = i32::from(samples[at]);
        let changed = match kind % 3 {
            0 => value + noise(4 + kind as i32),
            1 => {
                let left = if at % stride < 3 { value } else { i32::from(samples[at - 3]) };
                let right =
                    if at % stride >= stride - 3 { value } else { i32::from(samples[at + 3]) };
                (left + 2 * value + right + 2) / 4
            }
            _ => {
                let power = [0.8, 0.9, 1.1][at % 3];
                (255.0 * (f64::from(value) / 255.0).powf(power)).round() as i32
            }
        };
        changed.clamp(0, 255) as u8
    });
    Frame::new(width, height, Samples::U8(worse.collect())).unwrap()
}

fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} in {value}"))
}

#[test]
fn scores_equal_those_of_scikit_image() {
    let photographs = photographs::validation();
    if photographs.is_empty() {
        println!("not run: no photographs (set ISPTUNE_DATA to the folder `shared`)");
        return;
    }
    let probe = Command::new(python()).args(["-c", "import skimage"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("not run: {} has no scikit-image (set ISPTUNE_PYTHON)", python());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut pairs = Vec::new();
    let mut lines = String::new();
    for (kind, path) in photographs.iter().enumerate() {
        let before = Frame::load(path).unwrap();
        let after = made_worse(&before, kind);
        let names = ["a", "b"].map(|side| folder.path().join(format!("{kind}{side}.png")));
        before.save(&names[0]).unwrap();
        after.save(&names[1]).unwrap();
        lines += &format!("{}\t{}\n", names[0].display(), names[1].display());
        pairs.push((before, after));
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/scores.py");
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), pairs.len());

    for ((before, after), answer) in pairs.iter().zip(answers.lines()) {
        let theirs: Value = serde_json::from_str(answer).unwrap();
        let planes = (Planes::from(before), Planes::from(after));
        let in_planes = Score::between(&planes.0, &planes.1, None, before.size()).unwrap();
        let in_frames = Score::of_frames(before, after).unwrap();
        let near = |ours: f64, path: &str, tolerance: f64| {
            let wanted = number(&theirs, path);
            assert!((ours - wanted).abs() <= tolerance, "{path}: {ours}, scikit-image {wanted}");
        };
        near(in_frames.psnr_db, "/psnr_db", 1e-6);
        near(in_planes.psnr_db, "/psnr_db", 1e-5);
        for ours in [in_frames, in_planes] {
            near(ours.ssim, "/ssim", 1e-4);
            let mean = number(&theirs, "/delta_e00/mean");
            near(ours.delta_e00.mean, "/delta_e00/mean", 1e-4 * mean);
            near(ours.delta_e00.mean, "/delta_e00_own_lab", 2e-3 * mean);
            near(ours.delta_e00.p95, "/delta_e00/p95", 2e-3 * number(&theirs, "/delta_e00/p95"));
            near(ours.delta_e00.max, "/delta_e00/max", 0.01);
        }
    }
}
