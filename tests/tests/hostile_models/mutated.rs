//! Sound files with random damage that the digest does not tell, since they are sealed again.

use train_host::export::Form;
use tuner::actor::{Actor, Representation, seal};

use super::{SEAL, paper, sound};

const MUTATIONS: usize = 600;

/// Numbers that look random, from a linear congruence (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// A place in the file: mostly outside the weights, where the structure is.
    fn place(&mut self, length: usize) -> usize {
        match self.below(3) {
            0 => self.below(length),
            1 => self.below(700.min(length)),
            _ => length - 1 - self.below(600.min(length)),
        }
    }
}

fn mutated(content: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.place(content.len());
    let end = (at + 1 + numbers.below(40)).min(content.len());
    match numbers.below(6) {
        0 | 1 => content[at] ^= 1 << numbers.below(8),
        2 => content[at] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)],
        3 => drop(content.drain(at..end)),
        4 => {
            let copy = content[at..end].to_vec();
            let to = numbers.place(content.len());
            content.splice(to..to, copy);
        }
        _ => content.truncate(end),
    }
}

#[test]
fn random_damage_is_loaded_or_refused_in_one_line() {
    let forms = [Form::Float, Form::Half, Form::Int8];
    mutations(11, Representation::Residual, forms.map(sound));
    mutations(12, Representation::Paper, forms.map(paper::sound));
}

fn mutations(seed: u64, kind: Representation, files: [Vec<u8>; 3]) {
    let mut numbers = Numbers(seed);
    let contents = files.map(|mut file| {
        file.truncate(file.len() - SEAL);
        file
    });
    let mut loaded = 0;
    for round in 0..MUTATIONS {
        let mut content = contents[round % contents.len()].clone();
        for _ in 0..=numbers.below(3) {
            mutated(&mut content, &mut numbers);
        }
        match Actor::of_kind(kind, "mutated", &seal(content)) {
            Ok(actor) => {
                loaded += 1;
                // A changed weight may make it useless, but never harmful.
                let _ = actor.infer(&vec![0.5; kind.length()]);
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.starts_with("mutated: "), "{text}");
                assert!(!text.contains(char::is_control) && text.len() < 1500, "{text:?}");
                assert!(!text.contains("panic"), "the engine was reached: {text}");
            }
        }
    }
    println!("{kind:?}: {loaded} of {MUTATIONS} loaded");
    assert!((MUTATIONS / 50..MUTATIONS / 2).contains(&loaded), "{loaded}: try other damage");
}

#[test]
fn the_fuzzer_starts_from_models_that_load() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/model_file");
    for name in ["f32", "f16", "int8"] {
        let content = std::fs::read(std::path::Path::new(corpus).join(name)).unwrap();
        Actor::from_bytes(name, &seal(content)).unwrap();
    }
}
