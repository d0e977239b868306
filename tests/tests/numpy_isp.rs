//! The software ISP renders what a second program, in Python and numpy, renders from the same
//! formulas.
//!
//! The Python is `ISPTUNE_PYTHON` (default `python3`); without numpy the test does not run, and says
//! so.

use std::io::Write;
use std::process::{Command, Stdio};

use isp_hw::{Implementation, Input, Renderer, SoftwareIsp, Threads};
use tuner::{Frame, Params, Samples};

const SIZE: [usize; 2] = [97, 61];

/// Numbers that look random, from a linear congruence (Knuth's MMIX).
fn random(state: &mut u64) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as u32
}

fn render_by_numpy(samples: &[u8], params: &Params) -> Result<Vec<u8>, String> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/software_isp.py");
    let mut child = Command::new(&python)
        .arg(script)
        .args(SIZE.map(|side| side.to_string()))
        .arg(params.values().map(|value| value.to_string()).join(","))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    // A Python without numpy ends before it reads: its exit status tells, not the broken pipe.
    let _ = child.stdin.take().unwrap().write_all(samples);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        return Err(format!("{python}: {}", errors.trim()));
    }
    assert!(output.status.success(), "{errors}");
    Ok(output.stdout)
}

#[test]
fn numpy_renders_the_same_picture() {
    let [width, height] = SIZE;
    let mut state = 42;
    let samples: Vec<u8> = (0..width * height * 3).map(|_| random(&mut state) as u8).collect();
    let input = Input::srgb(Frame::new(width, height, Samples::U8(samples.clone())).unwrap());
    for _ in 0..4 {
        let value = |state: &mut u64| f64::from(random(state) % 20_001) / 10_000.0 - 1.0;
        let params = Params::new([(); 9].map(|()| value(&mut state))).unwrap();
        let theirs = match render_by_numpy(&samples, &params) {
            Ok(theirs) => theirs,
            Err(reason) => {
                println!("not run: {reason} (pip install numpy, or set ISPTUNE_PYTHON)");
                return;
            }
        };
        for implementation in [Implementation::Reference, Implementation::Fast] {
            let isp = SoftwareIsp::new(implementation, Threads::One);
            let Samples::U8(ours) = isp.render_picture(&input, &params, 0).into_samples() else {
                panic!("depth changed")
            };
            assert_eq!(ours.len(), theirs.len());
            let steps = ours.iter().zip(&theirs).map(|(a, b)| u32::from(a.abs_diff(*b)));
            assert!(steps.clone().max().unwrap() <= 1, "{implementation:?} {params:?}");
            let mean = f64::from(steps.sum::<u32>()) / ours.len() as f64;
            assert!(mean < 0.01, "{implementation:?} {params:?}: {mean}");
        }
    }
}
