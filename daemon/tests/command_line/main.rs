//! The command line as a user meets it: the built program, its files, messages and exit codes.

mod bad_pictures;
mod bad_places;
mod bad_programs;
mod bad_values;
mod interrupted;
mod results;
mod workbench;
