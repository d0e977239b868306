//! Which cameras there are.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::control::text_until_zero;
use super::identity::{DeviceIdentity, attribute, name_of};
use super::ioctl::{self, Capability};

/// One node of a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Camera {
    /// The node now: `/dev/video0`. It may be another one after the next start.
    pub node: PathBuf,
    /// The device's name: `HD Webcam C270`.
    pub name: String,
    /// The kernel driver; empty when the kernel does not tell.
    pub driver: String,
    /// Where it is plugged in: `usb 1-1.2`, `platform vivid.0`.
    pub bus: String,
    /// By what the camera is known again: `usb:VVVV:PPPP:SERIAL`; `usb:VVVV:PPPP@1-1.2` where
    /// there is no serial number or two cameras share one; `bus:platform:vivid.0` for others. The
    /// second and later nodes of one device that give pictures have `#2`, `#3` … after it.
    pub identity: String,
    /// The identity by place, which holds even while a second camera has the same serial number.
    pub place: String,
    /// Whether the node gives pictures and can be streamed from; metadata, outputs and converters
    /// do not. A node that may not be opened now counts when it is the first of its device.
    pub is_capture: bool,
}

/// What sysfs says about a node.
struct Node {
    camera: Camera,
    /// The folder of the device it belongs to, the same for all interfaces of a USB device.
    device: String,
    /// Order among the nodes of the device.
    order: (String, u32),
    serial: Option<String>,
}

/// All video nodes, in the order of their devices. Nodes that are no cameras are among them, so
/// that they can be explained; [`Camera::is_capture`] tells them apart. `root` is `/` except in
/// tests. A system without any has an empty list. Each node is opened for a moment, which wakes
/// no stream and disturbs none.
#[must_use]
pub fn cameras(root: &Path) -> Vec<Camera> {
    enumerate(root, capability_of)
}

fn capability_of(node: &Path) -> io::Result<Capability> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(node)?;
    Ok(ioctl::query_capability(file.as_fd())?)
}

pub(super) fn enumerate(
    root: &Path,
    capability: impl Fn(&Path) -> io::Result<Capability>,
) -> Vec<Camera> {
    let Ok(entries) = fs::read_dir(root.join("sys/class/video4linux")) else { return Vec::new() };
    let mut nodes: Vec<Node> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("video"))
        .filter_map(|entry| node(root, &entry.path(), &capability))
        .collect();
    nodes.sort_by(|one, other| (&one.device, &one.order).cmp(&(&other.device, &other.order)));
    name_apart(&mut nodes);
    nodes.into_iter().map(|node| node.camera).collect()
}

/// `None` for a node that went away meanwhile.
fn node(
    root: &Path,
    folder: &Path,
    capability: impl Fn(&Path) -> io::Result<Capability>,
) -> Option<Node> {
    let path = root.join("dev").join(folder.file_name()?);
    let device = fs::canonicalize(folder.join("device")).ok()?;
    let identity = DeviceIdentity::of(&device);
    let index = attribute(folder, "index").and_then(|index| index.parse().ok()).unwrap_or(0);
    let driver = fs::canonicalize(device.join("driver"));
    let (card, is_capture) = match capability(&path) {
        Ok(capability) => {
            let card = text_until_zero(&capability.card);
            (Some(card).filter(|card| !card.is_empty()), gives_pictures(capability.of_node()))
        }
        Err(_) => (None, index == 0),
    };
    let camera = Camera {
        node: path,
        name: card.or_else(|| attribute(folder, "name")).unwrap_or_else(|| name_of(folder)),
        driver: driver.map_or_else(|_| String::new(), |driver| name_of(&driver)),
        bus: identity.bus,
        identity: identity.place.clone(),
        place: identity.place.clone(),
        is_capture,
    };
    let order = (name_of(&device), index);
    Some(Node { camera, device: identity.place, order, serial: identity.serial })
}

const fn gives_pictures(bits: u32) -> bool {
    bits & Capability::VIDEO_CAPTURE != 0
        && bits & Capability::STREAMING != 0
        && bits & Capability::MEMORY_TO_MEMORY == 0
}

/// Gives identities by serial number where those are unique, and numbers the nodes of a device.
fn name_apart(nodes: &mut [Node]) {
    let mut devices: BTreeMap<String, String> = BTreeMap::new();
    let mut shared: Vec<String> = Vec::new();
    for node in nodes.iter() {
        let Some(serial) = &node.serial else { continue };
        let device = devices.entry(serial.clone()).or_insert_with(|| node.device.clone());
        if *device != node.device {
            shared.push(serial.clone());
        }
    }
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for node in nodes {
        let camera = &mut node.camera;
        if let Some(serial) = node.serial.take().filter(|serial| !shared.contains(serial)) {
            camera.identity = serial;
        }
        if camera.is_capture {
            let number = numbers.entry(node.device.clone()).or_insert(0);
            *number += 1;
            if *number > 1 {
                camera.identity += &format!("#{number}");
                camera.place += &format!("#{number}");
            }
        }
    }
}
