//! The routes of the store of looks.

use std::io::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest as _, FromRequestParts, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tuner::Frame;

use super::{Api, ApiError};
use crate::look::{
    Listing, LookError, LookKind, LookName, LookSource, LookStore, LookSummary, NewLook, NewTaste,
    StoredPolicy, Tags,
};
use crate::supervisor::Answer;

/// Largest body of a look, in bytes.
pub(super) const LOOK_BYTES: usize = 64 * 1024 * 1024;

/// Everything in the store.
#[derive(Debug, Serialize)]
pub(super) struct LooksJson {
    looks: Vec<LookSummary>,
    unreadable: Vec<UnreadableJson>,
}

/// A file of the store that is no look, or damaged.
#[derive(Debug, Serialize)]
struct UnreadableJson {
    file: String,
    reason: String,
}

/// How a look is taken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutQuery {
    /// Takes a bad reference all the same.
    force: Option<bool>,
    /// What a picture that is sent is for, or that a policy's file is sent; the file of a look says
    /// it itself.
    kind: Option<LookKind>,
}

/// All looks.
pub(super) async fn all(State(api): State<Arc<Api>>) -> Result<Json<LooksJson>, ApiError> {
    let Listing { looks, unreadable } = with_store(&api, |store| store.list()).await?;
    let unreadable = unreadable
        .into_iter()
        .map(|file| UnreadableJson { file: file.file.display().to_string(), reason: file.reason });
    Ok(Json(LooksJson { looks, unreadable: unreadable.collect() }))
}

/// One look.
pub(super) async fn one(
    State(api): State<Arc<Api>>,
    Named(name): Named,
) -> Result<Json<LookSummary>, ApiError> {
    Ok(Json(with_store(&api, move |store| store.summary(&name)).await?))
}

/// Its thumbnail.
pub(super) async fn thumbnail(
    State(api): State<Arc<Api>>,
    Named(name): Named,
) -> Result<Response, ApiError> {
    let asked = name.clone();
    let summary = with_store(&api, move |store| store.summary(&asked)).await?;
    let goal = summary.goal.ok_or_else(|| {
        let text = format!("look {name} is a taste, which has no picture");
        ApiError::new(StatusCode::NOT_FOUND, text)
    })?;
    Ok(([(CONTENT_TYPE, "image/png")], goal.thumbnail).into_response())
}

/// Keeps a look under this name, in place of one that there was: of a picture, or as a file of a
/// look has it.
pub(super) async fn put(
    State(api): State<Arc<Api>>,
    Named(name): Named,
    query: Result<Query<PutQuery>, QueryRejection>,
    request: Request,
) -> Result<Json<LookSummary>, ApiError> {
    let Query(PutQuery { force, kind }) = query?;
    let (force, kind) = (force.unwrap_or(false), kind.unwrap_or_default());
    // Before the body is read: it takes memory, and its picture more.
    let Ok(_place) = api.imports.try_acquire() else {
        let text = "another look is being stored; try again";
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, text));
    };
    let body = Bytes::from_request(request, &api).await?;
    Ok(Json(with_store(&api, move |store| keep(store, name, &body, kind, force)).await?))
}

/// Removes a look that no camera is held on.
pub(super) async fn remove(
    State(api): State<Arc<Api>>,
    Named(name): Named,
) -> Result<Json<Answer>, ApiError> {
    let holds =
        |camera: &crate::supervisor::CameraStatus| camera.look.as_deref() == Some(name.as_str());
    let cameras = api.cameras();
    if let Some(camera) = cameras.iter().find(|camera| holds(&camera.status())) {
        let camera = camera.name();
        let text = format!("camera {camera} is held on look {name}; choose another for it first");
        return Err(ApiError::new(StatusCode::CONFLICT, text));
    }
    with_store(&api, move |store| store.remove(&name)).await?;
    Ok(Json(Answer::Accepted))
}

fn keep(
    store: &LookStore,
    name: LookName,
    body: &[u8],
    kind: LookKind,
    force: bool,
) -> Result<LookSummary, LookError> {
    if is_look_file(body) {
        let failed = |source| LookError::File { file: "the body".into(), source };
        let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
        file.write_all(body).map_err(failed)?;
        return store.import(file.path(), Some(&name), true);
    }
    let tags = Tags::default();
    if kind == LookKind::Taste {
        let policy = StoredPolicy::of_file("the body", body.to_vec())?;
        let file = format!("{name}, sent to the service");
        let look = NewTaste { name, policy, file, tags }.make();
        store.add(&look, true)?;
        return Ok(look.summary().clone());
    }
    let goal = Frame::load_from_memory(body, "the body").map_err(|error| {
        LookError::Unreadable { file: "the body".into(), reason: error.to_string() }
    })?;
    let source = LookSource::Picture { file: format!("{name}, sent to the service") };
    let look = NewLook { name, kind, goal, source, tags, against: None, known: Vec::new(), force };
    let look = look.make()?;
    store.add(&look, true)?;
    Ok(look.summary().clone())
}

/// A safetensors container begins with eight bytes of length and a JSON object; no picture does.
fn is_look_file(body: &[u8]) -> bool {
    body.get(8) == Some(&b'{')
}

/// Works on the store beside the connections.
async fn with_store<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&LookStore) -> Result<T, LookError> + Send + 'static,
) -> Result<T, ApiError> {
    let Some(store) = api.looks.clone() else {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "this service has no store of looks"));
    };
    let done = tokio::task::spawn_blocking(move || work(&store)).await;
    let done = done.map_err(|error| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, format!("the store of looks: {error}"))
    })?;
    Ok(done?)
}

impl From<LookError> for ApiError {
    fn from(error: LookError) -> Self {
        let status = match &error {
            LookError::Missing { .. } => StatusCode::NOT_FOUND,
            LookError::Exists { .. } => StatusCode::CONFLICT,
            LookError::Folder { .. } | LookError::File { .. } | LookError::Write(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

/// The look that the path names.
#[derive(Debug)]
pub(super) struct Named(LookName);

impl FromRequestParts<Arc<Api>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Path(name) = Path::<String>::from_request_parts(parts, api).await.map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, format!("the path: {}", error.body_text()))
        })?;
        Ok(Self(name.parse()?))
    }
}
