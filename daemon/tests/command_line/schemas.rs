//! Holding an answer to its schema in `docs/schema/`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A Python with jsonschema.
pub struct Schemas {
    python: String,
}

impl Schemas {
    /// `None` where there is nothing to hold an answer with, which is said.
    pub fn to_hold_with() -> Option<Self> {
        let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let probe = Command::new(&python).args(["-c", "import jsonschema"]).output();
        if !probe.is_ok_and(|output| output.status.success()) {
            println!("not run: {python} has no jsonschema (set ISPTUNE_PYTHON)");
            return None;
        }
        Some(Self { python })
    }

    /// Holds what `words` answered to a schema.
    pub fn hold(&self, words: &str, answer: &str, schema: &str) {
        let check = "import json, jsonschema, sys\nschema = json.load(open(sys.argv[1]))\n\
                     jsonschema.Draft202012Validator.check_schema(schema)\n\
                     jsonschema.validate(json.load(sys.stdin), schema)";
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
        let schema = schemas.join(format!("{schema}.json"));
        let mut command = Command::new(&self.python);
        command.args(["-c", check]).arg(schema).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}\n{answer}\n{errors}");
    }
}
