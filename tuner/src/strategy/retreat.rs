//! The way back from parameters whose picture has lost what it shows.

use super::Task;
use crate::style::{MORE_CLIPPED, clipped_shares};
use crate::{Parameter, Params, Planes};

/// Part of the way that is left where nothing tells which parameters to blame.
const HALF: f64 = 0.5;
/// Least and largest part of the way that is left of what drove samples into clipping.
const LEFT: [f64; 2] = [0.25, 0.8];
/// Part of the samples that may clip which is aimed at: their number grows faster than the way.
const AIM: f64 = 0.8;

/// Where samples are clipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Black,
    White,
}

/// Parameters between `kept`, whose picture was allowed, and `lost`, whose `picture` was not. Where
/// too much of it is clipped, only those parameters go back that drive samples to that end, the
/// farther the more is clipped; otherwise all go half the way.
pub(super) fn back(task: &Task, kept: &Params, lost: &Params, picture: &Planes) -> Params {
    let [[black, white], found] = [picture, &task.initial].map(clipped_shares);
    let (black, white) = (black - found[0], white - found[1]);
    let (end, more) = if white > black { (End::White, white) } else { (End::Black, black) };
    // The other end may have clipped a part of what was too much.
    let is_clipped = more > MORE_CLIPPED / 2.0;
    let [least, largest] = LEFT;
    let left = (AIM * MORE_CLIPPED / more.max(MORE_CLIPPED)).clamp(least, largest);
    let mut values = kept.values();
    for ((value, lost), parameter) in values.iter_mut().zip(lost.values()).zip(Parameter::ALL) {
        let change = lost - *value;
        *value += match is_clipped {
            true if drives(parameter, change, end) => left * change,
            true => change,
            false => HALF * change,
        };
    }
    task.limits.clamp_values(values)
}

/// Whether such a change of this parameter moves samples towards this end.
fn drives(parameter: Parameter, change: f64, end: End) -> bool {
    match parameter {
        Parameter::Saturation | Parameter::Contrast | Parameter::Texture => change > 0.0,
        Parameter::Exposure
        | Parameter::RedGain
        | Parameter::GreenGain
        | Parameter::BlueGain
        | Parameter::Highlights
        | Parameter::Shadows => (change > 0.0) == (end == End::White),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Limits;

    /// 100 pixels, so many of which are white and black.
    fn picture(white: usize, black: usize) -> Planes {
        let value = |at: usize| match at {
            at if at < white => 1.0,
            at if at < white + black => 0.0,
            _ => 0.5,
        };
        Planes::new(10, 10, [(); 3].map(|()| (0..100).map(value).collect())).unwrap()
    }

    fn params(exposure: f64, blue_gain: f64, contrast: f64) -> Params {
        Params::new([exposure, 0.0, 0.0, blue_gain, 0.0, contrast, 0.0, 0.0, 0.0]).unwrap()
    }

    #[test]
    fn only_what_drives_samples_into_clipping_goes_back() {
        let task = Task {
            initial: picture(0, 0),
            goal: picture(0, 0),
            mask: vec![true; 100],
            style: None,
            start: Params::NEUTRAL,
            limits: Limits::default(),
            budget: 10,
            cancel: Arc::default(),
        };
        let lost = params(0.8, -0.8, 0.4);
        let near = |from: Params, to: Params| {
            let pairs = from.values().into_iter().zip(to.values());
            pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{from:?} {to:?}"));
        };
        // Four in a hundred where two may be, of which 0.8 is aimed at: 0.4 of the way.
        let back_from = |white, black| back(&task, &Params::NEUTRAL, &lost, &picture(white, black));
        near(back_from(4, 0), params(0.32, -0.8, 0.16));
        near(back_from(0, 4), params(0.8, -0.32, 0.16));
        // Ever farther, but not all the way.
        near(back_from(60, 0), params(0.2, -0.8, 0.1));
        // Something else was lost.
        near(back_from(0, 0), params(0.4, -0.4, 0.2));
    }
}
