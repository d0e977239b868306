//! Pairs made ready to learn from.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use train_host::environment::{TasteLesson, small_pair};
use train_host::photographs::{Pair, PairPaths, worth_learning};

use super::Options;

/// Usable pairs with their lessons.
pub struct Studied {
    pairs: Vec<(PairPaths, Vec<TasteLesson>)>,
}

impl Studied {
    /// Reads the pairs and searches the answers; says what is left out and why.
    ///
    /// # Errors
    /// When no pair is found, too few can be used, or none was changed.
    pub fn prepare(options: &Options) -> Result<Self> {
        ensure!(
            (16..=512).contains(&options.side),
            "--side {}: from 16 to 512 pixels",
            options.side
        );
        let found = options.pairs.find()?;
        let started = Instant::now();
        let read: Vec<Option<(PairPaths, Pair, f64)>> = found
            .into_par_iter()
            .map(|paths| match paths.load() {
                Ok(pair) => {
                    let small = small_pair(&pair, options.side)
                        .with_context(|| paths.before.display().to_string())?;
                    Ok(Some((paths, small, pair.change())))
                }
                Err(flaw) => {
                    eprintln!("train-host: left out: {flaw}");
                    Ok(None)
                }
            })
            .collect::<Result<_>>()?;
        let usable: Vec<(PairPaths, Pair, f64)> = read.into_iter().flatten().collect();
        let changes: Vec<f64> = usable.iter().map(|(_, _, change)| *change).collect();
        worth_learning(&changes)?;
        let pairs: Vec<(PairPaths, Vec<TasteLesson>)> = usable
            .into_par_iter()
            .enumerate()
            .map(|(number, (paths, small, _))| {
                let lessons = (0..=options.variants).map(|variant| {
                    let mut random = ChaCha8Rng::seed_from_u64(options.schooling.seed);
                    random.set_stream(1 + number as u64 * 1000 + variant);
                    TasteLesson::new(&small, variant > 0, &mut random)
                });
                let lessons = lessons.collect::<Result<Vec<_>, _>>();
                Ok((paths.clone(), lessons.with_context(|| paths.name.clone())?))
            })
            .collect::<Result<_>>()?;
        eprintln!(
            "{} pairs, {} lessons; mean ΔE00 of the edits {:.2}; answers searched in {:.0} s",
            pairs.len(),
            pairs.iter().map(|(_, lessons)| lessons.len()).sum::<usize>(),
            changes.iter().sum::<f64>() / changes.len().max(1) as f64,
            started.elapsed().as_secs_f64()
        );
        Ok(Self { pairs })
    }

    /// All lessons.
    pub fn lessons(&self) -> Vec<TasteLesson> {
        self.pairs.iter().flat_map(|(_, lessons)| lessons.iter().cloned()).collect()
    }

    /// For each pair: the pair, and the lessons of all others.
    pub fn folds(&self) -> impl Iterator<Item = (&PairPaths, Vec<TasteLesson>)> {
        self.pairs.iter().enumerate().map(|(left_out, (paths, _))| {
            let others = self.pairs.iter().enumerate().filter(move |(at, _)| *at != left_out);
            (paths, others.flat_map(|(_, (_, lessons))| lessons.iter().cloned()).collect())
        })
    }
}
