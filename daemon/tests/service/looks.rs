//! The store of looks over the API.

use std::io::Cursor;

use daemon::look::{LookName, LookStore};
use tuner::{Frame, PictureFormat, Samples};

use crate::fake_service::FakeService;
use crate::http::{Answer, ask, connect, exchange};

pub fn put(service: &FakeService, path: &str, body: &[u8]) -> Answer {
    let line = format!("PUT /v1/looks/{path}");
    exchange(connect(&service.socket()), &line, &[("Host", "localhost")], body)
}

/// A picture with detail and tones enough for a reference; every seed gives another.
pub fn picture(seed: usize) -> Vec<u8> {
    let value = |index: usize| {
        let (x, y, channel) = (index / 3 % 96, index / 288, index % 3);
        let patch = (x / 8 * 37 + y / 8 * 59 + channel * 23 + seed * 11) % 160;
        u8::try_from(40 + patch + (x * 7 + y * 13) % 24).unwrap()
    };
    let frame = Frame::new(96, 96, Samples::U8((0..96 * 96 * 3).map(value).collect())).unwrap();
    let mut png = Cursor::new(Vec::new());
    frame.encode(PictureFormat::Png, &mut png).unwrap();
    png.into_inner()
}

#[test]
fn a_look_is_kept_shown_and_removed() {
    let service = FakeService::held();
    let socket = service.socket();
    assert_eq!(ask(&socket, "GET /v1/looks", "").json()["looks"], serde_json::json!([]));
    let kept = put(&service, "dusk", &picture(1)).json();
    assert_eq!(kept["name"], "dusk");
    assert_eq!(kept["fingerprint"]["width"], 96);
    assert_eq!(ask(&socket, "GET /v1/looks/dusk", "").json(), kept);
    assert_eq!(ask(&socket, "GET /v1/looks", "").json()["looks"][0], kept);
    let thumbnail = ask(&socket, "GET /v1/looks/dusk/thumbnail", "");
    assert_eq!(thumbnail.header("content-type"), Some("image/png"));
    assert_eq!(Frame::load_from_memory(&thumbnail.body, "thumbnail").unwrap().size(), [96, 96]);
    // Twice is as once, and another picture takes the place.
    let again = put(&service, "dusk", &picture(1)).json();
    assert_eq!(again["fingerprint"], kept["fingerprint"]);
    assert_ne!(put(&service, "dusk", &picture(2)).json()["fingerprint"], kept["fingerprint"]);
    assert_eq!(ask(&socket, "DELETE /v1/looks/dusk", "").status, 200);
    let text = ask(&socket, "DELETE /v1/looks/dusk", "").refused(404);
    assert!(text.contains("no look dusk"), "{text}");
}

#[test]
fn a_file_of_a_look_is_taken_under_the_name_of_the_path() {
    let service = FakeService::held();
    let kept = put(&service, "dusk", &picture(1)).json();
    let store = LookStore::open(service.state());
    let name: LookName = "dusk".parse().unwrap();
    let file = store.load(&name).unwrap().to_bytes().unwrap();
    let taken = put(&service, "dawn", &file).json();
    assert_eq!((&taken["name"], &taken["fingerprint"]), (&"dawn".into(), &kept["fingerprint"]));
    let mut damaged = file;
    *damaged.last_mut().unwrap() ^= 1;
    let text = put(&service, "noon", &damaged).refused(422);
    assert!(text.contains("cannot be used as a look"), "{text}");
}

#[test]
fn what_is_no_good_look_is_refused_with_the_reason() {
    let service = FakeService::held();
    let grey = Frame::new(96, 96, Samples::U8(vec![90; 96 * 96 * 3])).unwrap();
    let mut png = Cursor::new(Vec::new());
    grey.encode(PictureFormat::Png, &mut png).unwrap();
    let grey = png.into_inner();
    put(&service, "grey", &grey).refused(422);
    assert_eq!(put(&service, "grey?force=true", &grey).status, 200);
    for body in [&b""[..], b"no picture", b"\x89PNG\r\n\x1a\n", b"\0\0\0\0\0\0\0\0{}"] {
        put(&service, "noon", body).refused(422);
    }
    for name in ["..%2Fetc", ".hidden", "a%20b", &"a".repeat(65)] {
        assert!(put(&service, name, &picture(1)).refused(422).contains("no name for a look"));
    }
    put(&service, "noon", &vec![0; 65 * 1024 * 1024]).refused(413);
    put(&service, "noon?farce=true", &picture(1)).refused(422);
}

#[test]
fn a_look_that_a_camera_is_held_on_is_not_removed() {
    let service = FakeService::held();
    assert_eq!(put(&service, "day", &picture(1)).status, 200);
    let text = ask(&service.socket(), "DELETE /v1/looks/day", "").refused(409);
    assert!(text.contains("camera porch is held on look day"), "{text}");
}

#[test]
fn a_picture_is_kept_for_its_style_and_a_policy_for_its_taste() {
    let service = FakeService::held();
    let socket = service.socket();
    let style = put(&service, "still?kind=style", &picture(1)).json();
    assert_eq!((&style["name"], &style["kind"]), (&"still".into(), &"style".into()));
    let policy = include_bytes!("../command_line/taste.onnx");
    let taste = put(&service, "mine?kind=taste", policy).json();
    assert_eq!((&taste["kind"], &taste["model"]["bytes"]), (&"taste".into(), &policy.len().into()));
    assert!(taste.get("fingerprint").is_none(), "{taste}");
    assert_eq!(ask(&socket, "GET /v1/looks/mine", "").json(), taste);
    let text = ask(&socket, "GET /v1/looks/mine/thumbnail", "").refused(404);
    assert!(text.contains("a taste, which has no picture"), "{text}");
    let text = put(&service, "mine?kind=taste", &picture(1)).refused(422);
    assert!(text.contains("the body: "), "{text}");
    assert_eq!(ask(&socket, "GET /v1/looks/mine", "").json(), taste);
    put(&service, "mine?kind=sensor", policy).refused(422);
}
