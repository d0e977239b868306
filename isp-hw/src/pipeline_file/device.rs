//! By what a device is known again, so that a calibration can be kept for it.

use std::path;

use tuner::Pipeline as _;

use super::{Kind, OpenPipeline, PipelineFile};
use crate::calibration::CalibratedDevice;
use crate::state::checksum;

impl PipelineFile {
    /// The device behind an opened pipeline of this file: a camera by its identity, a program by the
    /// pipeline file and what that says of the program. `None` where there is nothing to learn,
    /// because isptune renders itself.
    #[must_use]
    pub fn device(&self, pipeline: &OpenPipeline) -> Option<CalibratedDevice> {
        let identity = match (self.kind(), pipeline) {
            (_, OpenPipeline::Camera(camera)) => camera.identity().to_owned(),
            (Kind::Command(config), _) => {
                let file = path::absolute(self.label()).ok()?;
                // Another template or other arguments make another device of the same file.
                let program = checksum(&format!("{:?}", config.mode));
                format!("program:{program:016x}:{}", file.display())
            }
            _ => return None,
        };
        Some(CalibratedDevice::new(identity, pipeline.parameters()))
    }
}
