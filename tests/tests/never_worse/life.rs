//! One life of a camera: found somewhere, given a look, kept under changing light with faults, and
//! left in peace at the end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use daemon::keeping::{
    Event, HeldCamera, KeepPolicy, Keeper, KeeperEvent, KeeperOptions, KeptLook, LookWish, Search,
    State, Unusable,
};
use isp_hw::Variation;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use train_host::photographs::dead_leaves;
use tuner::{
    EpisodeOptions, Frame, GoalOptions, Limits, Parameter, Params, PipelineError, Samples,
};

use crate::simulated_camera::{Faults, Light, SimulatedCamera};

/// Small: a life has thousands of pictures.
const SMALL: [usize; 2] = [32, 24];
/// Large enough that noise averages out in the cells of a glance, as in the pictures of a camera.
const LARGE: [usize; 2] = [192, 144];
/// A difference that nobody sees, dB; and one that light which has changed may make unnoticed.
const UNSEEN_DB: f64 = 0.3;
const UNNOTICED_DB: f64 = 1.0;
/// What counts as on the look whatever was found.
const ON_LOOK_DB: f64 = 40.0;

/// What a life came to.
#[derive(Debug, Clone)]
pub struct Ending {
    /// PSNR of what stands in the end, under the last light.
    pub kept_db: f64,
    /// PSNR of what was found, under the last light.
    pub found_db: f64,
    /// Mean ΔE00 of the same two.
    pub kept_delta_e: f64,
    pub found_delta_e: f64,
    pub light_changed: bool,
    pub adoptions: u32,
    pub faults: u64,
    pub most_retunes_an_hour: u32,
}

impl Ending {
    /// Under constant light no worse than found, by more than nobody sees. Light that has changed
    /// may have taken a held setting from the look, and brought what was found nearer to it, by as
    /// much as the policy lets pass before it tunes again.
    pub fn is_worse(&self) -> bool {
        let unseen = if self.light_changed { UNNOTICED_DB } else { UNSEEN_DB };
        let is_less = self.kept_db < (self.found_db - unseen).min(ON_LOOK_DB);
        let passes = self.kept_delta_e < self.found_delta_e + KeepPolicy::default().enter_delta_e;
        is_less && !(self.light_changed && passes)
    }
}

pub struct Life {
    camera: SimulatedCamera,
    keeper: Keeper,
    goal: Frame,
    found: Params,
    faults: Faults,
    trouble: Duration,
    peace: Duration,
}

impl Life {
    /// Faults of all kinds, and light that drifts or jumps, for three minutes; then ten minutes
    /// of peace, in which whatever went wrong can be put right.
    pub fn with_faults(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut share = |most: f64| {
            let draw = random.random_range(0.0..1.0_f64);
            if draw < 0.4 { 0.0 } else { most * (draw - 0.4) / 0.6 }
        };
        let faults = Faults {
            stale: share(0.10),
            torn: share(0.10),
            ignored_write: share(0.05),
            failed: share(0.03),
            noise: share(2.0),
        };
        let light = drifting_light(&mut random);
        // The policies of the worst kind propose at random; others know more, but not this camera.
        let strategy = match random.random_range(0..10) {
            0..2 => "model",
            2..4 => "greedy",
            4..6 => "nelder-mead",
            _ => "random",
        };
        let trouble = Duration::from_secs(180);
        Self::new(&mut random, SMALL, seed, strategy, faults, light, trouble)
    }

    /// Light that changes between two lamps every 5 to 300 s, for three hours.
    pub fn under_a_flickering_lamp(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let period = random.random_range(5.0..300.0_f64);
        let light: Light = Box::new(move |now| {
            let phase = (now.as_secs_f64() / period) as u64;
            if phase.is_multiple_of(2) { [1.0; 3] } else { [0.5, 0.45, 0.3] }
        });
        let trouble = Duration::from_secs(3 * 3600);
        Self::new(&mut random, SMALL, seed, "random", Faults::default(), light, trouble)
    }

    fn new(
        random: &mut ChaCha8Rng,
        [width, height]: [usize; 2],
        seed: u64,
        strategy: &str,
        faults: Faults,
        light: Light,
        trouble: Duration,
    ) -> Self {
        let scene = linear(&dead_leaves(seed, width, height).unwrap());
        let strength = random.random_range(0.0..1.0);
        let isp = Variation::new(strength, seed);
        let mut draw = |extent: f64| {
            Parameter::ALL.into_iter().fold(Params::NEUTRAL, |params, parameter| {
                params.with(parameter, random.random_range(-extent..=extent))
            })
        };
        let (found, wanted) = (draw(0.2), draw(0.6));
        let mut camera = SimulatedCamera::new(scene, isp, light, found, seed);
        let goal = camera.truth(&wanted);
        let options = KeeperOptions {
            policy: KeepPolicy { check_interval: Duration::from_secs(2), ..KeepPolicy::default() },
            search: Search {
                strategy: strategy.to_owned(),
                episode: EpisodeOptions::default(),
                seed,
                actor: None,
            },
            goal: GoalOptions { register: false, ..GoalOptions::default() },
        };
        let keeper = Keeper::new(options);
        let peace = Duration::from_secs(600);
        Self { camera, keeper, goal, found, faults, trouble, peace }
    }

    /// Constant light and this noise, nothing else.
    pub fn in_peace(seed: u64, noise: f64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let faults = Faults { noise, ..Faults::default() };
        let light: Light = Box::new(|_| [1.0; 3]);
        Self::new(&mut random, LARGE, seed, "greedy", faults, light, Duration::ZERO)
    }

    /// Whether the keeper takes the camera for frozen, once it holds it, a minute after it began to
    /// repeat its pictures.
    pub fn looks_frozen(mut self, repeats: bool) -> bool {
        let cancel = Arc::new(AtomicBool::new(false));
        let mut deaf = |_: KeeperEvent<'_>| {};
        self.begin();
        self.camera.faults = self.faults;
        for at in [60, 120] {
            while self.camera.now < Duration::from_secs(at) {
                let wait = self.keeper.step(&mut self.camera, &cancel, &mut deaf).unwrap();
                self.camera.now += wait;
            }
            assert_eq!(self.keeper.state(), State::Holding);
            self.camera.is_frozen = repeats;
        }
        self.keeper.blind() == Some(&Unusable::Frozen)
    }

    fn begin(&mut self) {
        let picture = Arc::new(self.goal.clone());
        let wish = LookWish::Finish(picture);
        let look = KeptLook { name: "look".to_owned(), wish, strength: 1.0 };
        self.keeper.set_limits(Limits::default());
        self.keeper.set_look(Some(look), None, &mut |_: KeeperEvent<'_>| {});
        self.keeper.opened(self.found, &mut |_: KeeperEvent<'_>| {});
    }

    pub fn run(mut self) -> Ending {
        let mut adoptions = 0;
        let mut retunes: VecDeque<Duration> = VecDeque::new();
        let mut most_retunes_an_hour = 0;
        let mut was_drifting = false;
        let mut retuned = false;
        let cancel = Arc::new(AtomicBool::new(false));
        self.begin();
        self.camera.faults = self.faults;
        let end = self.trouble + self.peace;
        while self.camera.now < end {
            if self.camera.now > self.trouble {
                let noise = self.faults.noise;
                self.camera.faults = Faults { noise, ..Faults::default() };
            }
            let mut journal = |event: KeeperEvent<'_>| match event {
                KeeperEvent::Settled(setting) => adoptions += u32::from(setting.adopted),
                KeeperEvent::Moved { from, to, .. } => {
                    was_drifting = from == State::Drifting;
                    retuned |= was_drifting && to == State::Tuning;
                }
                _ => {}
            };
            let stepped = self.keeper.step(&mut self.camera, &cancel, &mut journal);
            if std::mem::take(&mut retuned) {
                retunes.push_back(self.camera.now);
            }
            let hour_ago = self.camera.now.saturating_sub(Duration::from_secs(3600));
            retunes.retain(|at| *at > hour_ago);
            most_retunes_an_hour = most_retunes_an_hour.max(retunes.len() as u32);
            match stepped {
                Ok(wait) => self.camera.now += wait,
                Err(PipelineError::Device { .. }) => self.reopen(),
                Err(error) => panic!("{error}"),
            }
        }
        let stands = self.camera.really_stands();
        let kept = self.camera.score_of(&stands, &self.goal);
        let found = self.camera.score_of(&self.found, &self.goal);
        Ending {
            kept_db: kept.psnr_db,
            found_db: found.psnr_db,
            kept_delta_e: kept.delta_e00.mean,
            found_delta_e: found.delta_e00.mean,
            light_changed: self.camera.light_has_changed(),
            adoptions,
            faults: self.camera.happened,
            most_retunes_an_hour,
        }
    }

    /// As a supervisor does: the camera is put back as it was found and opened anew.
    fn reopen(&mut self) {
        let mut deaf = |_: KeeperEvent<'_>| {};
        self.keeper.on(Event::Failed, &mut deaf);
        self.camera.now += Duration::from_secs(1);
        let faults = std::mem::take(&mut self.camera.faults);
        self.camera.set(&self.found).unwrap();
        self.camera.faults = faults;
        self.keeper.opened(self.found, &mut deaf);
    }
}

/// Constant, drifting or jumping light, in which colour may change too.
fn drifting_light(random: &mut ChaCha8Rng) -> Light {
    let target = [(); 3].map(|()| random.random_range(-0.7..0.7_f64).exp());
    let begin = random.random_range(0.0..150.0_f64);
    let lasts = random.random_range(1.0..60.0_f64);
    match random.random_range(0..3) {
        0 => Box::new(|_| [1.0; 3]),
        1 => Box::new(move |now| if now.as_secs_f64() < begin { [1.0; 3] } else { target }),
        _ => Box::new(move |now| {
            let share = ((now.as_secs_f64() - begin) / lasts).clamp(0.0, 1.0);
            target.map(|target| 1.0 + share * (target - 1.0))
        }),
    }
}

fn linear(scene: &Frame) -> Frame {
    let light = |value: f64| (tuner::srgb_to_linear(value) * 65535.0).round() as u16;
    let samples = match scene.samples() {
        Samples::U8(samples) => samples.iter().map(|s| light(f64::from(*s) / 255.0)).collect(),
        Samples::U16(samples) => samples.iter().map(|s| light(f64::from(*s) / 65535.0)).collect(),
    };
    Frame::new(scene.width(), scene.height(), Samples::U16(samples)).unwrap()
}
