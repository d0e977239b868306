//! The player's options and its loop.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;
use isp_hw::v4l2::OutputNode;

use super::frame_number::stamp;
use super::{
    CameraControl, ControlReader, FrameLog, IspModel, Latency, Scene, SensorNoise, YuyvEncoder,
};

/// A scene that needs no photograph.
const LIGHTBOX: &str = "lightbox";

/// Plays a camera with a hardware ISP through vivid's loop
#[derive(Debug, Parser)]
pub struct Options {
    /// vivid's capture node, whose controls are the ISP's
    #[arg(long, default_value = "/dev/video0")]
    controls: PathBuf,
    /// vivid's output node
    #[arg(long, default_value = "/dev/video1")]
    output: PathBuf,
    /// Photographs that stand before the camera; `lightbox` is the demo's scene
    #[arg(long = "scene", default_value = LIGHTBOX)]
    scenes: Vec<PathBuf>,
    /// File that holds the position of the scene shown, from 0; without it the first one
    #[arg(long)]
    select: Option<PathBuf>,
    /// Size of the frames, the width even
    #[arg(long, num_args = 2, value_names = ["WIDTH", "HEIGHT"], default_values = ["320", "180"])]
    size: Vec<usize>,
    /// software, foreign, or varied:SEED
    #[arg(long, default_value = "varied:1")]
    isp: IspModel,
    /// Standard deviation of the noise, in 8-bit steps
    #[arg(long, default_value_t = 0.0)]
    noise: f64,
    /// Seed of the noise
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Frames by which a control takes effect late
    #[arg(long, default_value_t = 0)]
    latency: usize,
    /// Where to write what was shown, one JSON object per line
    #[arg(long)]
    log: PathBuf,
    /// Ends after so many frames; without it when it is killed
    #[arg(long, default_value_t = u64::MAX)]
    frames: u64,
}

impl Options {
    fn scenes(&self, size: [usize; 2]) -> Result<Vec<Scene>> {
        let scene = |path: &PathBuf| match path.as_os_str() == LIGHTBOX {
            true => Scene::lightbox(size, self.isp),
            false => Scene::photograph(path, size, self.isp),
        };
        let scenes: Result<Vec<Scene>, String> = self.scenes.iter().map(scene).collect();
        scenes.map_err(anyhow::Error::msg)
    }

    /// Position of the scene to be shown; the first while the file does not name one.
    fn selected(&self, count: usize) -> usize {
        let text = self.select.as_ref().and_then(|path| fs::read_to_string(path).ok());
        let wanted = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        if wanted < count { wanted } else { 0 }
    }
}

/// Plays until it is killed, or the number of frames asked for is reached.
///
/// # Errors
/// When a scene cannot be loaded, or a node is missing or refuses.
pub fn play(options: &Options) -> Result<()> {
    let size = [options.size[0], options.size[1]];
    ensure!(size[0].is_multiple_of(2), "the width {} is odd", size[0]);
    let mut scenes = options.scenes(size)?;
    let noise = (options.noise > 0.0).then(|| SensorNoise::new(options.noise, options.seed));
    let mut encoder = YuyvEncoder::new(size[0], noise);
    let controls = ControlReader::open(&options.controls)?;
    controls.power_on()?;
    let mut output = OutputNode::open(&options.output, size.map(|side| side as u32))?;
    let mut log = FrameLog::create(&options.log)?;
    let mut latency = Latency::new(options.latency);
    let mut bytes = vec![0; 2 * size[0] * size[1]];
    let mut rendered = None;
    for frame in 0..options.frames {
        let (read, values) = latency.delay((frame, controls.read()?));
        let scene = options.selected(scenes.len());
        let wanted = (scene, values);
        let (known, picture) = match rendered.take() {
            Some((known, picture)) if known == wanted => (known, picture),
            _ => {
                let params = CameraControl::params(&wanted.1);
                let picture = scenes[scene].render(&params).map_err(anyhow::Error::msg)?;
                (wanted, picture)
            }
        };
        encoder.encode(&picture, &mut bytes);
        stamp(&mut bytes, frame);
        log.add(frame, (read, &known.1), scene, &bytes)?;
        output.show(|memory| memory.copy_from_slice(&bytes))?;
        rendered = Some((known, picture));
    }
    Ok(())
}
