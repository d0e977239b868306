//! Server-sent events.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use daemon::keeping::State;
use daemon::supervisor::stand_in;
use serde_json::Value;

use crate::fake_service::FakeService;
use crate::http::{Answer, connect};

struct Listener(BufReader<UnixStream>);

impl Listener {
    fn new(service: &FakeService, headers: &str) -> Self {
        let mut stream = connect(&service.socket());
        let request = format!("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut listener = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(listener.0.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        listener
    }

    /// The status of the next event.
    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream has ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

#[test]
fn a_client_hears_what_is_and_then_every_change() {
    let service = FakeService::held();
    let mut listener = Listener::new(&service, "Last-Event-ID: 99999\r\n");
    assert_eq!(listener.next()["state"], "holding");
    for state in [State::Drifting, State::Tuning, State::Holding] {
        service.cameras[0].publish(|status| status.state = state);
        assert_eq!(listener.next()["state"], state.name());
    }
}

#[test]
fn a_client_that_does_not_read_misses_what_was_between_and_never_the_newest() {
    let service = FakeService::held();
    let mut listener = Listener::new(&service, "");
    for round in 0..20_000 {
        service.cameras[0].publish(|status| status.since_ms = round);
    }
    let started = Instant::now();
    let mut heard = 0;
    while listener.next()["since_ms"] != 19_999 {
        heard += 1;
        assert!(started.elapsed() < Duration::from_secs(20));
    }
    assert!(heard < 19_999);
}

#[test]
fn streams_turn_to_the_cameras_of_a_new_configuration() {
    let service = FakeService::new(&["porch"]);
    let mut listener = Listener::new(&service, "");
    assert_eq!(listener.next()["name"], "porch");
    let (gate, inside, _requests) = stand_in("gate");
    service.api.set_cameras(vec![gate]);
    assert_eq!(listener.next()["name"], "gate");
    service.cameras[0].publish(|status| status.paused = true);
    inside.publish(|status| status.paused = true);
    let next = listener.next();
    assert_eq!((&next["name"], &next["paused"]), (&Value::from("gate"), &Value::from(true)));
}

#[test]
fn streams_end_within_a_second_when_the_service_stops() {
    let service = FakeService::held();
    let mut listener = Listener::new(&service, "");
    listener.next();
    let started = Instant::now();
    drop(service);
    let mut rest = Vec::new();
    listener.0.read_to_end(&mut rest).unwrap();
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn streams_never_take_all_connections() {
    let service = FakeService::held();
    let listeners: Vec<Listener> = (0..32).map(|_| Listener::new(&service, "")).collect();
    let one_more = || crate::http::ask(&service.socket(), "GET /v1/status", "").status;
    assert_eq!(one_more(), 200);
    let mut stream = connect(&service.socket());
    let request = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    assert!(Answer::read(&mut stream).refused(429).contains("too many clients"));
    drop(listeners);
}
