//! The ISP itself: open, apply, restore.

use std::thread;
use std::time::Duration;

use tuner::{ParameterInfo, Params};

use super::chip::Chip;
use super::snapshot::Bits;
use super::{
    Applied, AppliedValue, Register, RegisterBus, RegisterError, RegisterIspConfig, Snapshot,
};

/// Pause between two looks at a register that has not taken its value yet.
const LATCH_POLL: Duration = Duration::from_millis(5);

/// A chip whose parameters are registers.
pub struct RegisterIsp {
    config: RegisterIspConfig,
    parameters: Vec<ParameterInfo>,
    chip: Chip,
    found: Snapshot,
    unlocked: bool,
}

impl RegisterIsp {
    /// Opens the chip on its Linux bus, checks what it is, and reads every mapped register; writes
    /// nothing.
    ///
    /// # Errors
    /// [`RegisterError`]: no Linux, no bus, no permission, a kernel driver on the chip, another
    /// chip, or one that does not answer.
    pub fn open(config: RegisterIspConfig) -> Result<Self, RegisterError> {
        #[cfg(target_os = "linux")]
        {
            let bus = super::linux_bus::LinuxBus::open(config.place)?;
            Self::on_bus(config, Box::new(bus))
        }
        #[cfg(not(target_os = "linux"))]
        Err(RegisterError::NotLinux { place: config.place })
    }

    /// As [`Self::open`], on a bus that is open already.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn on_bus(
        config: RegisterIspConfig,
        bus: Box<dyn RegisterBus + Send>,
    ) -> Result<Self, RegisterError> {
        let mut chip = Chip::new(bus, config.place, config.wire, config.retry);
        if let Some(id) = config.chip_id {
            let found = chip.read(id.register)?;
            if found != id.value {
                return Err(RegisterError::ForeignChip {
                    place: config.place,
                    register: id.register,
                    expected: id.value,
                    found,
                });
            }
        }
        let found = read_all(&mut chip, &config)?;
        let parameters = config.parameters.iter().map(|entry| entry.info.clone()).collect();
        Ok(Self { config, parameters, chip, found, unlocked: false })
    }

    /// The parameters that the chip has, in canonical order.
    #[must_use]
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    /// The map.
    #[must_use]
    pub const fn config(&self) -> &RegisterIspConfig {
        &self.config
    }

    /// The mapped bits as they were when the chip was opened, before anything was written.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.found
    }

    /// Native values that the chip holds now, in the order of [`Self::parameters`].
    ///
    /// # Errors
    /// [`RegisterError::Transfer`].
    pub fn native_values(&mut self) -> Result<Vec<f64>, RegisterError> {
        let fields = self.config.parameters.iter().map(|entry| entry.field);
        fields.map(|field| Ok(field.decode(self.chip.read(field.register())?))).collect()
    }

    /// Writes the fixed fields and all parameters, in one frame where the chip has a group hold,
    /// and reads every one back.
    ///
    /// A parameter that the chip does not keep is no error here: [`Applied`] says so.
    ///
    /// # Errors
    /// [`RegisterError::Transfer`] when the bus fails for good: some of the values may be on the
    /// chip then. [`RegisterError::NotKept`] when a fixed field does not hold its value.
    pub fn apply(&mut self, params: &Params) -> Result<Applied, RegisterError> {
        let asked: Vec<f64> =
            self.parameters.iter().map(|info| info.to_native(params.get(info.parameter))).collect();
        let fixed = self.config.fixed.iter().map(|fixed| (fixed.field, fixed.bits));
        let entries = self.config.parameters.iter().zip(&asked);
        let tuned = entries.map(|(entry, &native)| (entry.field, entry.field.encode(native)));
        let wanted: Vec<Bits> = fixed
            .chain(tuned)
            .map(|(field, value)| Bits {
                register: field.register(),
                mask: field.mask(),
                readback_mask: field.readback_mask(),
                value,
            })
            .collect();
        let found = self.put(&wanted)?;
        let (fixed, tuned) = wanted.split_at(self.config.fixed.len());
        let (found_fixed, found_tuned) = found.split_at(self.config.fixed.len());
        self.require(fixed, found_fixed)?;
        let values = self.config.parameters.iter().zip(asked).zip(tuned.iter().zip(found_tuned));
        let values = values.map(|((entry, asked), (wanted, &found))| {
            let readable = wanted.mask & wanted.readback_mask;
            AppliedValue {
                parameter: entry.info.parameter,
                key: entry.info.key.clone(),
                asked,
                written: entry.field.decode(wanted.value),
                read_back: entry.field.decode(found),
                applied: wanted.are_in(found),
                register: wanted.register,
                bits: [wanted.value & readable, found & readable],
            }
        });
        Ok(Applied { place: self.chip.place(), values: values.collect() })
    }

    /// Puts saved bits back, also those that another process saved before it died; bits of the same
    /// registers that were not saved stay as they are.
    ///
    /// # Errors
    /// [`RegisterError::Snapshot`] for another chip's state, before anything is written;
    /// [`RegisterError::Transfer`]; [`RegisterError::NotKept`] when a value did not come back.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RegisterError> {
        snapshot.check(self.chip.place(), self.config.chip_id.map(|id| id.value))?;
        // Parameters before automatic modes: those would overwrite what comes after them.
        let wanted: Vec<Bits> = snapshot.values.iter().rev().copied().collect();
        let found = self.put(&wanted)?;
        self.require(&wanted, &found)
    }

    /// Writes bits and returns what their registers hold afterwards. Bits that did not arrive are
    /// written a second time: a disturbed transfer is acknowledged like any other.
    fn put(&mut self, wanted: &[Bits]) -> Result<Vec<u32>, RegisterError> {
        self.unlock()?;
        self.write_held(wanted)?;
        let found = self.read_back(wanted)?;
        if wanted.iter().zip(&found).all(|(bits, &found)| bits.are_in(found)) {
            return Ok(found);
        }
        self.write_held(wanted)?;
        self.read_back(wanted)
    }

    fn require(&self, wanted: &[Bits], found: &[u32]) -> Result<(), RegisterError> {
        let lost = wanted.iter().zip(found).find(|(bits, found)| !bits.are_in(**found));
        let Some((bits, found)) = lost else { return Ok(()) };
        let readable = bits.mask & bits.readback_mask;
        Err(RegisterError::NotKept {
            place: self.chip.place(),
            what: "a value that is not tuned".to_owned(),
            register: bits.register,
            written: bits.value & readable,
            found: found & readable,
        })
    }

    fn unlock(&mut self) -> Result<(), RegisterError> {
        if !self.unlocked {
            for write in &self.config.unlock {
                self.chip.write(write.register, write.value)?;
            }
            self.unlocked = true;
        }
        Ok(())
    }

    fn write_held(&mut self, wanted: &[Bits]) -> Result<(), RegisterError> {
        // Read before the hold begins: within it some chips return what they collect.
        let writes = self.whole_registers(wanted)?;
        let Some(hold) = self.config.group_hold.clone() else {
            return self.write_all(&writes);
        };
        let values =
            |values: &[u32]| values.iter().map(|&value| (hold.register, value)).collect::<Vec<_>>();
        let begun = self.write_all(&values(&hold.begin));
        let written = begun.and_then(|()| self.write_all(&writes));
        // Also after a failure: a chip left in its hold would ignore everybody.
        let ended = self.write_all(&values(&hold.end));
        written.and(ended)
    }

    fn write_all(&mut self, writes: &[(Register, u32)]) -> Result<(), RegisterError> {
        writes.iter().try_for_each(|&(register, value)| self.chip.write(register, value))
    }

    /// The bits of each register put together, in the order in which the registers first come.
    fn whole_registers(&mut self, wanted: &[Bits]) -> Result<Vec<(Register, u32)>, RegisterError> {
        let mut masks: Vec<(Register, u32, u32)> = Vec::new();
        for bits in wanted {
            match masks.iter_mut().find(|(register, ..)| *register == bits.register) {
                Some((_, mask, value)) => {
                    *mask |= bits.mask;
                    *value |= bits.value;
                }
                None => masks.push((bits.register, bits.mask, bits.value)),
            }
        }
        let whole = masks.into_iter().map(|(register, mask, value)| {
            let others = if mask == register.all_bits() { 0 } else { self.chip.read(register)? };
            Ok((register, (others & !mask) | value))
        });
        whole.collect()
    }

    /// Reads the registers until they hold what was written, or the time to latch is over.
    fn read_back(&mut self, wanted: &[Bits]) -> Result<Vec<u32>, RegisterError> {
        let mut left = self.config.latch;
        loop {
            let read = wanted.iter().map(|bits| self.chip.read(bits.register));
            let found = read.collect::<Result<Vec<u32>, _>>()?;
            let arrived = wanted.iter().zip(&found).all(|(bits, &found)| bits.are_in(found));
            if arrived || left.is_zero() {
                return Ok(found);
            }
            thread::sleep(LATCH_POLL.min(left));
            left = left.saturating_sub(LATCH_POLL);
        }
    }
}

fn read_all(chip: &mut Chip, config: &RegisterIspConfig) -> Result<Snapshot, RegisterError> {
    let read = config.fields().map(|field| {
        let (register, mask) = (field.register(), field.mask());
        let value = chip.read(register)? & mask;
        Ok(Bits { register, mask, readback_mask: field.readback_mask(), value })
    });
    let values = read.collect::<Result<Vec<Bits>, RegisterError>>()?;
    let chip_id = config.chip_id.map(|id| id.value);
    let (bus, address) = (config.place.bus, config.place.address);
    Ok(Snapshot { bus, address, chip_id, values })
}
