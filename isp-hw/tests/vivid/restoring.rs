//! Leaving the camera as it was found.

use isp_hw::v4l2::{CameraError, ControlDescription, FoundValuesStore, Kind, Snapshot};

use crate::virtual_camera::{BRIGHTNESS, VirtualCamera};

/// Another value that the control can have.
fn spoiled(control: &ControlDescription, value: i64) -> i64 {
    match control.kind {
        Kind::Menu | Kind::IntegerMenu => {
            let mut others = control.menu.iter().map(|item| item.value);
            others.rfind(|item| *item != value).unwrap()
        }
        Kind::Bitmask => 0x10,
        _ if value == control.minimum => control.maximum,
        _ => control.minimum,
    }
}

fn spoil_everything(camera: &VirtualCamera, snapshot: &Snapshot) {
    let assignments = camera.controls().list().unwrap().into_iter().filter_map(|control| {
        let value = snapshot.value_of(control.id)?;
        Some(format!("{}={}", control.key, spoiled(&control, value)))
    });
    camera.set(&assignments.collect::<Vec<_>>().join(","));
}

/// What `v4l2-ctl` reads of all saved controls.
fn read_elsewhere(camera: &VirtualCamera, snapshot: &Snapshot) -> Vec<i64> {
    let keys: Vec<&str> = snapshot.values.iter().map(|saved| saved.key.as_str()).collect();
    camera.get_all(&keys)
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn everything_spoiled_is_restored() {
    for settings in ["gain_automatic=1", "gain_automatic=0,gain=77,brightness=3,bitmask=0x80000000"]
    {
        let camera = VirtualCamera::open();
        camera.set(settings);
        let snapshot = Snapshot::take(&camera.controls()).unwrap();
        assert!(snapshot.values.len() > 35, "{} controls", snapshot.values.len());
        let found = read_elsewhere(&camera, &snapshot);
        spoil_everything(&camera, &snapshot);
        let left = read_elsewhere(&camera, &snapshot);
        let same = found.iter().zip(&left).filter(|(found, left)| found == left);
        assert_eq!(same.count(), 0, "not everything is spoiled: {left:?}");
        let restored = snapshot.restore(&camera.controls()).unwrap();
        assert!(restored.is_complete(), "{:?}", restored.failed);
        assert_eq!(restored.restored.len(), snapshot.values.len());
        assert_eq!(read_elsewhere(&camera, &snapshot), found);
    }
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn untouched_camera_is_left_alone() {
    let camera = VirtualCamera::open();
    let snapshot = Snapshot::take(&camera.controls()).unwrap();
    let restored = snapshot.restore(&camera.controls()).unwrap();
    assert!(restored.is_complete() && restored.restored.is_empty(), "{restored:?}");
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn values_that_a_crash_left_lead_back_to_those_found() {
    let camera = VirtualCamera::open();
    camera.set("brightness=42");
    let folder = tempfile::tempdir().unwrap();
    let identity = "bus:platform:vivid.0";
    let store = FoundValuesStore::open(folder.path()).unwrap();
    store.keep(identity, "vivid", Snapshot::take(&camera.controls()).unwrap()).unwrap();
    camera.controls().write(&[(BRIGHTNESS, 200)]).unwrap();
    // The run ended here. The next one looks what is left, and saves before it writes, too.
    let store = FoundValuesStore::open(folder.path()).unwrap();
    let now = Snapshot::take(&camera.controls()).unwrap();
    let kept = store.keep(identity, "vivid", now).unwrap();
    assert_eq!(store.pending().unwrap().cameras, std::slice::from_ref(&kept));
    let restored = kept.snapshot.restore(&camera.controls()).unwrap();
    assert_eq!(restored.restored, ["brightness"]);
    assert_eq!(camera.get("brightness"), 42);
    store.clear(identity).unwrap();
}

#[test]
#[ignore = "needs the kernel's vivid driver; cargo xtask test runs it in a virtual machine"]
fn unplugged_camera_is_gone_for_whatever_is_asked() {
    let camera = VirtualCamera::open();
    let controls = camera.controls();
    let snapshot = Snapshot::take(&controls).unwrap();
    camera.set("disconnect=1");
    let errors = [
        controls.list().unwrap_err(),
        controls.read(&[BRIGHTNESS]).unwrap_err(),
        controls.write(&[(BRIGHTNESS, 1)]).unwrap_err(),
        snapshot.restore(&controls).unwrap_err(),
    ];
    drop(controls);
    camera.rebind();
    for error in errors {
        assert!(matches!(error, CameraError::Gone { .. }), "{error}");
    }
    assert_eq!(VirtualCamera::open().get("brightness"), 128, "not there again");
}
