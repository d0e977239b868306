use std::path::Path;
use std::time::Duration;

use super::*;

fn layer(path: &str, text: &str) -> Layer {
    Layer { path: path.into(), text: text.to_owned() }
}

fn one(text: &str) -> Result<ServiceConfig, ServiceConfigError> {
    load(&[layer("/etc/isptune/isptuned.toml", text)])
}

fn message(text: &str) -> String {
    one(text).unwrap_err().to_string()
}

#[test]
fn a_camera_with_a_look_needs_two_keys() {
    let config = one("[[camera]]\nname = \"gate\"\nlook = \"day\"\n").unwrap();
    let [gate] = config.cameras.as_slice() else { panic!("{config:?}") };
    assert_eq!((gate.name.as_str(), gate.look.as_deref()), ("gate", Some("day")));
    assert_eq!(gate.policy, KeepPolicy::default());
    assert_eq!((gate.queries, gate.on_stop, gate.strength), (10, OnStop::Restore, 1.0));
}

#[test]
fn a_later_file_changes_the_keys_that_it_names_and_no_others() {
    let vendor = "[keep]\ndwell_s = 3\n[[camera]]\nname = \"gate\"\nlook = \"day\"\nqueries = 7\n\
                  limits = { exposure = [-0.5, 0.5], contrast = [0, 1] }\n";
    let admin = "[[camera]]\nname = \"gate\"\nlook = \"night\"\nlimits = { exposure = [0, 0.1] }\n\
                 keep = { cool_down_s = 5 }\n[[camera]]\nname = \"yard\"\ncamera = \"C920\"\n";
    let config = load(&[layer("/usr/lib/a.toml", vendor), layer("/etc/a.toml", admin)]).unwrap();
    let [gate, yard] = config.cameras.as_slice() else { panic!("{config:?}") };
    assert_eq!((gate.look.as_deref(), gate.queries), (Some("night"), 7));
    let limits = [(Parameter::Contrast, [0.0, 1.0]), (Parameter::Exposure, [0.0, 0.1])];
    assert_eq!(gate.limits, limits);
    assert_eq!(gate.policy.dwell, Duration::from_secs(3));
    assert_eq!(gate.policy.cool_down, Duration::from_secs(5));
    assert_eq!(yard.policy.dwell, Duration::from_secs(3));
    assert_eq!(yard.camera.as_deref(), Some("C920"));
}

#[test]
fn what_is_not_as_documented_is_told_with_its_place_and_the_nearest_key() {
    let told = message("[[camera]]\nname = \"gate\"\nloook = \"day\"\n");
    assert!(told.starts_with("/etc/isptune/isptuned.toml:3:1: unknown key \"loook\""), "{told}");
    assert!(told.contains("\"look\""), "{told}");
    for (text, place, what) in [
        ("[[camera]]\nlook = \"a\"\n", ":1:", "missing key \"name\""),
        ("[[camera]]\nname = \"a/b\"\n", ":2:8", "is no name"),
        ("[[camera]]\nname = \"a\"\nstrength = 2\n", ":3:12", "outside 0 to 1"),
        ("[[camera]]\nname = \"a\"\nlock = [\"hue\"]\n", ":3:9", "unknown lock \"hue\""),
        ("[[camera]]\nname = \"a\"\nstrategy = \"hybird\"\n", ":3:12", "\"hybrid\""),
        ("[keep]\nenter_delta_e = 1\nexit_delta_e = 2\n", ":1:", "must be below"),
        ("[api]\ntcp = \"0.0.0.0:80\"\ntoken_file = \"t\"\n", ":2:7", "no loopback address"),
        ("[api]\ntcp = \"127.0.0.1:80\"\n", ":2:7", "needs \"token_file\""),
        ("[[camera]]\nname = \"a\"\ncamera = \"x\"\ninput = \"y.png\"\n", ":4:1", "stands in"),
        (
            "[[camera]]\nname = \"a\"\nlook = \"d\"\nby_light = [{ look = \"n\" }]\n",
            ":4:",
            "says nothing of the light",
        ),
        (
            "[[camera]]\nname = \"a\"\nlook = \"d\"\nby_light = [{ look = \"n\", below_ev = 1, above_ev = 2 }]\n",
            ":4:",
            "\"above_ev\" = 2 must be below \"below_ev\" = 1",
        ),
        (
            "[[camera]]\nname = \"a\"\nlook = \"d\"\nby_light = [{ look = \"n\", below_k = 3 }]\n",
            ":4:",
            "outside 2000 to 12500",
        ),
        (
            "[[camera]]\nname = \"a\"\nlook = \"d\"\nby_light = [{ look = \"n\", belowev = 1 }]\n",
            ":4:",
            "\"below_ev\"",
        ),
        (
            "[[camera]]\nname = \"a\"\nby_light = [{ look = \"n\", below_ev = 1 }]\n",
            "isptuned.toml: ",
            "by the key \"look\"",
        ),
        (
            "[[camera]]\nname = \"a\"\nlook = \"d\"\non_stop = \"keep\"\nby_light = [{ look = \"n\", below_ev = 1 }]\n",
            "isptuned.toml: ",
            "use \"restore\"",
        ),
        (
            "[[camera]]\nname = \"a\"\nschedule = [{ look = \"n\", from = \"25:00\", to = \"6:00\" }]\n",
            ":3:",
            "no time of day",
        ),
        ("[[camera]]\nname = \"a\"\n[[camera]]\nname = \"a\"\n", ":4:8", "two cameras \"a\""),
    ] {
        let told = message(text);
        assert!(told.contains(place) && told.contains(what), "{text}\n{told}");
    }
}

#[test]
fn what_makes_no_sense_together_is_told_with_the_files() {
    let twice = "[[camera]]\nname = \"a\"\n[[camera]]\nname = \"b\"\n";
    let told = message(twice);
    assert!(told.contains("isptuned.toml") && told.contains("both the camera"), "{told}");
    let group = "[[camera]]\nname = \"a\"\n[[group]]\nname = \"g\"\ncameras = [\"a\", \"b\"]\n";
    assert!(message(group).contains("no [[camera]] has that name"));
}

#[test]
fn files_of_the_service_are_told_from_pipeline_files() {
    for text in ["[api]\ngroup = \"g\"\n", "[[camera]]\nname = \"kind\"\n", "model = \"m\"\n"] {
        assert!(describes_service(text), "{text}");
    }
    for text in ["kind = \"v4l2\"\ncamera = \"C270\"\n", "camera = \"C270\"\n", "", "[[camera"] {
        assert!(!describes_service(text), "{text}");
    }
}

#[test]
fn a_pipeline_file_that_is_wrong_is_told_with_its_camera() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("isp.toml"), "kind = \"v4l3\"\n").unwrap();
    let path = folder.path().join("isptuned.toml");
    let text = "[[camera]]\nname = \"gate\"\npipeline = \"isp.toml\"\n";
    let told = load(&[Layer { path, text: text.to_owned() }]).unwrap_err().to_string();
    assert!(told.starts_with("camera \"gate\": ") && told.contains("isp.toml:1:8"), "{told}");
}

#[test]
fn drop_ins_are_read_by_name_after_their_file_and_run_time_comes_last() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let write = |path: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    };
    for path in [
        "etc/isptune/isptuned.toml",
        "etc/isptune/isptuned.toml.d/20-b.toml",
        "etc/isptune/isptuned.toml.d/10-a.toml",
        "etc/isptune/isptuned.toml.d/.10-a.toml.swp",
        "etc/isptune/isptuned.toml.d/.hidden.toml",
        "etc/isptune/isptuned.toml.d/notes.txt",
        "usr/lib/isptune/isptuned.toml.d/10-vendor.toml",
        "run/isptune/isptuned.toml.d/99-now.toml",
    ] {
        write(path);
    }
    let layers = layers(&Places::under(root, None), false).unwrap();
    let names: Vec<&str> =
        layers.iter().map(|layer| layer.path.file_name().unwrap().to_str().unwrap()).collect();
    let expected = ["10-vendor.toml", "isptuned.toml", "10-a.toml", "20-b.toml", "99-now.toml"];
    assert_eq!(names, expected);
}

#[test]
fn no_file_at_all_is_a_configuration_without_cameras_unless_one_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let places = Places::under(folder.path(), None);
    assert_eq!(layers(&places, false).unwrap(), []);
    assert!(load(&[]).unwrap().cameras.is_empty());
    let named = Places::under(folder.path(), Some(Path::new("/nowhere/my.toml")));
    let told = layers(&named, true).unwrap_err().to_string();
    assert_eq!(told, "/nowhere/my.toml: there is no such file");
}
