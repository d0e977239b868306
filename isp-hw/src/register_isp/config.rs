//! What the map of a register ISP says.

use std::time::Duration;

use tuner::ParameterInfo;

use super::{ChipPlace, Field, Register, Retry, WireFormat};
use crate::camera::CameraConfig;

/// A chip whose parameters are registers, as a pipeline file describes it
/// (`docs/register-isp.md`).
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterIspConfig {
    /// Where the chip is.
    pub place: ChipPlace,
    /// How it is addressed.
    pub wire: WireFormat,
    /// How often a transfer is tried.
    pub retry: Retry,
    /// How long written values may take to read back: a frame, on a chip that changes its
    /// parameters between frames.
    pub latch: Duration,
    /// What tells the chip from others.
    pub chip_id: Option<ChipId>,
    /// Written before the first write, neither read back nor restored.
    pub unlock: Vec<RegisterWrite>,
    /// Makes all parameters change in one frame.
    pub group_hold: Option<GroupHold>,
    /// Fields that hold a fixed value while isptune is at work (automatic exposure off), restored
    /// like the parameters. They are written before them.
    pub fixed: Vec<FixedField>,
    /// The parameters that the chip has, in canonical order.
    pub parameters: Vec<RegisterParameter>,
    /// The camera that shows what the chip renders.
    pub camera: CameraConfig,
}

/// The register by which a chip tells what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipId {
    /// The register.
    pub register: Register,
    /// Its value.
    pub value: u32,
}

/// A value for a whole register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterWrite {
    /// The register.
    pub register: Register,
    /// Its value.
    pub value: u32,
}

/// The register that collects writes and lets them take effect together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHold {
    /// The register.
    pub register: Register,
    /// Written to it before the parameters, one after the other.
    pub begin: Vec<u32>,
    /// Written to it after them.
    pub end: Vec<u32>,
}

/// A field with a fixed value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedField {
    /// The field.
    pub field: Field,
    /// The field's bits in the register.
    pub bits: u32,
}

/// A parameter and the field that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterParameter {
    /// The parameter; its native values are those of the field.
    pub info: ParameterInfo,
    /// The field.
    pub field: Field,
}

impl RegisterIspConfig {
    /// All fields that isptune writes, in the order in which it does.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        let fixed = self.fixed.iter().map(|fixed| fixed.field);
        fixed.chain(self.parameters.iter().map(|parameter| parameter.field))
    }
}
