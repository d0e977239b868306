use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::camera::scripted_source::{PERIOD, Script, ScriptedSource};
use crate::camera::{
    CapturedFrame, FrameSource, FrameSourceError, MonotonicTime, SettleOptions, settle,
};

/// Records nine frames of a noisy camera, with a write after the third.
fn record(folder: &Path) -> (Vec<CapturedFrame>, MonotonicTime) {
    let mut source = ScriptedSource::new(Script { noise: 2.0, torn: true, ..Script::default() });
    let mut recorder = Recorder::create(folder, source.buffers()).unwrap();
    let mut frames: Vec<CapturedFrame> = Vec::new();
    let mut written_at = MonotonicTime::default();
    for number in 0..9 {
        if number == 3 {
            written_at = source.controls().write(180);
            recorder.control_write(written_at, "brightness", 180).unwrap();
        }
        let moment = frames.last().map_or(MonotonicTime::default(), |frame| frame.captured_at);
        let frame = source.frame_after(moment, PERIOD * 3).unwrap();
        recorder.frame(&frame).unwrap();
        frames.push(frame);
    }
    recorder.finish().unwrap();
    (frames, written_at)
}

#[test]
fn a_recording_plays_back_what_was_recorded_bit_for_bit() {
    let folder = TempDir::new().unwrap();
    let (frames, written_at) = record(folder.path());
    let mut replay = Replay::open(folder.path()).unwrap();
    assert_eq!(replay.frames(), 9);
    let write = &replay.writes()[0];
    assert_eq!((write.at_ns, write.value), (written_at.nanoseconds(), 180));
    let mut moment = replay.now();
    for frame in frames {
        let played = replay.frame_after(moment, PERIOD * 3).unwrap();
        assert_eq!(played, frame);
        moment = played.captured_at;
    }
    let error = replay.frame_after(moment, PERIOD).unwrap_err();
    assert!(error.to_string().contains("at its end, after 9 frames"), "{error}");
}

#[test]
fn settling_on_a_recording_finds_what_it_found_on_the_camera() {
    let folder = TempDir::new().unwrap();
    let (frames, written_at) = record(folder.path());
    let options = SettleOptions { noise: 2.0, latency_frames: 0, ..SettleOptions::default() };
    for _ in 0..2 {
        let mut replay = Replay::open(folder.path()).unwrap();
        replay.advance_to(written_at);
        let settled = settle(&mut replay, written_at, &options).unwrap();
        assert!(settled.report.settled);
        assert_eq!(settled.captured.sequence, frames[5].sequence, "torn, whole, whole");
    }
}

#[test]
fn a_busy_reader_gets_the_newest_frame_and_a_hasty_one_none() {
    let folder = TempDir::new().unwrap();
    let (frames, _) = record(folder.path());
    let mut replay = Replay::open(folder.path()).unwrap();
    replay.advance_to(frames[6].captured_at + PERIOD / 2);
    let newest = replay.frame_after(frames[0].captured_at, PERIOD).unwrap();
    assert_eq!(newest.sequence, frames[6].sequence);
    let error = replay.frame_after(newest.captured_at, Duration::from_millis(1)).unwrap_err();
    assert!(matches!(error, FrameSourceError::NoFrame { waited_ms: 1 }), "{error}");
}

#[test]
fn a_recording_is_never_written_over() {
    let folder = TempDir::new().unwrap();
    record(folder.path());
    let error = Recorder::create(folder.path(), 4).unwrap_err();
    assert!(matches!(error, RecordingError::Exists { .. }), "{error}");
}

#[test]
fn a_recording_without_its_end_or_with_missing_bytes_is_refused() {
    let folder = TempDir::new().unwrap();
    record(folder.path());
    let frames = folder.path().join(FRAMES);
    let bytes = fs::read(&frames).unwrap();
    fs::write(&frames, &bytes[1..]).unwrap();
    let error = Replay::open(folder.path()).unwrap_err();
    assert!(matches!(error, RecordingError::Length { .. }), "{error}");
    fs::write(&frames, bytes).unwrap();

    let index = folder.path().join(INDEX);
    let text = fs::read_to_string(&index).unwrap();
    let without_end: String = text.lines().take(8).map(|line| format!("{line}\n")).collect();
    fs::write(&index, without_end).unwrap();
    let error = Replay::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("without its last line"), "{error}");
}

#[test]
fn each_broken_line_is_named_with_its_number() {
    let header = r#"{"recording":{"version":1,"buffers":4}}"#;
    let format = "{\"format\":{\"pixel\":\"XXXX\",\"width\":1,\"height\":1,\"bytes_per_line\":0,\
                  \"colorimetry\":{\"primaries\":\"rec709\",\"transfer\":\"srgb\",\
                  \"encoding\":\"bt601\",\"quantisation\":\"full\"}}}";
    let frame = r#"{"frame":{"sequence":0,"captured_at_ns":1,"timestamp":"arrival","bytes":3}}"#;
    let cases = [
        ("", "line 1: EOF"),
        (frame, "line 1: a recording begins"),
        (r#"{"recording":{"version":9,"buffers":4}}"#, "line 1: version 9"),
        (&format!("{header}\n{header}"), "line 2: a second beginning"),
        (&format!("{header}\n{frame}"), "line 2: a frame before any format"),
        (&format!("{header}\n{format}"), "line 2: the pixel format \"XXXX\" is not known"),
        (&format!("{header}\n{}", r#"{"end":{"frames":1,"writes":0}}"#), "line 2: counts"),
        (&format!("{header}\n{{\"nothing\":{{}}}}"), "line 2: unknown variant"),
    ];
    for (text, expected) in cases {
        let folder = TempDir::new().unwrap();
        writeln!(fs::File::create(folder.path().join(INDEX)).unwrap(), "{text}").unwrap();
        fs::write(folder.path().join(FRAMES), "").unwrap();
        let error = Replay::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_cut_or_changed_index_is_an_error_or_the_same_recording(at: prop::sample::Index, byte: u8) {
        let folder = TempDir::new().unwrap();
        record(folder.path());
        let index = folder.path().join(INDEX);
        let mut bytes = fs::read(&index).unwrap();
        let at = at.index(bytes.len());
        fs::write(&index, &bytes[..at]).unwrap();
        let cut = Replay::open(folder.path());
        // Only the newline at the very end can be missing.
        prop_assert_eq!(cut.is_ok(), at + 1 == bytes.len());
        bytes[at] = byte;
        fs::write(&index, &bytes).unwrap();
        if let Ok(mut replay) = Replay::open(folder.path()) {
            prop_assert_eq!(replay.frames(), 9);
            let start = MonotonicTime::default();
            prop_assert!(replay.frame_after(start, Duration::MAX).is_ok());
        }
    }
}
