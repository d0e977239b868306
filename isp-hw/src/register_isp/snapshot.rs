//! The mapped bits of a chip as they were found, to be put back later, also by another process.

use serde::{Deserialize, Serialize};

use super::{ChipPlace, Register, RegisterError};

/// Register values of a chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Number of the bus.
    pub(super) bus: u8,
    /// Slave address.
    pub(super) address: u8,
    /// The chip's identity, where the map names its register.
    pub(super) chip_id: Option<u32>,
    /// The values, in the order of the map.
    pub(super) values: Vec<Bits>,
}

/// Some bits of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bits {
    /// The register.
    pub(super) register: Register,
    /// Which bits.
    pub(super) mask: u32,
    /// Which of them read back as written.
    pub(super) readback_mask: u32,
    /// Their values; every other bit is 0.
    pub(super) value: u32,
}

impl Bits {
    /// Whether what was read holds these bits, as far as they can be read.
    pub(super) const fn are_in(&self, found: u32) -> bool {
        (found ^ self.value) & self.mask & self.readback_mask == 0
    }
}

impl Snapshot {
    /// Refuses what was taken from another chip, or says nothing about one.
    pub(super) fn check(
        &self,
        place: ChipPlace,
        chip_id: Option<u32>,
    ) -> Result<(), RegisterError> {
        let refused = |reason: String| Err(RegisterError::Snapshot { place, reason });
        if (self.bus, self.address) != (place.bus, place.address) {
            let theirs = ChipPlace { bus: self.bus, address: self.address };
            return refused(format!("they are those of {theirs}"));
        }
        if self.chip_id != chip_id {
            let name =
                |id: Option<u32>| id.map_or("no identity".to_owned(), |id| format!("0x{id:x}"));
            let [theirs, ours] = [self.chip_id, chip_id].map(name);
            return refused(format!("the chip was {theirs} then and is {ours} now"));
        }
        for bits in &self.values {
            let Bits { register, mask, value, .. } = *bits;
            if !(1..=4).contains(&register.bytes)
                || mask & !register.all_bits() != 0
                || value & !mask != 0
            {
                return refused(format!("register {register} is damaged; delete the saved state"));
            }
        }
        Ok(())
    }
}
