//! The controls of the capture node, and what each of them means to the ISP.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use tuner::{Curve, Parameter, ParameterInfo, Params};
use v4l::control::{Control, Value};
use v4l::device::Device;

/// Values of the nine controls, by the name that v4l2-ctl prints.
pub type ControlValues = BTreeMap<&'static str, i64>;

/// While this one is on, the kernel moves `gain` by itself, one step a second.
pub const GAIN_AUTOMATIC: u32 = 0x0098_0912;

/// A control of the node that carries a parameter of the ISP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CameraControl {
    /// Number of the control.
    pub id: u32,
    /// Name that v4l2-ctl prints.
    pub name: &'static str,
    /// What it means.
    pub parameter: Parameter,
    /// Values at canonical −1 and +1; beyond them nothing changes any more.
    pub range: [i64; 2],
    /// Shape between them.
    pub curve: Curve,
    /// Value at canonical 0, and when the player has started.
    pub neutral: i64,
}

const fn linear(
    id: u32,
    name: &'static str,
    parameter: Parameter,
    range: [i64; 2],
    neutral: i64,
) -> CameraControl {
    CameraControl { id, name, parameter, range, curve: Curve::Linear, neutral }
}

impl CameraControl {
    /// The nine. vivid has four picture controls and five more numbers that change nothing in
    /// looped video; wide ones, a logarithmic and a reversed one are among them on purpose.
    pub const ALL: [Self; Parameter::COUNT] = [
        linear(0x0098_0900, "brightness", Parameter::Exposure, [0, 255], 128),
        linear(0x0098_0903, "hue", Parameter::RedGain, [-128, 128], 0),
        linear(0x0098_0929, "alpha_component", Parameter::GreenGain, [0, 255], 128),
        Self {
            id: 0x0098_f902,
            name: "integer_32_bits",
            parameter: Parameter::BlueGain,
            range: [500, 2000],
            curve: Curve::Log,
            neutral: 1000,
        },
        linear(0x0098_0902, "saturation", Parameter::Saturation, [0, 255], 128),
        linear(0x0098_0901, "contrast", Parameter::Contrast, [0, 255], 128),
        linear(0x0098_0905, "volume", Parameter::Highlights, [0, 255], 128),
        linear(0x0098_0913, "gain", Parameter::Shadows, [0, 255], 128),
        linear(0x0098_f903, "integer_64_bits", Parameter::Texture, [1_000_000, -1_000_000], 0),
    ];

    /// The control as an entry of a parameter table.
    pub fn info(&self) -> ParameterInfo {
        ParameterInfo {
            parameter: self.parameter,
            key: self.name.to_owned(),
            range: self.range.map(|value| value as f64),
            curve: self.curve,
            neutral: self.neutral as f64,
            unit: String::new(),
        }
    }

    /// What the ISP makes of these values; a control that is missing is neutral.
    pub fn params(values: &ControlValues) -> Params {
        let canonical = |control: &Self| {
            let value = values.get(control.name).map(|value| *value as f64);
            value.map_or(0.0, |value| control.info().to_canonical(value))
        };
        let each = Self::ALL.iter();
        each.fold(Params::NEUTRAL, |all, control| all.with(control.parameter, canonical(control)))
    }
}

/// Reads the controls of a capture node.
pub struct ControlReader(Device);

impl ControlReader {
    /// Opens the node, which others may have open as well.
    pub fn open(path: &Path) -> io::Result<Self> {
        Device::with_path(path).map(Self)
    }

    /// Switches the ISP on: manual gain, every control neutral.
    pub fn power_on(&self) -> io::Result<()> {
        let manual = Control { id: GAIN_AUTOMATIC, value: Value::Boolean(false) };
        self.0.set_control(manual)?;
        CameraControl::ALL.iter().try_for_each(|control| {
            let value = Value::Integer(control.neutral);
            self.0.set_control(Control { id: control.id, value })
        })
    }

    /// What the controls are set to now.
    pub fn read(&self) -> io::Result<ControlValues> {
        let value = |control: &CameraControl| match self.0.control(control.id)?.value {
            Value::Integer(value) => Ok((control.name, value)),
            other => Err(io::Error::other(format!("{} is {other:?}", control.name))),
        };
        CameraControl::ALL.iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controls_carry_all_nine_parameters_one_to_one() {
        for (control, parameter) in CameraControl::ALL.iter().zip(Parameter::ALL) {
            assert_eq!(control.parameter, parameter);
            control.info().validate().unwrap();
        }
    }

    #[test]
    fn power_on_is_neutral_and_a_reversed_control_turns_the_sign() {
        let mut values: ControlValues =
            CameraControl::ALL.iter().map(|control| (control.name, control.neutral)).collect();
        assert_eq!(CameraControl::params(&values), Params::NEUTRAL);
        values.insert("integer_64_bits", 500_000);
        values.insert("integer_32_bits", i64::from(i32::MAX));
        let params = CameraControl::params(&values);
        assert_eq!(params.get(Parameter::Texture), -0.5);
        assert_eq!(params.get(Parameter::BlueGain), 1.0);
    }
}
