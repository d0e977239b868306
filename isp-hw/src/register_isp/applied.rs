//! What became of the parameters that were written.

use tuner::Parameter;

use super::{ChipPlace, Register, RegisterError};

/// What was asked of a chip and what it holds.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a chip may hold other values than were asked"]
pub struct Applied {
    pub(super) place: ChipPlace,
    pub(super) values: Vec<AppliedValue>,
}

/// One parameter that was written and read back.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedValue {
    /// Which of the nine.
    pub parameter: Parameter,
    /// Its key in the map.
    pub key: String,
    /// The native value that was asked for.
    pub asked: f64,
    /// The native value nearest to it that the field can hold: what was written.
    pub written: f64,
    /// The native value that was read back.
    pub read_back: f64,
    /// Whether the readable bits hold what was written.
    pub applied: bool,
    pub(super) register: Register,
    /// The readable bits of the field, as written and as read back.
    pub(super) bits: [u32; 2],
}

impl Applied {
    /// All parameters of the chip, in canonical order.
    #[must_use]
    pub fn values(&self) -> &[AppliedValue] {
        &self.values
    }

    /// Whether the chip holds everything that was written.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.values.iter().all(|value| value.applied)
    }

    /// For callers that want everything or nothing.
    ///
    /// # Errors
    /// [`RegisterError::NotKept`] for the first parameter that the chip does not hold.
    pub fn into_complete(self) -> Result<Vec<AppliedValue>, RegisterError> {
        match self.values.iter().find(|value| !value.applied) {
            None => Ok(self.values),
            Some(value) => Err(RegisterError::NotKept {
                place: self.place,
                what: format!("{} (\"{}\" = {})", value.parameter, value.key, value.asked),
                register: value.register,
                written: value.bits[0],
                found: value.bits[1],
            }),
        }
    }
}
