//! What stands before every route: whether the caller may ask, how long an answer may take, and
//! the journal.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;

use super::routes::Entry;
use super::{ApiError, Caller, page};

/// Longest time for a request's body together with its answer's head. Supervisors answer within
/// 15 s.
const REQUEST_TIME: Duration = Duration::from_secs(20);
/// The same for looks, whose pictures may be large and the processor slow.
const LOOK_TIME: Duration = Duration::from_secs(120);
/// Names of this machine in a `Host` header, beside loopback addresses. `isptuned` is for clients
/// of the Unix socket, where a name has no meaning.
const OWN_NAMES: [&str; 2] = ["localhost", "isptuned"];
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a call asked for, for the journal.
#[derive(Debug, Clone)]
pub(super) struct Asked(pub String);

/// Lets a request through, or refuses it.
pub(super) async fn guard(State(entry): State<Entry>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let caller = request.extensions().get::<Caller>().copied();
    let caller = caller.map_or_else(|| "nobody".to_owned(), |caller| caller.to_string());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let longest = if path.starts_with("/v1/looks") { LOOK_TIME } else { REQUEST_TIME };
    let mut answer = match admit(&request, &entry) {
        Ok(()) => timeout(longest, next.run(request)).await.unwrap_or_else(|_| {
            let text = format!("the request took more than {} s", longest.as_secs());
            ApiError::new(StatusCode::REQUEST_TIMEOUT, text).into_response()
        }),
        Err(error) => {
            tracing::warn!(%caller, %method, path, reason = error.text, "refused");
            error.into_response()
        }
    };
    let headers = answer.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = answer.status().as_u16();
    let ms = started.elapsed().as_millis();
    if is_reading(&method) {
        tracing::debug!(%caller, %method, path, status, ms, "answered");
    } else {
        let asked = answer.extensions_mut().remove::<Asked>().map_or_else(String::new, |it| it.0);
        tracing::info!(%caller, %method, path, asked, status, ms, "answered");
    }
    answer
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn admit(request: &Request, entry: &Entry) -> Result<(), ApiError> {
    right_group(request, entry)?;
    let headers = request.headers();
    let host = own_host(headers)?;
    // The page's files hold nothing that is secret, and a browser that opens an address cannot
    // send a token along.
    if is_reading(request.method()) && page::file(request.uri().path()).is_some() {
        return Ok(());
    }
    same_site(headers, host)?;
    let Some(token) = &entry.token else { return Ok(()) };
    match headers.get(AUTHORIZATION) {
        Some(value) if token.opens(value.as_bytes()) => Ok(()),
        Some(_) => Err(ApiError::new(StatusCode::UNAUTHORIZED, "this is not the token")),
        None => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "a token is needed here: send the header Authorization: Bearer TOKEN",
        )),
    }
}

/// Refuses whoever is not of the door's group, if it has one; nobody is known of such a door's
/// callers but by what the kernel says.
fn right_group(request: &Request, entry: &Entry) -> Result<(), ApiError> {
    let Some(group) = &entry.group else { return Ok(()) };
    match request.extensions().get::<Caller>() {
        Some(caller) if group.admits(caller) => Ok(()),
        _ => {
            let group = group.label();
            let text = format!(
                "wrong group: the socket is for members of \"{group}\"; become one (adduser NAME \
                 {group}), and sign in again"
            );
            Err(ApiError::new(StatusCode::FORBIDDEN, text))
        }
    }
}

/// Refuses names that somebody else's name server may have pointed at this machine (DNS
/// rebinding).
fn own_host(headers: &HeaderMap) -> Result<&str, ApiError> {
    let refused = |status, text: &str| Err(ApiError::new(status, text));
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return refused(StatusCode::BAD_REQUEST, "the header Host is missing");
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_own = address.is_ok_and(|address| address.is_loopback())
        || OWN_NAMES.iter().any(|own| name.eq_ignore_ascii_case(own));
    if is_own {
        return Ok(host);
    }
    refused(StatusCode::FORBIDDEN, "this Host is not served; use localhost, 127.0.0.1 or [::1]")
}

/// Refuses what the page of somebody else makes a browser send: through `ssh -L` the socket needs
/// no token.
fn same_site(headers: &HeaderMap, host: &str) -> Result<(), ApiError> {
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let is_own = |origin: &[u8]| origin.strip_prefix(b"http://") == Some(host.as_bytes());
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    let is_foreign = matches!(site, Some(b"cross-site" | b"same-site"));
    if is_foreign || !origin.is_none_or(is_own) {
        let text = "pages of other sites may not ask for anything here";
        return Err(ApiError::new(StatusCode::FORBIDDEN, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_this_machine_s_names_are_served() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.9.9.9", "[::1]:5", "[::1]"]
        {
            let headers = [(HOST, HeaderValue::from_static(host))].into_iter().collect();
            assert_eq!(own_host(&headers), Ok(host));
        }
        for host in
            ["evil.example", "localhost.evil.example:80", "127.0.0.1.nip.io", "10.0.0.1", ""]
        {
            let headers = [(HOST, HeaderValue::from_static(host))].into_iter().collect();
            assert_eq!(own_host(&headers).unwrap_err().status, StatusCode::FORBIDDEN, "{host}");
        }
        assert_eq!(own_host(&headers(&[])).unwrap_err().status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn other_sites_may_not_ask() {
        let host = "localhost:8080";
        for fine in [
            headers(&[]),
            headers(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]),
            headers(&[("sec-fetch-site", "none")]),
        ] {
            assert_eq!(same_site(&fine, host), Ok(()), "{fine:?}");
        }
        for foreign in [
            headers(&[("origin", "http://localhost:9090")]),
            headers(&[("origin", "https://localhost:8080")]),
            headers(&[("origin", "null")]),
            headers(&[("sec-fetch-site", "cross-site")]),
            headers(&[("sec-fetch-site", "same-site")]),
        ] {
            assert!(same_site(&foreign, host).is_err(), "{foreign:?}");
        }
    }
}
