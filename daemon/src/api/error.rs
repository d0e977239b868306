//! Answers that are refusals.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::supervisor::Refusal;

/// A status of 400 and above, with a text for people that says the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// `error` of the answer's JSON.
    pub text: String,
}

#[derive(Debug, Serialize)]
struct ErrorJson {
    error: String,
}

impl ApiError {
    /// A refusal.
    #[must_use]
    pub fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::NoSuchCamera(_) | Refusal::NoSuchLook(_) => StatusCode::NOT_FOUND,
            Refusal::NotOpen(_) => StatusCode::CONFLICT,
            Refusal::BadValue(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Failed(_) | Refusal::Unanswered => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, refusal.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status;
        let answer = (status, Json(ErrorJson { error: self.text }));
        match status {
            StatusCode::UNAUTHORIZED => ([(WWW_AUTHENTICATE, "Bearer")], answer).into_response(),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                ([(RETRY_AFTER, "1")], answer).into_response()
            }
            // The rest of the body is not worth reading.
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
                ([(CONNECTION, "close")], answer).into_response()
            }
            _ => answer.into_response(),
        }
    }
}
