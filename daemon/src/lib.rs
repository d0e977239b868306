//! The processes of isptune: the command line `isptune`, and what it shares with the service.

#[cfg(unix)]
pub mod api;
mod camera_end;
mod chart_place;
#[cfg(unix)]
pub mod client;
pub mod command_line;
pub mod demo;
#[cfg(unix)]
pub mod doctor;
mod enhance_output;
mod exit;
mod given_params;
mod interrupt;
mod json;
pub mod keeping;
mod known_device;
pub mod look;
mod option_values;
mod parameter_table;
mod picture_source;
mod pipeline_choice;
mod progress;
pub mod report;
mod result_files;
mod result_lines;
mod result_output;
#[cfg(unix)]
pub mod service;
pub mod service_config;
pub mod shipped_actor;
#[cfg(unix)]
pub mod spread;
mod standard_output;
mod state_folder;
pub mod supervisor;
pub mod task_choice;
mod taste_report;
mod tune_report;
pub mod tuning;
mod verbs;
