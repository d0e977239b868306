use super::homography::Homography;
use super::*;
use crate::Samples;

/// A chart as published in a grey wall with a frame of black, seen so that its corners are these.
fn rendered(size: [usize; 2], corners: Corners, colour: impl Fn(usize) -> [u8; 3]) -> Frame {
    let back = corners.plane_to_picture().unwrap().inverse().unwrap();
    let pixel = |at: usize| {
        let place = [(at % size[0]) as f64, (at / size[0]) as f64];
        let [u, v] = back.at(place).unwrap();
        let (column, row) = (u.round(), v.round());
        let on = |value: f64, count: usize| (-0.7..count as f64 - 0.3).contains(&value);
        if !on(u, COLUMNS) || !on(v, ROWS) {
            return [150, 148, 145];
        }
        let within = (u - column).abs() < 0.43 && (v - row).abs() < 0.43;
        let there = (0.0..COLUMNS as f64).contains(&column) && (0.0..ROWS as f64).contains(&row);
        if within && there { colour(row as usize * COLUMNS + column as usize) } else { [38; 3] }
    };
    let samples = (0..size[0] * size[1]).flat_map(pixel).collect();
    Frame::new(size[0], size[1], Samples::U8(samples)).unwrap()
}

const SIZE: [usize; 2] = [640, 480];
/// Turned a little, and further away on the right.
const SEEN: Corners = Corners([[110.0, 90.0], [515.0, 140.0], [500.0, 340.0], [95.0, 395.0]]);

fn published(patch: usize) -> [u8; 3] {
    REFERENCE[patch].srgb
}

#[test]
fn patches_of_a_chart_seen_from_aside_are_read_to_a_step() {
    let frame = rendered(SIZE, SEEN, published);
    let chart = Chart::at(SEEN, &frame).unwrap();
    let colours = chart.colours(&frame).unwrap();
    for (colour, reference) in colours.iter().zip(&REFERENCE) {
        for (found, shown) in colour.iter().zip(reference.srgb) {
            assert!(
                (255.0 * found - f64::from(shown)).abs() < 1.0,
                "{}: {colour:?}",
                reference.name
            );
        }
    }
    assert!(differences_from_reference(&colours).iter().all(|difference| *difference < 0.1));
    let smaller = rendered([320, 480], SEEN, published);
    assert_eq!(chart.colours(&smaller), None);
}

#[test]
fn exposure_is_matched_and_colour_is_not() {
    let dim = |patch: usize| {
        let half = |value| linear_to_srgb(0.5 * srgb_to_linear(f64::from(value) / 255.0));
        published(patch).map(|value| (255.0 * half(value)).round() as u8)
    };
    let frame = rendered(SIZE, SEEN, dim);
    let colours = Chart::at(SEEN, &frame).unwrap().colours(&frame).unwrap();
    let differences = differences_from_reference(&colours);
    assert!(differences.iter().all(|difference| *difference < 1.0), "{differences:?}");
    let warm = |patch: usize| {
        let [red, green, blue] = published(patch);
        [red, green, (f64::from(blue) * 0.8) as u8]
    };
    let frame = rendered(SIZE, SEEN, warm);
    let colours = Chart::at(SEEN, &frame).unwrap().colours(&frame).unwrap();
    let differences = differences_from_reference(&colours);
    assert!(differences[18] > 5.0, "{differences:?}");
}

#[test]
fn corners_in_another_order_are_refused_with_the_right_one() {
    let frame = rendered(SIZE, SEEN, published);
    let Corners([a, b, c, d]) = SEEN;
    for wrong in
        [[b, c, d, a], [c, d, a, b], [d, a, b, c], [b, a, d, c], [a, d, c, b], [a, b, d, c]]
    {
        let error = Chart::at(Corners(wrong), &frame).unwrap_err();
        assert_eq!(error, ChartError::Turned { better: SEEN });
        assert!(error.to_string().contains("110,90,515,140,500,340,95,395"), "{error}");
    }
    // One is inside the other three, or all are one.
    for wrong in [[a, b, c, [400.0, 200.0]], [a; 4]] {
        let error = Chart::at(Corners(wrong), &frame).unwrap_err();
        assert!(matches!(error, ChartError::Crossed { .. }), "{error}");
    }
}

#[test]
fn what_is_no_chart_that_can_be_read_is_refused() {
    let frame = rendered(SIZE, SEEN, published);
    let refused = |corners: [[f64; 2]; 4], frame: &Frame| {
        Chart::at(Corners(corners), frame).unwrap_err().to_string()
    };
    let Corners([a, b, c, d]) = SEEN;
    let error = refused([a, [660.0, 140.0], c, d], &frame);
    assert!(error.contains("patch 6 (bluish green)") && error.contains("640x480"), "{error}");
    let error = refused([[-5.0, 90.0], b, c, d], &frame);
    assert!(error.contains("patch 1 (dark skin)"), "{error}");
    let error = refused([[10.0, 10.0], [40.0, 10.0], [40.0, 30.0], [10.0, 30.0]], &frame);
    assert!(error.contains("has 9 pixels"), "{error}");
    let wall = rendered(SIZE, SEEN, |_| [90, 90, 90]);
    let error = refused([a, b, c, d], &wall);
    assert!(error.contains("not those of a 24-patch chart"), "{error}");
    let bright = |patch| if patch == 18 { [255, 250, 250] } else { published(patch) };
    let error = refused([a, b, c, d], &rendered(SIZE, SEEN, bright));
    assert!(error.contains("patch 19 (white) of the chart is clipped: 100 %"), "{error}");
    let dark = |patch| if patch == 23 { [0; 3] } else { published(patch) };
    let error = refused([a, b, c, d], &rendered(SIZE, SEEN, dark));
    assert!(error.contains("patch 24 (black)") && error.contains("expose more"), "{error}");
}

#[test]
fn charts_are_found_however_they_lie() {
    // Of 126 pixels between patches: the centroid of a patch seen from aside is not its middle.
    let near = |found: Corners, put: Corners| {
        found.0.iter().flatten().zip(put.0.iter().flatten()).all(|(a, b)| (a - b).abs() < 4.0)
    };
    let Corners([a, b, c, d]) = SEEN;
    let upright = [[170.0, 380.0], [150.0, 60.0], [350.0, 40.0], [385.0, 400.0]];
    let small = [[300.0, 200.0], [391.0, 237.0], [371.0, 291.0], [279.0, 255.0]];
    for put in [[a, b, c, d], [c, d, a, b], [b, a, d, c], upright, small].map(Corners) {
        let frame = rendered(SIZE, put, published);
        let found = Chart::find(&frame).unwrap().corners();
        assert!(near(found, put), "{found} for {put}");
    }
    let wall = rendered(SIZE, SEEN, |_| [90, 90, 90]);
    assert_eq!(Chart::find(&wall), Err(ChartError::NotFound));
    let shuffled = rendered(SIZE, SEEN, |patch| published((patch * 7 + 3) % PATCHES));
    assert_eq!(Chart::find(&shuffled), Err(ChartError::NotFound));
    for size in [[1, 1], [3, 700], [900, 2]] {
        let frame = Frame::new(size[0], size[1], Samples::U8(vec![9; size[0] * size[1] * 3]));
        assert_eq!(Chart::find(&frame.unwrap()), Err(ChartError::NotFound));
    }
}

#[test]
fn corners_are_read_as_they_are_written() {
    let text = "1,2.5, 3,4,5,6,7,8";
    let corners: Corners = text.parse().unwrap();
    assert_eq!(corners, Corners([[1.0, 2.5], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]));
    assert_eq!(corners.to_string().parse(), Ok(corners));
    for wrong in
        ["", "1,2,3,4,5,6,7", "1,2,3,4,5,6,7,8,9,10", "1,2,3,4,5,6,7,x", "1,2,3,4,5,6,7,inf"]
    {
        let error = wrong.parse::<Corners>().unwrap_err().to_string();
        assert!(error.contains(&format!("\"{wrong}\"")), "{error}");
    }
}

#[test]
fn a_map_is_found_from_its_pairs_and_back() {
    let pairs: Vec<_> =
        SEEN.0.into_iter().zip([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).collect();
    let map = Homography::of_pairs(&pairs).unwrap();
    for (from, to) in pairs {
        let there = map.at(from).unwrap();
        let back = map.inverse().unwrap().at(there).unwrap();
        assert!((there[0] - to[0]).hypot(there[1] - to[1]) < 1e-9);
        assert!((back[0] - from[0]).hypot(back[1] - from[1]) < 1e-6);
    }
    assert_eq!(Homography::of_pairs(&[([0.0; 2], [0.0; 2]); 3]), None);
}
