//! Finding the shift in whole pixels, coarse to fine.

use super::detail::{Agreement, Detail, agreement};

/// Candidates carried from the coarsest level to the next.
const COARSE_CANDIDATES: usize = 6;
/// Candidates carried to the finest level.
const FINE_CANDIDATES: usize = 2;
/// What a shift to the end of the range costs in correlation: where a picture repeats itself or has
/// only stripes, the smaller shift is the likelier one.
const RANGE_PENALTY: f32 = 0.02;

/// The best shift in pixels of the finest level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peak {
    /// Shift in pixels of the level, refined by a parabola.
    pub shift: [f32; 2],
    /// The same in whole pixels.
    pub whole: [isize; 2],
    /// Correlation at the peak, in [−1, 1].
    pub correlation: f32,
    /// Detail compared, in pixels of the finest level.
    pub weight: f32,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    shift: [isize; 2],
    agreement: Agreement,
    score: f32,
}

/// Searches all shifts up to `range` (pixels of the finest level) over pyramids that are finest
/// first and of equal length.
pub(crate) fn best_shift(found: &[Detail], goal: &[Detail], range: f32) -> Option<Peak> {
    let coarsest = found.len().checked_sub(1)?;
    let mut candidates: Vec<Candidate> = Vec::new();
    for (level, (found, goal)) in found.iter().zip(goal).enumerate().rev() {
        let level_range = range / (1_u32 << level.min(16)) as f32;
        let look = |shift: [isize; 2]| -> Candidate {
            let agreement = agreement(found, goal, shift);
            let [dx, dy] = shift.map(|d| d as f32);
            let penalty = RANGE_PENALTY * dx.hypot(dy) / level_range.max(1.0);
            Candidate { shift, agreement, score: agreement.correlation - penalty }
        };
        if level == coarsest {
            let reach = level_range.ceil() as isize;
            let all = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| [dx, dy]));
            candidates = strongest(all.map(look).collect(), COARSE_CANDIDATES);
        } else {
            let near = candidates.iter().flat_map(|candidate| {
                let [cx, cy] = candidate.shift.map(|d| 2 * d);
                (-1..=1).flat_map(move |dy| (-1..=1).map(move |dx| [cx + dx, cy + dy]))
            });
            let mut near: Vec<[isize; 2]> = near.collect();
            near.sort_unstable();
            near.dedup();
            candidates = strongest(near.into_iter().map(look).collect(), FINE_CANDIDATES);
        }
    }
    let best = candidates.first()?;
    let (found, goal) = (found.first()?, goal.first()?);
    Some(climb(found, goal, *best))
}

/// The best candidates, none a neighbour of a better one.
fn strongest(mut all: Vec<Candidate>, keep: usize) -> Vec<Candidate> {
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        let [x, y] = candidate.shift;
        let apart = kept.iter().all(|other| {
            let [other_x, other_y] = other.shift;
            (other_x - x).abs().max((other_y - y).abs()) > 1
        });
        if apart {
            kept.push(candidate);
        }
        if kept.len() == keep {
            break;
        }
    }
    kept
}

/// Climbs to the local maximum and fits a parabola through it and its neighbours.
fn climb(found: &Detail, goal: &Detail, start: Candidate) -> Peak {
    let mut at = start.shift;
    let mut here = start.agreement;
    let mut slopes = [[0.0_f32; 2]; 2];
    for _ in 0..8 {
        let [x, y] = at;
        let around = [[[x - 1, y], [x + 1, y]], [[x, y - 1], [x, y + 1]]];
        let looked = around.map(|pair| pair.map(|shift| (shift, agreement(found, goal, shift))));
        slopes = looked.map(|pair| pair.map(|(_, agreement)| agreement.correlation));
        let best =
            looked.iter().flatten().max_by(|a, b| a.1.correlation.total_cmp(&b.1.correlation));
        match best {
            Some(&(shift, better)) if better.correlation > here.correlation => {
                (at, here) = (shift, better);
            }
            _ => break,
        }
    }
    let mut correlation = here.correlation;
    let mut shift = at.map(|d| d as f32);
    for (position, [before, after]) in shift.iter_mut().zip(slopes) {
        let curvature = before - 2.0 * here.correlation + after;
        if curvature < -1e-6 {
            let offset = (0.5 * (before - after) / curvature).clamp(-0.5, 0.5);
            *position += offset;
            correlation -= 0.125 * (before - after).powi(2) / curvature;
        }
    }
    Peak { shift, whole: at, correlation: correlation.min(1.0), weight: here.weight }
}
