//! Is this set-up able to reach its goal, and if not, why: what `isptune doctor` finds.
//!
//! Nothing is written to any camera, and none is captured from: a running service is not disturbed.

#[cfg(target_os = "linux")]
mod cameras;
mod configuration;
mod machine;
mod service;

use serde::Serialize;

use crate::service_config::Places;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// In order.
    Fine,
    /// It works, and could be better.
    Note,
    /// It cannot work like this.
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `configuration`, `disk`, `camera gate` …
    pub subject: String,
    /// How serious it is.
    pub severity: Severity,
    /// What was found, with the way out where there is something to do.
    pub text: String,
}

impl Finding {
    fn new(subject: impl Into<String>, severity: Severity, text: impl Into<String>) -> Self {
        Self { subject: subject.into(), severity, text: text.into() }
    }

    fn fine(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(subject, Severity::Fine, text)
    }

    fn note(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(subject, Severity::Note, text)
    }

    fn fault(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(subject, Severity::Fault, text)
    }
}

/// Looks at everything, in the order in which a person would mend it.
#[must_use]
pub fn examine(places: &Places) -> Vec<Finding> {
    let mut findings = machine::examine(places);
    let (of_files, config) = configuration::examine(places);
    findings.extend(of_files);
    #[cfg(target_os = "linux")]
    findings.extend(cameras::examine(config.as_ref()));
    findings.extend(service::examine(places, config.as_ref()));
    findings
}

#[cfg(test)]
mod tests;
