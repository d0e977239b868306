//! Strangers to a tuner that was made for the software ISP: the same ISP with everything about it
//! varied, and effects that any ISP's pictures may suffer from.

mod make;
mod noisy;
mod quantised;
mod shifted;
mod variable_isp;
mod variation;
mod varied_curves;

pub use make::{Make, Response, Step};
pub use noisy::Noisy;
pub use quantised::Quantised;
pub use shifted::Shifted;
pub use variable_isp::VariableIsp;
pub use variation::Variation;

#[cfg(test)]
mod tests;
