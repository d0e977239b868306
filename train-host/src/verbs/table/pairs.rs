//! Photographs with their goals.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use isp_hw::{Input, PaperIsp, PicturePipeline, Renderer, SoftwareIsp, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use train_host::photographs::read_manifest;
use tuner::{Frame, Samples};

use super::{Options, Tuned};

/// How the files of a retouched pair end.
const INPUT: &str = "_input.png";
const RETOUCH: &str = "_expertC.png";

/// A photograph with its goal.
pub struct Pair {
    /// For messages.
    pub name: String,
    /// The picture as found.
    pub found: Frame,
    /// The goal, 8 bits.
    pub goal: Frame,
}

impl Tuned {
    /// The pipeline's arithmetic.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Paper => Box::new(PaperIsp::default()),
            Self::Software => Box::new(SoftwareIsp::default()),
        }
    }

    /// The pipeline on a picture.
    pub fn on(self, found: &Frame) -> PicturePipeline<Box<dyn Renderer>> {
        PicturePipeline::new(self.renderer(), Input::srgb(found.clone()))
    }
}

/// The pairs of a table.
pub fn all(options: &Options) -> Result<Vec<Pair>> {
    let mut paths = Vec::new();
    for folder in &options.photos {
        paths.extend(read_manifest(folder)?.into_iter().map(|photo| photo.path));
    }
    if options.table == "2" {
        paths.retain(|path| path.to_string_lossy().ends_with(INPUT));
    }
    ensure!(!paths.is_empty(), "--photos {:?}: no photograph", options.photos);
    let spacing = (paths.len() / options.count.max(1)).max(1);
    let chosen = paths.iter().step_by(spacing).take(options.count);
    chosen.enumerate().map(|(number, path)| pair(options, number, path)).collect()
}

fn pair(options: &Options, number: usize, path: &Path) -> Result<Pair> {
    let name = path.display().to_string();
    let found = square(&Frame::load(path)?, options.side).context(name.clone())?;
    let goal = if options.table == "2" {
        let retouch = name.replace(INPUT, RETOUCH);
        square(&Frame::load(Path::new(&retouch))?, options.side).context(retouch)?
    } else {
        let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random_goal(&mut options.pipeline.on(&found), &mut random)?.picture
    };
    Ok(Pair { name, found, goal })
}

/// The middle square of a picture, shrunk to `side` pixels.
fn square(picture: &Frame, side: usize) -> Result<Frame> {
    let [width, height] = picture.size();
    let least = width.min(height).max(1);
    let shrunk = picture.resized(width * side / least, height * side / least)?;
    let [width, height] = shrunk.size();
    let (x, y) = (width.saturating_sub(side) / 2, height.saturating_sub(side) / 2);
    let Samples::U8(samples) = shrunk.samples() else {
        anyhow::bail!("a photograph of 8 bits a sample is needed")
    };
    let rows = samples.chunks(3 * width).skip(y).take(side);
    let cut = rows.flat_map(|row| row.iter().skip(3 * x).take(3 * side).copied());
    Ok(Frame::new(side, side, Samples::U8(cut.collect()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_square_is_cut_out() {
        // Columns count from left to right; twice as large as the square, and wider.
        let samples = (0..8 * 20).flat_map(|place| [(place % 20) as u8 * 10; 3]).collect();
        let picture = Frame::new(20, 8, Samples::U8(samples)).unwrap();
        let same = square(&picture, 8).unwrap();
        let Samples::U8(samples) = same.samples() else { panic!("depth changed") };
        assert_eq!(samples[..6], [60, 60, 60, 70, 70, 70]);
        assert_eq!(square(&picture, 4).unwrap().size(), [4, 4]);
    }
}
