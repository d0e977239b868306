//! The values of a camera's controls at one moment, to be restored later.

use serde::{Deserialize, Serialize};

use super::super::error::CameraError;
use super::controls::Controls;
use super::description::ControlDescription;

/// The values of all controls that can be written and that keep what is written, at one moment.
///
/// Not in it are buttons, text and structures, what can only be read or only be written, and
/// values that the camera changes by itself at that moment, such as the gain while an automatic
/// rules it: the automatic's switch stands for those.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// The controls in the kernel's order.
    #[serde(rename = "control", default)]
    pub values: Vec<SavedValue>,
}

/// One value of a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedValue {
    /// The kernel's number of the control.
    pub id: u32,
    /// Its name, for people and messages.
    pub key: String,
    /// Its value.
    pub value: i64,
}

impl Snapshot {
    /// The values now. A control that the camera refuses to read is left out.
    ///
    /// # Errors
    /// [`CameraError::Gone`], or [`CameraError::Io`] when the driver does not answer.
    pub fn take(controls: &Controls<'_>) -> Result<Self, CameraError> {
        let list = controls.list()?;
        let saved: Vec<&ControlDescription> =
            list.iter().filter(|control| control.is_writable() && control.is_lasting()).collect();
        if saved.is_empty() {
            return Ok(Self::default());
        }
        let values = controls.values_of(&saved)?;
        let values = saved.into_iter().zip(values).filter_map(|(control, value)| {
            let (id, key) = (control.id, control.key.clone());
            value.ok().map(|value| SavedValue { id, key, value })
        });
        Ok(Self { values: values.collect() })
    }

    /// The saved value of a control.
    #[must_use]
    pub fn value_of(&self, id: u32) -> Option<i64> {
        self.values.iter().find(|saved| saved.id == id).map(|saved| saved.value)
    }
}
