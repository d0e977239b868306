//! Pictures over the API.

use daemon::supervisor::PictureKind;
use tuner::{Frame, Samples};

use crate::fake_service::FakeService;
use crate::http::{ask, connect, exchange};

pub fn grey([width, height]: [usize; 2], value: u8) -> Frame {
    Frame::new(width, height, Samples::U8(vec![value; width * height * 3])).unwrap()
}

#[test]
fn a_picture_has_the_kind_format_and_width_that_were_asked_for() {
    let service = FakeService::held();
    let deep = Frame::new(64, 48, Samples::U16(vec![100 * 257; 64 * 48 * 3])).unwrap();
    service.cameras[0].show(PictureKind::Live, grey([1600, 900], 50));
    service.cameras[0].show(PictureKind::Goal, deep);
    for (query, accept, content_type, size, value) in [
        ("", "*/*", "image/jpeg", [1280, 720], 50),
        ("?kind=live&width=320", "image/*", "image/jpeg", [320, 180], 50),
        ("?format=png&width=16", "", "image/png", [16, 9], 50),
        ("?kind=goal", "image/png", "image/png", [64, 48], 100),
        ("?kind=goal&width=1280", "image/png, image/jpeg", "image/jpeg", [64, 48], 100),
        ("?kind=goal&format=jpeg", "image/png", "image/jpeg", [64, 48], 100),
    ] {
        let line = format!("GET /v1/cameras/porch/picture{query}");
        let headers = [("Host", "localhost"), ("Accept", accept)];
        let answer = exchange(connect(&service.socket()), &line, &headers, b"");
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{query}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let frame = Frame::load_from_memory(&answer.body, "answer").unwrap();
        assert_eq!(frame.size(), size, "{query}");
        let first = match frame.samples() {
            Samples::U8(samples) => samples[0],
            Samples::U16(samples) => (samples[0] / 257) as u8,
        };
        assert!(first.abs_diff(value) <= 1, "{query}: {first}");
    }
}

#[test]
fn a_picture_that_cannot_be_had_is_refused() {
    let service = FakeService::held();
    let picture =
        |query: &str| ask(&service.socket(), &format!("GET /v1/cameras/porch/picture{query}"), "");
    assert!(picture("").refused(404).contains("no such picture yet"));
    assert!(picture("?width=15").refused(422).contains("width = 15 is outside 16 to 1280"));
    assert!(picture("?width=1281").refused(422).contains("outside"));
    for query in ["?width=-1", "?width=wide", "?kind=yours", "?format=gif", "?size=3"] {
        picture(query).refused(422);
    }
}
