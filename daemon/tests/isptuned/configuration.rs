//! Configurations that cannot be used, and the one that is shipped.

use std::fs;
use std::path::Path;

use daemon::service_config::{Layer, load};

use crate::running::Root;

#[test]
fn a_bad_configuration_ends_the_start_with_its_place() {
    let root = Root::new();
    root.configure("strenght = 1");
    let output = root.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("isptuned.toml:9:1"), "{told}");
    assert!(told.contains("did you mean \"strength\""), "{told}");
}

#[test]
fn a_policy_that_is_garbage_is_told_and_the_shipped_one_serves() {
    let root = Root::new();
    root.configure("look = \"day\"");
    let file = root.path("etc/isptune/isptuned.toml");
    let text = fs::read_to_string(&file).unwrap().replace("\"model\"", "\"hybrid\"");
    fs::write(&file, format!("model = \"garbage.onnx\"\n{text}")).unwrap();
    fs::write(root.path("etc/isptune/garbage.onnx"), "garbage").unwrap();
    let service = root.start();
    service.wait_until_held("day");
    assert!(service.log().contains("garbage.onnx"), "{}", service.log());
}

#[test]
fn the_shipped_example_is_in_order_with_and_without_its_comments() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd/isptuned.toml");
    let text = fs::read_to_string(&path).unwrap();
    let plain = load(&[Layer { path: path.clone(), text: text.clone() }]).unwrap();
    assert!(plain.cameras.is_empty());
    let is_key = |line: &&str| line.contains(" = ") || line.starts_with("# [");
    let keys = text.lines().filter(is_key).map(|line| line.trim_start_matches("# "));
    let text = keys.collect::<Vec<_>>().join("\n");
    let config = load(&[Layer { path, text }]).unwrap();
    let [camera] = config.cameras.as_slice() else { panic!("{config:?}") };
    assert_eq!(camera.name, "gate");
}

#[test]
fn every_key_stands_on_the_page_of_options() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/isptuned.toml.md");
    let page = fs::read_to_string(page).unwrap();
    // The configuration's own messages name the keys that are known.
    for table in ["", "[api]\n", "[keep]\n", "[[camera]]\nname = \"a\"\n"] {
        let text = format!("{table}qqqqqqqq = 1\n");
        let error = load(&[Layer { path: "x.toml".into(), text }]).unwrap_err().to_string();
        let known: Vec<&str> = error.split('"').skip(3).step_by(2).collect();
        for key in known {
            assert!(page.contains(&format!("`{key}`")), "{key} is not on the page: {error}");
        }
    }
}
