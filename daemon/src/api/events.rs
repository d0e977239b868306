//! `GET /v1/events`: server-sent events, one for each change of a camera's status.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Frame;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::{Api, ApiError};
use crate::supervisor::CameraStatus;

/// A comment is sent this often, so that both ends notice when the other is gone: a client that
/// closed its half may still listen, only a write tells.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Events that wait for a slow client. Beyond that it misses states in between, never the newest.
const WAITING_EVENTS: usize = 8;

/// All cameras as they are, then every change. `Last-Event-ID` changes nothing: what is newest is
/// sent in any case.
pub(super) async fn events(State(api): State<Arc<Api>>) -> Result<Response, ApiError> {
    let Ok(place) = Arc::clone(&api.event_streams).try_acquire_owned() else {
        let text = "too many clients follow the events; try again later";
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, text));
    };
    let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
    tokio::spawn(async move {
        feed(&api, sender).await;
        drop(place);
    });
    let body = Body::new(EventBody(receiver));
    Ok(([(CONTENT_TYPE, "text/event-stream")], body).into_response())
}

async fn feed(api: &Api, sender: mpsc::Sender<Bytes>) {
    let mut cameras = api.cameras.subscribe();
    let mut stopping = api.stopping.subscribe();
    let mut keep_alive = interval(KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Dropped, and with it what it runs, when the cameras change.
        let mut followers = JoinSet::new();
        for camera in cameras.borrow_and_update().iter() {
            followers.spawn(follow(camera.subscribe(), sender.clone()));
        }
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = sender.closed() => return,
                changed = cameras.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                _ = keep_alive.tick() => {
                    // A client that has events waiting needs no comment.
                    let _ = sender.try_send(Bytes::from_static(b":\n\n"));
                }
            }
        }
    }
}

async fn follow(mut status: watch::Receiver<Arc<CameraStatus>>, sender: mpsc::Sender<Bytes>) {
    loop {
        let newest = Arc::clone(&status.borrow_and_update());
        let Ok(json) = serde_json::to_string(&*newest) else { return };
        let event = format!("event: camera\nid: {}\ndata: {json}\n\n", newest.revision);
        if sender.send(event.into()).await.is_err() || status.changed().await.is_err() {
            return;
        }
    }
}

/// A body of what comes out of a channel.
struct EventBody(mpsc::Receiver<Bytes>);

impl hyper::body::Body for EventBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
