//! A disk that is full or may not be written: said, run on, nothing lost.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::running::Root;

/// A small file system of its own; unmounted when it is dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", options]).arg(self.0.path()).status().unwrap().success());
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn memory(root: &Root) -> Value {
    let text = fs::read(root.path("var/lib/isptune/cameras/gate.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn a_full_disk_is_told_and_what_was_stored_stays() {
    let Some(disk) = SmallDisk::mount("size=4m") else {
        println!("not run: no file system can be mounted here (needs root)");
        return;
    };
    let root = Root::at(disk.path());
    let service = root.start();
    service.wait_until_held("day");
    let before = memory(&root);
    let filler = disk.path().join("filler");
    // Until the last byte: the copy fails when the disk is full.
    let _ = Command::new("dd")
        .args(["if=/dev/zero", "bs=4k"])
        .arg(format!("of={}", filler.display()))
        .output();
    service.client().post::<Value>("/v1/cameras/gate/hold").unwrap();
    let look = json!({ "name": "night" });
    service.client().put::<Value>("/v1/cameras/gate/look", &look).unwrap();
    service.client().post::<Value>("/v1/cameras/gate/resume").unwrap();
    service.wait_until_held("night");
    assert_eq!(memory(&root), before);
    fs::remove_file(&filler).unwrap();
    service.client().post::<Value>("/v1/cameras/gate/hold").unwrap();
    assert_eq!(memory(&root)["paused"], true);
}

#[test]
fn a_file_system_that_becomes_read_only_is_told_and_the_camera_is_kept() {
    let Some(disk) = SmallDisk::mount("size=8m") else {
        println!("not run: no file system can be mounted here (needs root)");
        return;
    };
    let root = Root::new();
    let state = root.path("var/lib/isptune");
    let copied = Command::new("cp").arg("-a").arg(state.join("looks")).arg(disk.path()).status();
    assert!(copied.unwrap().success());
    fs::remove_dir_all(&state).unwrap();
    std::os::unix::fs::symlink(disk.path(), &state).unwrap();
    let service = root.start();
    service.wait_until_held("day");
    let before = memory(&root);
    disk.remount("remount,ro");
    let look = json!({ "name": "night" });
    service.client().put::<Value>("/v1/cameras/gate/look", &look).unwrap();
    service.wait_until_held("night");
    assert!(service.log().contains("forgotten at the next start"), "{}", service.log());
    assert_eq!(memory(&root), before);
    disk.remount("remount,rw");
}
