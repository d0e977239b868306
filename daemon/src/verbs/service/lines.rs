//! Cameras in lines for people.

use std::time::Duration;

use jiff::Timestamp;

use crate::keeping::State;
use crate::look::LookKind;
use crate::supervisor::{CameraStatus, ScoreStatus};

/// `41.20 dB, ΔE00 0.84`, or `style distance 0.0312`
pub(super) fn score(score: &ScoreStatus) -> String {
    match score {
        ScoreStatus::Pixels(score) => {
            format!("{:.2} dB, ΔE00 {:.2}", score.psnr_db, score.delta_e00)
        }
        ScoreStatus::Style { style_distance } => format!("style distance {style_distance:.4}"),
    }
}

/// A camera in one line; names are as wide as `width`.
pub(super) fn summary(camera: &CameraStatus, width: usize) -> String {
    let mut parts = Vec::new();
    if let Some(look) = &camera.look {
        parts.push(match camera.strength {
            strength if strength < 1.0 => format!("look {look} at {strength:.2}"),
            _ => format!("look {look}"),
        });
    }
    let query = camera.queries.last();
    match (camera.state, query, &camera.now) {
        (State::Tuning, Some(query), _) => parts.push(match &query.score {
            Some(of_query) => format!("query {}: {}", query.index, score(of_query)),
            None => format!("query {}", query.index),
        }),
        (_, _, Some(now)) => parts.push(score(now)),
        _ => {}
    }
    let reasons = [&camera.message, &camera.blind];
    parts.extend(reasons.into_iter().flatten().cloned());
    // Padded as text: a Display that is no str ignores the width.
    let state = camera.state.name();
    let line = format!("{:width$}  {state:9}  {}", camera.name, parts.join("; "));
    line.trim_end().to_owned()
}

/// Everything that there is to say about a camera.
pub(super) fn details(camera: &CameraStatus, now_ms: u64) -> Vec<String> {
    let age = Duration::from_millis(now_ms.saturating_sub(camera.since_ms));
    let since = if camera.since_ms == 0 { String::new() } else { format!(" for {}", span(age)) };
    let mut lines = vec![format!("{}: {}{since}", camera.name, camera.state)];
    let mut say = |key: &str, text: String| lines.push(format!("  {key:10} {text}"));
    for (key, text) in [("message", &camera.message), ("blind", &camera.blind)] {
        if let Some(text) = text {
            say(key, text.clone());
        }
    }
    if let Some(name) = &camera.camera {
        say("camera", name.clone());
    }
    if let Some(look) = &camera.look {
        let kind = match camera.kind {
            None | Some(LookKind::Finish) => String::new(),
            Some(kind) => format!(" ({})", kind.name()),
        };
        say("look", format!("{look}{kind}, strength {}", camera.strength));
    }
    if let Some(light) = &camera.light {
        let kelvin = light.kelvin.map_or_else(String::new, |kelvin| format!(", {kelvin:.0} K"));
        say("light", format!("{:+.1} EV beside the look{kelvin}", light.ev));
    }
    let scores = [("now", camera.now), ("reached", camera.reached), ("found", camera.found)];
    for (key, value) in scores {
        if let Some(value) = value {
            let ssim = value.pixels().map(|pixels| format!(", SSIM {:.3}", pixels.ssim));
            say(key, format!("{}{}", score(&value), ssim.unwrap_or_default()));
        }
    }
    for limit in &camera.limited_by {
        say("limited", limit.clone());
    }
    let counts = &camera.counts;
    say(
        "tunes",
        format!(
            "{} ({} by itself in the last hour), {} queries, {} settings adopted",
            counts.tunes, camera.retunes_last_hour, counts.queries, counts.adoptions
        ),
    );
    if !counts.faults.is_empty() {
        let faults = counts.faults.iter().map(|(kind, count)| format!("{kind} {count}"));
        say("faults", faults.collect::<Vec<_>>().join(", "));
    }
    for parameter in &camera.parameters {
        let native = format!("{} = {:.4} {}", parameter.key, parameter.native, parameter.unit);
        let lock = if parameter.locked { "   locked" } else { "" };
        let value = parameter.value;
        lines.push(format!("  {:10} {value:+.3}   {}{lock}", parameter.name, native.trim_end()));
    }
    lines
}

/// `40 s`, `12 min`, `5 h`, `3 days`
fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7_199 => format!("{} min", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
/// Time of the day in UTC.
pub(super) fn clock(ms: u64) -> String {
    let moment = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment.unwrap_or_default().strftime("%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor::PixelScore;

    const SCORE: ScoreStatus =
        ScoreStatus::Pixels(PixelScore { psnr_db: 41.204, ssim: 0.98, delta_e00: 0.837 });

    fn camera() -> CameraStatus {
        CameraStatus {
            state: State::Holding,
            look: Some("day".to_owned()),
            now: Some(SCORE),
            since_ms: 1_000,
            ..CameraStatus::new("porch".to_owned())
        }
    }

    #[test]
    fn one_line_says_state_look_score_and_what_is_wrong() {
        let mut camera = camera();
        assert_eq!(summary(&camera, 7), "porch    holding    look day; 41.20 dB, ΔE00 0.84");
        camera.strength = 0.5;
        camera.blind = Some("too dark".to_owned());
        assert_eq!(
            summary(&camera, 5),
            "porch  holding    look day at 0.50; 41.20 dB, ΔE00 0.84; too dark"
        );
        camera.blind = None;
        camera.now = Some(ScoreStatus::Style { style_distance: 0.03124 });
        assert_eq!(
            summary(&camera, 5),
            "porch  holding    look day at 0.50; style distance 0.0312"
        );
        let waiting = CameraStatus::new("gate".to_owned());
        assert_eq!(summary(&waiting, 5), "gate   waiting");
    }

    #[test]
    fn details_say_since_when_and_leave_out_what_is_not_known() {
        let lines = details(&camera(), 181_000);
        assert_eq!(lines[0], "porch: holding for 3 min");
        assert!(lines.contains(&"  look       day, strength 1".to_owned()), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("reached")), "{lines:?}");
        let taste = CameraStatus { kind: Some(LookKind::Taste), ..camera() };
        let lines = details(&taste, 181_000);
        assert!(lines.contains(&"  look       day (taste), strength 1".to_owned()), "{lines:?}");
    }

    #[test]
    fn times_are_short() {
        for (seconds, text) in [(0, "0 s"), (119, "119 s"), (120, "2 min"), (9_000, "2 h")] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
        assert_eq!(span(Duration::from_hours(72)), "3 days");
        assert_eq!(clock(1_700_000_000_000), "22:13:20Z");
    }
}
