use proptest::prelude::*;
use tuner::Samples;

use super::*;
use crate::camera::scripted_source::{PERIOD, Script, ScriptedSource};

fn samples(frame: &Frame) -> Vec<u8> {
    let Samples::U8(samples) = frame.samples() else { panic!("8 bits are wanted") };
    samples.clone()
}

/// Lets the camera run a while, writes 160 over 100, and waits.
fn change(script: Script, options: &SettleOptions) -> Result<Settled, FrameSourceError> {
    let mut source = ScriptedSource::new(script);
    source.frame_after(MonotonicTime::since_start(PERIOD * 3), PERIOD * 9)?;
    let written_at = source.controls().write(160);
    settle(&mut source, written_at, options)
}

fn quiet() -> SettleOptions {
    SettleOptions { noise: 0.0, latency_frames: 0, ..SettleOptions::default() }
}

fn timestamps() -> impl Strategy<Value = Timestamp> {
    prop::sample::select(vec![
        Timestamp::StartOfExposure,
        Timestamp::EndOfFrame,
        Timestamp::Arrival,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_frame_never_shows_the_previous_setting(
        timestamp in timestamps(),
        delay in 0..6_u32,
        torn: bool,
        short_every in prop::sample::select(vec![0, 3, 5]),
        noise in prop::sample::select(vec![0.0, 2.0]),
    ) {
        let script = Script { delay, torn, noise, short_every, timestamp, ..Script::default() };
        // As `measure_latency` counts: frames with times after the write.
        let late = delay + doubtful_frames(timestamp, 4);
        let options = SettleOptions { noise, latency_frames: late, ..quiet() };
        let settled = change(script, &options).unwrap();
        prop_assert!(settled.report.settled);
        let least = samples(&settled.frame).into_iter().min().unwrap();
        prop_assert!(f64::from(least) >= 160.0 - 6.0 * noise, "{least}: {:?}", settled.report);
    }
}

#[test]
fn frames_that_waited_in_buffers_are_dropped_by_count_where_times_say_nothing() {
    let script = Script { timestamp: Timestamp::Arrival, ..Script::default() };
    let settled = change(script, &quiet()).unwrap();
    assert_eq!(samples(&settled.frame)[0], 160);
    assert_eq!(settled.report.dropped, 5, "4 buffers and one frame under way");
}

#[test]
fn a_camera_at_rest_settles_with_the_second_frame() {
    let settled = change(Script::default(), &quiet()).unwrap();
    let report = settled.report;
    assert_eq!((report.settled, report.frames, report.dropped), (true, 2, 0));
    assert_eq!(report.latency, PERIOD + PERIOD / 2);
    assert_eq!(report.difference, 0.0);
}

#[test]
fn the_torn_frame_is_not_the_one_that_is_returned() {
    let settled = change(Script { torn: true, ..Script::default() }, &quiet()).unwrap();
    assert!(samples(&settled.frame).iter().all(|sample| *sample == 160));
    assert_eq!(settled.report.frames, 3);
}

#[test]
fn slowly_drifting_light_settles_and_flicker_does_not_but_ends() {
    let drifting = Script { drift: 0.3, noise: 1.0, ..Script::default() };
    let options = SettleOptions { noise: 1.0, ..quiet() };
    assert!(change(drifting, &options).unwrap().report.settled);

    let flickering = Script { flicker: 12, ..Script::default() };
    let report = change(flickering, &quiet()).unwrap().report;
    assert!(!report.settled);
    assert_eq!(report.frames, 60);
    assert!((report.difference - 12.0).abs() < 1e-9);

    let short = SettleOptions { longest: PERIOD * 10, ..quiet() };
    let report = change(flickering, &short).unwrap().report;
    assert!(!report.settled && report.frames <= 12, "{report:?}");
}

#[test]
fn a_camera_without_frames_is_an_error() {
    let script = Script { dies_at: 6, ..Script::default() };
    let error = change(script, &quiet()).unwrap_err();
    assert!(matches!(error, FrameSourceError::NoFrame { waited_ms: 4000 }), "{error}");
}

#[test]
fn frames_that_are_never_complete_are_an_error_that_names_the_frame() {
    let script = Script { short_every: 1, ..Script::default() };
    let error = change(script, &quiet()).unwrap_err();
    assert!(matches!(error, FrameSourceError::Decode { .. }), "{error}");
    assert!(error.to_string().starts_with("frame "), "{error}");
}
