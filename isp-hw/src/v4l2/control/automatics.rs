//! Switching automatics off so that the picture stays as it was.

use super::super::error::CameraError;
use super::automatic_table::{SWITCHES, Switch, Topic};
use super::controls::Controls;
use super::writing::Written;

/// Automatics that were switched off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Automatics {
    /// The switches with the values that they had.
    pub found: Vec<(u32, i64)>,
    /// What the automatics held, now written as manual values.
    pub held: Vec<Written>,
}

impl Automatics {
    /// Switches off the automatics of these topics that the camera has and that are on. The values
    /// that they held are read first and written as manual ones, so that the picture stays.
    ///
    /// A camera that reports another value than its automatic uses does change its picture here;
    /// nothing in the interface tells that.
    ///
    /// # Errors
    /// [`CameraError::Control`] when a switch does not go off, or a held value is refused. What was
    /// switched off by then is on again.
    pub fn off(controls: &Controls<'_>, topics: &[Topic]) -> Result<Self, CameraError> {
        let mut automatics = Self::default();
        let mut manual = Vec::new();
        for switch in SWITCHES.iter().filter(|switch| topics.contains(&switch.topic)) {
            let Some(value) = manual_value(controls, switch)? else { continue };
            let found = controls.read(&[switch.id])?;
            if let Some(found) = found.first()
                && *found != value
                && !switch.is_manual(*found)
            {
                automatics.found.push((switch.id, *found));
                manual.push((switch.id, value));
            }
        }
        if manual.is_empty() {
            return Ok(automatics);
        }
        let held = held_values(controls, &automatics.found)?;
        match write_manual(controls, &manual, &held) {
            Ok(held) => {
                automatics.held = held;
                Ok(automatics)
            }
            Err(error) => {
                // What made the first write fail is what the caller must hear of.
                let _ = automatics.put_back(controls);
                Err(error)
            }
        }
    }

    /// Switches the automatics to what they were. Values that were set meanwhile stay where the
    /// camera keeps manual values beside the automatic ones: a
    /// [`Snapshot`](super::Snapshot) restores those too.
    ///
    /// # Errors
    /// As [`Controls::write`].
    pub fn put_back(&self, controls: &Controls<'_>) -> Result<(), CameraError> {
        controls.write(&self.found).map(drop)
    }
}

/// The value that switches off, if the camera has the switch and lets it be written.
fn manual_value(controls: &Controls<'_>, switch: &Switch) -> Result<Option<i64>, CameraError> {
    let Some(control) = controls.describe(switch.id)? else { return Ok(None) };
    if !control.is_readable() || !control.is_writable() || control.flags.inactive() {
        return Ok(None);
    }
    // A compensation that starts at 1 has no "off", but it has a least.
    Ok(switch.manual.iter().find_map(|value| control.nearest(*value).ok()))
}

/// What the automatics hold at this moment, as far as the camera tells.
fn held_values(
    controls: &Controls<'_>,
    switches: &[(u32, i64)],
) -> Result<Vec<(u32, i64)>, CameraError> {
    let mut held: Vec<(u32, i64)> = Vec::new();
    let on = SWITCHES.iter().filter(|switch| switches.iter().any(|(id, _)| *id == switch.id));
    for id in on.flat_map(|switch| switch.governs) {
        if held.iter().any(|(known, _)| known == id) {
            continue;
        }
        let Some(control) = controls.describe(*id)? else { continue };
        if control.is_readable() && control.is_writable() {
            held.extend(controls.read(&[*id])?.first().map(|value| (*id, *value)));
        }
    }
    Ok(held)
}

fn write_manual(
    controls: &Controls<'_>,
    switches: &[(u32, i64)],
    held: &[(u32, i64)],
) -> Result<Vec<Written>, CameraError> {
    for written in controls.write(switches)? {
        if written.applied() == Some(false) {
            let key = controls.described(written.id)?.key;
            let reason = "the automatic does not switch off; tune without this camera's automatic \
                          or with another camera"
                .to_owned();
            return Err(controls.refused(&key, reason));
        }
    }
    // Only now is it known which of them the camera lets be set by hand.
    let mut settable = Vec::new();
    for (id, value) in held {
        if let Some(control) = controls.describe(*id)? {
            let flags = control.flags;
            if !flags.inactive() && !flags.volatile() && !flags.grabbed() {
                settable.push((*id, *value));
            }
        }
    }
    controls.write(&settable)
}
