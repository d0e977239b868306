//! What a look asks for.

use tuner::Frame;

use super::StoredPolicy;

/// What a look asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum LookContent {
    /// A goal picture, for its pixels or for its style.
    Goal(Frame),
    /// What a policy of taste makes of the scene.
    Policy(StoredPolicy),
}
