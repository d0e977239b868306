use std::fs;

use tempfile::TempDir;

use super::*;

const POLICY: &[u8] = include_bytes!("../../tests/command_line/taste.onnx");

fn taste(name: &str) -> Look {
    let policy = StoredPolicy::of_file("mine.onnx", POLICY.to_vec()).unwrap();
    let tags = Tags::default();
    NewTaste { name: name.parse().unwrap(), policy, file: "mine.onnx".to_owned(), tags }.make()
}

fn store() -> (TempDir, LookStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LookStore::open(folder.path());
    (folder, store)
}

fn reason(bytes: &[u8]) -> String {
    Look::from_bytes(bytes, Path::new("x.look")).unwrap_err().to_string()
}

#[test]
fn a_policy_comes_back_as_it_was_kept() {
    let (folder, store) = store();
    let look = taste("mine");
    store.add(&look, false).unwrap();
    let loaded = store.load(&"mine".parse().unwrap()).unwrap();
    assert_eq!(loaded, look);
    assert_eq!((loaded.goal(), &loaded.summary().goal), (None, &None));
    let model = loaded.summary().model.clone().unwrap();
    assert_eq!((model.bytes, model.command.as_str()), (POLICY.len() as u64, "written down"));
    assert!(POLICY.ends_with(model.sha256.as_bytes()));
    assert_eq!(store.list().unwrap().looks, [look.summary().clone()]);
    let LookContent::Policy(policy) = loaded.into_content() else { panic!("a taste") };
    assert_eq!(policy.file(), POLICY);
    // To another store, under another name.
    let file = folder.path().join("out.look");
    store.export(&"mine".parse().unwrap(), &file).unwrap();
    let taken = store.import(&file, Some(&"yours".parse().unwrap()), false).unwrap();
    assert_eq!((taken.name.as_str(), taken.model), ("yours", Some(model)));
}

#[test]
fn every_flipped_bit_of_a_taste_is_noticed() {
    let bytes = taste("a").to_bytes().unwrap();
    // One bit of each byte: the others are as the one.
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        reason(&damaged);
    }
}

#[test]
fn a_policy_that_is_not_sound_is_refused_even_when_it_is_sealed() {
    let mut bytes = taste("a").to_bytes().unwrap();
    let at = bytes.windows(16).position(|window| window == &POLICY[..16]).unwrap();
    bytes[at + 40] ^= 1;
    let message = reason(&resealed(&bytes).unwrap());
    assert!(message.contains("the model of look a: is damaged"), "{message}");
    // Another sound policy than the metadata states.
    let text = taste("a").summary().model.clone().unwrap().sha256;
    let mut bytes = taste("a").to_bytes().unwrap();
    let at = bytes.windows(64).position(|window| window == text.as_bytes()).unwrap();
    bytes[at..at + 64].copy_from_slice(&[b'0'; 64]);
    let message = reason(&resealed(&bytes).unwrap());
    assert!(message.contains("another one than it states"), "{message}");
}

#[test]
fn a_bad_model_file_leaves_what_was_kept() {
    let (folder, store) = store();
    store.add(&taste("mine"), false).unwrap();
    let file = folder.path().join("bad.onnx");
    let shipped = include_bytes!("../../../models/actor.onnx");
    for (content, part) in [
        (&b"no model"[..], "bad.onnx: does not end with the digest"),
        (&POLICY[..POLICY.len() - 1], "bad.onnx"),
        (&shipped[..], "isptune match --model"),
    ] {
        fs::write(&file, content).unwrap();
        let refused = NewTaste::of_file("mine".parse().unwrap(), &file, Tags::default());
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
    let nowhere = NewTaste::of_file("a".parse().unwrap(), Path::new("nowhere"), Tags::default());
    assert!(nowhere.unwrap_err().to_string().contains("nowhere: "));
    assert_eq!(store.load(&"mine".parse().unwrap()).unwrap(), taste("mine"));
}
