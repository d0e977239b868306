//! What is known of a device from an earlier `isptune calibrate`.

use std::path::Path;

use isp_hw::calibration::{Calibration, CalibrationStore};
use isp_hw::{OpenPipeline, PipelineFile, state_directory};

/// The trusted calibration of the device behind an opened pipeline, if there is one. Says on
/// standard error what was found, and why it is not used where it is not.
#[must_use]
pub fn calibration_of(file: &PipelineFile, pipeline: &OpenPipeline) -> Option<Calibration> {
    let store = CalibrationStore::of(&state_directory(Path::new("/"))?);
    let calibration = match store.find(&file.device(pipeline)?) {
        Ok(found) => found?,
        Err(error) => {
            eprintln!("isptune: {error}; the tune goes on without a calibration");
            return None;
        }
    };
    let steps = calibration.rms_steps;
    if calibration.is_trusted() {
        eprintln!("calibrated: the device is predicted to {steps:.2} steps");
        Some(calibration)
    } else {
        match &calibration.chart {
            Some(chart) if calibration.fits() => eprintln!(
                "calibrated, but the fit misses the patches of the chart by ΔE00 {:.2}: not used",
                chart.fit.mean
            ),
            _ => eprintln!("calibrated, but the fit misses by {steps:.2} steps: not used"),
        }
        None
    }
}
