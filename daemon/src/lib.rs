//! The processes of isptune: the command line `isptune`, and what it shares with the service.

mod camera_end;
pub mod command_line;
pub mod demo;
mod exit;
mod interrupt;
mod json;
mod known_device;
mod option_values;
mod picture_source;
mod pipeline_choice;
mod progress;
pub mod report;
mod result_output;
pub mod shipped_actor;
mod standard_output;
mod tune_report;
pub mod tuning;
mod verbs;
