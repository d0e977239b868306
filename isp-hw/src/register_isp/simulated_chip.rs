//! A chip in memory, with the faults of real ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{BusFault, RegisterBus, WireFormat};

/// What the chip is and what happened to it; shared between the bus and the test.
#[derive(Default)]
pub(super) struct State {
    pub(super) wire: WireFormat,
    pub(super) memory: BTreeMap<u16, u8>,
    /// Every write that arrived: address and bytes.
    pub(super) writes: Vec<(u16, Vec<u8>)>,
    /// Every transfer that arrived, in order: `r` or `w` and the address.
    pub(super) transfers: Vec<(char, u16)>,
    /// Every nth transfer is not acknowledged; 0 for none.
    pub(super) nak_every: u32,
    /// Writes to this address time out.
    pub(super) timeout_at: Option<u16>,
    /// Bits that never change.
    pub(super) stuck: BTreeMap<u16, u8>,
    /// Bits that always read as 0.
    pub(super) write_only: BTreeMap<u16, u8>,
    /// The big-endian word at this address never exceeds the value.
    pub(super) clip: Option<(u16, u16)>,
    /// The group hold register: 0x00 collects, 0x10 ends, 0xa0 launches.
    pub(super) hold_at: Option<u16>,
    pub(super) held: Option<Vec<(u16, u8)>>,
    /// A launch takes effect after so many reads.
    pub(super) latch_reads: u32,
    launched: Option<(u32, Vec<(u16, u8)>)>,
    /// Writes are ignored until this byte is written to this address.
    pub(super) locked_by: Option<(u16, u8)>,
    /// The write with this number (from 1) is acknowledged and lost.
    pub(super) lost_write: u32,
    count: u32,
}

#[derive(Clone, Default)]
pub(super) struct SimulatedChip(Arc<Mutex<State>>);

impl SimulatedChip {
    pub(super) fn new(wire: WireFormat, memory: &[(u16, &[u8])]) -> Self {
        let chip = Self::default();
        chip.state().wire = wire;
        for &(address, bytes) in memory {
            for (at, &byte) in (address..).zip(bytes) {
                chip.state().memory.insert(at, byte);
            }
        }
        chip
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn bus(&self) -> Box<dyn RegisterBus + Send> {
        Box::new(self.clone())
    }

    pub(super) fn bytes<const N: usize>(&self, address: u16) -> [u8; N] {
        let state = self.state();
        std::array::from_fn(|at| state.memory[&(address + at as u16)])
    }
}

impl State {
    fn address(&self, bytes: &[u8]) -> u16 {
        let wire = WireFormat { byte_order: self.wire.address_order, ..self.wire };
        wire.value(&bytes[..usize::from(self.wire.address_bytes)]) as u16
    }

    fn transfer(&mut self, kind: char, address: u16) -> Result<(), BusFault> {
        self.count += 1;
        if self.nak_every != 0 && self.count.is_multiple_of(self.nak_every) {
            return Err(BusFault::NoAnswer);
        }
        if kind == 'w' && self.timeout_at == Some(address) {
            return Err(BusFault::Timeout);
        }
        self.transfers.push((kind, address));
        Ok(())
    }

    fn store(&mut self, address: u16, byte: u8) {
        let stuck = self.stuck.get(&address).copied().unwrap_or(0);
        let kept = self.memory.get(&address).copied().unwrap_or(0) & stuck;
        self.memory.insert(address, byte & !stuck | kept);
    }

    fn store_all(&mut self, bytes: Vec<(u16, u8)>) {
        for (address, byte) in bytes {
            self.store(address, byte);
        }
        if let Some((address, largest)) = self.clip {
            let word = [self.memory[&address], self.memory[&(address + 1)]];
            let [high, low] = u16::from_be_bytes(word).min(largest).to_be_bytes();
            self.memory.insert(address, high);
            self.memory.insert(address + 1, low);
        }
    }
}

impl RegisterBus for SimulatedChip {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BusFault> {
        let mut state = self.state();
        let address = state.address(bytes);
        state.transfer('w', address)?;
        let data = bytes[usize::from(state.wire.address_bytes)..].to_vec();
        state.writes.push((address, data.clone()));
        if state.writes.len() == state.lost_write as usize {
            return Ok(());
        }
        if let Some(key) = state.locked_by {
            if key == (address, data[0]) {
                state.locked_by = None;
            }
            return Ok(());
        }
        if state.hold_at == Some(address) {
            match data[0] {
                0x00 => state.held = Some(Vec::new()),
                0xa0 => {
                    let held = state.held.take().unwrap_or_default();
                    state.launched = Some((state.latch_reads, held));
                }
                _ => {}
            }
            return Ok(());
        }
        let placed: Vec<(u16, u8)> = (address..).zip(data).collect();
        match &mut state.held {
            Some(held) => held.extend(placed),
            None => state.store_all(placed),
        }
        Ok(())
    }

    fn write_read(&mut self, output: &[u8], input: &mut [u8]) -> Result<(), BusFault> {
        let mut state = self.state();
        let address = state.address(output);
        state.transfer('r', address)?;
        if let Some((reads, bytes)) = state.launched.take() {
            match reads {
                0 => state.store_all(bytes),
                _ => state.launched = Some((reads - 1, bytes)),
            }
        }
        for (at, byte) in (address..).zip(input) {
            let hidden = state.write_only.get(&at).copied().unwrap_or(0);
            *byte = state.memory.get(&at).copied().unwrap_or(0) & !hidden;
        }
        Ok(())
    }
}
