//! Model files that are damaged or meant to harm: each is refused with its own message, none brings
//! the process down, and the model in use stays in use.

mod bytes;
mod graph;
mod metadata;
mod mutated;
mod paper;
mod structure;
mod weights;

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};
use train_host::export::{Dense, Form, Hidden, Network, Norm, encode};
use tuner::actor::{Actor, ActorError, ActorSlot, OBSERVATION_LENGTH, Provenance, seal};

/// Bytes of the digest entry at the end of a file.
const SEAL: usize = 84;

/// One way to spoil a file.
struct Damage {
    name: &'static str,
    /// What the message must contain.
    says: &'static str,
    spoil: Spoil,
}

enum Spoil {
    /// Makes a file of a sound one.
    Bytes(fn(Vec<u8>) -> Vec<u8>),
    /// Changes the decoded content of a sound int8 file; it is sealed again afterwards.
    Model(fn(&mut ModelProto)),
    /// The same of an f32 file.
    FloatModel(fn(&mut ModelProto)),
    /// The same of an f16 file.
    HalfModel(fn(&mut ModelProto)),
}

impl Damage {
    fn file(&self) -> Vec<u8> {
        let spoilt = |form, spoil: fn(&mut ModelProto)| {
            let mut model = decoded(form);
            spoil(&mut model);
            seal(model.encode_to_vec())
        };
        match self.spoil {
            Spoil::Bytes(spoil) => spoil(sound(Form::Int8)),
            Spoil::Model(spoil) => spoilt(Form::Int8, spoil),
            Spoil::FloatModel(spoil) => spoilt(Form::Float, spoil),
            Spoil::HalfModel(spoil) => spoilt(Form::Half, spoil),
        }
    }
}

fn all() -> Vec<Damage> {
    [bytes::damages(), metadata::damages(), structure::damages(), graph::damages()]
        .into_iter()
        .chain([weights::damages()])
        .flatten()
        .collect()
}

/// A network of every operator: 344 → 12 (normalised, SiLU) → 9.
fn sound(form: Form) -> Vec<u8> {
    let wave =
        |count: usize, step: f32| (0..count).map(|i| (i as f32 * step).sin() * 0.1).collect();
    let dense = Dense { weights: wave(12 * OBSERVATION_LENGTH, 0.37), bias: wave(12, 0.9) };
    let norm = Norm { scale: vec![1.0; 12], bias: wave(12, 1.3), epsilon: 1e-5 };
    let output = Dense { weights: wave(9 * 12, 0.77), bias: wave(9, 0.3) };
    let hidden = vec![Hidden { dense, norm: Some(norm) }];
    let network = Network::perceptron(hidden, output).unwrap();
    encode(&network, form, &Provenance::default()).unwrap()
}

/// The content of a sound file, without its digest.
fn decoded(form: Form) -> ModelProto {
    let file = sound(form);
    ModelProto::decode(&file[..file.len() - SEAL]).unwrap()
}

fn graph_of(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.as_mut().unwrap()
}

/// The first node of this operator.
fn node<'a>(model: &'a mut ModelProto, operator: &str) -> &'a mut NodeProto {
    graph_of(model).node.iter_mut().find(|node| node.op_type == operator).unwrap()
}

/// The first tensor whose name ends so.
fn tensor<'a>(model: &'a mut ModelProto, end: &str) -> &'a mut TensorProto {
    graph_of(model).initializer.iter_mut().find(|tensor| tensor.name.ends_with(end)).unwrap()
}

#[test]
fn sound_files_load() {
    for form in [Form::Float, Form::Half, Form::Int8] {
        let actor = Actor::from_bytes("sound", &sound(form)).unwrap();
        assert!(actor.infer(&[0.1; OBSERVATION_LENGTH]).unwrap().iter().all(|v| v.is_finite()));
        let again = seal(decoded(form).encode_to_vec());
        assert_eq!(again, sound(form), "what is damaged below is a sound file otherwise");
    }
}

#[test]
fn every_damage_has_a_message_of_its_own_and_the_old_model_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let first = Arc::new(Actor::from_bytes("first", &sound(Form::Int8)).unwrap());
    let slot = ActorSlot::new(Arc::clone(&first));
    let (mut wrong, damages) = (Vec::new(), all());
    for damage in &damages {
        std::fs::write(&path, damage.file()).unwrap();
        match slot.replace(&path) {
            Ok(()) => wrong.push(format!("{}: was loaded", damage.name)),
            Err(error) => {
                let text = error.to_string();
                let fits = text.contains(damage.says)
                    && text.starts_with(path.to_str().unwrap())
                    && !text.contains(char::is_control)
                    && !text.contains("panic")
                    && text.len() < 1500;
                if !fits {
                    wrong.push(format!("{}: wanted {:?}, got {text:?}", damage.name, damage.says));
                }
            }
        }
        assert!(Arc::ptr_eq(&first, &slot.current()), "{}", damage.name);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), damages.len(), wrong.join("\n"));
    println!("{} damages", damages.len());
    std::fs::write(&path, sound(Form::Float)).unwrap();
    slot.replace(&path).unwrap();
    assert!(!Arc::ptr_eq(&first, &slot.current()));
}

#[test]
fn damages_are_distinct() {
    let mut files: Vec<(Vec<u8>, &str)> = all().iter().map(|d| (d.file(), d.name)).collect();
    assert!(files.len() >= 70, "{}", files.len());
    files.sort();
    for pair in files.windows(2) {
        assert!(pair[0].0 != pair[1].0, "{} and {}", pair[0].1, pair[1].1);
    }
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.onnx");
    let places = [folder.path(), missing.as_path(), std::path::Path::new("/dev/zero")];
    for place in places {
        let error = Actor::load(place).unwrap_err();
        assert!(matches!(error, ActorError::Read { .. }), "{error}");
        assert!(error.to_string().contains("cannot be read"), "{error}");
    }
}

#[test]
fn observations_that_are_no_numbers_never_reach_the_network() {
    let actor = Actor::from_bytes("sound", &sound(Form::Int8)).unwrap();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut observation = [0.0; OBSERVATION_LENGTH];
        observation[200] = value;
        let error = actor.infer(&observation).unwrap_err().to_string();
        assert!(error.contains("value 200 of the observation is"), "{error}");
    }
}
