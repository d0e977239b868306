//! The kernel's virtual camera, and what `v4l2-ctl` says about it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use isp_hw::v4l2::{Controls, find_camera};

/// Numbers of controls in `linux/v4l2-controls.h` and in the driver.
pub const BRIGHTNESS: u32 = 0x0098_0900;
pub const AUTOGAIN: u32 = 0x0098_0912;
pub const GAIN: u32 = 0x0098_0913;

/// The open camera.
pub struct VirtualCamera {
    pub node: PathBuf,
    pub file: File,
}

impl VirtualCamera {
    /// Opens the camera and resets its controls.
    pub fn open() -> Self {
        let node = find_camera(Path::new("/"), "bus:platform:vivid.0").unwrap().node;
        let file = OpenOptions::new().read(true).write(true).open(&node).unwrap();
        let camera = Self { node, file };
        let resettable = camera.listed().into_iter().filter_map(|(key, control)| {
            let default = control.number("default").filter(|_| !control.has_flag("read-only"))?;
            (!control.has_flag("has-payload")).then(|| format!("{key}={default}"))
        });
        camera.set(&resettable.collect::<Vec<_>>().join(","));
        camera
    }

    pub fn controls(&self) -> Controls<'_> {
        Controls::new(self.file.as_fd(), &self.node)
    }

    /// Runs `v4l2-ctl` on the camera.
    pub fn v4l2_ctl(&self, options: &[&str]) -> String {
        let output = Command::new("v4l2-ctl").arg("-d").arg(&self.node).args(options).output();
        let output = output.unwrap();
        assert!(output.status.success(), "v4l2-ctl {options:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Sets controls by another program: `key=value,…`.
    pub fn set(&self, assignments: &str) {
        self.v4l2_ctl(&["-c", assignments]);
    }

    /// Reads a control by another program.
    pub fn get(&self, key: &str) -> i64 {
        self.get_all(&[key])[0]
    }

    /// Reads controls by another program.
    pub fn get_all(&self, keys: &[&str]) -> Vec<i64> {
        let text = self.v4l2_ctl(&["-C", &keys.join(",")]);
        let values: BTreeMap<&str, i64> = text
            .lines()
            .map(|line| {
                let (key, value) = line.split_once(": ").unwrap();
                (key, value.split(' ').next().unwrap().parse().unwrap())
            })
            .collect();
        keys.iter().map(|key| values[key]).collect()
    }

    /// All controls as another program lists them.
    pub fn listed(&self) -> BTreeMap<String, Listed> {
        let text = self.v4l2_ctl(&["-L"]);
        let mut listed = BTreeMap::new();
        let mut last = String::new();
        for line in text.lines() {
            let Some((head, rest)) = line.split_once(')') else { continue };
            // key 0x00980900 (int
            let mut words = head.split_whitespace();
            let (Some(key), Some(id), Some(kind)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Some(id) = id.strip_prefix("0x") else { continue };
            let control = Listed {
                id: u32::from_str_radix(id, 16).unwrap(),
                kind: kind.trim_start_matches('(').to_owned(),
                rest: rest.to_owned(),
            };
            last = key.to_owned();
            listed.insert(last.clone(), control);
        }
        assert!(!last.is_empty(), "v4l2-ctl lists nothing: {text}");
        listed
    }

    /// Takes the driver away from the device and gives it back, as after a fault.
    pub fn rebind(self) {
        drop(self.file);
        for action in ["unbind", "bind"] {
            fs::write(format!("/sys/bus/platform/drivers/vivid/{action}"), "vivid.0").unwrap();
        }
    }
}

/// A control as `v4l2-ctl` lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: u32,
    pub kind: String,
    rest: String,
}

impl Listed {
    /// `name=NUMBER` of the line, decimal or `0x…`.
    pub fn number(&self, name: &str) -> Option<i64> {
        let text = self
            .rest
            .split_whitespace()
            .find_map(|word| word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))?;
        match text.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.rest.split_once("flags=").is_some_and(|(_, flags)| flags.contains(flag))
    }
}
