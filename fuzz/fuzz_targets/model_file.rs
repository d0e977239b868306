//! The bytes of a model file: loaded or refused with one clear line, never a panic.
//!
//! The digest would end nearly every try at once, so the input is also sealed before it is loaded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuner::actor::{Actor, Representation, seal};

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), seal(bytes.to_vec())] {
        for kind in [Representation::Residual, Representation::Paper] {
            match Actor::of_kind(kind, "fuzz", &file) {
                Ok(actor) => {
                    let _ = actor.infer(&vec![0.5; kind.length()]);
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.starts_with("fuzz: "), "{text:?}");
                    assert!(!text.contains(char::is_control) && text.len() < 4000, "{text:?}");
                    assert!(!text.contains("panic"), "the engine was reached: {text:?}");
                }
            }
        }
    }
});
