//! The store: what survives, what is set aside, what stops a write.

use super::super::control::SavedValue;
use super::*;

const CAMERA: &str = "usb:046d:0825:5A3F";

fn snapshot(values: &[(u32, i64)]) -> Snapshot {
    let saved =
        |(id, value): &(u32, i64)| SavedValue { id: *id, key: "k".to_owned(), value: *value };
    Snapshot { values: values.iter().map(saved).collect() }
}

fn store() -> (tempfile::TempDir, FoundValuesStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FoundValuesStore::open(&folder.path().join("not/yet/there")).unwrap();
    (folder, store)
}

#[test]
fn kept_values_are_pending_until_they_are_cleared() {
    let (_folder, store) = store();
    let values = snapshot(&[(1, -5), (0x009A_0901, i64::MAX)]);
    store.keep(CAMERA, "HD \"Webcam\"\n", values.clone()).unwrap();
    // A new process looks into the same folder.
    let pending = store.clone().pending().unwrap();
    assert_eq!(pending.cameras.len(), 1);
    let found = &pending.cameras[0];
    assert_eq!((found.identity.as_str(), found.name.as_str()), (CAMERA, "HD \"Webcam\"\n"));
    assert_eq!(found.snapshot, values);
    store.clear(CAMERA).unwrap();
    store.clear(CAMERA).unwrap();
    assert!(store.pending().unwrap().cameras.is_empty());
}

#[test]
fn values_of_a_crashed_run_are_not_overwritten_by_what_it_left_in_the_camera() {
    let (_folder, store) = store();
    store.keep(CAMERA, "C270", snapshot(&[(1, 100)])).unwrap();
    let kept = store.keep(CAMERA, "C270", snapshot(&[(1, 7), (2, 8)])).unwrap();
    assert_eq!(kept.snapshot, snapshot(&[(1, 100), (2, 8)]));
    assert_eq!(store.of(CAMERA).unwrap().unwrap(), kept);
    let other = store.keep("usb:046d:0825:5A40", "C270", snapshot(&[(1, 9)])).unwrap();
    assert_eq!(other.snapshot, snapshot(&[(1, 9)]));
}

#[test]
fn file_is_legible_for_people() {
    let (_folder, store) = store();
    store.keep(CAMERA, "C270", snapshot(&[(9_963_776, 128)])).unwrap();
    let text = fs::read_to_string(store.folder.join("usb:046d:0825:5A3F.toml")).unwrap();
    assert!(text.starts_with("# Values of this camera's controls before isptune"), "{text}");
    for line in ["version = 1", "identity = \"usb:046d:0825:5A3F\"", "[[control]]", "value = 128"] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
}

#[test]
fn garbage_is_set_aside_with_the_reason_and_stops_nothing() {
    let (_folder, store) = store();
    store.keep(CAMERA, "C270", snapshot(&[(1, 2)])).unwrap();
    let later = "version = 2\nidentity = \"x\"\n";
    let huge = vec![b'#'; (1 << 20) + 1];
    let odd: [(&str, &[u8], &str); 6] = [
        ("empty", b"", "missing field"),
        ("half", b"version = 1\nidentity = \"x\"\n[[contr", "TOML parse error"),
        ("binary", b"\xFF\xFE\x00", "no text"),
        ("later", later.as_bytes(), "version 2"),
        ("wide", b"version=1\nidentity='x'\n[[control]]\nid=-1\nkey=''\nvalue=0\n", "invalid"),
        ("huge", &huge, "larger"),
    ];
    for (name, bytes, _) in odd {
        fs::write(store.folder.join(format!("{name}.toml")), bytes).unwrap();
    }
    fs::create_dir(store.folder.join("folder.toml")).unwrap();
    let pending = store.pending().unwrap();
    assert_eq!(pending.cameras.len(), 1);
    assert_eq!(pending.set_aside.len(), odd.len() + 1);
    for (name, _, reason) in odd {
        let aside = store.folder.join(format!("{name}.unreadable-1"));
        let told = pending.set_aside.iter().find(|told| told.file == aside).unwrap();
        assert!(told.reason.contains(reason), "{told:?}");
        assert!(aside.exists());
    }
    assert!(store.pending().unwrap().set_aside.is_empty());
}

#[test]
fn own_file_that_is_garbage_makes_way_for_new_values() {
    let (_folder, store) = store();
    for number in 1..=2 {
        fs::write(store.file_of(CAMERA), "garbage").unwrap();
        let kept = store.keep(CAMERA, "C270", snapshot(&[(1, number)])).unwrap();
        assert_eq!(kept.snapshot, snapshot(&[(1, number)]));
        let aside = store.folder.join(format!("{CAMERA}.unreadable-{number}"));
        assert_eq!(fs::read_to_string(aside).unwrap(), "garbage");
    }
}

#[test]
fn keys_of_a_later_version_are_passed_over() {
    let (_folder, store) = store();
    let text = "version = 1\nidentity = \"x\"\nsince = 5\n[[control]]\nid = 1\nkey = \"k\"\nvalue = 3\n\
                unit = \"EV\"\n";
    fs::write(store.file_of("x"), text).unwrap();
    assert_eq!(store.of("x").unwrap().unwrap().snapshot, snapshot(&[(1, 3)]));
}

#[test]
fn values_that_cannot_be_saved_stop_the_caller_before_the_camera_is_touched() {
    let (_folder, store) = store();
    fs::remove_dir_all(&store.folder).unwrap();
    let error = store.keep(CAMERA, "C270", snapshot(&[(1, 2)])).unwrap_err();
    assert!(error.to_string().contains("so nothing is changed in it"), "{error}");
    // Nobody, not even root, can make files there.
    let store = FoundValuesStore { folder: PathBuf::from("/proc/self") };
    store.keep(CAMERA, "C270", snapshot(&[(1, 2)])).unwrap_err();
}

#[test]
fn pipe_in_place_of_a_file_is_not_waited_for() {
    let (_folder, store) = store();
    let made = std::process::Command::new("mkfifo").arg(store.file_of(CAMERA)).status().unwrap();
    assert!(made.success());
    assert_eq!(store.pending().unwrap().set_aside.len(), 1);
}

#[test]
fn folder_that_cannot_be_made_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = FoundValuesStore::open(&file).unwrap_err().to_string();
    assert!(message.contains("file/found") && message.contains("STATE_DIRECTORY"), "{message}");
}
