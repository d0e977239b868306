//! Set-up, test lanes, tables and benchmarks.
fn main() {}
