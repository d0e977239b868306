//! The bytes of a look's file: loaded or refused with one clear line, never a panic; what was loaded
//! is written and loaded again as it was.
//!
//! The digest would end nearly every try at once, so the input is also sealed before it is loaded.

#![no_main]

use std::path::Path;

use daemon::look::{Look, resealed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for file in [resealed(bytes), Some(bytes.to_vec())].into_iter().flatten() {
        match Look::from_bytes(&file, Path::new("fuzz")) {
            Ok(look) => {
                let again = look.to_bytes().expect("what was read can be written");
                let again = Look::from_bytes(&again, Path::new("again"));
                assert_eq!(again.expect("what was written can be read"), look);
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.starts_with("fuzz: "), "{text:?}");
                assert!(!text.contains(char::is_control) && text.len() < 4000, "{text:?}");
            }
        }
    }
});
