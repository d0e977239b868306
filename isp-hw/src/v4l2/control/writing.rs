//! Writing controls: in an order that works, together where the driver allows it, read back.

use std::io;

use rustix::io::Errno;

use super::super::error::{CameraError, Step};
use super::super::ioctl::ExtControl;
use super::automatic_table::{governors, switch};
use super::controls::{Controls, to_kernel};
use super::description::ControlDescription;

/// What became of one value that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The control.
    pub id: u32,
    /// The value that was asked for.
    pub asked: i64,
    /// The allowed value nearest to it, which was sent to the driver.
    pub sent: i64,
    /// The value that the control has now; `None` when it cannot be known: it can only be
    /// written, or the camera changes it by itself.
    pub read_back: Option<i64>,
}

impl Written {
    /// Whether the control has the value that was sent; `None` when that cannot be known.
    #[must_use]
    pub fn applied(&self) -> Option<bool> {
        self.read_back.map(|value| value == self.sent)
    }
}

/// One control of a list that is written as far as it goes.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) key: String,
    pub(super) outcome: Result<Written, String>,
}

/// A value on its way: the control, what was asked, what will be sent.
struct Prepared {
    position: usize,
    control: ControlDescription,
    asked: i64,
    sent: i64,
}

impl Controls<'_> {
    /// Writes values and reads every one back. Each is first brought onto the control's range and
    /// step. Automatics that are switched off go first, then values, then automatics that are
    /// switched on; each of the three in one call, whatever the classes, unless the driver refuses
    /// that.
    ///
    /// # Errors
    /// [`CameraError::Control`] with the reason and the way out when a control cannot be written:
    /// what shows before the first write leaves all as it was; what the driver refuses later
    /// leaves the others written. [`CameraError::Gone`] when the camera went away.
    pub fn write(&self, values: &[(u32, i64)]) -> Result<Vec<Written>, CameraError> {
        for (id, wanted) in values {
            let control = self.described(*id)?;
            let switched_off_here = governors(*id).any(|switch| {
                values.iter().any(|(id, value)| *id == switch.id && switch.is_manual(*value))
            });
            self.writable_now(&control, switched_off_here)?
                .and_then(|()| control.nearest(*wanted))
                .map_err(|reason| self.refused(&control.key, reason))?;
        }
        self.attempt(values)?
            .into_iter()
            .map(|attempt| attempt.outcome.map_err(|reason| self.refused(&attempt.key, reason)))
            .collect()
    }

    /// Writes what can be written, in the order of [`Self::write`], and says of each control what
    /// came of it, in the order of `values`. Inactive controls are written too: their values count
    /// as soon as they become active.
    pub(super) fn attempt(&self, values: &[(u32, i64)]) -> Result<Vec<Attempt>, CameraError> {
        let mut attempts: Vec<Attempt> = Vec::with_capacity(values.len());
        let mut sent = Vec::with_capacity(values.len());
        for (id, _) in values {
            let outcome = Err("not written".to_owned());
            attempts.push(Attempt { key: format!("{id:#010x}"), outcome });
        }
        for stage in [Stage::SwitchedOff, Stage::Values, Stage::SwitchedOn] {
            let mut prepared = Vec::new();
            for (position, (id, asked)) in values.iter().enumerate() {
                if Stage::of(*id, *asked) != stage {
                    continue;
                }
                let Some(attempt) = attempts.get_mut(position) else { continue };
                // Asked only now: the stage before may have changed flags and range.
                let Some(control) = self.describe(*id)? else {
                    attempt.outcome = Err("the camera has no such control any more".to_owned());
                    continue;
                };
                attempt.key.clone_from(&control.key);
                match self.writable_now(&control, true)?.and_then(|()| control.nearest(*asked)) {
                    Ok(sent) => prepared.push(Prepared { position, control, asked: *asked, sent }),
                    Err(reason) => attempt.outcome = Err(reason),
                }
            }
            for (refusal, value) in self.set_together(&prepared)?.into_iter().zip(prepared) {
                match (refusal, attempts.get_mut(value.position)) {
                    (Some(errno), Some(attempt)) => {
                        attempt.outcome = Err(why_refused(&value, errno));
                    }
                    _ => sent.push(value),
                }
            }
        }
        self.read_back(&sent, &mut attempts)?;
        Ok(attempts)
    }

    /// Sets values in one call. Where the driver refuses, those that it has not set by then are
    /// set one by one; `Some` for each that is refused even then.
    fn set_together(&self, values: &[Prepared]) -> Result<Vec<Option<Errno>>, CameraError> {
        let mut refusals = vec![None; values.len()];
        let mut list: Vec<ExtControl> =
            values.iter().map(|value| to_kernel(&value.control, value.sent)).collect();
        if list.is_empty() {
            return Ok(refusals);
        }
        let Err(refusal) = self.device.set(&mut list) else { return Ok(refusals) };
        self.still_there(Step::WriteControls, refusal.errno)?;
        // Those before the one that failed are set; without such a one, none is.
        let first = refusal.at.unwrap_or(0);
        for (value, refusal) in values.iter().zip(&mut refusals).skip(first) {
            let mut single = [to_kernel(&value.control, value.sent)];
            if let Err(refused) = self.device.set(&mut single) {
                self.still_there(Step::WriteControls, refused.errno)?;
                *refusal = Some(refused.errno);
            }
        }
        Ok(refusals)
    }

    fn read_back(&self, sent: &[Prepared], attempts: &mut [Attempt]) -> Result<(), CameraError> {
        let mut lasting = Vec::new();
        for value in sent {
            // Whether it is volatile may have changed with the last stage.
            let now = self.describe(value.control.id)?;
            let written = Written {
                id: value.control.id,
                asked: value.asked,
                sent: value.sent,
                read_back: None,
            };
            if let Some(attempt) = attempts.get_mut(value.position) {
                attempt.outcome = Ok(written);
            }
            if let Some(now) = now.filter(ControlDescription::is_lasting) {
                lasting.push((value.position, now));
            }
        }
        let controls: Vec<&ControlDescription> = lasting.iter().map(|(_, now)| now).collect();
        if controls.is_empty() {
            return Ok(());
        }
        for ((position, _), value) in lasting.iter().zip(self.values_of(&controls)?) {
            let Some(attempt) = attempts.get_mut(*position) else { continue };
            match (value, &mut attempt.outcome) {
                (Ok(value), Ok(written)) => written.read_back = Some(value),
                (Err(errno), outcome) => {
                    let cause = io::Error::from(errno);
                    *outcome = Err(format!("it was written but cannot be read back: {cause}"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Why a control cannot be written now, and what to do about it.
    fn writable_now(
        &self,
        control: &ControlDescription,
        inactive_too: bool,
    ) -> Result<Result<(), String>, CameraError> {
        let flags = control.flags;
        Ok(if flags.disabled() {
            Err("the driver has disabled it; leave it out".to_owned())
        } else if flags.read_only() {
            Err("it can only be read; leave it out".to_owned())
        } else if flags.grabbed() {
            Err("it is locked while a stream runs; stop the stream, or whatever other program \
                 uses the camera"
                .to_owned())
        } else if flags.inactive() && !inactive_too {
            Err(self.why_inactive(control.id)?)
        } else {
            Ok(())
        })
    }

    fn why_inactive(&self, id: u32) -> Result<String, CameraError> {
        for governor in governors(id) {
            let Some(control) = self.describe(governor.id)? else { continue };
            let Ok(value) = self.read(&[governor.id]) else { continue };
            if let (Some(value), Some(manual)) = (value.first(), governor.manual.first())
                && !governor.is_manual(*value)
            {
                let key = control.key;
                return Ok(format!("inactive while {key} is {value}; set {key} to {manual} first"));
            }
        }
        Ok("inactive: another control rules it out; change that one first".to_owned())
    }
}

/// When in a write a value has its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    SwitchedOff,
    Values,
    SwitchedOn,
}

impl Stage {
    fn of(id: u32, value: i64) -> Self {
        match switch(id) {
            None => Self::Values,
            Some(switch) if switch.is_manual(value) => Self::SwitchedOff,
            Some(_) => Self::SwitchedOn,
        }
    }
}

fn why_refused(value: &Prepared, errno: Errno) -> String {
    let (sent, control) = (value.sent, &value.control);
    let range = format!("{} to {}, step {}", control.minimum, control.maximum, control.step);
    match errno {
        Errno::BUSY => {
            format!("{sent} is refused while the control is in use; stop the stream, or try later")
        }
        Errno::ACCESS | Errno::PERM => {
            format!("{sent} is refused: not writable now; see whether an automatic rules it")
        }
        _ => {
            let cause = io::Error::from(errno);
            format!("{sent} is refused by the driver, which allows {range}: {cause}")
        }
    }
}
