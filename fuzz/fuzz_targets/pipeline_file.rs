//! The text of a pipeline file: never a panic, and what was read has limits that hold neutral or
//! that the file narrowed. No file system: templates come from the input, after a NUL.

#![no_main]

use isp_hw::PipelineFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (text, template) = text.split_once('\0').unwrap_or((text, ""));
    let read_template = |_: &std::path::Path| Ok(template.to_owned());
    match PipelineFile::parse_with(text, "fuzz.toml", &read_template) {
        Ok(file) => {
            for parameter in file.limits().free() {
                let [low, high] = file.limits().interval(parameter);
                assert!(-1.0 <= low && low < high && high <= 1.0);
            }
        }
        Err(error) => {
            // One message with a place, in one line, however strange the text.
            let message = error.to_string();
            assert!(message.split(": ").any(is_place), "{message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }
});

/// `FILE:LINE:COLUMN`, the file being the text itself or its template.
fn is_place(part: &str) -> bool {
    let mut numbers = part.rsplit(':').map(|number| number.parse::<u32>().is_ok());
    numbers.next() == Some(true) && numbers.next() == Some(true) && numbers.next().is_some()
}
