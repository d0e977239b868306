//! Our own ISP, in linear light, designed for photographs and cameras: every tone curve is monotone,
//! every operation exactly neutral at 0. The formulas are in `docs/software-isp.md`.

mod coefficients;
mod fast;
mod reference;

use tuner::{Frame, Parameter, ParameterInfo, Params};

use crate::{Input, Light, Patch, Renderer};

pub use coefficients::Coefficients;
pub(crate) use fast::{Instructions, Kernel};

/// Which code renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Implementation {
    /// Double precision, reads like the formulas, slow.
    Reference,
    /// Single precision in vector instructions chosen at run time.
    #[default]
    Fast,
}

/// How many threads render a whole picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Threads {
    /// The calling thread only.
    One,
    /// All threads of the current rayon pool.
    #[default]
    All,
}

/// The software ISP. Both implementations agree within one 8-bit step everywhere.
#[derive(Debug, Clone)]
pub struct SoftwareIsp {
    implementation: Implementation,
    threads: Threads,
    instructions: fast::Instructions,
    parameters: Vec<ParameterInfo>,
}

impl Default for SoftwareIsp {
    fn default() -> Self {
        Self::new(Implementation::Fast, Threads::All)
    }
}

impl SoftwareIsp {
    /// Makes an ISP that renders by the given code. The reference always uses all threads for whole
    /// pictures.
    #[must_use]
    pub fn new(implementation: Implementation, threads: Threads) -> Self {
        let entry = |parameter: Parameter| -> ParameterInfo {
            let (key, range, neutral, unit) = match parameter {
                Parameter::Exposure => ("exposure_ev", [-2.0, 2.0], 0.0, "EV"),
                Parameter::RedGain => ("red_gain_ev", [-0.75, 0.75], 0.0, "EV"),
                Parameter::GreenGain => ("green_gain_ev", [-0.75, 0.75], 0.0, "EV"),
                Parameter::BlueGain => ("blue_gain_ev", [-0.75, 0.75], 0.0, "EV"),
                Parameter::Saturation => ("saturation", [0.0, 2.0], 1.0, "×"),
                Parameter::Contrast => ("contrast", [-100.0, 100.0], 0.0, "%"),
                Parameter::Highlights => ("highlights_ev", [-1.0, 1.0], 0.0, "EV"),
                Parameter::Shadows => ("shadows_ev", [-1.0, 1.0], 0.0, "EV"),
                Parameter::Texture => ("texture", [-100.0, 100.0], 0.0, "%"),
            };
            let canonical = ParameterInfo::canonical(parameter);
            ParameterInfo { key: key.into(), range, neutral, unit: unit.into(), ..canonical }
        };
        let parameters = Parameter::ALL.map(entry).to_vec();
        let instructions = fast::Instructions::of_this_processor();
        Self { implementation, threads, instructions, parameters }
    }
}

impl Renderer for SoftwareIsp {
    fn parameters(&self) -> &[ParameterInfo] {
        &self.parameters
    }

    fn light(&self) -> Light {
        Light::Linear
    }

    fn halo(&self) -> usize {
        reference::HALO
    }

    fn minds_place(&self) -> bool {
        false
    }

    fn render(&self, patch: &Patch, params: &Params, _query: u64) -> Patch {
        let coefficients = Coefficients::from(params);
        match self.implementation {
            Implementation::Reference => reference::render(patch, &coefficients),
            Implementation::Fast => fast::render_patch(patch, &coefficients, self.instructions),
        }
    }

    fn render_picture(&self, input: &Input, params: &Params, query: u64) -> Frame {
        match self.implementation {
            Implementation::Reference => {
                crate::renderer::render_in_bands(self, input, params, query)
            }
            Implementation::Fast => {
                let coefficients = Coefficients::from(params);
                fast::render_picture(input, &coefficients, self.threads, self.instructions)
            }
        }
    }
}

#[cfg(test)]
mod tests;
