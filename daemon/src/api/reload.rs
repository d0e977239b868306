//! `POST /v1/reload`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tokio::sync::oneshot;

use super::{Api, ApiError};
use crate::supervisor::Answer;

/// Somebody wants the configuration read again.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Where it goes that this was done, or why the old configuration stays.
    pub reply: oneshot::Sender<Result<(), String>>,
}

/// Reads the configuration again; a bad one is told and the old one stays.
pub(super) async fn reload(State(api): State<Arc<Api>>) -> Result<Json<Answer>, ApiError> {
    let unanswered = || {
        let text = "the service does not answer now; try again";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, text)
    };
    let (reply, answer) = oneshot::channel();
    api.reload.try_send(ReloadRequest { reply }).map_err(|_| unanswered())?;
    match answer.await {
        Ok(Ok(())) => Ok(Json(Answer::Accepted)),
        Ok(Err(reason)) => Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, reason)),
        Err(_) => Err(unanswered()),
    }
}
