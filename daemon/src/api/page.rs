//! The page's files. They are inside the program.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};

use super::ApiError;

/// Nothing from elsewhere is loaded, nothing runs but the page's own script, and no other page can
/// frame it. Pictures that the script fetched with a token are `blob:`.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// One file.
#[derive(Debug)]
pub(super) struct PageFile {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

/// Every file that is served.
const FILES: &[PageFile] = &[];

/// The file at a path of the address.
pub(super) fn file(path: &str) -> Option<&'static PageFile> {
    FILES.iter().find(|file| file.path == path)
}

/// What the router answers where it has no route.
pub(super) async fn serve(uri: Uri) -> Response {
    let Some(file) = file(uri.path()) else {
        let text = format!("there is no {}; docs/api.md lists what there is", uri.path());
        return ApiError::new(StatusCode::NOT_FOUND, text).into_response();
    };
    let content_type = HeaderValue::from_static(file.content_type);
    ([(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY)], file.bytes).into_response()
}
