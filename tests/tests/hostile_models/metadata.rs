//! Models that say the wrong things about themselves.

use tract_onnx::pb::{ModelProto, StringStringEntryProto};

use super::Damage;
use super::Spoil::Model;

pub fn damages() -> Vec<Damage> {
    let damage = |name, says, spoil| Damage { name, says, spoil: Model(spoil) };
    vec![
        damage("no format", "lacks the entry \"isptune.format\"", |model| {
            model.metadata_props.retain(|entry| entry.key != "isptune.format");
        }),
        damage("a later format", "is of file format \"2\"; this isptune reads format 1", |model| {
            set(model, "format", "2");
        }),
        damage(
            "an old observation",
            "observations of version \"0\"; this isptune makes",
            |model| {
                set(model, "observation", "0");
            },
        ),
        damage("a later observation", "observations of version \"2\"; this isptune", |model| {
            set(model, "observation", "2");
        }),
        damage("an observation with a blank", "observations of version \" 1\"", |model| {
            set(model, "observation", " 1");
        }),
        damage("another representation", "on the representation \"planes\"; this", |model| {
            set(model, "representation", "planes");
        }),
        damage("no parameters", "sets the parameters \"\"; this isptune has", |model| {
            set(model, "parameters", "");
        }),
        damage("another order", "sets the parameters \"red_gain -1..1, exposure", |model| {
            let table = get(model, "parameters");
            let table = table.replacen("exposure -1..1, red_gain", "red_gain -1..1, exposure", 1);
            set(model, "parameters", &table);
        }),
        damage("other ranges", "sets the parameters \"exposure 0..1", |model| {
            let table = get(model, "parameters").replace("-1..1", "0..1");
            set(model, "parameters", &table);
        }),
        damage("an entry twice", "has the entry \"isptune.commit\" twice", |model| {
            let entry = model.metadata_props.iter().find(|e| e.key == "isptune.commit");
            model.metadata_props.push(entry.unwrap().clone());
        }),
        damage("an entry of its own", "has the unknown entry \"note\"", |model| {
            let entry = StringStringEntryProto { key: "note".into(), value: String::new() };
            model.metadata_props.push(entry);
        }),
        damage("a key of control characters", "unknown entry \"\\u{1b}[2J\"", |model| {
            let entry = StringStringEntryProto { key: "\u{1b}[2J".into(), value: String::new() };
            model.metadata_props.push(entry);
        }),
        damage("a command that moves the cursor", "has control characters", |model| {
            set(model, "command", "train \u{1b}[31m");
        }),
        damage("a book of figures", "\"isptune.figures\" has 9000 bytes", |model| {
            set(model, "figures", &"x".repeat(9000));
        }),
        damage("too many entries", "field 14 of a ModelProto in it occurs more than 16", |model| {
            model.metadata_props.extend(vec![StringStringEntryProto::default(); 20]);
        }),
    ]
}

fn entry<'a>(model: &'a mut ModelProto, key: &str) -> &'a mut StringStringEntryProto {
    let key = format!("isptune.{key}");
    model.metadata_props.iter_mut().find(|entry| entry.key == key).unwrap()
}

fn set(model: &mut ModelProto, key: &str, value: &str) {
    entry(model, key).value = value.to_owned();
}

fn get(model: &mut ModelProto, key: &str) -> String {
    entry(model, key).value.clone()
}
