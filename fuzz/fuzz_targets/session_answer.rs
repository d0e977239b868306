//! A session program's answer: never a panic, and no control character reaches a message.

#![no_main]

use isp_hw::command::Answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let shown = match Answer::parse(line) {
        Ok(Answer::Done) => return,
        Ok(Answer::Refused(error)) => error,
        Err(error) => error.to_string(),
    };
    assert!(!shown.contains(char::is_control), "{shown:?}");
    assert!(shown.chars().count() < 2000);
});
