//! A raw camera file on its way through the command pipeline: refused with advice, and the advice
//! followed to the end with the program that it names.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use daemon::task_choice::TaskChoice;
use daemon::tuning::{TuneOptions, tune};
use isp_hw::PipelineFile;
use isptune_tests::photographs;
use tuner::{EpisodeOptions, Frame, GoalOptions, Params, Pipeline};

/// Exposure, gains, saturation, contrast, highlights, shadows, texture.
const LOOK: [f64; 9] = [0.2, -0.2, 0.1, 0.2, 0.3, -0.2, 0.1, 0.3, 0.0];

#[test]
fn a_raw_file_is_developed_as_advised_and_tuned_in_the_developer() {
    let raw = photographs::data().join("raw/colorchart.dng");
    if !raw.exists() {
        println!("not run: no colorchart.dng (set ISPTUNE_DATA to the folder `shared`)");
        return;
    }
    let message = Frame::load(&raw).unwrap_err().to_string();
    let advice = &message[message.find("rawtherapee-cli").unwrap()..];
    let advice = advice.split_once(", and give").unwrap().0;
    let mut words = advice.split(' ');
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(words.next().unwrap());
    command.args(words).current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
    let Ok(status) = command.status() else {
        println!("not run: rawtherapee-cli is not installed");
        return;
    };
    assert!(status.success(), "{advice}");
    let developed = Frame::load(folder.path().join("picture.tif")).unwrap();
    // 1734×1156 less the border that demosaicing needs.
    assert!(developed.width() > 1700 && developed.height() > 1130, "{:?}", developed.size());

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines/rawtherapee.toml");
    let file = PipelineFile::load(&path).unwrap();
    let cancel = Arc::default();
    let goal = {
        let mut pipeline = file.open_frame(developed.clone(), &cancel).unwrap();
        pipeline.query(&Params::new(LOOK).unwrap()).unwrap()
    };
    let mut pipeline = file.open_frame(developed, &cancel).unwrap();
    let options = TuneOptions {
        task: TaskChoice::Auto,
        strategy: Some("hybrid".to_owned()),
        model: None,
        episode: EpisodeOptions { budget: 10, target_db: 40.0 },
        goal: GoalOptions::default(),
        limits: file.limits_on(&pipeline),
        calibration: None,
        seed: 0,
    };
    let tuned = tune(&mut pipeline, goal, &options, &cancel, &mut |_| {}).unwrap();
    let best = tuned.outcome.best_query().unwrap();
    let queries = tuned.outcome.queries.len();
    println!("{:.1} dB at query {} of {queries}", best.score.psnr_db, best.index);
    assert!(best.score.psnr_db >= 40.0);
}
