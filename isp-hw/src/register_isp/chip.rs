//! Registers of a chip, read and written with retries.

use super::{BusFault, ChipPlace, Register, RegisterBus, RegisterError, Retry, Step, WireFormat};

pub(super) struct Chip {
    bus: Box<dyn RegisterBus + Send>,
    place: ChipPlace,
    wire: WireFormat,
    retry: Retry,
}

impl Chip {
    pub(super) fn new(
        bus: Box<dyn RegisterBus + Send>,
        place: ChipPlace,
        wire: WireFormat,
        retry: Retry,
    ) -> Self {
        Self { bus, place, wire, retry }
    }

    pub(super) const fn place(&self) -> ChipPlace {
        self.place
    }

    pub(super) fn read(&mut self, register: Register) -> Result<u32, RegisterError> {
        let mut value = Vec::with_capacity(usize::from(register.bytes));
        for (output, count) in self.wire.reads(register) {
            let mut input = vec![0; count];
            let read = self.retry.run(|| self.bus.write_read(&output, &mut input));
            read.map_err(|failed| self.failed(Step::Read(register), failed))?;
            value.extend(input);
        }
        Ok(self.wire.value(&value))
    }

    pub(super) fn write(&mut self, register: Register, value: u32) -> Result<(), RegisterError> {
        for bytes in self.wire.writes(register, value) {
            let written = self.retry.run(|| self.bus.write(&bytes));
            written.map_err(|failed| self.failed(Step::Write(register), failed))?;
        }
        Ok(())
    }

    fn failed(&self, step: Step, (fault, tries): (BusFault, u32)) -> RegisterError {
        RegisterError::Transfer { place: self.place, step, tries, fault }
    }
}
