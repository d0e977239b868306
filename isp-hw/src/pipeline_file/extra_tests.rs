//! `[[extra]]` tables.

use std::path::Path;
use std::sync::Arc;

use tuner::{Axis, Frame, Parameter, Params, Pipeline, Samples};

use super::PipelineFile;

const EXPOSURE: &str = "[[parameter]]\nname=\"exposure\"\nkey=\"ev\"\nrange=[-2,2]\nneutral=0\n";
const TINT: &str = "[[extra]]\nname=\"tint\"\nrange=[-100,100]\nneutral=0\n";

/// A session with one of the nine, from line 9 on with these tables.
fn session(tables: &str) -> String {
    format!("kind=\"command\"\nmode=\"session\"\nprogram=[\"x\"]\n{EXPOSURE}{tables}")
}

fn parse(text: &str) -> Result<PipelineFile, String> {
    let nothing = |_: &Path| unreachable!("there is no template");
    PipelineFile::parse_with(text, "/p/p.toml", &nothing).map_err(|error| error.to_string())
}

#[test]
fn faults_are_told_with_line_and_column() {
    let extra = |name: &str, rest: &str| {
        session(&format!("[[extra]]\nname={name}\nrange=[-1,1]\nneutral=0\n{rest}"))
    };
    let nine: String =
        (0..9).map(|i| format!("[[extra]]\nname=\"x{i}\"\nrange=[-1,1]\nneutral=0\n")).collect();
    let cases = [
        (
            extra("\"red_gain\"", ""),
            "10:6: \"red_gain\" is one of the nine; give it a [[parameter]]",
        ),
        (extra("\"Tint\"", ""), "10:6: the name of an extra parameter is a lower-case letter and"),
        (extra("\"\"", ""), "10:6: \"name\" must not be empty"),
        (extra("\"tint\"", "key=\"ev\"\n"), "13:5: two parameters have the key \"ev\""),
        (extra("\"ev\"", ""), "10:6: two parameters have the key \"ev\""),
        (extra("\"tint\"", "curv=\"log\"\n"), "13:1: unknown key \"curv\" in [extra], did you"),
        (extra("\"tint\"", "curve=\"log\"\n"), "11:7: tint: curve \"log\" needs positive values"),
        (extra("\"tint\"", TINT), "14:6: \"tint\" has two [[extra]] tables"),
        (session("[[extra]]\nname=\"tint\"\nneutral=0\n"), "9:1: missing key \"range\" in [extra]"),
        (format!("extra=3\n{}", session("")), "1:7: \"extra\" must be an array"),
        (session(&nine), "41:1: a pipeline has at most 8 [[extra]] tables"),
        (
            format!("kind=\"paper\"\n{TINT}"),
            "2:3: [[extra]] tables need kind = \"command\": only an external program has parameters",
        ),
        (
            session(&format!("{TINT}[limits]\ntnt=[0,1]\n")),
            "14:1: unknown key \"tnt\" in [limits], did",
        ),
        (session(&format!("{TINT}[limits]\ntint=[1,0]\n")), "14:6: limit of tint: [1, 0] is no"),
        (
            session(TINT)
                .replace("session\"", "oneshot\"")
                .replace("\"x\"", "\"x\",\"{input}\",\"{output}\",\"{ev}\""),
            "3:9: {tint} stands neither in \"program\" nor in a template; use it, or {params}, or \
             remove its [[extra]] table",
        ),
    ];
    for (text, part) in cases {
        let told = parse(&text).unwrap_err();
        assert!(told.contains(&format!("/p/p.toml:{part}")), "{text}\n{told}\n{part}");
    }
    let locked_twice = format!("lock=[\"tint\"]\n{}[limits]\ntint=[0,1]\n", session(TINT));
    assert!(parse(&locked_twice).unwrap_err().contains("\"tint\" is locked and limited"));
}

#[test]
fn extra_parameters_are_read_and_are_free_within_their_limits() {
    let tables = format!(
        "{TINT}[[extra]]\nname=\"temperature\"\nkey=\"kelvin\"\nrange=[10000,2500]\nneutral=5000\n\
         curve=\"log\"\nunit=\"K\"\n[limits]\ntint=[-0.5,0.25]\n"
    );
    let file = parse(&session(&tables)).unwrap();
    let [tint, temperature] = file.extra_parameters() else { panic!("not two") };
    assert_eq!((tint.name.as_str(), tint.key.as_str()), ("tint", "tint"));
    assert_eq!((temperature.key.as_str(), temperature.unit.as_str()), ("kelvin", "K"));
    assert_eq!(temperature.to_native(1.0), 2500.0);
    assert_eq!(file.limits().interval(Axis::Extra(0)), [-0.5, 0.25]);
    assert_eq!(file.limits().interval(Axis::Extra(1)), [-1.0, 1.0]);
    assert!(file.limits().is_locked(Axis::Extra(2)));
    let locked = parse(&format!("lock=[\"temperature\"]\n{}", session(&tables))).unwrap();
    assert_eq!(locked.limits().free_axes(), [Parameter::Exposure.into(), Axis::Extra(0)]);
}

#[test]
fn a_program_gets_them_under_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let text = format!(
        "kind=\"command\"\nmode=\"oneshot\"\n\
         program=[\"sh\",\"-c\",\"echo {{tint}} >> {told}; cat {{params}} >> {told}; cp {{input}} {{output}}\"]\n\
         {EXPOSURE}{TINT}",
        told = told.display()
    );
    let file = PipelineFile::parse(&text, "p.toml").unwrap();
    let input = Frame::new(2, 1, Samples::U8(vec![9; 6])).unwrap();
    let mut pipeline = file.open_frame(input, &Arc::default()).unwrap();
    assert_eq!(pipeline.extra_parameters(), file.extra_parameters());
    pipeline.query(&Params::NEUTRAL.with(Axis::Extra(0), -0.25)).unwrap();
    let told = std::fs::read_to_string(told).unwrap();
    assert!(told.starts_with("-25\n"), "{told}");
    assert!(told.contains("\"tint\": -25.0") && told.contains("\"ev\": 0.0"), "{told}");
}
