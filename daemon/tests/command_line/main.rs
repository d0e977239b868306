//! The command line as a user meets it: the built program, its files, messages and exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "to panic is how a test fails; clippy knows that of the test functions alone"
)]

mod bad_pictures;
mod bad_places;
mod bad_programs;
mod bad_values;
mod calibrated;
mod chart;
mod enhanced;
mod extras;
mod interrupted;
mod looks;
mod paper;
mod results;
mod schemas;
mod style;
mod workbench;
