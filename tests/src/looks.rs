//! Looks that tell which one they are.

use anyhow::Result;
use daemon::look::{Look, LookKind, LookSource, NewLook, Tags};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{Frame, Samples};

/// How many there are.
pub const POOL: u64 = 6;

/// One of them: all have the same name, and goals of noise that no compression shortens.
pub fn look(number: u64) -> Result<Look> {
    let new = NewLook {
        name: "held".parse()?,
        kind: LookKind::Finish,
        goal: goal(number)?,
        source: LookSource::Picture { file: number.to_string() },
        tags: Tags::default(),
        against: None,
        known: Vec::new(),
        force: true,
    };
    Ok(new.make()?)
}

/// Its goal.
pub fn goal(number: u64) -> Result<Frame> {
    let (width, height) = (320, 240);
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let samples = (0..width * height * 3).map(|_| random.random()).collect();
    Ok(Frame::new(width, height, Samples::U8(samples))?)
}
