//! Real answers against `docs/openapi.json` and `docs/schema/`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use daemon::look::LookKind;
use serde_json::{Value, json};

use crate::fake_service::{ADOPTED_MS, FakeService};
use crate::http::{connect, exchange};
use crate::looks::{picture, put};
use crate::verbs::run;

const OPENAPI: &str = include_str!("../../../docs/openapi.json");

fn openapi() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// The same schema with the components as its own definitions.
fn with_definitions(mut schema: Value, components: &Value) -> Value {
    schema["$defs"] = components.clone();
    let text = schema.to_string().replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).unwrap()
}

/// Holds each answer to its schema; says so when there is nothing to hold it with.
fn hold(pairs: &[(String, Value, Value)]) {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = Command::new(&python).args(["-c", "import jsonschema"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("not run: {python} has no jsonschema (set ISPTUNE_PYTHON)");
        return;
    }
    let check = "import json, jsonschema, sys\n\
                 for name, schema, answer in json.load(sys.stdin):\n    \
                     jsonschema.Draft202012Validator.check_schema(schema)\n    \
                     try: jsonschema.validate(answer, schema)\n    \
                     except jsonschema.ValidationError as error: sys.exit(f'{name}: {error}')";
    let mut command = Command::new(&python);
    command.args(["-c", check]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let all = serde_json::to_vec(pairs).unwrap();
    child.stdin.take().unwrap().write_all(&all).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn answers_and_refusals_are_as_the_description_says() {
    let service = FakeService::held();
    let openapi = openapi();
    let components = &openapi["components"]["schemas"];
    let bodies = BTreeMap::from([
        ("params", r#"{"exposure": 0.5}"#.to_owned()),
        ("look", r#"{"name": "day"}"#.to_owned()),
        ("locks", r#"{"parameters": ["texture"]}"#.to_owned()),
        ("revert", json!({"at_ms": ADOPTED_MS}).to_string()),
    ]);
    let mut pairs = Vec::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(good) = operation["responses"].get("200") else { continue };
            let schema = good.pointer("/content/application~1json/schema");
            let Some(schema) = schema.filter(|_| path != "/v1/openapi.json") else { continue };
            let last = path.rsplit('/').next().unwrap();
            let goal = if path.contains("looks") { picture(1) } else { Vec::new() };
            // Another call may have removed it.
            put(&service, "porch", &picture(1));
            let body = bodies.get(last).map_or(goal.as_slice(), String::as_bytes);
            let ask = |name| {
                let line = format!("{} {}", method.to_uppercase(), path.replace("{name}", name));
                exchange(connect(&service.socket()), &line, &[("Host", "localhost")], body)
            };
            let answer = ask("porch");
            assert_eq!(answer.status, 200, "{method} {path}");
            let schema = with_definitions(schema.clone(), components);
            pairs.push((format!("{method} {path}"), schema, answer.json()));
            // A look that there is not is made.
            if path.contains("{name}") && operation["operationId"] != "putLook" {
                let missing = ask("nobody");
                assert_eq!(missing.status, 404);
                assert!(operation["responses"].get("404").is_some(), "{method} {path}");
                let schema = with_definitions(components["Error"].clone(), components);
                pairs.push((format!("{method} {path} 404"), schema, missing.json()));
            }
        }
    }
    assert!(pairs.len() > 20, "{}", pairs.len());
    hold(&pairs);
}

/// The schemas of the verbs are the components of the API, each complete in itself.
#[test]
fn what_the_verbs_print_is_as_their_schemas_say() {
    let components = &openapi()["components"]["schemas"];
    let service = FakeService::held();
    let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema");
    let mut pairs = Vec::new();
    for (words, schema, component) in [
        ("status --json", "status", "Status"),
        ("status porch --json", "camera-status", "Camera"),
        ("plan --json", "plan", "Planned"),
        ("hold --json", "accepted", "Accepted"),
        ("apply --params exposure=0.1 --json", "accepted", "Accepted"),
    ] {
        let text = std::fs::read_to_string(format!("{schemas}/{schema}.json")).unwrap();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let described = with_definitions(components[component].clone(), components);
        for (key, value) in described.as_object().unwrap().iter().filter(|(key, _)| *key != "$defs")
        {
            assert_eq!(schema[key], *value, "{words}: {key}");
        }
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            assert_eq!(*definition, described["$defs"][name], "{words}: {name}");
        }
        let (code, out, err) = run(&service.socket(), words);
        assert_eq!(code, 0, "{words}: {err}");
        pairs.push((words.to_owned(), schema, serde_json::from_str(&out).unwrap()));
    }
    for kind in [LookKind::Style, LookKind::Taste] {
        service.hold_on(kind);
        let text = std::fs::read_to_string(format!("{schemas}/camera-status.json")).unwrap();
        let (_, out, _) = run(&service.socket(), "status porch --json");
        let schema = serde_json::from_str(&text).unwrap();
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["now"], json!({"style_distance": 0.03125}));
        pairs.push((format!("status of a {}", kind.name()), schema, answer));
    }
    hold(&pairs);
}
