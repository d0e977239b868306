//! A camera without a kernel, with the habits of real drivers that `vivid` does not have.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use rustix::io::Errno;

use super::super::ioctl::{ExtControl, NEXT, QueryExtControl, QueryMenu, Refusal};
use super::automatic_table::{governors, id};
use super::controls::Controls;
use super::device::ControlDevice;

/// Flags of the kernel.
pub const GRABBED: u32 = 0x02;
pub const READ_ONLY: u32 = 0x04;
pub const INACTIVE: u32 = 0x10;
pub const WRITE_ONLY: u32 = 0x40;
pub const VOLATILE: u32 = 0x80;

/// A control without a number: the kernel's button.
pub const BUTTON: u32 = 0x0098_F001;
/// A 64-bit control of another class.
pub const WIDE: u32 = 0x009E_0901;

/// What a fake camera does unlike others.
#[derive(Default)]
pub struct Habits {
    /// A list with controls of different classes is refused.
    pub one_class_only: bool,
    /// A list fails at this control, after those before it were set.
    pub fails_in_lists: Option<u32>,
    /// The automatics' values are volatile while these are on (as in sensor drivers); otherwise
    /// only inactive (as in UVC cameras).
    pub volatile_automatics: bool,
    /// Every write of this control is accepted and ignored.
    pub ignores: Option<u32>,
    /// The camera is unplugged after so many lists were written.
    pub gone_after: Option<usize>,
}

/// A camera like a UVC webcam.
pub struct FakeCamera {
    pub habits: Habits,
    controls: RefCell<BTreeMap<u32, (QueryExtControl, i64)>>,
    /// Every list that was written, refused ones too.
    pub written: RefCell<Vec<Vec<u32>>>,
    /// What an automatic holds is this much above the manual value.
    drift: i64,
}

impl FakeCamera {
    pub fn new(habits: Habits) -> Self {
        let camera =
            Self { habits, controls: RefCell::default(), written: RefCell::default(), drift: 40 };
        camera.add(id::BRIGHTNESS, "Brightness", 1, (0, 255, 1), 128);
        camera.add(id::AUTO_WHITE_BALANCE, "White Balance, Automatic", 2, (0, 1, 1), 1);
        camera.add(id::AUTOGAIN, "Gain, Automatic", 2, (0, 1, 1), 1);
        camera.add(id::GAIN, "Gain", 1, (0, 255, 1), 100);
        let temperature = (2800, 6500, 10);
        camera.add(
            id::WHITE_BALANCE_TEMPERATURE,
            "White Balance Temperature",
            1,
            temperature,
            4000,
        );
        camera.add(BUTTON, "Factory Reset", 4, (0, 0, 0), 0);
        camera.add(id::EXPOSURE_AUTO, "Auto Exposure", 3, (0, 3, 1), 3);
        camera.add(id::EXPOSURE_ABSOLUTE, "Exposure Time, Absolute", 1, (3, 2047, 1), 250);
        camera.add(WIDE, "Pixel Rate", 5, (0, i64::MAX, 1), 1 << 40);
        camera
    }

    fn add(&self, id: u32, name: &str, kind: u32, range: (i64, i64, u64), value: i64) {
        let mut query = QueryExtControl { id, kind, ..QueryExtControl::default() };
        query.name[..name.len()].copy_from_slice(name.as_bytes());
        (query.minimum, query.maximum, query.step) = range;
        query.default = value;
        self.controls.borrow_mut().insert(id, (query, value));
    }

    pub fn controls(&self) -> Controls<'_> {
        Controls { node: PathBuf::from("/dev/video7"), device: Box::new(self) }
    }

    /// The manual value, whatever an automatic makes of it.
    pub fn value(&self, id: u32) -> i64 {
        self.controls.borrow()[&id].1
    }

    pub fn spoil(&self, id: u32, value: i64) {
        self.controls.borrow_mut().get_mut(&id).unwrap().1 = value;
    }

    pub fn flag(&self, id: u32, flags: u32) {
        self.controls.borrow_mut().get_mut(&id).unwrap().0.flags |= flags;
    }

    pub fn remove(&self, id: u32) {
        self.controls.borrow_mut().remove(&id);
    }

    pub fn shift_range(&self, id: u32, minimum: i64) {
        self.controls.borrow_mut().get_mut(&id).unwrap().0.minimum = minimum;
    }

    fn is_automatic(&self, id: u32) -> bool {
        let controls = self.controls.borrow();
        governors(id).any(|switch| {
            // This camera has a switch of its own for each of the two.
            let foreign = [(id::EXPOSURE_AUTO, id::GAIN), (id::AUTOGAIN, id::EXPOSURE_ABSOLUTE)];
            !foreign.contains(&(switch.id, id))
                && controls.get(&switch.id).is_some_and(|(_, value)| !switch.is_manual(*value))
        })
    }

    fn access(&self, id: u32, forbidden: u32) -> Result<QueryExtControl, Errno> {
        let query = self.query(id)?;
        if query.flags & forbidden != 0 { Err(Errno::ACCESS) } else { Ok(query) }
    }

    fn check(&self, controls: &[ExtControl], forbidden: u32) -> Result<(), Refusal> {
        let refused = |errno| Refusal { errno, at: None };
        let classes = controls.iter().map(|control| control.id >> 16);
        let mixed = classes.clone().min() != classes.max();
        if self.habits.one_class_only && mixed {
            return Err(refused(Errno::INVAL));
        }
        let known = |control: &ExtControl| self.access(control.id, forbidden).map(drop);
        controls.iter().try_for_each(known).map_err(refused)
    }

    fn gone(&self) -> bool {
        self.habits.gone_after.is_some_and(|lists| self.written.borrow().len() >= lists)
    }
}

impl ControlDevice for &FakeCamera {
    fn query(&self, id: u32) -> Result<QueryExtControl, Errno> {
        if self.gone() {
            return Err(Errno::NODEV);
        }
        let found = {
            let controls = self.controls.borrow();
            let entry = if id & NEXT == 0 {
                controls.get(&id)
            } else {
                controls.range((id & !NEXT) + 1..).next().map(|(_, entry)| entry)
            };
            entry.map(|(query, _)| *query)
        };
        let mut query = found.ok_or(Errno::INVAL)?;
        if self.is_automatic(query.id) {
            query.flags |= INACTIVE;
            query.flags |= if self.habits.volatile_automatics { VOLATILE } else { 0 };
        }
        Ok(query)
    }

    fn menu_item(&self, id: u32, index: u32) -> Result<QueryMenu, Errno> {
        // Like most webcams: manual and aperture priority.
        let name = match (id, index) {
            (id::EXPOSURE_AUTO, 1) => b"Manual Mode",
            (id::EXPOSURE_AUTO, 3) => b"Aperture Pr",
            _ => return Err(Errno::INVAL),
        };
        let mut item = QueryMenu { id, index, ..QueryMenu::default() };
        item.name[..name.len()].copy_from_slice(name);
        Ok(item)
    }

    fn get(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        self.check(controls, WRITE_ONLY)?;
        for control in controls {
            let mut value = self.value(control.id);
            if self.is_automatic(control.id) && self.habits.volatile_automatics {
                value += self.drift;
            }
            *control = if control.id == WIDE {
                ExtControl::wide(control.id, value)
            } else {
                ExtControl::narrow(control.id, i32::try_from(value).unwrap())
            };
        }
        Ok(())
    }

    fn set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        if self.gone() {
            return Err(Refusal { errno: Errno::NODEV, at: None });
        }
        self.written.borrow_mut().push(controls.iter().map(|control| control.id).collect());
        self.check(controls, READ_ONLY | GRABBED)?;
        for (at, control) in controls.iter().enumerate() {
            if controls.len() > 1 && self.habits.fails_in_lists == Some(control.id) {
                return Err(Refusal { errno: Errno::IO, at: Some(at) });
            }
            if self.habits.ignores == Some(control.id) {
                continue;
            }
            let wide = control.id == WIDE;
            let value = if wide { control.as_wide() } else { control.as_narrow().into() };
            self.spoil(control.id, value);
        }
        Ok(())
    }

    fn would_set(&self, controls: &mut [ExtControl]) -> Result<(), Refusal> {
        self.check(controls, READ_ONLY | GRABBED)
    }
}
