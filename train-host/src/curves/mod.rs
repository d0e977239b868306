//! The curves of trainings, out of their metrics.

mod drawing;
mod metrics;

pub use drawing::{DrawingError, draw};
pub use metrics::{Curve, Metrics, MetricsError};
