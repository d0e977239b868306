//! Patches that lie in rows and columns.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::blobs::{Blob, distance};

/// Neighbours of a patch that may tell the lattice's two directions.
const NEIGHBOURS: usize = 8;
/// Distance of neighbours, in sides of a patch without its border.
const STEP: [f64; 2] = [1.0, 3.5];
/// Areas of neighbours differ at most by this factor.
const AREAS: f64 = 2.5;
/// The two directions: sine of the angle between them, and the factor between their lengths.
const LEAST_SINE: f64 = 0.8;
const STEPS: f64 = 1.6;
/// How far from where its neighbour tells a patch may be, in steps.
const ASTRAY: f64 = 0.22;
/// Patches beyond which a picture is no picture of a chart.
const MOST_BLOBS: usize = 400;
/// Lattices that are looked at, the largest first.
const MOST_LATTICES: usize = 6;

/// Patches by column and row; where these start is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice(BTreeMap<[isize; 2], [f64; 2]>);

impl Lattice {
    /// The largest lattices of at least so many patches.
    pub(super) fn all_in(blobs: &[Blob], least: usize) -> Vec<Self> {
        let blobs = blobs.get(..MOST_BLOBS).unwrap_or(blobs);
        let mut seen = BTreeSet::new();
        let mut lattices = Vec::new();
        for (number, seed) in blobs.iter().enumerate() {
            for steps in directions(blobs, seed) {
                let grown = grow(blobs, number, steps);
                let members: BTreeSet<usize> = grown.values().copied().collect();
                if members.len() >= least && seen.insert(members) {
                    let place = |(at, blob): (&[isize; 2], &usize)| {
                        blobs.get(*blob).map(|blob| (*at, blob.middle))
                    };
                    lattices.push(Self(grown.iter().filter_map(place).collect()));
                }
            }
        }
        lattices.sort_by_key(|lattice| std::cmp::Reverse(lattice.0.len()));
        lattices.truncate(MOST_LATTICES);
        lattices
    }

    /// Least and largest column and row; `None` where there is no patch.
    pub(super) fn bounds(&self) -> Option<[[isize; 2]; 2]> {
        self.0.keys().fold(None, |bounds, &[x, y]| {
            let [[left, top], [right, bottom]] = bounds.unwrap_or([[x, y]; 2]);
            Some([[left.min(x), top.min(y)], [right.max(x), bottom.max(y)]])
        })
    }

    /// Column and row of each patch with its middle.
    pub(super) fn places(&self) -> impl Iterator<Item = ([isize; 2], [f64; 2])> {
        self.0.iter().map(|(at, place)| (*at, *place))
    }
}

fn alike(a: f64, b: f64, factor: f64) -> bool {
    a < factor * b && b < factor * a
}

/// A place so many steps away.
fn moved([x, y]: [f64; 2], [right, down]: [f64; 2], steps: f64) -> [f64; 2] {
    [x + steps * right, y + steps * down]
}

/// Pairs of steps from a patch to two neighbours, about at right angles.
fn directions(blobs: &[Blob], seed: &Blob) -> Vec<[[f64; 2]; 2]> {
    let side = seed.area.sqrt();
    let mut near: Vec<(f64, [f64; 2])> = blobs
        .iter()
        .filter(|blob| alike(blob.area, seed.area, AREAS))
        .map(|blob| {
            let step = moved(blob.middle, seed.middle, -1.0);
            (step[0].hypot(step[1]), step)
        })
        .filter(|(length, _)| (STEP[0] * side..STEP[1] * side).contains(length))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(NEIGHBOURS);
    let mut pairs = Vec::new();
    for (long, u) in &near {
        for (short, v) in &near {
            let sine = (u[0] * v[1] - u[1] * v[0]) / (long * short);
            // The other way round would be the same lattice in a mirror.
            if sine >= LEAST_SINE && alike(*long, *short, STEPS) {
                pairs.push([*u, *v]);
            }
        }
    }
    pairs
}

/// The lattice that goes from a patch in these steps, each patch telling where its neighbours are;
/// the numbers of its patches.
fn grow(blobs: &[Blob], seed: usize, steps: [[f64; 2]; 2]) -> BTreeMap<[isize; 2], usize> {
    let mut grown = BTreeMap::from([([0, 0], seed)]);
    let mut used = BTreeSet::from([seed]);
    let mut waiting = VecDeque::from([([0_isize, 0_isize], seed, steps)]);
    while let Some((at, number, steps)) = waiting.pop_front() {
        let Some(blob) = blobs.get(number) else { continue };
        for (axis, step) in steps.into_iter().enumerate() {
            for sign in [1, -1] {
                let mut next = at;
                if let Some(coordinate) = next.get_mut(axis) {
                    *coordinate += sign;
                }
                if grown.contains_key(&next) {
                    continue;
                }
                let told = moved(blob.middle, step, sign as f64);
                let nearest = blobs
                    .iter()
                    .enumerate()
                    .filter(|(other, there)| {
                        !used.contains(other) && alike(there.area, blob.area, AREAS)
                    })
                    .map(|(other, there)| (distance(there.middle, told), other, there))
                    .min_by(|a, b| a.0.total_cmp(&b.0));
                let Some((astray, other, there)) = nearest else { continue };
                if astray > ASTRAY * step[0].hypot(step[1]) {
                    continue;
                }
                let [from, to] = if sign > 0 { [blob, there] } else { [there, blob] };
                let walked = moved(to.middle, from.middle, -1.0);
                let mut steps = steps;
                if let Some(step) = steps.get_mut(axis) {
                    *step = walked;
                }
                grown.insert(next, other);
                used.insert(other);
                waiting.push_back((next, other, steps));
            }
        }
    }
    grown
}
