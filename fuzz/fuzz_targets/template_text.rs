//! A template: never a panic, and what it is filled with are plain decimal numbers.

#![no_main]

use isp_hw::command::placeholder::{Text, Values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(parsed) = Text::parse(text, &["ev", "tex"]) else { return };
    let native = [("ev", 1e12), ("tex", -0.3)].map(|(key, value)| (key.to_owned(), value)).into();
    // No path is empty: what stands on both sides of a placeholder must not join to a word.
    let [input, output, params, template] = [(); 4].map(|()| "/".to_owned());
    let filled = parsed.fill(&Values { native, input, output, params, template });
    for word in ["inf", "NaN"] {
        assert!(filled.matches(word).count() <= text.matches(word).count(), "{filled}");
    }
});
