//! The controls of one open camera: which there are, and reading them.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::super::error::{CameraError, Step};
use super::super::ioctl::{ExtControl, NEXT};
use super::description::{ControlDescription, Kind, MenuItem};
use super::device::ControlDevice;

/// Items of a menu that are asked for at most. Menus have a dozen items; a driver that reports a
/// range of 2³² must not keep a program busy for hours.
const MENU_ITEMS_AT_MOST: i64 = 1024;

/// The controls of one open camera.
///
/// Nothing is remembered between calls: flags and ranges change when other controls do, by this
/// program or by another one.
pub struct Controls<'fd> {
    pub(super) node: PathBuf,
    pub(super) device: Box<dyn ControlDevice + 'fd>,
}

impl fmt::Debug for Controls<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Controls").field("node", &self.node).finish_non_exhaustive()
    }
}

impl<'fd> Controls<'fd> {
    /// The controls of a camera that is open for reading and writing; `node` is its name in
    /// messages.
    #[must_use]
    pub fn new(camera: BorrowedFd<'fd>, node: &Path) -> Self {
        Self { node: node.to_owned(), device: Box::new(camera) }
    }

    /// All controls with their menus, in the kernel's order. Controls that isptune can neither
    /// read nor write are among them.
    ///
    /// # Errors
    /// [`CameraError::Gone`], or [`CameraError::Io`] when the driver does not answer.
    pub fn list(&self) -> Result<Vec<ControlDescription>, CameraError> {
        let mut list = Vec::new();
        let mut last = 0;
        loop {
            let query = match self.device.query(last | NEXT) {
                Ok(query) => query,
                // The end; or a device without a single control.
                Err(Errno::INVAL | Errno::NOTTY) => return Ok(list),
                Err(errno) => return Err(self.failed(Step::ReadControls, errno)),
            };
            // A driver that does not go on would be asked for ever.
            if query.id <= last {
                return Ok(list);
            }
            last = query.id;
            if let Some(description) = ControlDescription::from_kernel(&query) {
                list.push(self.with_menu(description)?);
            }
        }
    }

    /// The control with this number, as it is now; `None` when the camera has none.
    ///
    /// # Errors
    /// [`CameraError::Gone`], or [`CameraError::Io`] when the driver does not answer.
    pub fn describe(&self, id: u32) -> Result<Option<ControlDescription>, CameraError> {
        match self.device.query(id) {
            Ok(query) => ControlDescription::from_kernel(&query)
                .map(|description| self.with_menu(description))
                .transpose(),
            Err(Errno::INVAL | Errno::NOTTY) => Ok(None),
            Err(errno) => Err(self.failed(Step::ReadControls, errno)),
        }
    }

    /// The first control of [`Self::list`] with this key.
    ///
    /// # Errors
    /// [`CameraError::Control`] when there is none, with the keys that there are; otherwise as
    /// [`Self::list`].
    pub fn by_key(&self, key: &str) -> Result<ControlDescription, CameraError> {
        let mut list = self.list()?;
        if let Some(position) = list.iter().position(|control| control.key == key) {
            return Ok(list.swap_remove(position));
        }
        let keys: Vec<String> = list.into_iter().map(|control| control.key).collect();
        let reason = if keys.is_empty() {
            "the camera has no controls at all".to_owned()
        } else {
            format!("there is none; choose one of {}", keys.join(", "))
        };
        Err(self.refused(key, reason))
    }

    /// Current values, in the order that was asked for. Values of volatile controls are what the
    /// camera holds at this moment.
    ///
    /// # Errors
    /// [`CameraError::Control`] for a control that the camera lacks or that has no value to be
    /// read; otherwise as [`Self::list`].
    pub fn read(&self, ids: &[u32]) -> Result<Vec<i64>, CameraError> {
        let mut controls = Vec::with_capacity(ids.len());
        for id in ids {
            let description = self.described(*id)?;
            if !description.is_readable() {
                let reason = "it has no value that could be read; leave it out".to_owned();
                return Err(self.refused(&description.key, reason));
            }
            controls.push(description);
        }
        let references: Vec<&ControlDescription> = controls.iter().collect();
        let values = self.values_of(&references)?;
        values
            .into_iter()
            .zip(&controls)
            .map(|(value, control)| {
                value.map_err(|errno| {
                    let cause = io::Error::from(errno);
                    self.refused(&control.key, format!("it cannot be read: {cause}"))
                })
            })
            .collect()
    }

    /// What the driver would make of these values, without setting them. The driver's word is not
    /// the last: what is set is known when it is read back.
    ///
    /// # Errors
    /// [`CameraError::Control`] with the driver's reason; otherwise as [`Self::list`].
    pub fn would_become(&self, values: &[(u32, i64)]) -> Result<Vec<i64>, CameraError> {
        let mut kinds = Vec::with_capacity(values.len());
        let mut list = Vec::with_capacity(values.len());
        for (id, wanted) in values {
            let control = self.described(*id)?;
            let nearest =
                control.nearest(*wanted).map_err(|reason| self.refused(&control.key, reason))?;
            list.push(to_kernel(&control, nearest));
            kinds.push(control);
        }
        self.device.would_set(&mut list).map_err(|refusal| {
            let key = refusal.at.and_then(|at| kinds.get(at)).map_or("all", |control| &control.key);
            self.refused(key, format!("the driver refuses: {}", io::Error::from(refusal.errno)))
        })?;
        Ok(kinds.iter().zip(&list).map(|(control, value)| from_kernel(control, value)).collect())
    }

    /// Values of readable controls: all in one call, one by one where the driver refuses that.
    pub(super) fn values_of(
        &self,
        controls: &[&ControlDescription],
    ) -> Result<Vec<Result<i64, Errno>>, CameraError> {
        let mut list: Vec<ExtControl> =
            controls.iter().map(|control| to_kernel(control, 0)).collect();
        let Err(refusal) = self.device.get(&mut list) else {
            return Ok(controls
                .iter()
                .zip(&list)
                .map(|(control, value)| Ok(from_kernel(control, value)))
                .collect());
        };
        self.still_there(Step::ReadControls, refusal.errno)?;
        let mut values = Vec::with_capacity(controls.len());
        for control in controls {
            let mut single = [to_kernel(control, 0)];
            let outcome = self.device.get(&mut single).map_err(|refusal| refusal.errno);
            if let Err(errno) = outcome {
                self.still_there(Step::ReadControls, errno)?;
            }
            let [single] = single;
            values.push(outcome.map(|()| from_kernel(control, &single)));
        }
        Ok(values)
    }

    pub(super) fn described(&self, id: u32) -> Result<ControlDescription, CameraError> {
        self.describe(id)?.ok_or_else(|| {
            let reason = "the camera has no such control; choose one of its list".to_owned();
            self.refused(&format!("{id:#010x}"), reason)
        })
    }

    /// Errors that are about the camera and not about one control end whatever is being done.
    pub(super) fn still_there(&self, step: Step, errno: Errno) -> Result<(), CameraError> {
        match errno {
            Errno::NODEV | Errno::NXIO | Errno::BADF | Errno::NOTTY => {
                Err(self.failed(step, errno))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn failed(&self, step: Step, errno: Errno) -> CameraError {
        CameraError::from_io(&self.node, step, errno.into())
    }

    pub(super) fn refused(&self, control: &str, reason: String) -> CameraError {
        CameraError::Control { node: self.node.clone(), control: control.to_owned(), reason }
    }

    fn with_menu(
        &self,
        mut description: ControlDescription,
    ) -> Result<ControlDescription, CameraError> {
        if !description.kind.is_menu() {
            return Ok(description);
        }
        let last = description.maximum.min(description.minimum.saturating_add(MENU_ITEMS_AT_MOST));
        for value in description.minimum..=last {
            let Ok(index) = u32::try_from(value) else { continue };
            match self.device.menu_item(description.id, index) {
                Ok(item) => {
                    description.menu.push(MenuItem::from_kernel(description.kind, &item));
                }
                // A gap. Whatever else a driver answers, the item cannot be chosen either.
                Err(errno) => self.still_there(Step::ReadControls, errno)?,
            }
        }
        Ok(description)
    }
}

/// A control of the kernel's list with this value.
pub(super) fn to_kernel(control: &ControlDescription, value: i64) -> ExtControl {
    match control.kind {
        Kind::Integer64 => ExtControl::wide(control.id, value),
        // A set of bits may use the highest, which is the sign of the kernel's number.
        Kind::Bitmask => ExtControl::narrow(control.id, (value as u32).cast_signed()),
        _ => {
            let bounded = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
            ExtControl::narrow(control.id, i32::try_from(bounded).unwrap_or_default())
        }
    }
}

/// The value of a control of the kernel's list.
pub(super) fn from_kernel(control: &ControlDescription, value: &ExtControl) -> i64 {
    match control.kind {
        Kind::Integer64 => value.as_wide(),
        Kind::Bitmask => i64::from(value.as_narrow().cast_unsigned()),
        _ => i64::from(value.as_narrow()),
    }
}
