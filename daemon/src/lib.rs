//! The processes of isptune: the command line `isptune`, and what it shares with the service.

pub mod demo;
pub mod report;
