//! The processes of isptune: the command line `isptune`, and what it shares with the service.

pub mod command_line;
mod exit;
mod interrupt;
mod json;
mod option_values;
mod progress;
mod tuning;
mod verbs;
pub mod demo;
pub mod report;
