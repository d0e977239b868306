//! The pipeline files that come with isptune, driving the real programs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use isp_hw::{OpenPipeline, PipelineFile};
use isptune_tests::program::{bytes, picture};
use tuner::{Axis, Frame, Parameter, Params, Pipeline};

/// Opens a shipped pipeline, or says that its program is not installed.
fn open(name: &str, probe: &[&str]) -> Option<OpenPipeline> {
    let (program, arguments) = probe.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_err() {
        println!("not run: {program} is not installed");
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipelines").join(name);
    let file = PipelineFile::load(&path).unwrap();
    Some(file.open_frame(picture(), &Arc::default()).unwrap())
}

/// A number that grows with the parameter.
fn amount(parameter: Parameter, frame: &Frame) -> f64 {
    let width = frame.width();
    let pixels: Vec<[f64; 3]> =
        bytes(frame).chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(f64::from)).collect();
    let rows = |range: std::ops::Range<usize>| &pixels[range.start * width..range.end * width];
    let mean = |of: &dyn Fn(&[f64; 3]) -> f64, pixels: &[[f64; 3]]| {
        pixels.iter().map(of).sum::<f64>() / pixels.len() as f64
    };
    let grey = |p: &[f64; 3]| p.iter().sum::<f64>() / 3.0;
    let columns = |wanted: std::ops::Range<usize>| -> Vec<[f64; 3]> {
        let ramp = rows(0..16).iter().enumerate();
        ramp.filter(|(i, _)| wanted.contains(&(i % width))).map(|(_, p)| *p).collect()
    };
    match parameter {
        Parameter::Exposure => mean(&grey, &pixels),
        Parameter::RedGain => mean(&|p| p[0], &pixels),
        Parameter::GreenGain => mean(&|p| p[1], &pixels),
        Parameter::BlueGain => mean(&|p| p[2], &pixels),
        Parameter::Saturation => mean(
            &|p| {
                p.iter().fold(0.0f64, |a, &b| a.max(b)) - p.iter().fold(255.0f64, |a, &b| a.min(b))
            },
            rows(16..48),
        ),
        Parameter::Contrast => mean(&grey, &columns(80..96)) - mean(&grey, &columns(0..16)),
        Parameter::Highlights => mean(&grey, &columns(80..96)),
        Parameter::Shadows => mean(&grey, &columns(8..24)),
        Parameter::Texture => {
            let checks = rows(48..64);
            checks.windows(2).map(|pair| (grey(&pair[0]) - grey(&pair[1])).abs()).sum()
        }
    }
}

fn neutral_is_the_input_and_every_parameter_works_both_ways(pipeline: &mut dyn Pipeline) {
    let neutral = pipeline.query(&Params::NEUTRAL).unwrap();
    let input = picture();
    let steps = bytes(&neutral).iter().zip(bytes(&input)).map(|(a, b)| a.abs_diff(*b));
    assert!(steps.max().unwrap() <= 1);
    let parameters: Vec<Parameter> =
        pipeline.parameters().iter().map(|info| info.parameter).collect();
    for parameter in parameters {
        let mut amounts = [-0.5, 0.5].map(|value| {
            let frame = pipeline.query(&Params::NEUTRAL.with(parameter, value)).unwrap();
            amount(parameter, &frame)
        });
        let at_neutral = amount(parameter, &neutral);
        assert!(amounts[0] < at_neutral && at_neutral < amounts[1], "{parameter}: {amounts:?}");
        amounts.sort_by(f64::total_cmp);
        let extent = amounts[1] - amounts[0];
        assert!(extent > 0.02 * at_neutral, "{parameter} hardly does anything: {amounts:?}");
    }
}

#[test]
fn rawtherapee_renders_as_promised() {
    if let Some(mut pipeline) = open("rawtherapee.toml", &["rawtherapee-cli", "-h"]) {
        assert_eq!(pipeline.parameters().len(), 9);
        neutral_is_the_input_and_every_parameter_works_both_ways(&mut pipeline);
    }
}

#[test]
fn graphicsmagick_renders_as_promised() {
    if let Some(mut pipeline) = open("graphicsmagick.toml", &["gm", "version"]) {
        neutral_is_the_input_and_every_parameter_works_both_ways(&mut pipeline);
    }
}

#[test]
fn the_session_example_renders_as_promised() {
    if let Some(mut pipeline) = open("session-python.toml", &["python3", "--version"]) {
        neutral_is_the_input_and_every_parameter_works_both_ways(&mut pipeline);
    }
}

#[test]
fn the_extra_parameters_of_the_example_work_both_ways() {
    let Some(mut pipeline) = open("session-extras.toml", &["python3", "--version"]) else { return };
    let names: Vec<&str> =
        pipeline.extra_parameters().iter().map(|extra| extra.name.as_str()).collect();
    assert_eq!(names, ["vignette", "vibrance"]);
    neutral_is_the_input_and_every_parameter_works_both_ways(&mut pipeline);
    let mut amounts = |axis: Axis, of: Parameter| {
        [-0.5, 0.0, 0.5]
            .map(|value| amount(of, &pipeline.query(&Params::NEUTRAL.with(axis, value)).unwrap()))
    };
    for (axis, of) in
        [(Axis::Extra(0), Parameter::Exposure), (Axis::Extra(1), Parameter::Saturation)]
    {
        let amounts = amounts(axis, of);
        assert!(amounts.is_sorted_by(|a, b| a < b), "{axis}: {amounts:?}");
    }
}
