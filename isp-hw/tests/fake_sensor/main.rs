//! Register ISPs on a real kernel: the map of `pipelines/register-isp.toml` on a sensor that the
//! kernel module in `tests/vm/fake_sensor` imitates on bus 10.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod applying;
mod faults;
mod refusals;
mod restoring;
mod sensor;
