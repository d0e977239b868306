//! Pairs as people have them: incomplete, shifted, empty.

use tuner::Samples;

use super::*;
use crate::photographs::dead_leaves;

fn folders(pictures: &[(&str, &Frame)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, picture) in pictures {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        picture.save(path).unwrap();
    }
    root
}

fn found(root: &tempfile::TempDir) -> Result<FoundPairs, PairsError> {
    find_pairs(&root.path().join("before"), &root.path().join("after"), ["", ""])
}

/// Every sample through `change`.
fn changed(picture: &Frame, change: impl Fn(u8) -> u8) -> Frame {
    let Samples::U8(samples) = picture.samples() else { panic!("8 bits") };
    let samples = samples.iter().map(|value| change(*value)).collect();
    Frame::new(picture.width(), picture.height(), Samples::U8(samples)).unwrap()
}

#[test]
fn names_make_pairs_whatever_their_kind_and_the_rest_is_named() {
    let picture = dead_leaves(1, 80, 60).unwrap();
    let root = folders(&[
        ("before/a.png", &picture),
        ("before/b.png", &picture),
        ("after/a.jpg", &picture),
        ("after/c.png", &picture),
    ]);
    let pairs = found(&root).unwrap();
    let names: Vec<&str> = pairs.pairs.iter().map(|pair| pair.name.as_str()).collect();
    assert_eq!(names, ["a"]);
    let line = pairs.about_alone().unwrap();
    assert!(line.starts_with("2 without a partner"), "{line}");
    assert!(line.contains("b.png") && line.contains("c.png"), "{line}");
}

#[test]
fn suffixes_tell_the_sides_apart_in_one_folder() {
    let picture = dead_leaves(1, 80, 60).unwrap();
    let root = folders(&[
        ("x_input.png", &picture),
        ("x_expertC.png", &picture),
        ("other_goal.png", &picture),
    ]);
    let pairs = find_pairs(root.path(), root.path(), ["_input", "_expertC"]).unwrap();
    assert_eq!(pairs.pairs.len(), 1);
    assert_eq!(pairs.pairs[0].name, "x");
    assert_eq!(pairs.about_alone(), None);
}

#[test]
fn two_pictures_of_one_name_and_folders_without_a_pair_are_refused() {
    let picture = dead_leaves(1, 80, 60).unwrap();
    let root = folders(&[
        ("before/a.png", &picture),
        ("before/a.jpg", &picture),
        ("after/a.png", &picture),
    ]);
    let error = found(&root).unwrap_err().to_string();
    assert!(error.contains("a.png") && error.contains("a.jpg"), "{error}");
    let root = folders(&[("before/a.png", &picture), ("after/b.png", &picture)]);
    let error = found(&root).unwrap_err().to_string();
    assert!(error.contains("1 pictures before and 1 after"), "{error}");
    let missing = tempfile::tempdir().unwrap();
    let error = found(&missing).unwrap_err().to_string();
    assert!(error.contains("after") || error.contains("before"), "{error}");
}

#[test]
fn other_content_black_pictures_and_broken_files_are_told_apart() {
    let picture = dead_leaves(1, 160, 120).unwrap();
    let black = changed(&picture, |_| 0);
    let root = folders(&[
        ("before/black.png", &black),
        ("after/black.png", &picture),
        ("before/other.png", &picture),
        ("after/other.png", &dead_leaves(9, 160, 120).unwrap()),
        ("before/fine.png", &picture),
        ("after/fine.png", &changed(&picture, |value| value / 2 + 60)),
        ("before/torn.png", &picture),
    ]);
    std::fs::write(root.path().join("after/torn.png"), b"no picture").unwrap();
    let pairs = found(&root).unwrap().pairs;
    let of = |name: &str| pairs.iter().find(|pair| pair.name == name).unwrap().load();
    let black = of("black").unwrap_err().to_string();
    assert!(black.contains("black.png") && black.contains("0.000"), "{black}");
    let other = of("other").unwrap_err().to_string();
    assert!(other.contains("other.png") && other.contains("other content"), "{other}");
    assert!(of("torn").unwrap_err().to_string().contains("torn.png"));
    let fine = of("fine").unwrap();
    assert!(fine.change() > 3.0, "{}", fine.change());
}

#[test]
fn a_shifted_retouch_is_laid_on_its_photograph() {
    let large = dead_leaves(4, 168, 128).unwrap();
    let Samples::U8(samples) = large.samples() else { panic!("8 bits") };
    let cut = |x: usize, y: usize| {
        let rows =
            (y..y + 120).flat_map(|row| &samples[(row * 168 + x) * 3..(row * 168 + x + 160) * 3]);
        Frame::new(160, 120, Samples::U8(rows.copied().collect())).unwrap()
    };
    let root = folders(&[("before/a.png", &cut(3, 4)), ("after/a.png", &cut(6, 2))]);
    let pair = found(&root).unwrap().pairs[0].load().unwrap();
    let inside = pair.change();
    let apart = mean_delta_e(&cut(3, 4), &cut(6, 2));
    assert!(inside < 0.3 * apart, "{inside} {apart}");
}

#[test]
fn too_few_or_unchanged_pairs_are_refused() {
    let one = worth_learning(&[5.0]).unwrap_err().to_string();
    assert!(one.contains("1 usable pairs") && one.contains("at least 5"), "{one}");
    let same = worth_learning(&[0.0; 7]).unwrap_err().to_string();
    assert!(same.contains("the same in all 7 pairs"), "{same}");
    assert!(worth_learning(&[0.0, 0.0, 0.0, 0.0, 6.0]).is_ok());
}
