use std::sync::Arc;
use std::time::Duration;

use tuner::{Frame, Parameter, Params, Pipeline, PipelineError, Planes, Samples, View};

use super::*;
use crate::camera::Effect;
use crate::command::Mode;
use crate::pixel_format::PixelFormat;

/// A template reader that knows one file.
fn templates(path: &Path) -> Result<String, PipelineFileError> {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("good.pp3") => Ok("[Exposure]\nCompensation={ev*2}\n".to_owned()),
        Some("params.pp3") => Ok("{ev} {params}".to_owned()),
        Some("bad.pp3") => Ok("[Exposure]\nCompensation={evv}\n".to_owned()),
        _ => Err(PipelineFileError::Read { path: "t".into(), reason: "gone".to_owned() }),
    }
}

fn parse(text: &str) -> Result<PipelineFile, PipelineFileError> {
    PipelineFile::parse_with(text, "/p/p.toml", &templates)
}

const EXPOSURE: &str = "[[parameter]]\nname=\"exposure\"\nkey=\"ev\"\nrange=[-2,2]\nneutral=0\n";

fn command(keys: &str) -> String {
    format!("kind=\"command\"\n{keys}\n{EXPOSURE}")
}

#[test]
fn faults_are_told_with_line_column_and_nearest_name() {
    let session = "mode=\"session\"\nprogram=[\"x\"]";
    let oneshot = "mode=\"oneshot\"\nprogram=[\"x\",\"{input}\",\"{output}\"";
    let cases: Vec<(String, &str)> = vec![
        ("".into(), "/p/p.toml:1:1: missing key \"kind\""),
        ("kid=\"paper\"".into(), "/p/p.toml:1:1: unknown key \"kid\", did you mean \"kind\"?"),
        ("kind=1".into(), "/p/p.toml:1:6: \"kind\" must be a string, not an integer"),
        (
            "kind=\"sofware\"".into(),
            "/p/p.toml:1:6: unknown kind \"sofware\", did you mean \"software\"?",
        ),
        (
            "kind=\"v4l2\"\nformat=\"XYZ\"".into(),
            "/p/p.toml:2:8: \"XYZ\" is no pixel format that isptune reads; \"YUYV\", \"NV12\" and \
             \"MJPG\" are",
        ),
        (
            "kind=\"v4l2\"\nsize=[640]".into(),
            "/p/p.toml:2:6: \"size\" is [width, height] in pixels",
        ),
        (
            "kind=\"v4l2\"\nrate=0".into(),
            "/p/p.toml:2:6: \"rate\" is frames per second, up to 10000",
        ),
        (
            "kind=\"v4l2\"\nsoftware=\"all\"".into(),
            "/p/p.toml:2:10: \"software\" is true (what no control carries), false, or a list of \
             parameters",
        ),
        (
            "kind=\"v4l2\"\n[[parameter]]\nname=\"exposure\"\nrange=[0,9]\nneutral=4\n\
             effect=\"ofset\""
                .into(),
            "/p/p.toml:6:8: unknown effect \"ofset\", did you mean \"offset\"?",
        ),
        (
            "kind=\"software\"\ninput_encoding=\"sRGB\"".into(),
            "/p/p.toml:2:16: unknown input_encoding \"sRGB\"; known: srgb, linear",
        ),
        (
            "kind=\"paper\"\ninput_encoding=\"srgb\"".into(),
            "/p/p.toml:2:1: unknown key \"input_encoding\"; known: kind, lock, limits",
        ),
        (
            "kind=\"paper\"\nlock=[\"red_gian\"]".into(),
            "/p/p.toml:2:7: unknown lock \"red_gian\", did you mean \"red_gain\"?",
        ),
        (
            "kind=\"paper\"\nlock=[\"texture\",\"texture\"]".into(),
            "/p/p.toml:2:17: \"texture\" is locked twice",
        ),
        (
            "kind=\"paper\"\n[limits]\nexpsure=[0,1]".into(),
            "/p/p.toml:3:1: unknown key \"expsure\" in [limits], did you mean \"exposure\"?",
        ),
        (
            "kind=\"paper\"\n[limits]\nexposure=[0.5,-0.5]".into(),
            "/p/p.toml:3:10: limit of exposure: [0.5, -0.5] is no interval within [-1, 1]",
        ),
        (
            "kind=\"paper\"\n[limits]\nexposure=[0.5]".into(),
            "/p/p.toml:3:10: \"exposure\" must be an array of two numbers, not an array",
        ),
        (
            "kind=\"paper\"\nlock=[\"texture\"]\n[limits]\ntexture=[0,1]".into(),
            "/p/p.toml:4:1: \"texture\" is locked and limited; keep one of the two",
        ),
        (
            command(session) + "[limits]\ntexture=[0,1]",
            "/p/p.toml:10:1: limit of \"texture\", which this pipeline does not have; add a \
             [[parameter]] table for it, or remove the limit",
        ),
        ("kind=\"command\"\nkind=\"paper\"".into(), "/p/p.toml:2:1: duplicate key"),
        ("kind=\"command\"".into(), "/p/p.toml:1:1: missing key \"parameter\""),
        (command(""), "/p/p.toml:1:1: missing key \"mode\""),
        (
            command("mode=\"sesion\""),
            "/p/p.toml:2:6: unknown mode \"sesion\", did you mean \"session\"?",
        ),
        (command("mode=\"session\""), "/p/p.toml:1:1: missing key \"program\""),
        (
            command("mode=\"session\"\nprogram=\"python3 x.py\""),
            "/p/p.toml:3:9: \"program\" must be an array, not a string",
        ),
        (
            command("mode=\"session\"\nprogram=[]"),
            "/p/p.toml:3:9: \"program\" needs at least the name of the program",
        ),
        (
            command("mode=\"session\"\nprogram=[\"x\", 1]"),
            "/p/p.toml:3:15: \"program\" must be a string, not an integer",
        ),
        (
            command("mode=\"session\"\nprogram=[\"x\", \"{input}\"]"),
            "/p/p.toml:3:15: {input} needs mode = \"oneshot\"; a session gets paths as JSON lines",
        ),
        (
            command(&format!("{session}\ntemplate=\"good.pp3\"")),
            "/p/p.toml:4:1: \"template\" needs mode = \"oneshot\"; a session gets its values as \
             JSON lines",
        ),
        (
            command(&format!("{session}\ntimeout_ms=0")),
            "/p/p.toml:4:12: \"timeout_ms\" = 0 is outside 1 to 86400000",
        ),
        (
            command(&format!("{session}\ntimeout_ms=1.5")),
            "/p/p.toml:4:12: \"timeout_ms\" must be an integer, not a number with a decimal point",
        ),
        (
            command(&format!("{session}\ninput_format=\"pmg\"")),
            "/p/p.toml:4:14: unknown input_format \"pmg\", did you mean \"png\"?",
        ),
        (
            command(&format!("{oneshot}, \"{{evv}}\"]")),
            "/p/p.toml:3:36: unknown placeholder {evv}, did you mean {ev}?",
        ),
        (
            command("mode=\"oneshot\"\nprogram=[\"x\",\"{input}\",\"{ev}\"]"),
            "/p/p.toml:3:9: {output} is missing in \"program\" (and in the template, if any)",
        ),
        (
            command(&format!("{oneshot}]")),
            "/p/p.toml:3:9: {ev} stands neither in \"program\" nor in a template; use it, or \
             {params}, or remove its [[parameter]] table",
        ),
        (
            command(&format!("{oneshot},\"{{template}}\",\"{{ev}}\"]")),
            "/p/p.toml:3:9: {template} in \"program\" needs the key \"template\"",
        ),
        (
            command(&format!("{oneshot},\"{{ev}}\"]\ntemplate=\"good.pp3\"")),
            "/p/p.toml:3:9: {template} is missing in \"program\", so the template file would never \
             be used",
        ),
        (
            command(&format!("{oneshot},\"{{template}}\"]\ntemplate=\"bad.pp3\"")),
            "/p/bad.pp3:2:14: unknown placeholder {evv}, did you mean {ev}?",
        ),
        (
            command(&format!("{oneshot},\"{{template}}\"]\ntemplate=\"params.pp3\"")),
            "/p/p.toml:4:10: {params} in /p/params.pp3 belongs in \"program\"",
        ),
        (
            command(&format!("{oneshot},\"{{template}}\"]\ntemplate=\"none.pp3\"")),
            "/p/p.toml:4:10: template t: gone",
        ),
        (
            format!("{}{EXPOSURE}", command(session)),
            "/p/p.toml:10:6: \"exposure\" has two [[parameter]] tables",
        ),
        (
            format!("{}{}", command(session), EXPOSURE.replace("exposure", "texture")),
            "/p/p.toml:11:5: two parameters have the key \"ev\"",
        ),
        (
            command(session).replace("exposure", "expo"),
            "/p/p.toml:5:6: unknown name \"expo\"; known: exposure, red_gain, green_gain, \
             blue_gain, saturation, contrast, highlights, shadows, texture",
        ),
        (
            command(session).replace("neutral=0", "neutral=3"),
            "/p/p.toml:7:7: exposure: neutral 3 must lie strictly between the ends of range [-2, 2]",
        ),
        (
            command(session).replace("neutral=0", "neutral=0\ncurve=\"log\""),
            "/p/p.toml:7:7: exposure: curve \"log\" needs positive values, but the range is [-2, 2]",
        ),
        (
            command(session).replace("[-2,2]", "[-2,1e13]"),
            "/p/p.toml:7:7: a range ends within -1e12 and 1e12",
        ),
        (
            command(session).replace("range", "rang"),
            "/p/p.toml:7:1: unknown key \"rang\" in [parameter], did you mean \"range\"?",
        ),
        (
            command(session).replace("neutral=0\n", ""),
            "/p/p.toml:4:1: missing key \"neutral\" in [parameter]",
        ),
        (
            "kind=\"command\"\nparameter=[]".into(),
            "/p/p.toml:2:11: a pipeline needs at least one \
         [[parameter]] table",
        ),
        (
            "kind=\"command\"\nparameter=3".into(),
            "/p/p.toml:2:11: \"parameter\" must be an array, not an integer",
        ),
    ];
    for (text, expected) in cases {
        let message = parse(&text).unwrap_err().to_string();
        assert_eq!(message, expected, "\n{text}");
    }
}

#[test]
fn a_right_file_is_read_as_written() {
    let text = "kind=\"command\"\nmode=\"session\"\nprogram=[\"python3\",\"my isp.py\",\"{x}\"]\n\
                timeout_ms=5_000\ninput_format=\"tiff\"\noutput_format=\"ppm\"\nlock=[\"contrast\"]\n\
                [limits]\nexposure=[-0.3,0.5]\n\
                [[parameter]]\nname=\"contrast\"\nrange=[100,-50]\nneutral=0\nunit=\"%\"\n\
                [[parameter]]\nname=\"exposure\"\nkey=\"ev\"\nrange=[0.5,4]\nneutral=1\ncurve=\"log\"";
    let file = parse(text).unwrap();
    let Kind::Command(config) = file.kind() else { panic!("kind changed") };
    let program = ["python3", "my isp.py", "{x}"].map(str::to_owned).to_vec();
    assert_eq!(config.mode, Mode::Session { program });
    assert_eq!(config.folder, Path::new("/p"));
    assert_eq!(config.timeout.as_millis(), 5000);
    assert_eq!(config.input_format.extension(), "tif");
    let names: Vec<_> = config.parameters.iter().map(|info| info.parameter).collect();
    assert_eq!(names, [Parameter::Exposure, Parameter::Contrast], "canonical order");
    assert_eq!(config.parameters[0].to_native(1.0), 4.0);
    assert_eq!(config.parameters[1].key, "contrast", "the key is the name unless it is given");
    assert_eq!(file.limits().interval(Parameter::Exposure), [-0.3, 0.5]);
    assert!(file.limits().is_locked(Parameter::Contrast));
    assert!(file.limits().is_locked(Parameter::Texture), "not in the table");
}

#[test]
fn the_shortest_files_are_enough() {
    let software = parse("kind=\"software\"").unwrap();
    assert_eq!(software.kind(), PipelineFile::software().kind());
    assert_eq!(software.limits(), PipelineFile::software().limits());
    let linear = parse("kind=\"software\"\ninput_encoding=\"linear\"").unwrap();
    assert_eq!(linear.kind(), &Kind::Software { transfer: Transfer::Linear, raw: None });
    assert_eq!(software.limits().free(), Parameter::ALL);
    assert_eq!(parse("kind=\"paper\"").unwrap().kind(), &Kind::Paper);
    assert!(parse(&command("mode=\"session\"\nprogram=[\"x\"]")).is_ok());
}

#[test]
fn a_picture_or_a_missing_file_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    let missing = PipelineFile::load(&path).unwrap_err().to_string();
    assert!(missing.ends_with("p.toml: there is no such file"), "{missing}");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
    let picture = PipelineFile::load(&path).unwrap_err().to_string();
    assert!(picture.contains("byte 0 is not UTF-8 text; is it a picture?"), "{picture}");
    let folder = PipelineFile::load(folder.path()).unwrap_err().to_string();
    assert!(folder.contains("directory"), "{folder}");
}

#[test]
fn the_shipped_files_are_right() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            PipelineFile::load(&path).unwrap();
            names.push(path.file_name().unwrap().to_owned());
        }
    }
    assert!(names.len() >= 3, "{names:?}");
}

#[test]
fn an_open_pipeline_and_its_simulator_show_the_same_pixels() {
    let samples = (0..48 * 40 * 3u32).map(|i| (i * 7919 % 251) as u8).collect();
    let input = Frame::new(48, 40, Samples::U8(samples)).unwrap();
    let params = Params::clamped([0.2, 0.1, -0.1, 0.0, 0.3, -0.2, 0.2, 0.1, -0.4]);
    let view = View::whole(48, 40);
    for text in ["kind=\"software\"", "kind=\"paper\""] {
        let mut pipeline = parse(text).unwrap().open_frame(input.clone(), &Arc::default()).unwrap();
        assert_eq!(pipeline.as_found().unwrap(), input);
        let rendered = Planes::from(&pipeline.query_view(&params, &view).unwrap());
        let simulated = pipeline.simulator(&input, &view).unwrap().simulate(&params);
        for (a, b) in rendered.channels().into_iter().zip(simulated.channels()) {
            let step = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(step <= 0.51 / 255.0, "{text}: {step}");
        }
    }
}

#[test]
fn a_camera_is_read_with_its_mapping_and_what_the_software_isp_supplies() {
    let parse = |text: &str| PipelineFile::parse(text, "/p/p.toml").unwrap();
    let file = parse(
        "kind=\"v4l2+software\"\ncamera=\"usb:046d:0825:1\"\nformat=\"MJPG\"\nsize=[1280,720]\n\
         rate=30\nframe_timeout_ms=500\nlock=[\"saturation\"]\n[[parameter]]\nname=\"exposure\"\n\
         key=\"brightness\"\nrange=[0,255]\nneutral=128\neffect=\"offset\"\n",
    );
    let Kind::Camera(config) = file.kind() else { panic!("{:?}", file.kind()) };
    assert_eq!(config.camera.as_deref(), Some("usb:046d:0825:1"));
    assert_eq!(config.pixel_format, Some(PixelFormat::Mjpeg));
    assert_eq!((config.size, config.rate), (Some([1280, 720]), Some(30.0)));
    assert_eq!(config.frame_timeout, Duration::from_millis(500));
    assert_eq!(config.mapping[0].effect, Effect::Offset);
    let keys: Vec<String> = file.parameters().into_iter().map(|info| info.key).collect();
    assert_eq!((keys.len(), keys[0].as_str()), (9, "brightness"));
    assert_eq!(keys[1], "software.red_gain");
    assert!(file.limits().is_locked(Parameter::Saturation));
    // Which controls a camera has is seen when it is opened.
    let bare = parse("kind=\"v4l2\"\n[limits]\ntexture=[-0.5,0.5]\n");
    assert!(bare.parameters().is_empty());
    assert_eq!(bare.limits().interval(Parameter::Texture), [-0.5, 0.5]);
    assert_eq!(bare.limits().interval(Parameter::Exposure), [-1.0, 1.0]);
}

#[test]
fn what_an_opened_pipeline_lacks_or_the_file_locks_stays_as_it_was_found() {
    struct Found(Vec<ParameterInfo>);
    impl Pipeline for Found {
        fn parameters(&self) -> &[ParameterInfo] {
            &self.0
        }

        fn as_found(&mut self) -> Result<Frame, PipelineError> {
            Err(PipelineError::Interrupted)
        }

        fn found_params(&self) -> Params {
            Params::clamped([0.3; Parameter::COUNT])
        }

        fn query(&mut self, _: &Params) -> Result<Frame, PipelineError> {
            Err(PipelineError::Interrupted)
        }
    }
    let file = PipelineFile::parse("kind=\"v4l2\"\nlock=[\"contrast\"]", "/p/p.toml").unwrap();
    let has = [Parameter::Exposure, Parameter::Contrast].map(ParameterInfo::canonical);
    let limits = file.limits_on(&Found(has.to_vec()));
    assert_eq!(limits.free(), [Parameter::Exposure]);
    assert_eq!(limits.interval(Parameter::Contrast), [0.3, 0.3]);
    assert_eq!(limits.interval(Parameter::Texture), [0.3, 0.3]);
}
