//! `GET /v1/cameras/{name}/picture`.

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tuner::{Frame, PictureFormat};

use super::cameras::Named;
use super::{Api, ApiError};
use crate::supervisor::PictureKind;

/// Widest picture that is given out, and the width where none is asked for.
const WIDEST: usize = 1280;
/// Narrowest picture that can be asked for.
const NARROWEST: usize = 16;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PictureQuery {
    kind: Option<PictureKind>,
    format: Option<PictureType>,
    width: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PictureType {
    Png,
    Jpeg,
}

/// One of a camera's pictures, reduced to the width that is asked for and never enlarged.
pub(super) async fn picture(
    State(api): State<Arc<Api>>,
    Named(camera): Named,
    query: Result<Query<PictureQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(query) = query?;
    let width = query.width.unwrap_or(WIDEST);
    if !(NARROWEST..=WIDEST).contains(&width) {
        let text = format!("width = {width} is outside {NARROWEST} to {WIDEST}");
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, text));
    }
    let frame = camera.picture(query.kind.unwrap_or(PictureKind::Live)).ok_or_else(|| {
        let text = "there is no such picture yet; the camera's state says what it waits for";
        ApiError::new(StatusCode::NOT_FOUND, text)
    })?;
    let picture_type = query.format.unwrap_or_else(|| accepted(&headers));
    let busy = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the service is stopping");
    let place = api.encoders.acquire().await.map_err(busy)?;
    let encoded = tokio::task::spawn_blocking(move || encoded(&frame, width, picture_type)).await;
    drop(place);
    let failed = |reason: String| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, reason);
    let bytes = encoded.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let content_type = match picture_type {
        PictureType::Png => "image/png",
        PictureType::Jpeg => "image/jpeg",
    };
    Ok(([(CONTENT_TYPE, content_type), (VARY, "Accept")], bytes).into_response())
}

/// JPEG, unless the client names PNG alone.
fn accepted(headers: &HeaderMap) -> PictureType {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("image/png") && !accept.contains("image/jpeg") {
        PictureType::Png
    } else {
        PictureType::Jpeg
    }
}

fn encoded(frame: &Frame, width: usize, picture_type: PictureType) -> Result<Vec<u8>, String> {
    let reduced;
    let shown = if frame.width() > width {
        let height = (frame.height() * width / frame.width()).max(1);
        reduced = frame.resized(width, height).map_err(|error| error.to_string())?;
        &reduced
    } else {
        frame
    };
    let format = match picture_type {
        PictureType::Png => PictureFormat::Png,
        PictureType::Jpeg => PictureFormat::Jpeg,
    };
    let mut bytes = Cursor::new(Vec::new());
    shown.encode(format, &mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}
