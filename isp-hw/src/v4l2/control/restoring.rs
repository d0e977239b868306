//! Leaving a camera as it was found.

use std::fmt;

use super::super::error::CameraError;
use super::automatic_table::governors;
use super::controls::Controls;
use super::snapshot::{SavedValue, Snapshot};

/// Passes that are made at most. Each sets right what the one before could not, because it was
/// inactive, out of range or locked until another control was set; chains are rarely longer.
const PASSES_AT_MOST: usize = 5;

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// Keys of the controls that differed and are now as saved.
    pub restored: Vec<String>,
    /// Controls that are not as saved.
    pub failed: Vec<NotRestored>,
}

impl Restored {
    /// Whether every control is as saved.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

/// A control that is not as saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRestored {
    /// Its name.
    pub key: String,
    /// The saved value.
    pub wanted: i64,
    /// The value that it has, when it can be read.
    pub found: Option<i64>,
    /// Why, and the way out.
    pub reason: String,
}

impl fmt::Display for NotRestored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, wanted, found, reason } = self;
        match found {
            Some(found) => write!(formatter, "{key} is {found}, not {wanted}: {reason}"),
            None => write!(formatter, "{key} is not {wanted}: {reason}"),
        }
    }
}

/// A saved value that the control does not have now.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Difference<'a> {
    saved: &'a SavedValue,
    found: Option<i64>,
}

impl Snapshot {
    /// Writes back what differs: automatics that were off first, then values, then automatics that
    /// were on; again until all agrees or nothing changes any more. A camera that nobody touched
    /// gets no write at all.
    ///
    /// # Errors
    /// [`CameraError::Gone`] when the camera went away. Controls that cannot be restored are no
    /// error; [`Restored::failed`] has them.
    pub fn restore(&self, controls: &Controls<'_>) -> Result<Restored, CameraError> {
        let first = self.differences(controls)?;
        let mut open = first.clone();
        let mut reasons: Vec<(u32, String)> = Vec::new();
        for _ in 0..PASSES_AT_MOST {
            if open.is_empty() {
                break;
            }
            let values: Vec<(u32, i64)> =
                open.iter().map(|open| (open.saved.id, open.saved.value)).collect();
            reasons.clear();
            for (attempt, open) in controls.attempt(&values)?.into_iter().zip(&open) {
                let reason = attempt.outcome.err().unwrap_or_else(|| {
                    "the camera does not keep the value; unplug the camera and plug it in again, \
                     or set the control by hand"
                        .to_owned()
                });
                reasons.push((open.saved.id, reason));
            }
            let still = self.differences(controls)?;
            let stuck = still == open;
            open = still;
            if stuck {
                break;
            }
        }
        Ok(report(&first, &open, &reasons))
    }

    fn differences(&self, controls: &Controls<'_>) -> Result<Vec<Difference<'_>>, CameraError> {
        let mut present = Vec::new();
        let mut differences = Vec::new();
        for saved in &self.values {
            match controls.describe(saved.id)? {
                None => differences.push(Difference { saved, found: None }),
                Some(control) if self.is_ruled_by_an_automatic(controls, saved, &control)? => {}
                Some(control) => present.push((saved, control)),
            }
        }
        let described: Vec<_> = present.iter().map(|(_, control)| control).collect();
        if described.is_empty() {
            return Ok(differences);
        }
        for ((saved, control), value) in present.iter().zip(controls.values_of(&described)?) {
            // A value that the camera changes by itself says nothing about what was written.
            let agrees = value.is_ok_and(|value| value == saved.value) && control.is_lasting();
            if !agrees {
                differences.push(Difference { saved, found: value.ok() });
            }
        }
        Ok(differences)
    }

    /// Whether an automatic that was on when the snapshot was taken, and is on now, decides about
    /// the control: its value is then the camera's business, and moves without anyone's doing.
    fn is_ruled_by_an_automatic(
        &self,
        controls: &Controls<'_>,
        saved: &SavedValue,
        control: &super::ControlDescription,
    ) -> Result<bool, CameraError> {
        if !control.flags.inactive() && !control.flags.volatile() {
            return Ok(false);
        }
        for governor in governors(saved.id) {
            let was_on = self.value_of(governor.id).filter(|value| !governor.is_manual(*value));
            if was_on.is_some()
                && let Some(switch) = controls.describe(governor.id)?.filter(|s| s.is_readable())
                && let Some(Ok(now)) = controls.values_of(&[&switch])?.first()
                && !governor.is_manual(*now)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn report(
    first: &[Difference<'_>],
    open: &[Difference<'_>],
    reasons: &[(u32, String)],
) -> Restored {
    let is_open = |id: u32| open.iter().any(|open| open.saved.id == id);
    let restored =
        first.iter().map(|difference| difference.saved).filter(|saved| !is_open(saved.id));
    let failed = open.iter().map(|Difference { saved, found }| {
        let reason = reasons.iter().find(|(id, _)| *id == saved.id);
        let reason = reason.map_or_else(
            || "it changed while others were restored; restore again".to_owned(),
            |(_, reason)| reason.clone(),
        );
        NotRestored { key: saved.key.clone(), wanted: saved.value, found: *found, reason }
    });
    Restored {
        restored: restored.map(|saved| saved.key.clone()).collect(),
        failed: failed.collect(),
    }
}
