//! The metrics of a training: one JSON object a line.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Keys that tell how far a training is, the first one found counts.
const PROGRESS: [&str; 4] = ["iteration", "step", "steps", "update"];

/// Why metrics cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The file could not be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not as it should be.
    #[error("{}: line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// One figure over a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Key in the metrics.
    pub key: String,
    /// Place in the key's list; 0 where it is a number.
    pub place: usize,
    /// Progress and value, in the order of the file; finite.
    pub points: Vec<(f64, f64)>,
}

/// All curves of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Name of the training: that of its file without the ending.
    pub name: String,
    /// Key that tells the progress.
    pub progress: String,
    /// The curves, in the order in which their keys turn up.
    pub curves: Vec<Curve>,
}

impl Metrics {
    /// Reads a file of metrics. Every key with a number, or with a list of numbers, is a curve, or
    /// several.
    ///
    /// # Errors
    /// [`MetricsError`] naming file and line.
    pub fn load(path: &Path) -> Result<Self, MetricsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| MetricsError::File { path: path.to_owned(), source })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut metrics = Self { name, progress: String::new(), curves: Vec::new() };
        for (number, line) in text.lines().enumerate() {
            if !line.trim().is_empty() {
                metrics.take(line).map_err(|reason| MetricsError::Line {
                    path: path.to_owned(),
                    line: number + 1,
                    reason,
                })?;
            }
        }
        Ok(metrics)
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let object: serde_json::Map<String, Value> =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        let progress = PROGRESS
            .iter()
            .find_map(|&key| object.get(key).and_then(Value::as_f64).map(|value| (key, value)));
        let (progress, at) = progress
            .ok_or_else(|| format!("it lacks a number under one of {}", PROGRESS.join(", ")))?;
        progress.clone_into(&mut self.progress);
        for (key, value) in object.iter().filter(|(key, _)| *key != progress) {
            match value {
                Value::Array(values) => {
                    for (place, value) in values.iter().enumerate() {
                        self.add(key, place, at, value);
                    }
                }
                value => self.add(key, 0, at, value),
            }
        }
        Ok(())
    }

    fn add(&mut self, key: &str, place: usize, at: f64, value: &Value) {
        let Some(value) = value.as_f64().filter(|value| value.is_finite()) else { return };
        let known = self.curves.iter_mut().find(|each| each.key == key && each.place == place);
        match known {
            Some(curve) => curve.points.push((at, value)),
            None => {
                self.curves.push(Curve { key: key.to_owned(), place, points: vec![(at, value)] });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_are_curves_and_a_bad_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("first.jsonl");
        let text = "{\"iteration\":100,\"loss\":-8.5,\"psnr_db\":[21,26.5],\"note\":\"x\"}\n\n\
                    {\"iteration\":200,\"loss\":null,\"psnr_db\":[24,31]}\n";
        std::fs::write(&path, text).unwrap();
        let metrics = Metrics::load(&path).unwrap();
        assert_eq!((metrics.name.as_str(), metrics.progress.as_str()), ("first", "iteration"));
        let curve = |key: &str, place| {
            let found = metrics.curves.iter().find(|each| each.key == key && each.place == place);
            found.map(|curve| curve.points.clone())
        };
        assert_eq!(curve("loss", 0), Some(vec![(100.0, -8.5)]));
        assert_eq!(curve("psnr_db", 1), Some(vec![(100.0, 26.5), (200.0, 31.0)]));
        assert_eq!(metrics.curves.len(), 3);
        std::fs::write(&path, "{\"iteration\":1}\n{\"loss\":2}\n").unwrap();
        let error = Metrics::load(&path).unwrap_err().to_string();
        assert!(error.contains("first.jsonl") && error.contains("line 2"), "{error}");
    }
}
