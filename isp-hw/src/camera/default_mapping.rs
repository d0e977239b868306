//! Which control carries which parameter where nobody says so: chosen by what the device has.

use tuner::{Curve, Parameter, ParameterInfo};

use super::control_model::MappedControl;
use super::effect::Effect;

/// What the choice needs to know of a control.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlRange {
    /// Name as v4l2-ctl spells it.
    pub key: String,
    /// Least value.
    pub minimum: f64,
    /// Greatest value.
    pub maximum: f64,
    /// The driver's default.
    pub default: f64,
}

/// How far a control is used.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// From its minimum to its maximum, linearly.
    Whole,
    /// From the default divided by this factor to the default times it, logarithmically: the reach
    /// of the canonical parameter in the software ISP.
    Factor(f64),
}

struct Candidate {
    parameter: Parameter,
    key: &'static str,
    effect: Effect,
    reach: Reach,
}

const fn whole(parameter: Parameter, key: &'static str, effect: Effect) -> Candidate {
    Candidate { parameter, key, effect, reach: Reach::Whole }
}

const fn factor(parameter: Parameter, key: &'static str, factor: f64) -> Candidate {
    Candidate { parameter, key, effect: Effect::Canonical, reach: Reach::Factor(factor) }
}

/// Two stops, as the software ISP's exposure at ±1.
const EXPOSURE: f64 = 4.0;
/// Three quarters of a stop, as the software ISP's colour gains at ±1.
const BALANCE: f64 = 1.681_792_830_507_429;

/// UVC webcams, sensors and ISPs with the usual controls. The first control of a parameter that the
/// device has is taken, and no control twice. Colour temperature and hue belong to no canonical
/// parameter; they stand in for the colour gains that such devices lack.
const USUAL: &[Candidate] = &[
    factor(Parameter::Exposure, "exposure_time_absolute", EXPOSURE),
    factor(Parameter::Exposure, "exposure_absolute", EXPOSURE),
    factor(Parameter::Exposure, "exposure", EXPOSURE),
    factor(Parameter::Exposure, "analogue_gain", EXPOSURE),
    factor(Parameter::Exposure, "gain", EXPOSURE),
    factor(Parameter::Exposure, "digital_gain", EXPOSURE),
    whole(Parameter::Exposure, "brightness", Effect::Offset),
    factor(Parameter::RedGain, "red_balance", BALANCE),
    whole(Parameter::RedGain, "white_balance_temperature", Effect::Temperature),
    factor(Parameter::GreenGain, "green_balance", BALANCE),
    whole(Parameter::GreenGain, "hue", Effect::Hue),
    factor(Parameter::BlueGain, "blue_balance", BALANCE),
    whole(Parameter::Saturation, "saturation", Effect::Saturation),
    whole(Parameter::Contrast, "contrast", Effect::ContrastAboutGrey),
    whole(Parameter::Shadows, "gamma", Effect::Gamma),
    whole(Parameter::Shadows, "brightness", Effect::Offset),
    whole(Parameter::Texture, "sharpness", Effect::Canonical),
];

/// The kernel's virtual camera: its gain changes no pixel, and it stretches contrast about black.
const VIVID: &[Candidate] = &[
    whole(Parameter::Exposure, "brightness", Effect::Offset),
    whole(Parameter::GreenGain, "hue", Effect::Hue),
    whole(Parameter::Saturation, "saturation", Effect::Saturation),
    whole(Parameter::Contrast, "contrast", Effect::Contrast),
];

/// Drivers with a table of their own.
const DRIVERS: &[(&str, &[Candidate])] = &[("vivid", VIVID)];

/// The mapping for a device of this driver with these writable controls, in canonical order.
#[must_use]
pub fn default_mapping(driver: &str, controls: &[ControlRange]) -> Vec<MappedControl> {
    let own = DRIVERS.iter().find(|(name, _)| *name == driver).map(|(_, table)| *table);
    let mut mapping: Vec<MappedControl> = Vec::new();
    for candidate in own.unwrap_or(USUAL) {
        let is_taken = mapping.iter().any(|mapped| {
            mapped.info.parameter == candidate.parameter || mapped.info.key == candidate.key
        });
        let control = controls.iter().find(|control| control.key == candidate.key);
        if let (false, Some(control)) = (is_taken, control) {
            mapping.extend(candidate.mapped_to(control));
        }
    }
    mapping.sort_by_key(|mapped| mapped.info.parameter);
    mapping
}

impl Candidate {
    /// `None` for a control that cannot move, or that has no logarithm where one is needed.
    fn mapped_to(&self, control: &ControlRange) -> Option<MappedControl> {
        let ControlRange { key, minimum, maximum, default } = control;
        let (minimum, maximum) = (*minimum, *maximum);
        // Neutral must lie inside, or one of its sides could not be reached.
        let is_inside = minimum < *default && *default < maximum;
        let neutral = if is_inside { *default } else { f64::midpoint(minimum, maximum) };
        let (range, curve) = match self.reach {
            Reach::Whole => ([minimum, maximum], Curve::Linear),
            Reach::Factor(factor) if neutral > 0.0 => {
                let range = [(neutral / factor).max(minimum), (neutral * factor).min(maximum)];
                (range, Curve::Log)
            }
            Reach::Factor(_) => ([minimum, maximum], Curve::Linear),
        };
        let info = ParameterInfo {
            parameter: self.parameter,
            key: key.clone(),
            range,
            curve,
            neutral,
            unit: String::new(),
        };
        info.validate().ok()?;
        Some(MappedControl { info, effect: self.effect, extent: [minimum, maximum] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(key: &str, minimum: f64, maximum: f64, default: f64) -> ControlRange {
        ControlRange { key: key.to_owned(), minimum, maximum, default }
    }

    fn keys(mapping: &[MappedControl]) -> Vec<(Parameter, &str)> {
        mapping.iter().map(|mapped| (mapped.info.parameter, mapped.info.key.as_str())).collect()
    }

    #[test]
    fn a_webcam_is_mapped_by_what_it_has() {
        let controls = [
            control("brightness", -64.0, 64.0, 0.0),
            control("contrast", 0.0, 64.0, 32.0),
            control("saturation", 0.0, 128.0, 64.0),
            control("hue", -40.0, 40.0, 0.0),
            control("gamma", 72.0, 500.0, 100.0),
            control("gain", 0.0, 100.0, 0.0),
            control("white_balance_temperature", 2800.0, 6500.0, 4600.0),
            control("sharpness", 0.0, 6.0, 3.0),
            control("exposure_time_absolute", 1.0, 5000.0, 157.0),
        ];
        let mapping = default_mapping("uvcvideo", &controls);
        assert_eq!(
            keys(&mapping),
            [
                (Parameter::Exposure, "exposure_time_absolute"),
                (Parameter::RedGain, "white_balance_temperature"),
                (Parameter::GreenGain, "hue"),
                (Parameter::Saturation, "saturation"),
                (Parameter::Contrast, "contrast"),
                (Parameter::Shadows, "gamma"),
                (Parameter::Texture, "sharpness"),
            ]
        );
        let exposure = &mapping[0].info;
        assert_eq!((exposure.range, exposure.curve), ([39.25, 628.0], Curve::Log));
        for mapped in &mapping {
            mapped.info.validate().unwrap();
        }
    }

    #[test]
    fn a_control_serves_one_parameter_and_brightness_is_the_last_resort() {
        let with_gain =
            [control("gain", 16.0, 255.0, 64.0), control("brightness", 0.0, 255.0, 128.0)];
        assert_eq!(
            keys(&default_mapping("ov5647", &with_gain)),
            [(Parameter::Exposure, "gain"), (Parameter::Shadows, "brightness")]
        );
        let alone = [control("brightness", 0.0, 255.0, 128.0)];
        assert_eq!(keys(&default_mapping("ov5647", &alone)), [(Parameter::Exposure, "brightness")]);
    }

    #[test]
    fn a_default_at_the_end_of_its_range_still_leaves_both_directions() {
        let gain = [control("gain", 0.0, 100.0, 0.0)];
        let mapping = default_mapping("uvcvideo", &gain);
        assert_eq!(mapping[0].info.neutral, 50.0);
        assert_eq!(mapping[0].info.range, [12.5, 100.0]);
        assert!(default_mapping("uvcvideo", &[control("gain", 5.0, 5.0, 5.0)]).is_empty());
    }

    #[test]
    fn vivid_is_mapped_by_a_table_of_its_own() {
        let controls = [
            control("gain", 0.0, 255.0, 100.0),
            control("brightness", 0.0, 255.0, 128.0),
            control("hue", -128.0, 128.0, 0.0),
        ];
        assert_eq!(
            keys(&default_mapping("vivid", &controls)),
            [(Parameter::Exposure, "brightness"), (Parameter::GreenGain, "hue")]
        );
    }
}
