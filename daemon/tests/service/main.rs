//! The API and the verbs that use it, on a real socket; only the cameras' supervisors stand in.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "to panic is how a test fails; clippy knows that of the test functions alone"
)]

mod doors;
mod events;
mod fake_service;
mod fuzzed;
mod http;
mod limits;
mod looks;
mod metrics;
mod pictures;
mod routes;
mod schemas;
mod verbs;
