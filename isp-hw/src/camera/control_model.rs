//! A camera's controls as a renderer: what the picture as found would become.

use tuner::{ParameterInfo, Params};

use super::effect::{ControlChange, Effect, PictureChange};
use crate::{Light, Patch, Renderer, SoftwareIsp};

/// One canonical parameter of a camera with the control that carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct MappedControl {
    /// Parameter, key of the control, native range, curve and neutral value.
    pub info: ParameterInfo,
    /// What the control does to the picture.
    pub effect: Effect,
    /// Least and greatest value of the control itself, native.
    pub extent: [f64; 2],
}

/// Predicts a camera from the picture it was found with.
///
/// A control of a known effect is predicted from its native values; any other as the change that its
/// canonical parameter makes in the software ISP. It is a [`Renderer`] of the picture as found, and
/// serves strategies as their simulator.
#[derive(Debug, Clone)]
pub struct ControlModel {
    software: SoftwareIsp,
    parameters: Vec<ParameterInfo>,
    controls: Vec<MappedControl>,
    found: Params,
}

impl ControlModel {
    /// The model of a camera with these parameters, `found` being those of the picture that it
    /// renders. Parameters beyond the controls are the software ISP's.
    #[must_use]
    pub fn new(
        parameters: Vec<ParameterInfo>,
        controls: Vec<MappedControl>,
        found: Params,
    ) -> Self {
        Self { software: SoftwareIsp::default(), parameters, controls, found }
    }

    /// What the software ISP has to do: the change of every parameter that has no other effect.
    fn canonical_change(&self, params: &Params) -> Params {
        self.parameters.iter().fold(Params::NEUTRAL, |change, ParameterInfo { parameter, .. }| {
            let control = self.controls.iter().find(|each| each.info.parameter == *parameter);
            if control.is_some_and(|control| control.effect != Effect::Canonical) {
                return change;
            }
            change.with(*parameter, params.get(*parameter) - self.found.get(*parameter))
        })
    }

    fn control_changes(&self, params: &Params) -> Vec<ControlChange> {
        let changes = self.controls.iter().map(|control| {
            let native =
                |params: &Params| control.info.to_native(params.get(control.info.parameter));
            ControlChange {
                effect: control.effect,
                extent: control.extent,
                neutral: control.info.neutral,
                from: native(&self.found),
                to: native(params),
            }
        });
        changes.collect()
    }
}

impl Renderer for ControlModel {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn light(&self) -> Light {
        self.software.light()
    }

    fn halo(&self) -> usize {
        self.software.halo()
    }

    fn minds_place(&self) -> bool {
        self.software.minds_place()
    }

    fn render(&self, patch: &Patch, params: &Params, query: u64) -> Patch {
        let mut rendered = self.software.render(patch, &self.canonical_change(params), query);
        let change = PictureChange::of(&self.control_changes(params));
        if !change.is_none() {
            rendered.map_pixels(|pixel| change.apply(pixel));
        }
        rendered
    }
}

#[cfg(test)]
mod tests {
    use tuner::{Curve, Frame, Parameter, Samples};

    use super::*;
    use crate::Input;

    fn mapped(parameter: Parameter, key: &str, effect: Effect) -> MappedControl {
        let info = ParameterInfo {
            parameter,
            key: key.to_owned(),
            range: [0.0, 255.0],
            curve: Curve::Linear,
            neutral: 128.0,
            unit: String::new(),
        };
        MappedControl { info, effect, extent: [0.0, 255.0] }
    }

    fn model(found: Params) -> ControlModel {
        let controls = vec![
            mapped(Parameter::Exposure, "gain", Effect::Canonical),
            mapped(Parameter::Contrast, "contrast", Effect::Contrast),
        ];
        let parameters = controls.iter().map(|control| control.info.clone()).collect();
        ControlModel::new(parameters, controls, found)
    }

    fn picture() -> Input {
        let samples = (0..16 * 12 * 3).map(|i| (40 + i * 7 % 150) as u8).collect();
        Input::srgb(Frame::new(16, 12, Samples::U8(samples)).unwrap())
    }

    #[test]
    fn the_picture_as_found_is_predicted_at_the_values_found() {
        let found = Params::NEUTRAL.with(Parameter::Exposure, 0.4).with(Parameter::Contrast, -0.5);
        let input = picture();
        assert_eq!(&model(found).render_picture(&input, &found, 1), input.frame());
    }

    #[test]
    fn each_control_is_predicted_by_its_own_effect() {
        let input = picture();
        let halved = Params::NEUTRAL.with(Parameter::Contrast, -0.5);
        let rendered = model(Params::NEUTRAL).render_picture(&input, &halved, 1);
        let (Samples::U8(before), Samples::U8(after)) =
            (input.frame().samples(), rendered.samples())
        else {
            unreachable!("8 bits stay 8 bits")
        };
        for (before, after) in before.iter().zip(after) {
            assert!((f64::from(*before) / 2.0 - f64::from(*after)).abs() <= 1.0);
        }
        let brighter = Params::NEUTRAL.with(Parameter::Exposure, 0.25);
        let software = SoftwareIsp::default().render_picture(&input, &brighter, 1);
        assert_eq!(model(Params::NEUTRAL).render_picture(&input, &brighter, 1), software);
    }
}
