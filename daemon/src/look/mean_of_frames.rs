//! The mean of several pictures of one scene, as a goal.

use std::path::Path;

use isp_hw::camera::Average;
use tuner::{Content, Frame, register};

use super::{LookError, Refusal};

/// Shift between frames from which on their mean is blurred, in pixels: the mean of two that are so
/// far apart has lost a sixth of the power of detail of 2.5 pixels, 1 − cos²(π·0.33/2.5).
const MOST_SHIFT: f64 = 0.33;

/// The mean of pictures of one scene, 16 bits a sample; each is compared with the first one. Values
/// are averaged as they are, display-referred, as a camera's frames are.
#[derive(Debug)]
pub struct MeanOfFrames {
    first: Frame,
    average: Average,
    refusals: Vec<Refusal>,
}

impl MeanOfFrames {
    /// The mean of one frame.
    #[must_use]
    pub fn new(first: Frame) -> Self {
        Self { average: Average::new(&first), first, refusals: Vec::new() }
    }

    /// Adds a frame, which messages call `file`.
    ///
    /// # Errors
    /// [`LookError::FrameSize`] when it has another size than the first one.
    pub fn add(&mut self, file: &Path, frame: &Frame) -> Result<(), LookError> {
        if !self.average.add(frame) {
            return Err(LookError::FrameSize {
                file: file.to_owned(),
                size: frame.size(),
                first: self.first.size(),
            });
        }
        let file = file.display().to_string();
        let registration = register(&self.first, frame);
        let (dx, dy) = (registration.dx, registration.dy);
        match registration.content {
            Content::Other => self.refusals.push(Refusal::OtherFrame { file }),
            Content::Same if dx.hypot(dy) > MOST_SHIFT => {
                self.refusals.push(Refusal::Moved { file, dx, dy });
            }
            Content::Same | Content::NothingToCompare => {}
        }
        Ok(())
    }

    /// The mean, and why it is a bad reference, if it is.
    ///
    /// # Errors
    /// None: there is one frame at least.
    pub fn finish(self) -> Result<(Frame, Vec<Refusal>), LookError> {
        Ok((self.average.frame()?, self.refusals))
    }
}
