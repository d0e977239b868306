//! Photographs at their own size, for pipelines that want real pixels.

use std::path::Path;

use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use tuner::{Frame, Samples};

use super::manifest::read_manifest;
use super::pack::{Pack, PackError};

/// At most `count` photographs with 8 bits a sample, drawn at random: of a folder at their own size,
/// of a pack as it holds them. Those smaller than `shortest` pixels a side are left out.
///
/// # Errors
/// [`PackError`] naming the file.
pub fn originals(
    path: &Path,
    licence: Option<&str>,
    shortest: usize,
    count: usize,
    random: &mut impl Rng,
) -> Result<Vec<Frame>, PackError> {
    let mut photographs = if path.is_dir() {
        let fail = |source| PackError::File { path: path.to_owned(), source };
        let mut files = read_manifest(path).map_err(fail)?;
        files.retain(|file| licence.is_none_or(|wanted| file.licence.contains(wanted)));
        files.shuffle(random);
        files.truncate(count);
        files
            .into_par_iter()
            .map(|file| Ok(Frame::load(&file.path)?))
            .collect::<Result<Vec<Frame>, PackError>>()?
    } else {
        let mut photographs = Pack::open(path, licence)?.photographs().to_vec();
        photographs.shuffle(random);
        photographs
    };
    photographs.retain(|frame| {
        frame.width().min(frame.height()) >= shortest && matches!(frame.samples(), Samples::U8(_))
    });
    photographs.truncate(count);
    Ok(photographs)
}
