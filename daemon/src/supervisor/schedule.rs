//! Which look applies at which hour.

use std::time::Duration;

use crate::service_config::ScheduleEntry;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MOMENT: Duration = Duration::from_secs(1);
/// Steps of a blend: each of them is a look to tune to.
const STEPS: f64 = 8.0;

/// The look of an hour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// Its name; `None` leaves the camera as it is.
    pub look: Option<String>,
    /// The look that it comes from, with the share of the new one, while the two are blended.
    pub blend: Option<(String, f64)>,
}

/// The look at a time of the day, where `base` applies outside of all spans.
pub(super) fn wanted(schedule: &[ScheduleEntry], base: Option<&str>, now: Duration) -> Wanted {
    let current = at(schedule, base, now);
    let turn = schedule.iter().find_map(|entry| {
        entry.hours.into_iter().find_map(|end| {
            let since = since(end, now);
            let before = at(schedule, base, end + DAY - MOMENT);
            (since < entry.blend && before != current).then_some((before?, since, entry.blend))
        })
    });
    let blend = turn.and_then(|(before, since, blend)| {
        current?;
        Some((before.to_owned(), share(since, blend)?))
    });
    Wanted { look: current.map(str::to_owned), blend }
}

/// Share of the new look this long after a blend of that length began; `None` when it is over.
pub(super) fn share(since: Duration, blend: Duration) -> Option<f64> {
    let part = since.as_secs_f64() / blend.as_secs_f64();
    (since < blend).then(|| (part * STEPS).floor() / STEPS)
}

fn at<'a>(schedule: &'a [ScheduleEntry], base: Option<&'a str>, now: Duration) -> Option<&'a str> {
    let applies = |entry: &&ScheduleEntry| {
        let [from, to] = entry.hours;
        since(from, now) < since(from, to)
    };
    schedule.iter().find(applies).map(|entry| entry.look.as_str()).or(base)
}

/// Time from one time of the day to the next such time as `now`.
fn since(from: Duration, now: Duration) -> Duration {
    let seconds = (now + DAY).as_secs() % DAY.as_secs() + DAY.as_secs() - from.as_secs();
    Duration::from_secs(seconds % DAY.as_secs())
}

/// The local time of the day.
pub(super) fn time_of_day() -> Duration {
    let now = jiff::Zoned::now();
    let [hours, minutes, seconds] = [now.hour(), now.minute(), now.second()];
    let count = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    Duration::from_secs(count.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minutes(hours: u64, minutes: u64) -> Duration {
        Duration::from_secs(hours * 3600 + minutes * 60)
    }

    fn night() -> Vec<ScheduleEntry> {
        let hours = [minutes(20, 0), minutes(6, 0)];
        vec![ScheduleEntry { look: "night".to_owned(), hours, blend: minutes(1, 0) }]
    }

    fn at(hour: u64, minute: u64) -> (Option<String>, Option<(String, f64)>) {
        let Wanted { look, blend } = wanted(&night(), Some("day"), minutes(hour, minute));
        (look, blend)
    }

    #[test]
    fn a_span_may_reach_over_midnight() {
        for (hour, look) in [(19, "day"), (22, "night"), (0, "night"), (5, "night"), (12, "day")] {
            assert_eq!(at(hour, 30).0.as_deref(), Some(look), "{hour}");
        }
    }

    #[test]
    fn looks_turn_into_each_other_at_both_ends() {
        assert_eq!(at(19, 59).1, None);
        assert_eq!(at(20, 0).1, Some(("day".to_owned(), 0.0)));
        assert_eq!(at(20, 30).1, Some(("day".to_owned(), 0.5)));
        assert_eq!(at(21, 0).1, None);
        assert_eq!(at(6, 31).1, Some(("night".to_owned(), 0.5)));
        assert_eq!(at(7, 0).1, None);
    }

    #[test]
    fn without_a_look_before_there_is_nothing_to_blend() {
        let wanted = wanted(&night(), None, minutes(20, 30));
        assert_eq!((wanted.look.as_deref(), wanted.blend), (Some("night"), None));
    }
}
