//! `isptune look`, and `isptune match --look`.

use std::process::{Command, Stdio};

use serde_json::json;
use tuner::{Frame, Samples};

use crate::workbench::{Ended, ISPTUNE, Workbench, picture};

const ADD: &str = "look add studio --from goal.png --state state";

fn uniform(size: [usize; 2], value: u8) -> Frame {
    let [width, height] = size;
    Frame::new(width, height, Samples::U8(vec![value; width * height * 3])).unwrap()
}

#[test]
fn look_is_added_listed_shown_matched_and_removed() {
    let bench = Workbench::new().with_goal();
    let added = bench.run(&format!("{ADD} --tag illuminant=D50 --tag scene=lobby --json")).done();
    let added = added.json();
    assert_eq!(added["tags"], json!({"illuminant": "D50", "scene": "lobby"}));
    assert_eq!(added["provenance"]["source"], json!({"from": "picture", "file": "goal.png"}));
    assert_eq!(added["fingerprint"]["width"], 160);
    let listed = bench.run("look list --state state --json").done().json();
    assert_eq!(listed, json!({"looks": [added], "unreadable": []}));
    assert_eq!(bench.run("look show studio --state state --json").done().json(), added);
    let lines = bench.run("look list --state state").done().out;
    assert_eq!(lines, "studio  160x120  illuminant=D50  scene=lobby\n");
    let shown = bench.run("look show studio --state state").done().out;
    assert!(
        shown.contains("from        goal.png") && shown.contains("scene       lobby"),
        "{shown}"
    );

    let tune = "match --input input.png --queries 3 --json";
    let by_look = bench.run(&format!("{tune} --look studio --state state")).done().json();
    let by_goal = bench.run(&format!("{tune} --goal goal.png")).done().json();
    for key in ["best", "confidence", "registration"] {
        assert_eq!(by_look[key], by_goal[key], "{key}");
    }
    let removed = bench.run("look remove studio --state state --json").done().json();
    assert_eq!(removed, json!({"removed": "studio"}));
    let parts = ["state/looks", "there is no look studio"];
    bench.refuses(&format!("{tune} --look studio --state state"), 1, &parts);
    bench.refuses("look show studio --state state", 1, &parts);
    let none = bench.run("look list --state state").done();
    assert!(none.out.is_empty() && none.err.contains("no looks in state/looks"), "{none:#?}");
}

#[test]
fn goal_or_look_and_not_both() {
    let bench = Workbench::new();
    let missing = "not provided:\n  <--goal <PICTURE>|--look <NAME>>";
    bench.refuses("match --input input.png", 2, &[missing]);
    let both = "match --input input.png --goal input.png --look studio";
    bench.refuses(both, 2, &["cannot be used with"]);
    bench.refuses("match --input input.png --look a/b", 2, &["is no name for a look"]);
}

#[test]
fn look_of_frames_is_their_mean() {
    let bench = Workbench::new();
    let frame = picture([160, 120], 1);
    let Samples::U8(samples) = frame.samples() else { panic!("8 bits were made") };
    let brighter = samples.iter().map(|sample| sample + 1).collect();
    Frame::new(160, 120, Samples::U8(brighter)).unwrap().save(bench.path("b.png")).unwrap();
    let add = "look add mean --state state --json --from input.png b.png";
    let added = bench.run(add).done().json();
    assert_eq!(
        added["provenance"]["source"],
        json!({"from": "frames", "files": ["input.png", "b.png"]})
    );
    assert_eq!(added["fingerprint"]["bits"], 16);
    uniform([80, 80], 9).save(bench.path("c.png")).unwrap();
    let other = "look add other --state state --from input.png c.png";
    bench.refuses(other, 1, &["c.png: is 80x80 pixels", "160x120"]);
    picture([160, 120], 7).save(bench.path("d.png")).unwrap();
    let other = "look add other --state state --from input.png d.png";
    bench.refuses(other, 4, &["frame d.png shows other content"]);
    let mixed = "look add other --state state --from input.png camera";
    bench.refuses(mixed, 1, &["a camera cannot be averaged with others"]);
}

#[test]
fn bad_references_are_refused_with_the_reason_and_taken_by_force() {
    let bench = Workbench::new();
    uniform([160, 120], 255).save(bench.path("white.png")).unwrap();
    picture([60, 120], 1).save(bench.path("narrow.png")).unwrap();
    picture([160, 120], 2).save(bench.path("other.png")).unwrap();
    for (name, from, parts) in [
        (
            "white",
            "white.png",
            &["white.png: it is of one colour", "100 % of it is clipped to white"][..],
        ),
        ("narrow", "narrow.png", &["narrow.png: it is too small: 60x120 pixels"][..]),
        (
            "other",
            "other.png --against input.png",
            &["other.png: the goal shows other content"][..],
        ),
    ] {
        let add = format!("look add {name} --state state --from {from}");
        bench.refuses(&add, 4, &[parts, &["or insist with --force"]].concat());
        let forced = bench.run(&format!("{add} --force --replace --json")).done();
        assert!(forced.err.contains("isptune: taken all the same: "), "{forced:#?}");
        let reasons = forced.json()["provenance"]["forced"].to_string();
        for part in parts {
            let reason = part.split_once(".png: ").map_or(*part, |(_, reason)| reason);
            assert!(reasons.contains(reason), "{reasons}");
        }
    }
    bench.run("look add good --state state --from input.png --against input.png").done();
}

#[test]
fn impossible_names_tags_and_pictures_are_told() {
    let bench = Workbench::new();
    for (words, code, part) in [
        ("add .a --from input.png", 2, "it starts with a dot"),
        ("add a/b --from input.png", 2, "a character that none may have"),
        ("add a --from input.png --tag scene", 2, "not of the form key=value"),
        ("add a --from input.png --tag a=1 --tag a=2", 1, "its key stands there twice"),
        ("add a --from nowhere.png", 1, "nowhere.png: cannot be read"),
        ("add a", 2, "not provided:\n  --from"),
        ("show nobody", 1, "there is no look nobody"),
        ("remove nobody", 1, "there is no look nobody"),
        ("export nobody out.look", 1, "there is no look nobody"),
        ("import input.png", 1, "input.png: cannot be used as a look"),
        ("import nowhere.look", 1, "nowhere.look: "),
    ] {
        bench.refuses(&format!("look {words} --state state"), code, &[part]);
    }
}

#[test]
fn looks_move_between_stores_in_one_file() {
    let bench = Workbench::new().with_goal();
    let added = bench.run(&format!("{ADD} --json")).done().json();
    bench.refuses(ADD, 1, &["look studio exists already", "--replace"]);
    let exported = bench.run("look export studio out.look --state state --json").done().json();
    assert_eq!(exported, json!({"exported": "studio", "file": "out.look"}));
    let taken = bench.run("look import out.look --state other --json").done().json();
    assert_eq!(taken, added);
    bench.refuses("look import out.look --state other", 1, &["look studio exists already"]);
    bench.run("look import out.look --state other --name lobby").done();
    bench.write("other/looks/junk.look", "junk");
    let listed = bench.run("look list --state other").done();
    assert_eq!(listed.out, "lobby  160x120\nstudio  160x120\n");
    listed.said_once(&["junk.look: no look: it is no look, or cut short"]);
}

#[test]
fn a_policy_of_taste_is_kept_in_a_look_and_moves_with_it() {
    let bench = Workbench::new();
    bench.write("mine.onnx", include_bytes!("taste.onnx"));
    let add = "look add mine --kind taste --model mine.onnx --state state";
    let added = bench.run(&format!("{add} --tag scene=lobby --json")).done().json();
    assert_eq!(added["kind"], "taste");
    assert_eq!(added["provenance"]["source"], json!({"from": "model", "file": "mine.onnx"}));
    assert_eq!(added["model"]["command"], "written down");
    assert!(added.get("fingerprint").is_none() && added.get("features").is_none(), "{added}");
    assert_eq!(bench.run("look show mine --state state --json").done().json(), added);
    let lines = bench.run("look list --state state").done().out;
    assert_eq!(lines, "mine  taste  scene=lobby\n");
    let shown = bench.run("look show mine --state state").done().out;
    assert!(shown.contains("kind        taste") && shown.contains("written down"), "{shown}");
    bench.run("look export mine out.look --state state").done();
    let taken = bench.run("look import out.look --state other --json").done().json();
    assert_eq!(taken, added);
    let tune = "match --input input.png --look mine --state state";
    bench.refuses(tune, 1, &["look mine is a taste", "isptune enhance"]);
}

#[test]
fn a_look_of_taste_needs_a_sound_policy_and_nothing_else() {
    let bench = Workbench::new();
    bench.write("mine.onnx", include_bytes!("taste.onnx"));
    bench.write("junk.onnx", "junk");
    bench.run("look add mine --kind taste --model mine.onnx --state state").done();
    let kept = bench.run("look show mine --state state --json").done().json();
    let replace = "look add mine --replace --kind taste --model junk.onnx --state state";
    bench.refuses(replace, 1, &["junk.onnx", "does not end with the digest"]);
    assert_eq!(bench.run("look show mine --state state --json").done().json(), kept);
    bench.refuses("look add a --kind taste --state state", 1, &["give --model FILE"]);
    bench.refuses("look add a --model mine.onnx --state state", 1, &["add --kind taste"]);
    let both = "look add a --kind taste --model mine.onnx --from input.png --state state";
    bench.refuses(both, 2, &["cannot be used with"]);
}

/// Runs `words` in a name space of its own after `prepare`; `None` where that cannot be had.
fn in_a_name_space(bench: &Workbench, prepare: &str, words: &str) -> Option<Ended> {
    let script = format!(
        "{{ {prepare}; }} || exit 99\n\"$@\"\ncode=$?\nls -A state/looks > left\n\
                          exit $code"
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh", ISPTUNE]);
    command.args(words.split_whitespace()).current_dir(bench.folder()).stdin(Stdio::null());
    let Ok(output) = command.output() else {
        println!("not run: {prepare} (unshare is not installed)");
        return None;
    };
    let ended = Ended::of(words, &output);
    if ended.code == Some(99) || ended.err.contains("unshare:") {
        println!("not run: {prepare} (no mounts here: {})", ended.err.trim());
        return None;
    }
    Some(ended)
}

#[test]
fn full_disk_and_read_only_folder_are_said_and_lose_nothing() {
    let bench = Workbench::new().with_goal();
    bench.run(ADD).done();
    // A disk with room for the look that is there, and not for another.
    let full = "cp -r state old && mount -t tmpfs -o size=112k tmpfs state && cp -r old/. state";
    let only = "mount --bind state state && mount -o remount,bind,ro state";
    let other = "look add other --state state --from input.png";
    let replace = format!("{ADD} --replace --tag scene=new");
    for (prepare, words, part) in [
        (full, other, "free some space or write to another disk"),
        (full, &replace, "free some space or write to another disk"),
        (only, other, "Read-only file system"),
        (only, &replace, "Read-only file system"),
        (only, "look remove studio --state state", "Read-only file system"),
    ] {
        let check = format!("{words}\n{prepare}");
        let Some(ended) = in_a_name_space(&bench, prepare, words) else { return };
        assert_eq!(ended.code, Some(1), "{check}\n{ended:#?}");
        ended.said_once(&["state/looks", part]);
        assert_eq!(bench.read("left"), ".lock\nstudio.look\n", "{check}");
        std::fs::remove_dir_all(bench.path("old")).ok();
    }
    for words in ["look list --state state --json", "look show studio --state state"] {
        let Some(ended) = in_a_name_space(&bench, only, words) else { return };
        ended.done();
    }
    assert_eq!(bench.run("look list --state state").done().out, "studio  160x120\n");
}
