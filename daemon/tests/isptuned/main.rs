//! The service as a process: started, asked, reloaded, killed, and starved of disk.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod configuration;
mod doors;
mod full_disk;
mod killed;
mod kinds;
mod life;
mod running;
