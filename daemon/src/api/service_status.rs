//! `GET /v1/status`: the service and all its cameras.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Api;
use crate::supervisor::CameraStatus;

/// The service at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// Version of the program.
    pub version: String,
    /// Time since it was started, whole seconds.
    pub uptime_s: u64,
    /// Digest of the actor that it tunes with.
    pub model: Option<String>,
    /// Its cameras, in the order of the configuration.
    pub cameras: Vec<CameraStatus>,
}

impl ServiceStatus {
    /// What there is to say now.
    #[must_use]
    pub fn of(api: &Api) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_s: api.started.elapsed().as_secs(),
            model: api.model(),
            cameras: api.cameras().iter().map(|camera| camera.status().as_ref().clone()).collect(),
        }
    }
}

/// The service and its cameras.
pub(super) async fn status(State(api): State<Arc<Api>>) -> Json<ServiceStatus> {
    Json(ServiceStatus::of(&api))
}
