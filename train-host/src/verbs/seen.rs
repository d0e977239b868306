//! Options: what a policy sees, and what its actions are.

use clap::{Args, ValueEnum};

/// What the policy sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateKind {
    /// Functionals of the picture and the residual: what runs on a device
    Residual,
    /// Pictures, photo statistics and history, as the paper has it; wants --side 64
    Paper,
}

/// What an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MoveKind {
    /// A step, bounded by the size of the residual
    Step,
    /// The parameters themselves, as the paper has it
    Absolute,
}

/// A part of the paper's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The Laplacian pyramid and the dual path; three plain convolutions are in its place then
    DualPath,
    /// Photo statistics
    Statistics,
    /// Past parameters and distances
    History,
}

/// Options of what a policy sees and does.
#[derive(Debug, Clone, Args)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub struct SeenOptions {
    /// What the policy sees; with --init that of its checkpoint
    #[arg(long, value_enum, default_value = "residual")]
    state: StateKind,
    /// What an action is [default: step for residual, absolute for paper]
    #[arg(long, value_enum)]
    action: Option<MoveKind>,
    /// Parts of the paper's state that are left out
    #[arg(long, value_enum, value_delimiter = ',')]
    without: Vec<Part>,
}

#[cfg(feature = "torch")]
mod with_torch {
    use train_host::environment::{Move, State};
    use train_host::torch::PaperFeatures;

    use super::{MoveKind, Part, SeenOptions, StateKind};

    impl SeenOptions {
        /// What the policy sees.
        pub const fn state(&self) -> State {
            match self.state {
                StateKind::Residual => State::Residual,
                StateKind::Paper => State::Paper,
            }
        }

        /// What an action is.
        pub const fn moves(&self) -> Move {
            match (self.action, self.state) {
                (Some(MoveKind::Step), _) | (None, StateKind::Residual) => Move::Step,
                (Some(MoveKind::Absolute), _) | (None, StateKind::Paper) => Move::Absolute,
            }
        }

        /// The parts of the paper's state.
        pub fn features(&self) -> PaperFeatures {
            let has = |part: Part| !self.without.contains(&part);
            PaperFeatures {
                dual_path: has(Part::DualPath),
                statistics: has(Part::Statistics),
                history: has(Part::History),
            }
        }
    }
}
