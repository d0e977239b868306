//! Simulated days: a camera whose look is chosen by its own light, through evening and morning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use isp_hw::Variation;
use tuner::{EpisodeOptions, GoalOptions, Limits, Params, Pipeline};

use super::by_light::{Light, LightChoice};
use super::room_camera::{RoomCamera, render, room};
use super::schedule::Wanted;
use crate::keeping::{
    ChannelMeans, GoodSetting, KeepPolicy, Keeper, KeeperEvent, KeeperOptions, KeptLook, LookWish,
    Search,
};
use crate::service_config::LightEntry;

/// The light of night, stops; how far above it the bound of its look is; and the margin of that.
const NIGHT_EV: f64 = -3.5;
const BOUND_EV: f64 = 0.5;
const MARGIN_EV: f64 = 0.25;
/// Time at the end whose light is looked at.
const LATE: Duration = Duration::from_secs(1800);

/// What came of a life.
#[derive(Debug, Default)]
struct Life {
    /// Second and look, at the start and whenever another was chosen.
    looks: Vec<(u64, String)>,
    /// Lowest and highest light that was told late.
    told: [f64; 2],
    /// Light by the picture alone, as it stood in the end.
    untold: f64,
    /// What the camera tells of the night as it was found: its curve bends stops.
    night: f64,
    tunes: u64,
}

/// Keeps the camera for these minutes on looks by `light`, stops at a second.
fn live(seed: u64, minutes: u64, light: fn(f64) -> [f64; 3]) -> Life {
    let isp = Variation::new(1.0, seed);
    let day = Arc::new(render(&isp, &room([0.0; 3]), &Params::NEUTRAL));
    // As bright as the room at day, in little light: what no other setting than a bright one gives.
    let brighter = Params::NEUTRAL.with(tuner::Parameter::Exposure, 0.8);
    let night = Arc::new(render(&isp, &room([NIGHT_EV; 3]), &brighter));
    let looks = BTreeMap::from([("day", day), ("night", night)]);
    let reference = ChannelMeans::of(&looks["day"]).stops();
    let seen = render(&isp, &room([NIGHT_EV; 3]), &Params::NEUTRAL);
    let night_ev = ChannelMeans::of(&seen).stops() - reference;
    let entries = [LightEntry {
        look: "night".to_owned(),
        ev: [f64::NEG_INFINITY, night_ev + BOUND_EV],
        kelvin: [f64::NEG_INFINITY, f64::INFINITY],
        margin_ev: MARGIN_EV,
        margin_k: 300.0,
        dwell: Duration::from_secs(30),
        blend: Duration::ZERO,
    }];
    let episode = EpisodeOptions { budget: 8, ..EpisodeOptions::default() };
    let search = Search { strategy: "model".to_owned(), episode, seed: 0, actor: None };
    let policy = KeepPolicy { check_interval: Duration::from_secs(10), ..KeepPolicy::default() };
    let mut keeper = Keeper::new(KeeperOptions { policy, search, goal: GoalOptions::default() });
    let mut camera = RoomCamera::new(isp, light);
    let limits = Limits::of_table(camera.parameters());
    let told = [f64::INFINITY, f64::NEG_INFINITY];
    let mut life = Life { told, night: night_ev, ..Life::default() };
    let mut choice = LightChoice::default();
    let mut good: BTreeMap<String, GoodSetting> = BTreeMap::new();
    let mut deaf = |_: KeeperEvent<'_>| {};
    let mut name = String::new();
    keeper.set_limits(limits);
    keeper.opened(Params::NEUTRAL, &mut deaf);
    let end = Duration::from_secs(minutes * 60);
    while camera.now < end {
        let base = Wanted { look: Some("day".to_owned()), blend: None };
        let wanted = choice.wanted(&entries, base, camera.now).look.unwrap();
        if wanted != name {
            if let Some(setting) = keeper.good() {
                good.insert(name, setting.clone());
            }
            name = wanted;
            life.looks.push((camera.now.as_secs(), name.clone()));
            let picture = Arc::clone(&looks[name.as_str()]);
            let wish = LookWish::Finish(picture);
            let look = KeptLook { name: name.clone(), wish, strength: 1.0 };
            keeper.set_look(Some(look), good.get(&name).cloned(), &mut deaf);
        }
        let mut journal = |event: KeeperEvent<'_>| {
            life.tunes += u64::from(matches!(event, KeeperEvent::TuneBegins { .. }));
        };
        let wait = keeper.step(&mut camera, &Arc::default(), &mut journal).unwrap();
        if let Some(scene) = keeper.take_light() {
            let light = Light::of(scene, reference);
            if camera.now + LATE > end {
                life.told = [life.told[0].min(light.ev), life.told[1].max(light.ev)];
            }
            choice.observe(&entries, light, camera.now);
        }
        camera.now += wait;
    }
    life.untold = ChannelMeans::of(&camera.picture()).stops() - reference;
    life
}

fn names(life: &Life) -> Vec<&str> {
    life.looks.iter().map(|(_, name)| name.as_str()).collect()
}

/// An evening of ten minutes.
fn evening(second: f64) -> [f64; 3] {
    [NIGHT_EV * ((second - 600.0) / 600.0).clamp(0.0, 1.0); 3]
}

#[test]
fn a_look_that_brightens_the_picture_does_not_undo_its_own_choice() {
    let life = live(5, 80, evening);
    assert_eq!(names(&life), ["day", "night"], "{life:?}");
    // The picture alone would have called for the day's look again.
    assert!(life.untold > life.night + BOUND_EV + MARGIN_EV, "{life:?}");
    let [low, high] = life.told;
    assert!((low - life.night).abs() < 0.5 && high - low < 0.4, "{life:?}");
}

#[test]
fn evening_and_morning_change_the_look_once_each() {
    let life = live(5, 120, |second| {
        let [evening, ..] = evening(second);
        [evening * (1.0 - ((second - 3600.0) / 600.0).clamp(0.0, 1.0)); 3]
    });
    assert_eq!(names(&life), ["day", "night", "day"], "{life:?}");
    let [low, high] = life.told;
    assert!(low > -0.5 && high < 0.5, "back in the light of day: {life:?}");
}

#[test]
fn light_that_hovers_at_the_bound_changes_the_look_once() {
    let life =
        live(24, 60, |second| [NIGHT_EV + BOUND_EV - 0.05 + 0.2 * (second / 240.0).sin(); 3]);
    assert!(life.looks.len() <= 2, "{life:?}");
    assert!(life.tunes < 30, "{life:?}");
}
