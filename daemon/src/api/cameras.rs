//! `GET /v1/cameras` and `/v1/cameras/{name}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Serialize;

use super::{Api, ApiError};
use crate::supervisor::{CameraStatus, Handle, Refusal};

/// All cameras.
#[derive(Debug, Serialize)]
pub(super) struct CamerasJson {
    cameras: Vec<CameraStatus>,
}

/// All cameras, in the order of the configuration.
pub(super) async fn all(State(api): State<Arc<Api>>) -> Json<CamerasJson> {
    Json(CamerasJson {
        cameras: api.cameras().iter().map(|camera| camera.status().as_ref().clone()).collect(),
    })
}

/// One camera.
pub(super) async fn one(Named(camera): Named) -> Json<CameraStatus> {
    Json(camera.status().as_ref().clone())
}

/// The camera that the path names.
#[derive(Debug)]
pub(super) struct Named(pub Handle);

impl FromRequestParts<Arc<Api>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Path(name) = Path::<String>::from_request_parts(parts, api).await.map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, format!("the path: {}", error.body_text()))
        })?;
        let cameras = api.cameras();
        let camera = cameras.iter().find(|camera| camera.name() == name).cloned();
        camera.map(Self).ok_or_else(|| Refusal::NoSuchCamera(name).into())
    }
}
