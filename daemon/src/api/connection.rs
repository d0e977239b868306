//! One connection, with its limits.

use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Caller;
use super::door::Stream;
use super::stall::StallGuard;

/// Longest time for the head of a request, and between two requests on one connection.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Longest time in which a client takes nothing of an answer.
const STALL_TIME: Duration = Duration::from_secs(30);
/// Longest life of a connection. Event streams are opened anew after it.
const CONNECTION_TIME: Duration = Duration::from_hours(1);
/// What a connection is given to end its answer in when the service stops.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(500);
/// Largest head of a request, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// Answers the requests of one client until it has none, breaks a limit, or the service stops.
pub(super) async fn converse(
    stream: Box<dyn Stream>,
    caller: Caller,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(caller);
        router.call(request)
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            // A client that sends no more (`nc -N`) still waits for its answer.
            .half_close(true)
            .serve_connection(TokioIo::new(StallGuard::new(stream, STALL_TIME)), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async {
            tokio::select! {
                () = sleep(CONNECTION_TIME) => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        } => {
            connection.as_mut().graceful_shutdown();
            timeout(LAST_WORDS, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%caller, %error, "a connection to the API ended early");
    }
}
