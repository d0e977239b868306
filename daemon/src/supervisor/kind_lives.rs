//! Simulated lives of a camera that is held on a style or on a taste.

use std::sync::Arc;
use std::time::Duration;

use isp_hw::Variation;
use tuner::actor::{Actor, Representation};
use tuner::{
    EpisodeOptions, Frame, GoalOptions, Limits, Parameter, Params, Pipeline, Planes, Samples,
    StyleFeatures,
};

use super::room_camera::{RoomCamera, render, room};
use crate::keeping::{
    HeldCamera, KeepPolicy, Keeper, KeeperEvent, KeeperOptions, KeptLook, LookWish, Search, State,
    TastePolicy,
};

/// Exposure up where the picture as found is dark, a little saturation always
/// (`tests/tests/taste_policies.rs`).
const TASTE: &[u8] = include_bytes!("../../tests/command_line/taste.onnx");
/// Exposure as far up as it goes, whatever there is to see (the same).
const GLARING: &[u8] = include_bytes!("../../tests/command_line/glaring_taste.onnx");

fn steady(_: f64) -> [f64; 3] {
    [0.0; 3]
}

/// Half a stop less after ten minutes, and warmer.
fn dimmed(second: f64) -> [f64; 3] {
    if second < 600.0 { [0.0; 3] } else { [-0.3, -0.5, -0.8] }
}

/// Ten minutes after the beginning a lamp begins to flicker, 7 s in one state and 5 s in the other.
fn flickering(second: f64) -> [f64; 3] {
    if second > 600.0 && second % 12.0 < 5.0 { [-0.8; 3] } else { [0.0; 3] }
}

/// A lamp that is switched every two minutes.
fn switched(second: f64) -> [f64; 3] {
    if second % 240.0 < 120.0 { [0.0; 3] } else { [-0.6, -0.6, -1.0] }
}

/// Tones and colours of a still, from a room that is not the camera's.
fn still() -> Arc<Frame> {
    let params = Params::NEUTRAL
        .with(Parameter::Exposure, 0.3)
        .with(Parameter::RedGain, 0.3)
        .with(Parameter::BlueGain, -0.3)
        .with(Parameter::Contrast, 0.3);
    let picture = render(&Variation::new(0.5, 77), &room([-0.4, -0.2, 0.1]), &params);
    // Upside down: nothing of it can be registered.
    let [width, height] = picture.size();
    let samples = match picture.into_samples() {
        Samples::U8(samples) => {
            Samples::U8(samples.chunks(width * 3).rev().flatten().copied().collect())
        }
        Samples::U16(samples) => {
            Samples::U16(samples.chunks(width * 3).rev().flatten().copied().collect())
        }
    };
    Arc::new(Frame::new(width, height, samples).unwrap())
}

fn style() -> LookWish {
    LookWish::Style(still())
}

fn taste(file: &[u8]) -> LookWish {
    let actor = Actor::of_kind(Representation::Taste, "written down", file).unwrap();
    LookWish::Taste(TastePolicy::new(format!("{:?}", file.last_chunk::<8>()), Arc::new(actor)))
}

fn features(picture: &Frame) -> StyleFeatures {
    StyleFeatures::of(&Planes::from(picture))
}

/// A life as it goes on.
struct Life {
    camera: RoomCamera,
    keeper: Keeper,
    tunes: Vec<u64>,
    adoptions: u32,
    queries: u32,
    limited_by: Vec<String>,
}

impl Life {
    fn begin(wish: LookWish, strength: f64, light: fn(f64) -> [f64; 3]) -> Self {
        let search = Search {
            strategy: "hybrid".to_owned(),
            episode: EpisodeOptions::default(),
            seed: 0,
            actor: None,
        };
        let policy = KeepPolicy { check_interval: Duration::from_secs(2), ..KeepPolicy::default() };
        let goal = GoalOptions::default();
        let mut keeper = Keeper::new(KeeperOptions { policy, search, goal });
        let mut camera = RoomCamera::new(Variation::new(0.7, 5), light);
        camera.noise_steps = 2;
        keeper.set_limits(Limits::of_table(camera.parameters()));
        let look = KeptLook { name: "look".to_owned(), wish, strength };
        keeper.set_look(Some(look), None, &mut |_: KeeperEvent<'_>| {});
        keeper.opened(Params::NEUTRAL, &mut |_: KeeperEvent<'_>| {});
        let limited_by = Vec::new();
        Self { camera, keeper, tunes: Vec::new(), adoptions: 0, queries: 0, limited_by }
    }

    fn until(&mut self, second: u64) {
        while self.camera.now < Duration::from_secs(second) {
            let now = self.camera.now.as_secs();
            let mut journal = |event: KeeperEvent<'_>| match event {
                KeeperEvent::TuneBegins { .. } => self.tunes.push(now),
                KeeperEvent::Query(_) => self.queries += 1,
                KeeperEvent::Settled(setting) => {
                    self.adoptions += u32::from(setting.adopted);
                    self.limited_by = setting.limited_by.to_vec();
                }
                _ => {}
            };
            let wait = self.keeper.step(&mut self.camera, &Arc::default(), &mut journal).unwrap();
            self.camera.now += wait;
        }
    }

    /// Distance of style of a setting from the still, in the light of now.
    fn distance(&self, params: &Params) -> f64 {
        features(&self.camera.truth(params)).distance(&features(&still()))
    }

    fn clipped(&self, params: &Params) -> f64 {
        let picture = Planes::from(&self.camera.truth(params));
        let half_step = 0.5 / 255.0;
        let is_clipped = |value: &&f32| **value <= half_step || **value >= 1.0 - half_step;
        let samples = picture.channels().into_iter().flatten();
        samples.clone().filter(is_clipped).count() as f64 / samples.count() as f64
    }
}

#[test]
fn a_style_is_tuned_to_once_and_held_in_steady_light() {
    let mut life = Life::begin(style(), 1.0, steady);
    life.until(3600);
    assert_eq!(life.keeper.state(), State::Holding);
    let (kept, found) = (life.distance(&life.camera.standing()), life.distance(&Params::NEUTRAL));
    println!("style: {found:.4} as found, {kept:.4} kept");
    assert!(kept < 0.4 * found, "{kept} {found}");
    assert_eq!((life.tunes.len(), life.adoptions), (1, 1), "{:?}", life.tunes);
}

#[test]
fn a_style_follows_light_that_has_changed_for_good() {
    let mut life = Life::begin(style(), 1.0, dimmed);
    life.until(590);
    let first = life.camera.standing();
    life.until(1800);
    let kept = life.camera.standing();
    assert_eq!(life.tunes.len(), 2, "{:?}", life.tunes);
    assert!((610..630).contains(&life.tunes[1]), "{:?}", life.tunes);
    assert!(life.distance(&kept) < life.distance(&first) - 0.003);
    assert!(life.distance(&kept) < life.distance(&Params::NEUTRAL));
}

#[test]
fn half_of_a_style_is_half_way() {
    let mut life = Life::begin(style(), 0.5, steady);
    life.until(300);
    let found = features(&life.camera.truth(&Params::NEUTRAL));
    let wanted = found.towards(&features(&still()), 0.5);
    let kept = features(&life.camera.truth(&life.camera.standing()));
    assert!(kept.distance(&wanted) < 0.3 * found.distance(&wanted));
}

#[test]
fn lamps_that_flicker_or_are_switched_tune_no_style_and_no_taste_too_often() {
    for wish in [style(), taste(TASTE)] {
        let mut life = Life::begin(wish.clone(), 1.0, flickering);
        life.until(1500);
        assert_eq!(life.tunes.len(), 1, "{:?}: {:?}", wish.kind(), life.tunes);
        let mut life = Life::begin(wish.clone(), 1.0, switched);
        life.until(4500);
        let in_any_hour = life
            .tunes
            .iter()
            .map(|from| life.tunes.iter().filter(|at| (*from..from + 3600).contains(*at)).count());
        // The first is not one by itself.
        assert!(in_any_hour.max().unwrap() <= 7, "{:?}: {:?}", wish.kind(), life.tunes);
        assert!(life.tunes.len() > 2, "{:?}: {:?}", wish.kind(), life.tunes);
    }
}

#[test]
fn a_taste_is_asked_once_and_held_and_asked_anew_in_another_light() {
    let mut life = Life::begin(taste(TASTE), 1.0, dimmed);
    life.until(590);
    assert_eq!((life.keeper.state(), life.adoptions), (State::Holding, 1));
    assert!((1..=2).contains(&life.queries), "{}", life.queries);
    let first = life.camera.standing();
    assert!(first != Params::NEUTRAL);
    life.until(1800);
    let second = life.camera.standing();
    assert_eq!(life.tunes.len(), 2, "{:?}", life.tunes);
    // The policy brightens what is dark.
    let exposure = |params: &Params| params.get(Parameter::Exposure);
    assert!(exposure(&second) > exposure(&first) + 0.02, "{first:?} {second:?}");
    assert_eq!(life.limited_by, Vec::<String>::new());
}

#[test]
fn what_a_policy_names_is_not_taken_when_it_clips_and_the_last_good_setting_stays() {
    let mut life = Life::begin(taste(GLARING), 1.0, dimmed);
    life.until(590);
    assert_eq!(life.camera.standing(), Params::NEUTRAL);
    assert_eq!((life.tunes.len(), life.adoptions), (1, 0));
    assert!(life.limited_by[0].contains("clipped"), "{:?}", life.limited_by);
    life.until(1800);
    assert_eq!((life.tunes.len(), life.adoptions), (2, 0), "{:?}", life.tunes);
    // A good setting outlasts a policy that has become bad.
    let mut life = Life::begin(taste(TASTE), 1.0, steady);
    life.until(300);
    let good = life.camera.standing();
    let look = KeptLook { name: "look".to_owned(), wish: taste(GLARING), strength: 1.0 };
    life.keeper.set_look(Some(look), None, &mut |_: KeeperEvent<'_>| {});
    life.until(600);
    assert_eq!((life.camera.standing(), life.tunes.len()), (good, 2));
    assert!(life.clipped(&good) < 0.02);
}
