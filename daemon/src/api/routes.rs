//! The routes, in one table. `docs/openapi.json` describes them; a test holds both together.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post, put};

use super::group::Group;
use super::guard::guard;
use super::service_status::status;
use super::{
    Api, ApiError, Token, cameras, commands, events, groups, looks, metrics, page, picture, reload,
};

/// The description of the API.
pub(super) const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// Largest body of most routes, in bytes.
pub(super) const BODY_BYTES: usize = 64 * 1024;

/// What a door asks of whoever comes in.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// A token.
    pub token: Option<Token>,
    /// To be of a group.
    pub group: Option<Group>,
}

/// A path, the methods that it has, and what answers them.
type Route = (&'static str, &'static [&'static str], fn() -> MethodRouter<Arc<Api>>);

/// Every route.
pub(super) const ROUTES: &[Route] = &[
    ("/v1/status", &["get"], || get(status)),
    ("/v1/cameras", &["get"], || get(cameras::all)),
    ("/v1/cameras/{name}", &["get"], || get(cameras::one)),
    ("/v1/cameras/{name}/picture", &["get"], || get(picture::picture)),
    ("/v1/cameras/{name}/retune", &["post"], || post(commands::retune)),
    ("/v1/cameras/{name}/hold", &["post"], || post(commands::hold)),
    ("/v1/cameras/{name}/resume", &["post"], || post(commands::resume)),
    ("/v1/cameras/{name}/restore", &["post"], || post(commands::restore)),
    ("/v1/cameras/{name}/plan", &["post"], || post(commands::plan)),
    ("/v1/cameras/{name}/revert", &["post"], || post(commands::revert)),
    ("/v1/cameras/{name}/params", &["put"], || put(commands::params)),
    ("/v1/cameras/{name}/look", &["put"], || put(commands::look)),
    ("/v1/cameras/{name}/locks", &["put"], || put(commands::locks)),
    ("/v1/groups", &["get"], || get(groups::all)),
    ("/v1/looks", &["get"], || get(looks::all)),
    ("/v1/looks/{name}", &["get", "put", "delete"], || {
        let put = put(looks::put).layer(DefaultBodyLimit::max(looks::LOOK_BYTES));
        get(looks::one).delete(looks::remove).merge(put)
    }),
    ("/v1/looks/{name}/thumbnail", &["get"], || get(looks::thumbnail)),
    ("/v1/reload", &["post"], || post(reload::reload)),
    ("/v1/events", &["get"], || get(events::events)),
    ("/v1/openapi.json", &["get"], || get(openapi)),
    ("/metrics", &["get"], || get(metrics::metrics)),
];

/// All routes behind the guard.
pub(super) fn router(api: &Arc<Api>, entry: Entry) -> Router {
    ROUTES
        .iter()
        .fold(Router::new(), |router, (path, _, routes)| router.route(path, routes()))
        .fallback(page::serve)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(entry, guard))
        .with_state(Arc::clone(api))
}

async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}

async fn not_allowed(method: Method, uri: Uri) -> ApiError {
    let text = format!("{} cannot be asked with {method}", uri.path());
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, text)
}
