//! The numbers of a [`Make`] as one vector, and how a rendering depends on them.
//!
//! A rendering depends on the 108 coefficients of the response through nine effective values only.
//! So it is differentiated by those and by the eleven coefficients of the look, its *knobs*, and the
//! chain rule does the rest: 20 renderings in place of 119.

use nalgebra::{DMatrix, DVector};
use tuner::{Parameter, Params};

use crate::variant::{Make, Response};

const N: usize = Parameter::COUNT;
/// Coefficients of the look: colour mix, gamma, S-curve, two masks, blur.
const LOOK: usize = 11;
/// What one rendering is differentiated by: nine effective values and the look.
pub(super) const KNOBS: usize = N + LOOK;

const OFFSET: usize = N * N;
const WARP: usize = OFFSET + N;
const CUBIC: usize = WARP + N;
const OF_LOOK: usize = CUBIC + N;
/// Length of the vector.
pub(super) const COUNT: usize = OF_LOOK + LOOK;

/// How far makes are expected to stray from the software ISP, as standard deviations. They only
/// decide what no picture decides (equal gains cancel; a parameter that a device lacks), so their
/// size hardly matters: one picture is worth more than all of them.
const OWN_GAIN: f64 = 0.5;
const CROSS_TALK: f64 = 0.15;
const OFFSETS: f64 = 0.3;
const WARPS: f64 = 0.4;
const CUBICS: f64 = 0.2;
const LOOKS: [f64; LOOK] = [0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.3, 0.5, 0.6, 0.6, 0.4];

/// The coefficients of a make: the matrix row by row, offsets, warps, cubics, the look.
pub(super) fn of(make: &Make) -> DVector<f64> {
    let Response { matrix, offset, warp, cubic } = &make.response;
    let response = matrix.iter().flatten().chain(offset).chain(warp).chain(cubic).copied();
    DVector::from_iterator(COUNT, response.chain(look_of(make)))
}

/// The look of a make: the mix beside its diagonal, then logarithms of what must be positive.
fn look_of(make: &Make) -> [f64; LOOK] {
    let [[_, rg, rb], [gr, _, gb], [br, bg, _]] = make.colour_mix;
    let mask = |exponent: f64| (exponent / 2.0).ln();
    [
        rg,
        rb,
        gr,
        gb,
        br,
        bg,
        make.gamma.ln(),
        make.s_curve,
        mask(make.highlights_exponent),
        mask(make.shadows_exponent),
        make.blur_sigma.ln(),
    ]
}

/// The make with these coefficients, and steps and clips of `like`.
pub(super) fn make_of(coefficients: &DVector<f64>, like: &Make) -> Make {
    let mut values = coefficients.iter().copied();
    let mut nine = || [(); N].map(|()| values.next().unwrap_or(0.0));
    let matrix = [(); N].map(|()| nine());
    let (offset, warp, cubic) = (nine(), nine(), nine());
    let look = [(); LOOK].map(|()| values.next().unwrap_or(0.0));
    with_look(&look, Response { matrix, offset, warp, cubic }, like)
}

fn with_look(look: &[f64; LOOK], response: Response, like: &Make) -> Make {
    let [rg, rb, gr, gb, br, bg, gamma, s_curve, highlights, shadows, sigma] = *look;
    Make {
        response,
        // Rows sum to 1: what makes grey of another colour are the offsets of the gains.
        colour_mix: [[1.0 - rg - rb, rg, rb], [gr, 1.0 - gr - gb, gb], [br, bg, 1.0 - br - bg]],
        gamma: gamma.exp(),
        s_curve,
        highlights_exponent: 2.0 * highlights.exp(),
        shadows_exponent: 2.0 * shadows.exp(),
        blur_sigma: sigma.exp(),
        steps: like.steps,
        clips: like.clips,
    }
}

/// The make that renders any parameters as `make` renders `params`, with one of its knobs turned.
pub(super) fn turned(make: &Make, params: &Params, turn: Option<(usize, f64)>) -> Make {
    let mut offset = make.response.effective(params);
    let mut look = look_of(make);
    if let Some((knob, by)) = turn
        && let Some(value) = offset.iter_mut().chain(&mut look).nth(knob)
    {
        *value += by;
    }
    let response = Response { matrix: [[0.0; N]; N], offset, warp: [0.0; N], cubic: [0.0; N] };
    with_look(&look, response, make)
}

/// Derivatives of the knobs (rows) at `params` by the coefficients (columns).
pub(super) fn knobs_by_coefficients(make: &Make, params: &Params) -> DMatrix<f64> {
    let mut derivatives = DMatrix::zeros(KNOBS, COUNT);
    let mut set = |row: usize, column: usize, value: f64| {
        if let Some(entry) = derivatives.get_mut((row, column)) {
            *entry = value;
        }
    };
    let curves = make.response.curves(params);
    for (row, line) in make.response.matrix.iter().enumerate() {
        set(row, OFFSET + row, 1.0);
        for (column, ((entry, curve), p)) in
            line.iter().zip(curves).zip(params.values()).enumerate()
        {
            set(row, row * N + column, curve);
            set(row, WARP + column, entry * 0.5 * (p * p - 1.0));
            set(row, CUBIC + column, entry * p * (p * p - 1.0));
        }
    }
    for knob in 0..LOOK {
        set(N + knob, OF_LOOK + knob, 1.0);
    }
    derivatives
}

/// The standard deviations that are expected of the coefficients.
pub(super) fn expected_deviations() -> DVector<f64> {
    let matrix = (0..N * N).map(|at| if at % (N + 1) == 0 { OWN_GAIN } else { CROSS_TALK });
    let rest = [OFFSETS, WARPS, CUBICS].into_iter().flat_map(|each| [each; N]);
    DVector::from_iterator(COUNT, matrix.chain(rest).chain(LOOKS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variation;

    fn near(a: &[f64], b: &[f64]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn a_make_is_its_coefficients() {
        let make = Variation::new(1.0, 3).make().clone();
        let back = make_of(&of(&make), &make);
        assert!(near(of(&make).as_slice(), of(&back).as_slice()));
        for (row, back) in make.colour_mix.iter().zip(&back.colour_mix) {
            assert!(near(row, back));
        }
        assert_eq!(expected_deviations().len(), of(&make).len());
    }

    #[test]
    fn knobs_move_with_the_coefficients_as_the_derivatives_say() {
        let make = Variation::new(1.0, 4).make().clone();
        let params = Params::clamped([0.3, -0.9, 0.5, 0.0, 1.0, -0.4, 0.7, -0.2, 0.6]);
        let derivatives = knobs_by_coefficients(&make, &params);
        let knobs = |coefficients: &DVector<f64>| -> Vec<f64> {
            let make = make_of(coefficients, &make);
            make.response.effective(&params).into_iter().chain(look_of(&make)).collect()
        };
        let here = knobs(&of(&make));
        for column in 0..COUNT {
            let mut moved = of(&make);
            moved[column] += 1e-6;
            for (row, (there, here)) in knobs(&moved).iter().zip(&here).enumerate() {
                let slope = (there - here) / 1e-6;
                assert!((slope - derivatives[(row, column)]).abs() < 1e-5, "{row} {column}");
            }
        }
    }
}
