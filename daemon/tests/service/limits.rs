//! Clients that are many, slow, greedy or rude; the others are served meanwhile.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use daemon::supervisor::PictureKind;

use crate::fake_service::FakeService;
use crate::http::{Answer, ask, connect};
use crate::pictures::grey;

const LARGEST: usize = 64 * 1024;

#[test]
fn a_body_that_is_too_large_is_refused() {
    let service = FakeService::held();
    let fits = format!("{{\"parameters\": []{}}}", " ".repeat(LARGEST - 18));
    assert_eq!(fits.len(), LARGEST);
    let put = |body: &str| ask(&service.socket(), "PUT /v1/cameras/porch/locks", body);
    assert_eq!(put(&fits).status, 200);
    let text = put(&format!("{fits} ")).refused(413);
    assert!(text.contains("larger than this route takes"), "{text}");
    put(&" ".repeat(8 * 1024 * 1024)).refused(413);
    // Of a size that is not told before.
    let mut stream = connect(&service.socket());
    let head = "PUT /v1/cameras/porch/locks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    for _ in 0..3 {
        let _ = stream.write_all(chunk.as_bytes());
    }
    Answer::read(&mut stream).refused(413);
}

#[test]
fn what_is_no_http_is_refused_and_harms_nobody() {
    let service = FakeService::held();
    let long = format!("GET /v1/status HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(LARGEST));
    let many = format!("GET /v1/status HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(500));
    for (bytes, status) in [
        ("\0\0\0\0\r\n\r\n", Some(400)),
        ("GET\r\n\r\n", Some(400)),
        ("GET /v1/status HTTP/9.9\r\n\r\n", Some(400)),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
        (&long, Some(431)),
        (&many, Some(431)),
        ("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", Some(400)),
        ("GET /v1/status HTTP/1.1\r\n\r\n", Some(400)),
        ("", None),
    ] {
        let mut stream = connect(&service.socket());
        let _ = stream.write_all(bytes.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let told: Option<u16> = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let start: String = bytes.chars().take(40).collect();
        assert!(status.is_none_or(|status| told == Some(status)), "{start:?}: {answer}");
    }
    assert_eq!(ask(&service.socket(), "GET /v1/status", "").status, 200);
}

#[test]
fn who_says_that_nothing_more_will_come_is_still_answered() {
    let service = FakeService::held();
    service.cameras[0].show(PictureKind::Live, grey([1280, 720], 90));
    for path in ["status", "cameras/porch/picture"] {
        let mut stream = connect(&service.socket());
        let request = format!("GET /v1/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(Answer::read(&mut stream).status, 200, "{path}");
    }
}

/// Sends a byte a second until the service has had enough; the time that this took.
fn one_byte_a_second(mut stream: UnixStream, start: &str) -> Duration {
    let started = Instant::now();
    stream.write_all(start.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut answer = [0; 4096];
    loop {
        match stream.read(&mut answer) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => return started.elapsed(),
            Ok(_) => continue,
        }
        if started.elapsed() > Duration::from_secs(50) || stream.write_all(b"a").is_err() {
            return started.elapsed();
        }
    }
}

#[test]
fn who_sends_a_byte_a_second_is_cut_off_while_others_are_served() {
    let service = FakeService::held();
    let head = connect(&service.socket());
    let body = connect(&service.socket());
    let head = thread::spawn(|| one_byte_a_second(head, "GET /v1/status HTTP/1.1\r\nX: "));
    let start =
        "PUT /v1/cameras/porch/locks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n";
    let body = thread::spawn(move || one_byte_a_second(body, start));
    let silent = connect(&service.socket());
    let mut slowest = Duration::ZERO;
    while !body.is_finished() {
        let started = Instant::now();
        assert_eq!(ask(&service.socket(), "GET /v1/status", "").status, 200);
        slowest = slowest.max(started.elapsed());
        thread::sleep(Duration::from_millis(100));
    }
    let (head, body) = (head.join().unwrap(), body.join().unwrap());
    assert!((4..=9).contains(&head.as_secs()), "head: {head:?}");
    assert!((19..=25).contains(&body.as_secs()), "body: {body:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let mut rest = Vec::new();
    assert_eq!((&silent).read_to_end(&mut rest).unwrap(), 0, "{rest:?}");
    assert_eq!(service.commands(), []);
}

#[test]
fn fifty_clients_at_once_are_all_answered() {
    let service = FakeService::held();
    let clients: Vec<_> = (0..50)
        .map(|client| {
            let socket = service.socket();
            thread::spawn(move || {
                for round in 0..10 {
                    let answer = match (client + round) % 3 {
                        0 => ask(&socket, "GET /v1/status", ""),
                        1 => ask(&socket, "POST /v1/cameras/porch/plan", ""),
                        _ => ask(&socket, "GET /metrics", ""),
                    };
                    // 16 commands wait for a supervisor; more are told to come again.
                    assert!(matches!(answer.status, 200 | 503), "{answer:?}");
                }
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(ask(&service.socket(), "POST /v1/cameras/porch/plan", "").status, 200);
}

#[test]
fn one_connection_too_many_is_told_to_come_again() {
    let service = FakeService::held();
    let held: Vec<UnixStream> = (0..64).map(|_| connect(&service.socket())).collect();
    let mut one_more = connect(&service.socket());
    let answer = Answer::read(&mut one_more);
    assert!(answer.refused(503).contains("too many connections"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    drop(held);
    let started = Instant::now();
    loop {
        let mut stream = connect(&service.socket());
        let request = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let _ = stream.write_all(request.as_bytes());
        if Answer::read(&mut stream).status == 200 {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(5));
        thread::sleep(Duration::from_millis(20));
    }
}
