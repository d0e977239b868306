use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use tuner::Samples;

use super::*;

fn noise([width, height]: [usize; 2], wide: bool, seed: u64) -> Frame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = width * height * 3;
    let samples = if wide {
        Samples::U16((0..count).map(|_| random.random()).collect())
    } else {
        Samples::U8((0..count).map(|_| random.random()).collect())
    };
    Frame::new(width, height, samples).unwrap()
}

fn look(name: &str, goal: Frame, tags: &[(&str, &str)]) -> Look {
    let mut kept = Tags::default();
    for (key, value) in tags {
        kept.insert(key, value).unwrap();
    }
    let source = LookSource::Picture { file: "pictures/a goal.png".to_owned() };
    let name = name.parse().unwrap();
    let new = NewLook {
        name,
        kind: LookKind::Finish,
        goal,
        source,
        tags: kept,
        against: None,
        known: Vec::new(),
        force: true,
    };
    new.make().unwrap()
}

fn small_look(name: &str, seed: u64) -> Look {
    look(name, noise([12, 9], false, seed), &[(Tags::ILLUMINANT, "D50"), (Tags::SCENE, "Straße")])
}

fn store() -> (TempDir, LookStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LookStore::open(folder.path());
    (folder, store)
}

fn name(text: &str) -> LookName {
    text.parse().unwrap()
}

/// The file with a part of its metadata replaced by another of the same length, and sealed anew.
fn tampered(look: &Look, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = look.to_bytes().unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    resealed(&bytes).unwrap_or(bytes)
}

fn reason(bytes: &[u8]) -> String {
    let message = Look::from_bytes(bytes, Path::new("x.look")).unwrap_err().to_string();
    assert!(message.starts_with("x.look: cannot be used as a look: "), "{message}");
    assert!(!message.contains(char::is_control) && message.len() < 2000, "{message:?}");
    message
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_kept_is_what_is_loaded(
        size in [1_usize..200, 1_usize..90],
        wide: bool,
        seed: u64,
        label in "[a-zA-Z0-9_-][a-zA-Z0-9_.-]{0,63}",
        tags in prop::collection::btree_map("[a-z._-]{1,64}", "\\PC{1,60}", 0..9),
    ) {
        let (_folder, store) = store();
        let tags: Vec<(&str, &str)> = tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let look = look(&label, noise(size, wide, seed), &tags);
        store.add(&look, false).unwrap();
        let loaded = store.load(&name(&label)).unwrap();
        prop_assert_eq!(loaded.goal(), look.goal());
        prop_assert_eq!(&loaded, &look);
        prop_assert_eq!(loaded.to_bytes().unwrap(), look.to_bytes().unwrap());
        prop_assert_eq!(&store.list().unwrap().looks, std::slice::from_ref(look.summary()));
        let thumbnail = Frame::load_from_memory(&look.summary().goal.as_ref().unwrap().thumbnail, "thumbnail").unwrap();
        prop_assert!(thumbnail.width().max(thumbnail.height()) <= 160);
    }

    #[test]
    fn changed_files_that_are_sealed_anew_never_panic(
        seed in 0_u64..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = small_look("a", seed).to_bytes().unwrap();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [resealed(&bytes), Some(bytes)].into_iter().flatten() {
            if let Err(error) = Look::from_bytes(&bytes, Path::new("x.look")) {
                prop_assert!(!error.to_string().contains(char::is_control), "{error}");
            }
        }
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let bytes = small_look("a", 1).to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        reason(&damaged);
    }
    for length in 0..bytes.len() {
        reason(&bytes[..length]);
    }
    reason(&[bytes.as_slice(), b"x"].concat());
}

#[test]
fn later_versions_and_kinds_are_refused_by_name() {
    let look = small_look("a", 1);
    let later = reason(&tampered(&look, r#"{\"version\":1,"#, r#"{\"version\":2,"#));
    assert!(later.contains("has version 2, this isptune knows 1; use"), "{later}");
    let kind = reason(&tampered(&look, r#"\"finish\""#, r#"\"sensor\""#));
    assert!(
        kind.contains(r#"its kind is "sensor", this isptune knows "finish", "style" and "taste""#),
        "{kind}"
    );
    let foreign = reason(&tampered(&look, "isptune.look", "isptune.seen"));
    assert!(foreign.contains("its metadata has no isptune.look"), "{foreign}");
}

#[test]
fn goal_that_is_not_what_the_file_states_is_refused() {
    let look = small_look("a", 1);
    let sha256 = look.summary().goal.as_ref().unwrap().fingerprint.sha256.clone();
    let message = reason(&tampered(&look, &sha256, &"0".repeat(64)));
    assert!(message.contains("does not have the fingerprint"), "{message}");
    let message = reason(&tampered(&look, r#"\"width\":12,"#, r#"\"width\":99,"#));
    assert!(message.contains("is 12x9 with 8 bits, and not 99x9"), "{message}");
    // A picture of 15 gigabytes is refused from its head.
    let mut bytes = tampered(&look, r#"\"width\":12,"#, r#"\"width\":0e,"#);
    assert!(reason(&bytes).contains("metadata is damaged"));
    bytes = look.to_bytes().unwrap();
    let at = bytes.windows(4).rposition(|window| window == b"IHDR").unwrap();
    let first = bytes.windows(4).position(|window| window == b"IHDR").unwrap();
    assert_ne!(at, first);
    bytes[first + 4] = 7;
    let message = reason(&resealed(&bytes).unwrap());
    assert!(message.contains("and not 12x9"), "{message}");
}

#[test]
fn features_of_another_version_are_computed_anew() {
    let look = small_look("a", 5);
    let other = tampered(&look, r#"features_version\":1}"#, r#"features_version\":9}"#);
    let read = Look::from_bytes(&other, Path::new("x.look")).unwrap();
    assert_eq!(read.summary().goal, look.summary().goal);
    let (folder, store) = store();
    fs::create_dir(folder.path().join("looks")).unwrap();
    fs::write(folder.path().join("looks/a.look"), other).unwrap();
    assert_eq!(store.summary(&name("a")).unwrap(), *look.summary());
}

#[test]
fn taken_names_are_refused_unless_to_be_replaced() {
    let (_folder, store) = store();
    let (old, new) = (small_look("a", 1), small_look("a", 2));
    store.must_be_free(&name("a")).unwrap();
    store.add(&old, false).unwrap();
    for error in [store.must_be_free(&name("a")), store.add(&new, false).map(|_| ())] {
        let message = error.unwrap_err().to_string();
        assert!(message.contains("look a exists already") && message.contains("--replace"));
    }
    assert_eq!(store.load(&name("a")).unwrap(), old);
    store.add(&new, true).unwrap();
    assert_eq!(store.load(&name("a")).unwrap(), new);
    store.remove(&name("a")).unwrap();
    assert!(store.list().unwrap().looks.is_empty());
}

#[test]
fn one_of_two_that_add_the_same_name_at_once_is_refused() {
    let (_folder, store) = store();
    let looks = [small_look("a", 1), small_look("a", 2)];
    for _ in 0..20 {
        let added: Vec<bool> = std::thread::scope(|scope| {
            let threads = looks.each_ref().map(|look| scope.spawn(|| store.add(look, false)));
            threads.map(|thread| thread.join().unwrap().is_ok()).into()
        });
        assert_eq!(added.iter().filter(|added| **added).count(), 1);
        let winner = added.iter().position(|added| *added).unwrap();
        assert_eq!(store.load(&name("a")).unwrap(), looks[winner]);
        store.remove(&name("a")).unwrap();
    }
}

#[test]
fn missing_looks_are_told_with_what_may_have_been_meant() {
    let (folder, store) = store();
    let message = store.load(&name("studio")).unwrap_err().to_string();
    assert!(message.ends_with("there is no look studio"), "{message}");
    assert!(store.remove(&name("studio")).is_err());
    assert!(!folder.path().join("looks").exists(), "reading made a folder");
    store.add(&small_look("studio", 1), false).unwrap();
    let message = store.load(&name("studoi")).unwrap_err().to_string();
    assert!(message.contains("did you mean \"studio\"?"), "{message}");
}

#[test]
fn foreign_files_are_listed_and_left_in_place() {
    let (folder, store) = store();
    store.add(&small_look("good", 1), false).unwrap();
    let looks = folder.path().join("looks");
    fs::write(looks.join("notes.txt"), "not a look").unwrap();
    fs::write(looks.join("empty.look"), "").unwrap();
    fs::write(looks.join("text.look"), "not a look either, whatever the name says").unwrap();
    fs::write(looks.join("a b.look"), fs::read(looks.join("good.look")).unwrap()).unwrap();
    fs::create_dir(looks.join("folder.look")).unwrap();
    let half = fs::read(looks.join("good.look")).unwrap();
    fs::write(looks.join("half.look"), &half[..half.len() / 2]).unwrap();
    let endless = File::create(looks.join("endless.look")).unwrap();
    endless.set_len(container::LARGEST_FILE + 1).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(looks.join("good.look"), looks.join("link.look")).unwrap();
    let before = fs::read_dir(&looks).unwrap().count();
    let listing = store.list().unwrap();
    assert_eq!(listing.looks.iter().map(|look| look.name.as_str()).collect::<Vec<_>>(), ["good"]);
    let reasons: Vec<(&str, &str)> = listing
        .unreadable
        .iter()
        .map(|file| (file.file.file_name().unwrap().to_str().unwrap(), file.reason.as_str()))
        .collect();
    for (file, part) in [
        ("notes.txt", "does not end in .look"),
        ("empty.look", "no look, or cut short"),
        ("text.look", "no look, or cut short"),
        ("a b.look", "is no name for a look"),
        ("folder.look", "no ordinary file"),
        ("half.look", "no look, or damaged"),
        ("endless.look", "larger than 256 MiB"),
    ] {
        assert!(reasons.iter().any(|(name, why)| *name == file && why.contains(part)), "{file}");
    }
    assert_eq!(fs::read_dir(&looks).unwrap().count(), before);
    // What is no file is not replaced either, not even on demand.
    let message = store.add(&small_look("folder", 1), true).unwrap_err().to_string();
    assert!(message.contains("folder.look") && message.contains("move it away"), "{message}");
}

#[test]
fn exported_looks_come_back_under_the_name_of_their_file() {
    let (folder, store) = store();
    store.add(&small_look("first", 1), false).unwrap();
    let looks = folder.path().join("looks");
    fs::rename(looks.join("first.look"), looks.join("second.look")).unwrap();
    assert_eq!(store.load(&name("second")).unwrap().summary().name.as_str(), "second");
    let file = folder.path().join("out.look");
    store.export(&name("second"), &file).unwrap();
    store.remove(&name("second")).unwrap();
    assert_eq!(store.import(&file, None, false).unwrap().name.as_str(), "second");
    let message = store.import(&file, None, false).unwrap_err().to_string();
    assert!(message.contains("look second exists already"), "{message}");
    store.import(&file, Some(&name("third")), false).unwrap();
    assert_eq!(store.load(&name("third")).unwrap().goal(), small_look("first", 1).goal());
    fs::write(&file, "no look").unwrap();
    let message = store.import(&file, None, true).unwrap_err().to_string();
    assert!(message.contains("out.look") && message.contains("no look"), "{message}");
}

#[test]
fn what_killed_writes_left_is_removed_by_the_next_one_when_it_is_old() {
    let (folder, store) = store();
    store.add(&small_look("a", 1), false).unwrap();
    let leftover = |name: &str, hours: u64| {
        let path = folder.path().join("looks").join(name);
        let age = Duration::from_secs(hours * 3600);
        File::create(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
        path
    };
    let [old, young] = [leftover(".isptune-Ab1.tmp", 2), leftover(".isptune-Cd2.tmp", 0)];
    let foreign = leftover(".other", 99);
    store.add(&small_look("b", 2), false).unwrap();
    assert_eq!([old.exists(), young.exists(), foreign.exists()], [false, true, true]);
    assert!(store.list().unwrap().unreadable.is_empty());
}
