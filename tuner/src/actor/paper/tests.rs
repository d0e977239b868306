//! Where the values of the paper's state stand.

use super::*;

/// A picture of two colours, half and half, one above the other.
fn two_colours(above: [f32; 3], below: [f32; 3]) -> Planes {
    let half = PAPER_SIDE * PAPER_SIDE / 2;
    let plane = |(a, b): (f32, f32)| [vec![a; half], vec![b; half]].concat();
    let [r, g, b] = [0, 1, 2].map(|at| plane((above[at], below[at])));
    Planes::new(PAPER_SIDE, PAPER_SIDE, [r, g, b]).unwrap()
}

#[test]
fn values_stand_where_the_table_says() {
    let goal = two_colours([0.2, 0.4, 0.6], [0.2, 0.4, 0.6]);
    let mut eye = PaperEye::new(&goal).unwrap();
    let found = eye.observe(&two_colours([0.0; 3], [1.0; 3])).unwrap();
    assert_eq!(found.len(), PAPER_OBSERVATION_LENGTH);
    assert_eq!(found[PAPER_PICTURE - 1], 1.0);
    assert!((found[PAPER_PICTURE] - 0.2).abs() < 1e-6);
    let after = &found[2 * PAPER_PICTURE..];
    // Half of red is black, half is white; all of the goal's red is in bin 6.
    assert_eq!([after[0], after[BINS - 1], after[3 * BINS + 6]], [4.0, 4.0, 8.0]);
    let statistics = &after[PAPER_HISTOGRAMS..];
    assert!((statistics[0] - 0.5).abs() < 1e-6 && (statistics[2] - 0.5).abs() < 1e-6);
    assert_eq!([statistics[1], statistics[3]], [1.0, 0.0]);
    assert!((statistics[4] - 0.3719).abs() < 1e-3 && (statistics[7] - 0.4).abs() < 1e-4);
    let history = &statistics[PAPER_STATISTICS..];
    assert!(history.iter().all(|value| *value == 0.0));
    let params = Params::new([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]).unwrap();
    let asked = eye.observe_query(&goal, &params).unwrap();
    let history = &asked[PAPER_OBSERVATION_LENGTH - PAPER_HISTORY..];
    assert_eq!([history[0], history[8], history[9]], [0.1, 0.9, 0.0]);
    assert!((history[90] - (1e-3_f32.ln() / 3.0 + 1.0)).abs() < 1e-5);
}

#[test]
fn pictures_of_another_size_are_refused() {
    assert!(PaperEye::new(&Planes::black(64, 63)).is_err());
}
