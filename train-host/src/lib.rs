//! The workshop of isptune: trains the goal-conditioned policy on a PC.
//!
//! Photographs, episodes and pipelines are ordinary Rust and build everywhere; the networks and
//! their training stand behind the feature `torch`, which needs libtorch.

pub mod curves;
pub mod environment;
pub mod evaluation;
pub mod export;
pub mod paper_network;
pub mod photographs;
#[cfg(feature = "torch")]
pub mod torch;
