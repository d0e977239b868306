//! A register, and how its address and value stand on the wire.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A register: a place and a width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Its address on the chip (the lowest one, where a value takes several).
    pub address: u16,
    /// Bytes of its value, 1 to 4.
    pub bytes: u8,
}

impl Register {
    /// All bits of the register.
    #[must_use]
    pub const fn all_bits(self) -> u32 {
        match self.bytes {
            0 => 0,
            bytes @ 1..=3 => (1 << (8 * bytes)) - 1,
            _ => u32::MAX,
        }
    }
}

impl fmt::Display for Register {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{:02x}", self.address)
    }
}

/// Order of the bytes of a number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// Most significant byte first.
    #[default]
    Big,
    /// Least significant byte first.
    Little,
}

impl ByteOrder {
    /// The lowest `count` bytes (at most 4) of a value, in this order.
    fn bytes(self, value: u32, count: u8) -> Vec<u8> {
        let mut bytes: Vec<u8> = value.to_le_bytes().into_iter().take(usize::from(count)).collect();
        if self == Self::Big {
            bytes.reverse();
        }
        bytes
    }

    /// The value of at most 4 bytes in this order.
    fn value(self, bytes: &[u8]) -> u32 {
        let join = |value: u32, &byte: &u8| value << 8 | u32::from(byte);
        match self {
            Self::Big => bytes.iter().fold(0, join),
            Self::Little => bytes.iter().rev().fold(0, join),
        }
    }
}

/// How a chip is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireFormat {
    /// Bytes of a register address, 1 or 2.
    pub address_bytes: u8,
    /// Their order.
    pub address_order: ByteOrder,
    /// Order of the bytes of a value.
    pub byte_order: ByteOrder,
    /// Whether one transfer reaches all bytes of a value; otherwise each byte is sent to an address
    /// of its own.
    pub auto_increment: bool,
}

impl Default for WireFormat {
    fn default() -> Self {
        Self {
            address_bytes: 1,
            address_order: ByteOrder::Big,
            byte_order: ByteOrder::Big,
            auto_increment: true,
        }
    }
}

impl WireFormat {
    /// The transfers that read a register: what to send, and how many bytes to expect.
    pub(super) fn reads(&self, register: Register) -> Vec<(Vec<u8>, usize)> {
        if self.auto_increment {
            return vec![(self.address(register.address), usize::from(register.bytes))];
        }
        let addresses = (0..register.bytes).map(|at| register.address.wrapping_add(at.into()));
        addresses.map(|address| (self.address(address), 1)).collect()
    }

    /// The transfers that write a register.
    pub(super) fn writes(&self, register: Register, value: u32) -> Vec<Vec<u8>> {
        let bytes = self.byte_order.bytes(value, register.bytes);
        if self.auto_increment {
            return vec![[self.address(register.address), bytes].concat()];
        }
        let addresses = (0..register.bytes).map(|at| register.address.wrapping_add(at.into()));
        addresses
            .zip(bytes)
            .map(|(address, byte)| [self.address(address), vec![byte]].concat())
            .collect()
    }

    /// The value that the bytes of all reads make.
    pub(super) fn value(&self, bytes: &[u8]) -> u32 {
        self.byte_order.value(bytes)
    }

    fn address(&self, address: u16) -> Vec<u8> {
        self.address_order.bytes(address.into(), self.address_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAIN: Register = Register { address: 0x350a, bytes: 2 };

    #[test]
    fn byte_orders_of_address_and_value_are_independent() {
        let big = WireFormat { address_bytes: 2, ..WireFormat::default() };
        assert_eq!(big.writes(GAIN, 0x03ff), [[0x35, 0x0a, 0x03, 0xff]]);
        let mixed = WireFormat { byte_order: ByteOrder::Little, ..big };
        assert_eq!(mixed.writes(GAIN, 0x03ff), [[0x35, 0x0a, 0xff, 0x03]]);
        assert_eq!(mixed.value(&[0xff, 0x03]), 0x03ff);
        let little = WireFormat { address_order: ByteOrder::Little, ..mixed };
        assert_eq!(little.writes(GAIN, 0x03ff), [[0x0a, 0x35, 0xff, 0x03]]);
    }

    #[test]
    fn without_auto_increment_every_byte_has_its_own_transfer() {
        let single = WireFormat { auto_increment: false, ..WireFormat::default() };
        let register = Register { address: 0x10, bytes: 3 };
        assert_eq!(single.writes(register, 0x01_02_03), [[0x10, 1], [0x11, 2], [0x12, 3]]);
        assert_eq!(single.reads(register), [(vec![0x10], 1), (vec![0x11], 1), (vec![0x12], 1)]);
        assert_eq!(single.value(&[1, 2, 3]), 0x01_02_03);
    }

    #[test]
    fn four_bytes_are_a_whole_word() {
        let register = Register { address: 0, bytes: 4 };
        assert_eq!(register.all_bits(), u32::MAX);
        let wire = WireFormat::default();
        assert_eq!(wire.writes(register, 0xdead_beef), [[0, 0xde, 0xad, 0xbe, 0xef]]);
        assert_eq!(wire.value(&[0xde, 0xad, 0xbe, 0xef]), 0xdead_beef);
    }
}
