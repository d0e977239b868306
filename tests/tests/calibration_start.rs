//! The first query of later tunes of a calibrated device.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::task_choice::TaskChoice;
use daemon::tuning::{TuneOptions, tune};
use isp_hw::calibration::{Answers, Calibration, Questions, calibration_view};
use isp_hw::{Input, OpenPipeline, PicturePipeline, Variation, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::{EpisodeOptions, Frame, GoalOptions, Limits, Parameter, Params, Pipeline as _};

/// A device of another make; its pictures at other values are no neutral pictures.
fn device(scene: &Frame) -> PicturePipeline<Variation> {
    PicturePipeline::new(Variation::new(0.4, 5), Input::srgb(scene.clone()))
}

#[test]
fn one_query_shows_the_picture_that_the_calibration_starts_from() {
    let scene = LightboxScene::new(Illuminant::D65, 320, 200).frame(Depth::Eight).unwrap();
    let started = Params::NEUTRAL.with(Parameter::Exposure, -0.2).with(Parameter::Contrast, 0.2);
    let input = Input::srgb(device(&scene).query(&started).unwrap());
    let view = calibration_view(scene.size());
    let questions = Questions::of(device(&scene).parameters(), &started);
    let answers = Answers::ask(&mut device(&scene), &view, &questions, || Ok(())).unwrap();
    let calibration = Calibration::fit(&input, &view, &started, &answers).unwrap();
    println!("{} steps, {} before", calibration.rms_steps, calibration.rms_steps_before);
    assert!(calibration.is_trusted());

    let look = Params::clamped([-0.3, 0.3, -0.1, 0.2, 0.3, -0.4, -0.5, 0.4, 0.3]);
    let goal = device(&scene).query(&look).unwrap();
    let tuned = |calibration: Option<&Calibration>, budget: usize| {
        let options = TuneOptions {
            task: TaskChoice::Auto,
            strategy: Some("model".to_owned()),
            model: None,
            episode: EpisodeOptions { budget, ..EpisodeOptions::default() },
            goal: GoalOptions::default(),
            limits: Limits::default(),
            seed: 0,
            calibration: calibration.cloned(),
        };
        let never = Arc::new(AtomicBool::new(false));
        let mut pipeline = OpenPipeline::Stranger(device(&scene));
        tune(&mut pipeline, goal.clone(), &options, &never, &mut |_| {}).unwrap()
    };
    let (without, with) = (tuned(None, 3), tuned(Some(&calibration), 3));
    assert_eq!(without.calibration, None);
    assert_eq!(with.calibration.unwrap().extra_queries, 1);
    assert!(with.outcome.queries.len() < 3, "one query of the budget is spent");
    let [without, with] = [without, with].map(|tuned| tuned.outcome.queries[0].score.psnr_db);
    println!("first query: {without:.1} dB, calibrated {with:.1} dB");
    assert!(with > without + 5.0, "{without} {with}");
    // Nothing would be left of a budget of one.
    assert_eq!(tuned(Some(&calibration), 1).calibration, None);
}

#[test]
fn goals_that_were_not_asked_for_are_met_at_once() {
    let shown = |illuminant| LightboxScene::new(illuminant, 320, 200).frame(Depth::Eight).unwrap();
    let (scene, other) = (shown(Illuminant::D65), shown(Illuminant::Tl84));
    let device =
        |scene: &Frame| PicturePipeline::new(Variation::new(1.0, 10), Input::srgb(scene.clone()));
    let view = calibration_view(scene.size());
    let questions = Questions::of(device(&scene).parameters(), &Params::NEUTRAL);
    let answers = Answers::ask(&mut device(&scene), &view, &questions, || Ok(())).unwrap();
    let input = Input::srgb(scene.clone());
    let calibration = Calibration::fit(&input, &view, &Params::NEUTRAL, &answers).unwrap();
    assert!(calibration.is_trusted());
    let mean_db = |scene: &Frame| {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let first_db = [(); 5].map(|()| {
            let goal = random_goal(&mut device(scene), &mut random).unwrap().picture;
            let options = TuneOptions {
                task: TaskChoice::Auto,
                strategy: Some("hybrid".to_owned()),
                model: None,
                episode: EpisodeOptions { budget: 1, ..EpisodeOptions::default() },
                goal: GoalOptions::default(),
                limits: Limits::default(),
                seed: 0,
                calibration: Some(calibration.clone()),
            };
            let mut pipeline = OpenPipeline::Stranger(device(scene));
            let never = Arc::new(AtomicBool::new(false));
            let tuned = tune(&mut pipeline, goal, &options, &never, &mut |_| {}).unwrap();
            tuned.outcome.queries[0].score.psnr_db.min(60.0)
        });
        println!("first queries: {first_db:.1?} dB");
        first_db.iter().sum::<f64>() / 5.0
    };
    // Photographs come to 60 dB (docs/tables/calibration.md); the smooth box, to 49.
    for scene in [&scene, &other] {
        assert!(mean_db(scene) > 45.0);
    }
}
