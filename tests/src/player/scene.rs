//! What stands before the camera, and the ISP behind its lens.

use std::path::Path;
use std::str::FromStr;

use daemon::demo::{Depth, Illuminant, LightboxScene};
use isp_hw::{ForeignIsp, Input, PicturePipeline, Renderer, SoftwareIsp, Variation};
use tuner::{Frame, Params, Pipeline, Samples};

/// How far a varied ISP strays: as far as its kind allows.
const STRENGTH: f64 = 1.0;

/// An ISP by its name on the command line: `software`, `foreign`, or `varied:SEED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IspModel {
    /// The software ISP, which the tuner knows.
    Software,
    /// An ISP of another structure.
    Foreign,
    /// The software ISP with all its responses redrawn from a seed.
    Varied(u64),
}

impl FromStr for IspModel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("varied:").map(str::parse)) {
            ("software", _) => Ok(Self::Software),
            ("foreign", _) => Ok(Self::Foreign),
            (_, Some(Ok(seed))) => Ok(Self::Varied(seed)),
            _ => Err(format!("{text:?} is none of: software, foreign, varied:SEED")),
        }
    }
}

impl IspModel {
    fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Software => Box::new(SoftwareIsp::default()),
            Self::Foreign => Box::new(ForeignIsp::default()),
            Self::Varied(seed) => Box::new(Variation::new(STRENGTH, seed)),
        }
    }
}

/// A still picture seen through an ISP.
pub struct Scene(PicturePipeline<Box<dyn Renderer>>);

impl Scene {
    /// A photograph, cut to the shape of the camera's pictures about its centre, then resized.
    pub fn photograph(path: &Path, size: [usize; 2], isp: IspModel) -> Result<Self, String> {
        let photograph = Frame::load(path).map_err(|error| error.to_string())?;
        Self::new(&cut(&eight_bits(photograph), size), size, isp)
    }

    /// The demo's lightbox.
    pub fn lightbox(size: [usize; 2], isp: IspModel) -> Result<Self, String> {
        let [width, height] = size;
        let scene = LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight);
        Self::new(&scene.map_err(|error| error.to_string())?, size, isp)
    }

    fn new(picture: &Frame, [width, height]: [usize; 2], isp: IspModel) -> Result<Self, String> {
        let fitting = picture.resized(width, height).map_err(|error| error.to_string())?;
        Ok(Self(PicturePipeline::new(isp.renderer(), Input::srgb(fitting))))
    }

    /// The picture that the ISP makes of the scene: interleaved 8-bit sRGB samples.
    pub fn render(&mut self, params: &Params) -> Result<Vec<u8>, String> {
        match self.0.query(params).map_err(|error| error.to_string())?.into_samples() {
            Samples::U8(samples) => Ok(samples),
            Samples::U16(_) => Err("an ISP turned 8 bits into 16".to_owned()),
        }
    }
}

fn eight_bits(picture: Frame) -> Frame {
    let (width, height) = (picture.width(), picture.height());
    let samples = match picture.into_samples() {
        Samples::U8(samples) => samples,
        Samples::U16(samples) => samples.into_iter().map(|sample| (sample >> 8) as u8).collect(),
    };
    Frame::new(width, height, Samples::U8(samples)).unwrap()
}

/// The largest piece about the centre that has the shape of `size`.
fn cut(picture: &Frame, [wide, high]: [usize; 2]) -> Frame {
    let [width, height] = picture.size();
    let kept = [width.min(height * wide / high).max(1), height.min(width * high / wide).max(1)];
    let [left, top] = [(width - kept[0]) / 2, (height - kept[1]) / 2];
    let Samples::U8(samples) = picture.samples() else { return picture.clone() };
    let rows = samples.chunks_exact(3 * width).skip(top).take(kept[1]);
    let piece = rows.flat_map(|row| &row[3 * left..3 * (left + kept[0])]).copied().collect();
    Frame::new(kept[0], kept[1], Samples::U8(piece)).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upright_picture_is_cut_about_its_centre() {
        let samples = (0..4 * 9).flat_map(|index| [index / 4; 3]).collect();
        let upright = Frame::new(4, 9, Samples::U8(samples)).unwrap();
        let piece = cut(&upright, [8, 6]);
        assert_eq!(piece.size(), [4, 3]);
        assert_eq!(piece.samples(), &Samples::U8((3..6).flat_map(|row| [row; 12]).collect()));
    }

    #[test]
    fn an_isp_is_named_with_its_seed() {
        assert_eq!("varied:7".parse(), Ok(IspModel::Varied(7)));
        assert!("varied:x".parse::<IspModel>().unwrap_err().contains("varied:SEED"));
    }
}
