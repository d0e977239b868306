//! The service's page in a real browser, against a stand-in of the service that plays statuses and
//! pictures of a recorded tune of the demo.
//!
//! Needs what `report_screens` needs, and knows its variables ISPTUNE_REFRESH_SCREENS and
//! ISPTUNE_SCREENS.

use std::path::{Path, PathBuf};

use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::keeping::State;
use daemon::supervisor::{Adoption, Answer, CameraStatus, ScoreStatus};
use isp_hw::{Input, PicturePipeline, Variation};
use isptune_tests::browser::{
    Browser, browser_folder, check_html, check_screen, check_slider, check_width, facts,
};
use serde_json::{Value, json};
use tuner::{Params, Pipeline as _};

/// The look of the demo and the ISP that rendered it.
const LOOK: [f64; 9] = [0.2, 0.35, -0.05, -0.1, 0.2, 0.25, -0.4, 0.35, 0.3];
const STRANGER_SEED: u64 = 24;

fn daemon_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemon")
}

/// The camera of the recording, with a limit, a lock and a longer history.
fn lab() -> CameraStatus {
    let file = browser_folder().join("recorded/lab.json");
    let mut lab: CameraStatus = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    (lab.parameters[0].low, lab.parameters[0].high) = (-0.3, 0.5);
    let texture = lab.parameters.last_mut().unwrap();
    (texture.low, texture.high, texture.locked) = (0.0, 0.0, true);
    let newest = lab.history[0].clone();
    let earlier = (1..7).map(|number: u8| {
        let mut params = newest.params.clone();
        params.insert("exposure".to_owned(), f64::from(number) / -10.0);
        let look = (number != 3).then(|| "daylight".to_owned());
        Adoption {
            at_ms: newest.at_ms - u64::from(number) * 41_000_000,
            look,
            params,
            ..newest.clone()
        }
    });
    lab.history.extend(earlier);
    lab
}

fn other(name: &str, state: State, message: &str) -> CameraStatus {
    CameraStatus { state, message: Some(message.to_owned()), ..CameraStatus::new(name.to_owned()) }
}

/// Writes what the stand-in plays.
fn record(folder: &Path) {
    let [width, height] = LightboxScene::SIZE;
    let scene = LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight).unwrap();
    let lab = lab();
    let mut stranger =
        PicturePipeline::new(Variation::new(1.0, STRANGER_SEED), Input::srgb(scene.clone()));
    let best: Vec<f64> = lab.parameters.iter().map(|entry| entry.value).collect();
    let best = Params::new(best.try_into().unwrap()).unwrap();
    let goal = stranger.query(&Params::new(LOOK).unwrap()).unwrap();
    let live = stranger.query(&best).unwrap();
    let warmed = LightboxScene::new(Illuminant::A, width, height).frame(Depth::Eight).unwrap();
    for (name, picture) in [
        ("lab-live.jpg", &live),
        ("lab-goal.jpg", &goal),
        ("lab-found.jpg", &scene),
        ("look-warm.jpg", &goal),
        ("look-daylight.jpg", &scene),
        ("look-lamp.jpg", &warmed),
        ("Shop Light 2.png", &scene),
    ] {
        picture.resized(640, 400).unwrap().save(folder.join(name)).unwrap();
    }
    let params = lab.queries[2].params.clone();
    let (now, predicted) = (lab.found.unwrap(), lab.queries[2].score.unwrap());
    let plan = Answer::Planned { native: params.clone(), params, now, predicted };
    let gate = other("gate", State::Waiting, "/dev/video2: no such device; plug the camera in");
    let line = other("line-2", State::Faulted, "/dev/video3 sends no frames; check its cable");
    let looks = json!([
        { "name": "warm", "tags": {} },
        { "name": "daylight", "tags": { "illuminant": "D65" } },
        { "name": "lamp", "tags": { "illuminant": "A", "scene": "lightbox" } },
    ]);
    let unreadable = json!([{ "file": "old.look", "reason": "the file ends early" }]);
    let between = ["lab", "gate"];
    let groups = json!([
        { "name": "shop", "cameras": between, "spread": { "delta_e00": 2.4, "between": between }, "message": null },
        { "name": "yard", "cameras": ["gate", "barn"], "spread": null,
          "message": "\"barn\" and \"gate\": the goal shows other content" },
    ]);
    let cameras = [lab, gate, line];
    let recorded = json!({
        "cameras": cameras, "looks": looks, "unreadable": unreadable, "groups": groups, "plan": plan
    });
    std::fs::write(folder.join("recorded.json"), recorded.to_string()).unwrap();
}

fn check_layout(facts: &Value) {
    assert_eq!(facts["console"], json!([]), "the console is not silent");
    assert_eq!(facts["foreign"], json!([]), "something was fetched from elsewhere");
    for width in [1280, 390, 360] {
        check_width(facts, width);
        let pictures = facts["views"][width.to_string()]["pictures"].as_array().unwrap();
        // Live, goal, and a thumbnail for each look.
        assert_eq!(pictures, &vec![json!([640, 400]); 5], "{width}");
    }
    let barriers = &facts["barriers"];
    for kind in ["nameless", "twice", "dangling", "small"] {
        assert_eq!(barriers[kind], json!([]), "{kind}");
    }
    assert_eq!(barriers["moving"], 0, "something moves though less motion is preferred");
    assert_ne!(facts["dark_page"], "rgb(246, 246, 244)");
    assert_eq!(facts["alone"], false, "the live picture alone is covered by another");
    assert_eq!(facts["slider"]["start"]["left"], "Goal");
    assert_eq!(facts["slider"]["found"]["left"], "Found");
    assert_eq!(facts["token"], json!({ "refused": true, "asked_again": false }));
}

fn check_actions(facts: &Value) {
    let actions = &facts["actions"];
    for verb in ["hold", "resume", "restore"] {
        assert_eq!(actions[verb], json!([["POST", format!("cameras/lab/{verb}"), null]]));
    }
    assert_eq!(actions["held"], json!(["Left as it is", "Resume"]));
    assert_eq!(actions["focus"], "hold", "the focus is lost");
    assert_eq!(actions["outline"], "solid", "the focus cannot be seen");
    assert_eq!(actions["spoken"], "lab: Measuring. Compares the picture with warm.");
    let plan = actions["plan"].as_str().unwrap();
    let lab = lab();
    let [now, then] = [lab.found, lab.queries[2].score]
        .map(|score: Option<ScoreStatus>| format!("{:.1}", score.unwrap().psnr_db().unwrap()));
    assert!(
        plan.contains(&format!("{then} dB instead of {now} dB. Nothing was written.")),
        "{plan}"
    );
    assert_eq!(actions["plan_focus"], "planned-heading");
    let retune = json!([["POST", "cameras/lab/plan", null], ["POST", "cameras/lab/retune", null]]);
    assert_eq!(actions["retune"], retune);
    assert_eq!(actions["tuning"], "Tunes to warm");
    assert_eq!(actions["said"], "lab stands as it was found, until you resume.");
}

fn check_parameters(facts: &Value) {
    let steps = &facts["parameters"];
    let exposure = lab().parameters[0].value;
    assert_eq!(steps["value"], format!("+{:.2}", exposure + 0.03));
    assert_eq!(steps["end"], "+0.50", "a value beyond its limit");
    assert_eq!(steps["edited"], "1 value changed, not set yet.");
    assert_eq!(steps["set"], json!([["PUT", "cameras/lab/params", { "exposure": 0.5 }]]));
    let locks = |names: &[&str]| json!([["PUT", "cameras/lab/locks", { "parameters": names }]]);
    assert_eq!(steps["lock"], locks(&["texture", "saturation"]));
    assert_eq!((&steps["locked"], &steps["slider_disabled"]), (&json!("true"), &json!(true)));
    assert_eq!(steps["unlock"], locks(&["texture"]));
}

fn check_looks(facts: &Value) {
    let steps = &facts["looks"];
    let size = std::fs::metadata(facts["upload"].as_str().unwrap()).unwrap().len();
    let look = |strength: Value| json!([["PUT", "cameras/lab/look", { "name": "daylight", "strength": strength }]]);
    let names = json!(["warm", "daylight", "lamp", "No look"]);
    let with_new = json!(["warm", "daylight", "lamp", "shop-light-2", "No look"]);
    assert_eq!(steps["names"], names);
    assert_eq!(steps["unreadable"], "old.look: the file ends early.");
    assert_eq!(steps["choose"], look(json!(1)));
    assert_eq!(steps["chosen"], "true");
    assert_eq!(steps["strength"], look(json!(0.8)), "one call for twenty steps of a slider");
    assert_eq!(steps["name"], "shop-light-2");
    assert_eq!(steps["replaces"], "There is a look of this name; this one takes its place.");
    let refused = "Blurred; give a better picture.";
    assert_eq!(steps["refused"], json!([refused, [["PUT", "looks/blurred", size]]]));
    assert_eq!(steps["name_again"], "shop-light-2");
    assert_eq!(steps["forced"], json!([["PUT", "looks/blurred?force=true", size]]));
    assert_eq!(steps["added"], json!([with_new, [["PUT", "looks/shop-light-2", size]]]));
    assert_eq!(steps["kept"], json!([false, with_new]), "Escape removes a look");
    assert_eq!(steps["removed"], json!([names, [["DELETE", "looks/shop-light-2", null]]]));
    let history = &facts["history"];
    assert_eq!((&history["before"], &history["all"]), (&json!(5), &json!(7)));
    let reverted = json!([["POST", "cameras/lab/revert", { "at_ms": history["oldest"] }]]);
    assert_eq!(history["revert"], reverted);
}

fn check_cameras_and_events(facts: &Value) {
    let tabs = &facts["tabs"];
    let gate = "/dev/video2: no such device; plug the camera in.";
    assert_eq!(tabs["second"], json!(["Waits for the camera", gate]));
    let shop = "shop · lab, gate\n\nlab and gate differ most.\n\n2.4 ΔE₀₀";
    assert_eq!(tabs["groups"], json!([shop]));
    let yard = "yard · gate, barn\n\n\"barn\" and \"gate\": the goal shows other content.";
    assert_eq!(tabs["second_groups"], json!([shop, yard]));
    assert_eq!(tabs["last_has_group"], false, "a camera of no group shows one");
    assert_eq!(tabs["hash"], "#gate");
    assert_eq!(tabs["selected"], "gate, Waiting");
    assert_eq!(tabs["refused"], "The camera is not there now: plug it in.");
    let line = "/dev/video3 sends no frames; check its cable.";
    assert_eq!(tabs["last"], json!(["Something is wrong with the camera", line]));
    assert_eq!(tabs["first"], "lab, Paused");
    let events = &facts["events"];
    assert_eq!(events["headline"], "Has moved 3.1 ΔE₀₀ from daylight");
    assert_eq!(events["notice"], "<img src=x onerror=alert(1)> & more.");
    assert_eq!(events["markup"], 0, "a message is read as markup");
    assert_eq!(events["refreshed"], true, "the live picture stands still");
    assert_eq!(events["lost"], json!(["Connection lost; trying again…", "stale"]));
    let regained = json!(["Connected", "Holds daylight within 0.77 ΔE₀₀"]);
    assert_eq!(events["regained"], regained);
    let kinds = &events["kinds"];
    let style = json!(["Holds the style of daylight within 0.0312", 1, true]);
    assert_eq!(kinds["style"], style);
    let asked =
        "A policy of taste was asked: it names a setting, and there is no goal to be near to.";
    assert_eq!(kinds["taste"], json!(["Holds what daylight made of the scene", asked]));
}

#[test]
fn page_holds_on_desktop_and_phone() {
    let Some(browser) = Browser::found() else { return };
    let (chromium, folder) = (browser.program(), browser.folder());
    record(folder);
    let mut facts = facts("page.mjs", &[folder, chromium, &daemon_folder()], folder);
    facts["upload"] = json!(folder.join("Shop Light 2.png"));
    check_html(&daemon_folder().join("page/index.html"));
    check_layout(&facts);
    check_slider(&facts);
    check_actions(&facts);
    check_parameters(&facts);
    check_looks(&facts);
    check_cameras_and_events(&facts);
    for (name, width) in [("page-desktop", 200), ("page-desktop-dark", 200), ("page-phone", 80)] {
        check_screen(folder, name, width);
    }
}
