//! Enumeration and finding on trees like those of real machines.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::io::Errno;

use super::CameraError;
use super::enumeration::{Camera, enumerate};
use super::finding::choose;
use super::ioctl::Capability;

const CAPTURE: u32 = Capability::STREAMING | 1;
const METADATA: u32 = Capability::STREAMING | 0x0080_0000;

/// A machine of our own making.
struct Machine {
    root: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("dev/v4l/by-id")).unwrap();
        fs::create_dir_all(root.path().join("sys/class/video4linux")).unwrap();
        Self { root }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        let (path, target) = (self.root.path().join(path), self.root.path().join(target));
        fs::create_dir_all(&target).unwrap();
        symlink(target, path).unwrap();
    }

    /// A node of a device; what it can do stands in its place in `dev`.
    fn node(&self, number: u32, device: &str, index: u32, name: &str, bits: u32) {
        let class = format!("sys/class/video4linux/video{number}");
        self.write(&format!("{class}/name"), &format!("{name}\n"));
        self.write(&format!("{class}/index"), &format!("{index}\n"));
        self.link(&format!("{class}/device"), device);
        self.write(&format!("dev/video{number}"), &format!("{bits} {name}"));
    }

    fn usb(&self, port: &str, serial: Option<&str>) -> String {
        let device = format!("sys/devices/pci0000:00/usb1/{port}");
        self.write(&format!("{device}/idVendor"), "046d\n");
        self.write(&format!("{device}/idProduct"), "0825\n");
        if let Some(serial) = serial {
            self.write(&format!("{device}/serial"), &format!("{serial}\n"));
        }
        let interface = format!("{device}/{port}:1.0");
        self.write(&format!("{interface}/bInterfaceNumber"), "00\n");
        self.link(&format!("{interface}/driver"), "sys/bus/usb/drivers/uvcvideo");
        interface
    }

    fn platform(&self, name: &str) -> String {
        let device = format!("sys/devices/platform/{name}");
        self.write(&format!("{device}/modalias"), "");
        self.link(&format!("{device}/subsystem"), "sys/bus/platform");
        self.link(&format!("{device}/driver"), "sys/bus/platform/drivers/isp");
        device
    }

    fn cameras(&self) -> Vec<Camera> {
        enumerate(self.root.path(), |node| {
            let text = fs::read_to_string(node)?;
            let (bits, name) = text.split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
            let bits = bits.parse().map_err(io::Error::other)?;
            if bits == 0 {
                return Err(Errno::ACCESS.into());
            }
            let mut capability = Capability {
                // All nodes of a device together, as UVC reports it: it must not count.
                capabilities: Capability::HAS_DEVICE_CAPS | CAPTURE | METADATA,
                device_caps: bits,
                ..Capability::default()
            };
            capability.card[..name.len()].copy_from_slice(name.as_bytes());
            Ok(capability)
        })
    }

    fn captures(&self) -> Vec<String> {
        let cameras = self.cameras().into_iter().filter(|camera| camera.is_capture);
        cameras.map(|camera| camera.identity).collect()
    }

    fn find(&self, text: &str) -> Result<Camera, CameraError> {
        choose(self.root.path(), text, self.cameras())
    }
}

#[test]
fn usb_camera_is_known_by_its_serial_number_and_its_metadata_is_no_camera() {
    let machine = Machine::new();
    let device = machine.usb("1-1.2", Some("5A3F"));
    machine.node(3, &device, 0, "C270", CAPTURE);
    machine.node(4, &device, 1, "C270", METADATA);
    let cameras = machine.cameras();
    assert_eq!(cameras.len(), 2);
    assert_eq!(cameras[0].identity, "usb:046d:0825:5A3F");
    assert_eq!(cameras[0].place, "usb:046d:0825@1-1.2");
    assert_eq!((cameras[0].driver.as_str(), cameras[0].bus.as_str()), ("uvcvideo", "usb 1-1.2"));
    assert_eq!((cameras[0].is_capture, cameras[1].is_capture), (true, false));
}

#[test]
fn cameras_without_or_with_the_same_serial_number_are_known_by_their_ports() {
    let machine = Machine::new();
    let plugged = [("1-1", Some("0001")), ("1-2", Some("0001")), ("1-3", None), ("1-4", Some("9"))];
    for ((port, serial), number) in plugged.into_iter().zip(0..) {
        machine.node(number, &machine.usb(port, serial), 0, "C270", CAPTURE);
    }
    let expected = ["usb:046d:0825@1-1", "usb:046d:0825@1-2", "usb:046d:0825@1-3"];
    let identities = machine.captures();
    assert_eq!(identities[..3], expected);
    assert_eq!(identities[3], "usb:046d:0825:9");
    // The port finds a camera even when the serial number does, too.
    assert_eq!(machine.find("usb:046d:0825@1-4").unwrap().identity, "usb:046d:0825:9");
}

#[test]
fn outputs_of_one_isp_are_told_apart_whatever_their_node_numbers() {
    for numbers in [[0, 1, 2, 3], [12, 10, 3, 1]] {
        let machine = Machine::new();
        let device = machine.platform("ff910000.isp");
        let convert = CAPTURE | Capability::MEMORY_TO_MEMORY;
        for ((number, index), bits) in
            numbers.into_iter().zip(0..).zip([METADATA, CAPTURE, convert, CAPTURE | 0x1000])
        {
            machine.node(number, &device, index, "isp", bits);
        }
        let identities = machine.captures();
        assert_eq!(identities, ["bus:platform:ff910000.isp", "bus:platform:ff910000.isp#2"]);
        let second = machine.find("bus:platform:ff910000.isp#2").unwrap();
        assert_eq!(second.node, machine.root.path().join(format!("dev/video{}", numbers[3])));
    }
}

#[test]
fn identity_survives_another_node_number() {
    let identities = [0, 7].map(|number| {
        let machine = Machine::new();
        machine.node(number, &machine.usb("1-1", Some("A")), 0, "C270", CAPTURE);
        machine.captures()
    });
    assert_eq!(identities[0], identities[1]);
}

#[test]
fn node_that_may_not_be_opened_is_still_listed() {
    let machine = Machine::new();
    let device = machine.usb("1-1", Some("A"));
    machine.node(0, &device, 0, "C270: HD Webcam", 0);
    machine.node(1, &device, 1, "C270: HD Webcam", 0);
    let cameras = machine.cameras();
    assert_eq!(cameras[0].name, "C270: HD Webcam");
    assert_eq!((cameras[0].is_capture, cameras[1].is_capture), (true, false));
}

#[test]
fn machine_without_video_has_no_cameras() {
    assert_eq!(enumerate(Path::new("/nonexistent"), |_| Err(Errno::NOENT.into())), []);
    let machine = Machine::new();
    let message = machine.find("C270").unwrap_err().to_string();
    assert!(message.contains("no camera is plugged in"), "{message}");
}

#[test]
fn camera_is_found_by_node_link_identity_and_name() {
    let machine = Machine::new();
    machine.node(3, &machine.usb("1-1", Some("A")), 0, "HD Webcam", CAPTURE);
    symlink("../../video3", machine.root.path().join("dev/v4l/by-id/usb-webcam")).unwrap();
    for text in
        ["/dev/video3", "/dev/v4l/by-id/usb-webcam", "usb:046d:0825:A", "hd webcam", " HD Webcam "]
    {
        let found = machine.find(text).unwrap();
        assert_eq!(found.identity, "usb:046d:0825:A", "{text}");
    }
}

#[test]
fn absent_and_ambiguous_names_list_what_there_is() {
    let machine = Machine::new();
    machine.node(0, &machine.usb("1-1", Some("A")), 0, "C270", CAPTURE);
    machine.node(1, &machine.usb("1-2", Some("B")), 0, "C270", CAPTURE);
    machine.node(2, &machine.platform("x.isp"), 0, "isp", METADATA);
    let error = machine.find("C270").unwrap_err();
    assert!(matches!(error, CameraError::Ambiguous { .. }));
    let message = error.to_string();
    assert!(message.contains("usb:046d:0825:A") && message.contains("usb:046d:0825:B"));
    for absent in ["C920", "usb:046d:0825:C", "/dev/video9"] {
        let error = machine.find(absent).unwrap_err();
        assert!(matches!(error, CameraError::Absent { .. }), "{error}");
        let message = error.to_string();
        assert!(message.contains("usb:046d:0825:A") && message.contains(absent), "{message}");
        assert!(!message.contains("isp"), "{message}");
    }
    assert!(machine.find("/dev/video2").unwrap_err().to_string().contains("gives no pictures"));
    assert!(machine.find("/dev/v4l").unwrap_err().to_string().contains("no video node"));
}
