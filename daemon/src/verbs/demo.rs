//! `isptune demo`: the whole way, from nothing but this program.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use isp_hw::{Input, OpenPipeline, PicturePipeline, SoftwareIsp, Variation};
use tuner::{Frame, Limits, Params, Pipeline};

use super::match_goal::SearchOptions;
use crate::demo::{Depth, Illuminant, LightboxScene};
use crate::exit::Exit;
use crate::interrupt;
use crate::progress::Progress;
use crate::result_output::ResultOutput;
use crate::tune_report::Names;
use crate::tuning::tune;

/// The look of the demo: brighter, warmer, softer highlights, open shadows, a little crisper. In
/// the order of the nine parameters.
const LOOK: [f64; 9] = [0.2, 0.35, -0.05, -0.1, 0.2, 0.25, -0.4, 0.35, 0.3];

/// Chooses the stranger's responses.
const STRANGER_SEED: u64 = 24;

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Options {
    /// Light of the box
    #[arg(long, value_enum, default_value_t = Light::D65)]
    light: Light,
    /// What renders: an ISP that the tuner has never met, or the software ISP that it knows
    #[arg(long, value_enum, default_value_t = Isp::Stranger)]
    isp: Isp,
    /// Folder for goal.png, before.png, after.png and report.html; made if it is missing
    #[arg(long, value_name = "FOLDER", default_value = "isptune-demo")]
    folder: PathBuf,
    #[command(flatten)]
    search: SearchOptions,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Light {
    /// Daylight
    D65,
    /// Incandescent light
    A,
    /// Shop light
    Tl84,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Isp {
    /// Other responses, cross-talk, gamma, masks, order
    Stranger,
    /// The software ISP
    Software,
}

impl Isp {
    fn open(self, scene: Frame) -> OpenPipeline {
        let input = Input::srgb(scene);
        match self {
            Self::Stranger => OpenPipeline::Stranger(PicturePipeline::new(
                Variation::new(1.0, STRANGER_SEED),
                input,
            )),
            Self::Software => {
                OpenPipeline::Software(PicturePipeline::new(SoftwareIsp::default(), input))
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Stranger => "an ISP that the tuner has never met",
            Self::Software => "the software ISP",
        }
    }
}

impl Light {
    const fn illuminant(self) -> Illuminant {
        match self {
            Self::D65 => Illuminant::D65,
            Self::A => Illuminant::A,
            Self::Tl84 => Illuminant::Tl84,
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When the folder cannot be written.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let folder = &options.folder;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let illuminant = options.light.illuminant();
    let [width, height] = LightboxScene::SIZE;
    let scene = LightboxScene::new(illuminant, width, height).frame(Depth::Eight)?;
    // The goal is a picture of its own: the tune sees its pixels, never its parameters.
    let goal = options.isp.open(scene.clone()).query(&Params::new(LOOK)?)?;
    goal.save(folder.join("goal.png"))?;
    scene.save(folder.join("before.png"))?;
    eprintln!(
        "a lightbox under {}, {width}x{height}; {}; a look to match",
        illuminant.name(),
        options.isp.name()
    );
    let mut pipeline = options.isp.open(scene);
    let output = ResultOutput {
        out: Some(folder.join("after.png")),
        report: Some(folder.join("report.html")),
        log: None,
        json: options.json,
    };
    let names = Names {
        title: "isptune demo".to_owned(),
        input: format!("lightbox scene under {}", illuminant.name()),
        goal: "a warm, open look".to_owned(),
        pipeline: options.isp.name().to_owned(),
        budget: options.search.budget(),
        // `render` knows the software ISP only.
        render_options: match options.isp {
            Isp::Stranger => String::new(),
            Isp::Software => format!("--input {}", folder.join("before.png").display()),
        },
    };
    let tune_options = options.search.tune_options(Limits::default(), &Params::NEUTRAL, &[])?;
    let progress = Progress::start(options.search.budget());
    let tuned =
        tune(&mut pipeline, goal, &tune_options, &cancel, &mut |record| progress.query(record));
    progress.finish();
    output.write(tuned?, &mut pipeline, &names)
}
