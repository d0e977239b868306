//! The pendulum that TD3 is checked on swings as gymnasium's Pendulum-v1 does, step by step.
//!
//! The Python is `ISPTUNE_PYTHON` (default `python3`); without gymnasium the test does not run, and
//! says so.

use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Stdio};

use train_host::environment::{ControlTask, Pendulum};

/// Steps of an episode.
const EPISODE: usize = 200;
/// Steps of a comparison: small differences of a swing grow, so none is long.
const SHORT: usize = 12;

/// Angle and speed at the start, and torques in [−2.4, 2.4]: some are cut.
fn swings() -> Vec<(f64, f64, Vec<f64>)> {
    let wave = |at: usize, factor: f64| (at as f64 * factor).sin();
    let torques = |swing: usize, count: usize| {
        (0..count).map(|step| 2.4 * wave(swing * 31 + step * 7, 1.3)).collect()
    };
    let mut swings: Vec<(f64, f64, Vec<f64>)> = (0..20)
        .map(|swing| {
            // Angles beyond a turn, and speeds at the limit of 8.
            let (theta, speed) = (7.0 * wave(swing, 2.1), 8.0 * wave(swing, 0.9));
            (theta, speed, torques(swing, SHORT))
        })
        .collect();
    // Hanging at rest, no torque: nothing grows, and the episode ends.
    swings.push((std::f64::consts::PI, 0.0, vec![0.0; EPISODE]));
    swings
}

fn by_gymnasium(swings: &[(f64, f64, Vec<f64>)]) -> Result<Vec<[f64; 5]>, String> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/pendulum.py");
    let mut child = Command::new(&python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    let mut text = String::new();
    for (theta, speed, torques) in swings {
        let torques: Vec<String> = torques.iter().map(f64::to_string).collect();
        writeln!(text, "{theta} {speed} {}", torques.join(" ")).unwrap();
    }
    // A Python without gymnasium ends before it reads: its exit status tells, not the broken pipe.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        return Err(format!("{python}: {}", errors.trim()));
    }
    assert!(output.status.success(), "{errors}");
    let line = |line: &str| -> [f64; 5] {
        let values: Vec<f64> = line.split(' ').map(|value| value.parse().unwrap()).collect();
        values.try_into().unwrap()
    };
    Ok(String::from_utf8(output.stdout).unwrap().lines().map(line).collect())
}

#[test]
fn the_pendulum_swings_as_gymnasiums() {
    let swings = swings();
    let theirs = match by_gymnasium(&swings) {
        Ok(theirs) => theirs,
        Err(reason) => {
            println!("not run: {reason} (pip install gymnasium, or set ISPTUNE_PYTHON)");
            return;
        }
    };
    let mut theirs = theirs.into_iter();
    for (theta, speed, torques) in swings {
        let mut pendulum = Pendulum::at(theta, speed);
        for (number, torque) in torques.iter().enumerate() {
            let expected = theirs.next().unwrap();
            let step = pendulum.step(&[(torque / 2.0) as f32]).unwrap();
            let ours: Vec<f64> = step
                .observation
                .iter()
                .map(|value| f64::from(*value))
                .chain([step.reward, f64::from(u8::from(step.truncated))])
                .collect();
            for (a, b) in ours.iter().zip(expected) {
                // Observations are 32-bit floats, and so are our actions.
                assert!((a - b).abs() < 1e-5, "{theta} {speed} {number}: {ours:?} {expected:?}");
            }
            assert!(!step.terminated);
        }
    }
    assert_eq!(theirs.next(), None);
}
