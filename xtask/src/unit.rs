//! What the unit of the service says, for runs without systemd.

use std::fs;

use anyhow::{Context, Result};

use crate::data::checkout;

/// Variables that the service finds in its environment under systemd, and their values.
///
/// # Errors
/// When the unit cannot be read.
pub fn environment() -> Result<Vec<(String, String)>> {
    let path = checkout().join("systemd/isptuned.service");
    let unit = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(assignments(&unit))
}

fn assignments(unit: &str) -> Vec<(String, String)> {
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    let words = lines.flat_map(str::split_whitespace).filter_map(|word| word.split_once('='));
    words.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_limits_what_the_allocator_keeps() {
        let variables = environment().unwrap();
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"MALLOC_TRIM_THRESHOLD_"), "{names:?}");
    }

    #[test]
    fn all_assignments_of_all_lines_count() {
        let unit = "[Service]\nEnvironment=A=1 B=two\nUser=x\nEnvironment=C=\n";
        let expected = [("A", "1"), ("B", "two"), ("C", "")];
        assert_eq!(assignments(unit), expected.map(|(name, value)| (name.into(), value.into())));
    }
}
