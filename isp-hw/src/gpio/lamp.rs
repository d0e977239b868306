//! The lamp that is on while pictures are measured.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Active, OutputLine};

/// A lamp, shared by all who measure: on while at least one of them wants light.
#[derive(Clone, Default)]
pub struct Lamp {
    switch: Option<Arc<Mutex<Switch>>>,
}

struct Switch {
    line: Box<dyn OutputLine>,
    active: Active,
    wanted: usize,
}

/// Keeps the lamp on until it is dropped, also by an error or a panic on the way.
#[must_use = "the lamp is off again when this is dropped"]
pub struct Lit {
    switch: Option<Arc<Mutex<Switch>>>,
}

impl Lamp {
    pub(super) fn new(active: Active, line: Box<dyn OutputLine>) -> Self {
        Self { switch: Some(Arc::new(Mutex::new(Switch { line, active, wanted: 0 }))) }
    }

    /// Whether there is one.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.switch.is_some()
    }

    /// Switches the lamp on, if there is one.
    pub fn light(&self) -> Lit {
        if let Some(switch) = &self.switch {
            lock(switch).change(1);
        }
        Lit { switch: self.switch.clone() }
    }
}

impl Drop for Lit {
    fn drop(&mut self) {
        if let Some(switch) = &self.switch {
            lock(switch).change(-1);
        }
    }
}

impl Switch {
    fn change(&mut self, by: isize) {
        self.wanted = self.wanted.saturating_add_signed(by);
        self.line.set(self.active.level(self.wanted > 0));
    }
}

// The switch is right after every call, also after a panic elsewhere.
fn lock(switch: &Mutex<Switch>) -> MutexGuard<'_, Switch> {
    switch.lock().unwrap_or_else(PoisonError::into_inner)
}
