//! Strangers to a tuner that was made for the software ISP: the same ISP with everything about it
//! varied, and effects that any ISP's pictures may suffer from.

mod noisy;
mod quantised;
mod shifted;
mod variation;
mod varied_curves;

pub use noisy::Noisy;
pub use quantised::Quantised;
pub use shifted::Shifted;
pub use variation::Variation;

#[cfg(test)]
mod tests;
