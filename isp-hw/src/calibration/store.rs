//! Calibrations on disk: one file for each device, found again by its identity.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tuner::{AtomicFileError, ParameterInfo, Params};

use super::{Calibration, ChartCheck};
use crate::state::file_name;
use crate::variant::{Make, Step};

/// Raised when older versions of isptune would misunderstand the file.
const VERSION: u32 = 1;
/// Such a file has some 6 kB.
const LARGEST_FILE: u64 = 1 << 20;
/// Logarithms of exponents and widths lie within these, and all other numbers too: a file that says
/// otherwise was not written by a fit.
const LARGEST_NUMBER: f64 = 20.0;

const HEAD: &str = "\
# What the parameters of this device do, as `isptune calibrate` has fitted it. It may be removed:
# tunes then go on without it.
";

/// A device as a calibration knows it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibratedDevice {
    identity: String,
    /// The table of its parameters, one line each: with other ranges it is another device.
    parameters: Vec<String>,
}

/// The calibrations of a state directory.
#[derive(Debug, Clone)]
pub struct CalibrationStore {
    folder: PathBuf,
}

/// A calibration that cannot be stored or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationStoreError {
    /// The folder cannot be made.
    #[error("{}: {source}; set STATE_DIRECTORY to a folder where isptune may write", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] AtomicFileError),
    /// The file cannot be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// What was read is no calibration of this device.
    #[error("{}: {reason}; calibrate again", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Keys that are not here are ignored: a later version may add some.
#[derive(Serialize, Deserialize)]
struct Text {
    version: u32,
    identity: String,
    parameters: Vec<String>,
    rms_steps: f64,
    rms_steps_before: f64,
    queries: usize,
    found: [f64; 9],
    chart: Option<ChartCheck>,
    make: Make,
}

impl CalibratedDevice {
    /// The device of this identity with this table of parameters.
    #[must_use]
    pub fn new(identity: String, parameters: &[ParameterInfo]) -> Self {
        let line = |info: &ParameterInfo| {
            let ([low, high], neutral) = (info.range, info.neutral);
            format!("{}: {} {low} {neutral} {high} {:?}", info.parameter, info.key, info.curve)
        };
        Self { identity, parameters: parameters.iter().map(line).collect() }
    }

    /// Its identity.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }
}

impl CalibrationStore {
    /// The store in a [state directory](crate::state_directory), in the folder `calibration`.
    #[must_use]
    pub fn of(state_directory: &Path) -> Self {
        Self { folder: state_directory.join("calibration") }
    }

    /// The file of a device, whether it is there or not.
    #[must_use]
    pub fn file_of(&self, device: &CalibratedDevice) -> PathBuf {
        self.folder.join(file_name(&device.identity))
    }

    /// Stores a calibration in the place of an earlier one, all or nothing.
    ///
    /// # Errors
    /// [`CalibrationStoreError`] when the folder cannot be made or the file not be written.
    pub fn keep(
        &self,
        device: &CalibratedDevice,
        calibration: &Calibration,
    ) -> Result<PathBuf, CalibrationStoreError> {
        let file = self.file_of(device);
        let Calibration { make, found, rms_steps, rms_steps_before, queries, chart } =
            calibration.clone();
        let text = Text {
            version: VERSION,
            identity: device.identity.clone(),
            parameters: device.parameters.clone(),
            rms_steps,
            rms_steps_before,
            queries,
            found: found.values(),
            chart,
            make,
        };
        let body = toml::to_string(&text).map_err(|error| CalibrationStoreError::Content {
            file: file.clone(),
            reason: error.to_string(),
        })?;
        fs::create_dir_all(&self.folder).map_err(|source| CalibrationStoreError::Folder {
            folder: self.folder.clone(),
            source,
        })?;
        tuner::write_atomically(&file, |out| write!(out, "{HEAD}{body}"))?;
        Ok(file)
    }

    /// The calibration of a device; `None` when there is none.
    ///
    /// # Errors
    /// [`CalibrationStoreError`] when the file is there and cannot be read, or is no calibration of
    /// this device. A tune goes on without it then.
    pub fn find(
        &self,
        device: &CalibratedDevice,
    ) -> Result<Option<Calibration>, CalibrationStoreError> {
        let file = self.file_of(device);
        let text = match read(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CalibrationStoreError::Read { file, source }),
            Ok(text) => text,
        };
        match parse(&text, device) {
            Ok(calibration) => Ok(Some(calibration)),
            Err(reason) => Err(CalibrationStoreError::Content { file, reason }),
        }
    }
}

fn read(file: &Path) -> io::Result<String> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no ordinary file"));
    }
    let mut text = String::new();
    File::open(file)?.take(LARGEST_FILE).read_to_string(&mut text)?;
    Ok(text)
}

fn parse(text: &str, device: &CalibratedDevice) -> Result<Calibration, String> {
    let text: Text = toml::from_str(text)
        .map_err(|error| format!("it is no calibration: {}", error.message()))?;
    if text.version != VERSION {
        return Err(format!("it has version {}, this isptune knows {VERSION}", text.version));
    }
    if text.identity != device.identity {
        return Err(format!("it is of another device, {}", text.identity));
    }
    if text.parameters != device.parameters {
        return Err("the parameters of the device have other keys or ranges now".to_owned());
    }
    check(&text.make)?;
    let rms = [text.rms_steps, text.rms_steps_before];
    if !rms.iter().all(|rms| rms.is_finite() && *rms >= 0.0) {
        return Err(format!("an error of {} steps is none", text.rms_steps));
    }
    if text.chart.as_ref().is_some_and(|chart| !chart.is_sound()) {
        return Err("the differences on the chart are none".to_owned());
    }
    Ok(Calibration {
        make: text.make,
        found: Params::new(text.found).map_err(|error| error.to_string())?,
        rms_steps: text.rms_steps,
        rms_steps_before: text.rms_steps_before,
        queries: text.queries,
        chart: text.chart,
    })
}

/// Refuses numbers that no fit gives.
fn check(make: &Make) -> Result<(), String> {
    let response = &make.response;
    let positive = [make.gamma, make.highlights_exponent, make.shadows_exponent, make.blur_sigma];
    let logarithms = positive.map(f64::ln);
    let numbers = response.matrix.iter().flatten().chain(&response.offset).chain(&response.warp);
    let numbers = numbers.chain(&response.cubic).chain(make.colour_mix.iter().flatten());
    let numbers = numbers.chain(&logarithms).chain([&make.s_curve]);
    if let Some(odd) = numbers.copied().find(|value| value.is_nan() || value.abs() > LARGEST_NUMBER)
    {
        return Err(format!("a coefficient of {odd} is out of range"));
    }
    let each = [Step::Exposure, Step::Balance, Step::Saturation, Step::Tone, Step::Texture];
    if !each.iter().all(|step| make.steps.contains(step)) {
        return Err("a step is missing".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tuner::Parameter;

    use super::*;
    use crate::calibration::PatchErrors;
    use crate::{Renderer as _, Variation};

    fn device(identity: &str) -> CalibratedDevice {
        CalibratedDevice::new(identity.to_owned(), Variation::new(1.0, 1).parameters())
    }

    fn calibration() -> Calibration {
        Calibration {
            make: Variation::new(1.0, 1).make().clone(),
            found: Params::NEUTRAL.with(Parameter::Contrast, -0.3),
            rms_steps: 0.4,
            rms_steps_before: 20.0,
            queries: 101,
            chart: None,
        }
    }

    fn store() -> (tempfile::TempDir, CalibrationStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = CalibrationStore::of(&folder.path().join("not/yet/there"));
        (folder, store)
    }

    #[test]
    fn a_stored_calibration_is_found_by_its_device_alone() {
        let (_folder, store) = store();
        assert_eq!(store.find(&device("usb:1")).unwrap(), None);
        store.keep(&device("usb:1"), &calibration()).unwrap();
        assert_eq!(store.find(&device("usb:1")).unwrap(), Some(calibration()));
        assert_eq!(store.find(&device("usb:2")).unwrap(), None);
        let mut other = Variation::new(1.0, 1).parameters().to_vec();
        other[3].range = [-1.0, 0.5];
        let other = CalibratedDevice::new("usb:1".to_owned(), &other);
        let error = store.find(&other).unwrap_err().to_string();
        assert!(error.contains("other keys or ranges"), "{error}");
        // Somebody has copied the file of one camera for another.
        fs::copy(store.file_of(&device("usb:1")), store.file_of(&device("usb:2"))).unwrap();
        let error = store.find(&device("usb:2")).unwrap_err().to_string();
        assert!(error.contains("another device, usb:1"), "{error}");
    }

    #[test]
    fn what_a_chart_said_is_stored_too() {
        let (_folder, store) = store();
        let error = |mean: f64| PatchErrors { mean, max: 3.0 * mean, by_patch: [mean; 24] };
        let check = |mean| Some(ChartCheck { fit: error(mean), before: error(9.0) });
        let stored = |chart| {
            store.keep(&device("usb:1"), &Calibration { chart, ..calibration() }).unwrap();
            store.find(&device("usb:1"))
        };
        let agreed = stored(check(0.3)).unwrap().unwrap();
        assert_eq!(agreed.chart, check(0.3));
        assert!(agreed.is_trusted());
        assert!(!stored(check(1.2)).unwrap().unwrap().is_trusted());
        let error = stored(check(-1.0)).unwrap_err().to_string();
        assert!(error.contains("the differences on the chart"), "{error}");
    }

    #[test]
    fn damaged_files_are_told_and_not_believed() {
        let (_folder, store) = store();
        let device = device("usb:1");
        let file = store.keep(&device, &calibration()).unwrap();
        let whole = fs::read_to_string(&file).unwrap();
        let damaged = |text: &str| -> String {
            assert_ne!(text, whole);
            fs::write(&file, text).unwrap();
            store.find(&device).unwrap_err().to_string()
        };
        for length in (0..whole.len() - 1).step_by(97) {
            let error = damaged(&whole[..length]);
            assert!(error.contains(file.to_str().unwrap()), "{error}");
        }
        let s_curve = whole.lines().find(|line| line.starts_with("s_curve")).unwrap();
        assert!(damaged(&whole.replace(s_curve, "s_curve = nan")).contains("out of range"));
        let gamma = whole.lines().find(|line| line.starts_with("gamma")).unwrap();
        assert!(damaged(&whole.replace(gamma, "gamma = -1.0")).contains("out of range"));
        assert!(damaged(&whole.replace("\"tone\"", "\"texture\"")).contains("step is missing"));
        assert!(
            damaged(&whole.replace("rms_steps = 0.4", "rms_steps = -1.0")).contains("-1 steps")
        );
        assert!(damaged(&whole.replace("version = 1", "version = 2")).contains("version 2"));
    }
}
