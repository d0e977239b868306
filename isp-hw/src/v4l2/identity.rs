//! By what a camera is known again after it was unplugged or the machine was restarted: never by
//! the number of its node, which goes to whichever camera comes first.

use std::fs;
use std::path::Path;

/// What the kernel's device tree (sysfs) says about a device with one or more nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeviceIdentity {
    /// `usb:VVVV:PPPP:SERIAL`, for a USB device with a serial number.
    pub(super) serial: Option<String>,
    /// Where it is plugged in: `usb:VVVV:PPPP@1-1.2`, or `bus:platform:vivid.0`.
    pub(super) place: String,
    /// The same without what is plugged in: `usb 1-1.2`, `platform vivid.0`.
    pub(super) bus: String,
}

impl DeviceIdentity {
    /// The identity of a device by its folder, which must be the one that links lead to: a USB
    /// interface, or a device on another bus.
    pub(super) fn of(device: &Path) -> Self {
        let usb = device.ancestors().find_map(|folder| {
            let (vendor, product) =
                (attribute(folder, "idVendor")?, attribute(folder, "idProduct")?);
            Some((folder, format!("usb:{vendor}:{product}")))
        });
        if let Some((folder, model)) = usb {
            let port = name_of(folder);
            return Self {
                serial: attribute(folder, "serial").map(|serial| format!("{model}:{serial}")),
                place: format!("{model}@{port}"),
                bus: format!("usb {port}"),
            };
        }
        let subsystem = fs::canonicalize(device.join("subsystem"));
        let bus = subsystem.map_or_else(|_| "unknown".to_owned(), |folder| name_of(&folder));
        let name = name_of(device);
        Self { serial: None, place: format!("bus:{bus}:{name}"), bus: format!("{bus} {name}") }
    }
}

/// The text of a file in sysfs; `None` when there is none or it is empty.
pub(super) fn attribute(folder: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(folder.join(name)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// The last part of a path.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
