//! Our CMA-ES needs as many evaluations as pip `cma`, an independent implementation by the method's
//! author, on three functions in nine dimensions.
//!
//! The Python is `ISPTUNE_PYTHON` (default `python3`); without its package `cma` the test does not
//! run, and says so.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tuner::strategy::{CmaEs, Domain, Minimiser};

const DIMENSIONS: usize = 9;
const SIGMA: f64 = 0.5;
const TARGET: f64 = 1e-9;
const SEEDS: u64 = 11;
const MOST: usize = 20_000;

/// The medians of both may differ by this part of pip cma's.
const TOLERANCE: f64 = 0.25;

type Matrix = Vec<Vec<f64>>;

/// A rotation without any axis of its own left: a product of as many reflections as there are
/// dimensions, each at a plane of its own.
fn rotation() -> Matrix {
    let mut matrix: Matrix = (0..DIMENSIONS)
        .map(|row| (0..DIMENSIONS).map(|column| f64::from(u8::from(row == column))).collect())
        .collect();
    for reflection in 0..DIMENSIONS {
        let normal: Vec<f64> = (0..DIMENSIONS)
            .map(|axis| (1.0 + 3.7 * axis as f64 + 11.3 * reflection as f64).sin())
            .collect();
        let length_squared: f64 = normal.iter().map(|v| v * v).sum();
        for row in &mut matrix {
            let product: f64 = row.iter().zip(&normal).map(|(a, b)| a * b).sum();
            for (value, component) in row.iter_mut().zip(&normal) {
                *value -= 2.0 * product / length_squared * component;
            }
        }
    }
    matrix
}

fn sphere(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum()
}

fn ellipsoid(rotation: &Matrix, x: &[f64]) -> f64 {
    let rotated = rotation.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>());
    let scale = |axis: usize| 1e6_f64.powf(axis as f64 / (DIMENSIONS - 1) as f64);
    rotated.enumerate().map(|(axis, value)| scale(axis) * value * value).sum()
}

/// Evaluations up to and including the first value below the target.
fn evaluations(f: &dyn Fn(&[f64]) -> f64, start: f64, seed: u64) -> Option<usize> {
    let domain = Domain::unbounded(DIMENSIONS);
    let mut search = CmaEs::new(vec![start; DIMENSIONS], SIGMA, domain, seed);
    for count in 1..=MOST {
        let value = f(&search.ask()?);
        if value < TARGET {
            return Some(count);
        }
        search.tell(value);
    }
    None
}

/// The median; a run that never got there counts as endless.
fn median(mut counts: Vec<usize>) -> f64 {
    counts.sort_unstable();
    counts[counts.len() / 2] as f64
}

fn ask_python(task: &Value) -> Result<Value, String> {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/cma_reference.py");
    let mut child = Command::new(&python)
        .arg(script)
        // Nine dimensions are too few for numpy's threads to do anything but wait.
        .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map(|key| (key, "1")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    // A Python without cma ends before it reads: its exit status tells, not the broken pipe.
    let _ = child.stdin.take().unwrap().write_all(task.to_string().as_bytes());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        return Err(format!("{python}: {}", errors.trim()));
    }
    assert!(output.status.success(), "{errors}");
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn cmaes_needs_as_many_evaluations_as_pip_cma() {
    let rotation = rotation();
    let starts = [("sphere", 1.0), ("rosenbrock", 0.0), ("ellipsoid", 1.0)];
    let problems = starts.map(|(name, start)| {
        json!({"name": name, "function": name, "start": vec![start; DIMENSIONS], "sigma": SIGMA})
    });
    let task = json!({
        "problems": problems, "rotation": rotation,
        "target": TARGET, "seeds": SEEDS, "most": MOST,
    });
    let theirs = match ask_python(&task) {
        Ok(theirs) => theirs,
        Err(reason) => {
            println!("not run: {reason} (pip install cma numpy, or set ISPTUNE_PYTHON)");
            return;
        }
    };
    let mut report = String::new();
    let mut all_near = true;
    for (name, start) in starts {
        let rotated = |x: &[f64]| ellipsoid(&rotation, x);
        let f: &dyn Fn(&[f64]) -> f64 = match name {
            "sphere" => &sphere,
            "rosenbrock" => &rosenbrock,
            _ => &rotated,
        };
        let ours = (1..=SEEDS).map(|seed| evaluations(f, start, seed).unwrap_or(usize::MAX));
        let ours = median(ours.collect());
        let counts = theirs[name].as_array().unwrap().iter();
        let theirs =
            median(counts.map(|n| n.as_u64().map_or(usize::MAX, |n| n as usize)).collect());
        let ratio = ours / theirs;
        report += &format!("{name}: ours {ours}, pip cma {theirs}, ratio {ratio:.3}\n");
        all_near &= (ratio - 1.0).abs() <= TOLERANCE && theirs < MOST as f64;
    }
    println!("median evaluations to {TARGET:e}, {SEEDS} seeds\n{report}");
    assert!(all_near, "{report}");
}
