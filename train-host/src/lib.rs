//! The workshop: trains the goal-conditioned policy on a PC.
//!
//! Its torch code will stand behind a feature, so that the workspace builds and tests without
//! libtorch; there is none yet.
