//! Who comes in.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use daemon::api::{Door, DoorError, Token};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Builder;

use crate::fake_service::{FakeService, TOKEN};
use crate::http::{Answer, connect, exchange};

fn over_port(service: &FakeService, headers: &[(&str, &str)], line: &str) -> Answer {
    exchange(TcpStream::connect(service.port).unwrap(), line, headers, b"")
}

#[test]
fn the_port_opens_for_the_token_alone() {
    let service = FakeService::held();
    let right = format!("Bearer {TOKEN}");
    let wrong = right.replace('f', "e");
    let short = right[..right.len() - 1].to_owned();
    for line in [
        "GET /v1/status",
        "GET /metrics",
        "POST /v1/cameras/porch/hold",
        "GET /v1/events",
        "GET /nothing",
    ] {
        let missing = over_port(&service, &[("Host", "localhost")], line);
        assert!(missing.refused(401).contains("Authorization: Bearer"), "{line}");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
        for authorization in [&wrong, &short, TOKEN, "Bearer", "Basic x"] {
            let headers = [("Host", "localhost"), ("Authorization", authorization)];
            over_port(&service, &headers, line).refused(401);
        }
    }
    assert_eq!(service.commands(), []);
    let headers = [("Host", "127.0.0.1:80"), ("Authorization", right.as_str())];
    assert_eq!(over_port(&service, &headers, "GET /v1/status").status, 200);
    assert_eq!(over_port(&service, &headers, "POST /v1/cameras/porch/hold").status, 200);
}

#[test]
fn other_names_and_other_sites_are_refused_at_both_doors() {
    let service = FakeService::held();
    let token = format!("Bearer {TOKEN}");
    let rebound = [("Host", "evil.example"), ("Authorization", token.as_str())];
    let foreign = [
        ("Host", "localhost"),
        ("Origin", "http://evil.example"),
        ("Authorization", token.as_str()),
    ];
    let nameless = [("Authorization", token.as_str())];
    for line in ["GET /v1/status", "POST /v1/cameras/porch/hold"] {
        for (headers, status) in [(&rebound[..], 403), (&foreign, 403), (&nameless, 400)] {
            over_port(&service, headers, line).refused(status);
            exchange(connect(&service.socket()), line, headers, b"").refused(status);
        }
    }
    assert_eq!(service.commands(), []);
}

#[test]
fn a_door_that_is_open_to_everybody_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let error = Door::port(listener, Token::new(TOKEN).unwrap()).unwrap_err();
        assert!(matches!(error, DoorError::NotLoopback(_)), "{error}");
        assert!(error.to_string().contains("loopback addresses only"), "{error}");
        let socket = folder.path().join("open");
        let listener = UnixListener::bind(&socket).unwrap();
        std::fs::set_permissions(&socket, PermissionsExt::from_mode(0o666)).unwrap();
        let error = Door::unix(listener).unwrap_err().to_string();
        assert!(error.contains("mode 666") && error.contains("set mode 660"), "{error}");
    });
}
