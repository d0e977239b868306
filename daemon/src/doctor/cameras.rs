//! Whether the cameras of the configuration can be tuned.

use std::os::fd::AsFd as _;

use isp_hw::Kind;
use isp_hw::camera::CameraConfig;
use isp_hw::v4l2::negotiation::modes;
use isp_hw::v4l2::{CameraError, Controls, Node, chosen_camera, mapping};
use tuner::Parameter;

use super::Finding;
use crate::service_config::{CameraEntry, ServiceConfig};

pub(super) fn examine(config: Option<&ServiceConfig>) -> Vec<Finding> {
    let entries = config.map(|config| config.cameras.as_slice()).unwrap_or_default();
    entries.iter().flat_map(examine_one).collect()
}

fn examine_one(entry: &CameraEntry) -> Vec<Finding> {
    let subject = format!("camera {}", entry.name);
    if let Some(input) = &entry.input {
        return vec![match input.metadata() {
            Ok(_) => Finding::fine(subject, format!("{} stands in for it", input.display())),
            Err(error) => Finding::fault(subject, format!("{}: {error}", input.display())),
        }];
    }
    let source = match entry.pipeline.kind() {
        Kind::Camera(config) => config,
        Kind::I2c(config) => &config.camera,
        _ => return Vec::new(),
    };
    let camera = entry.camera.clone().or_else(|| source.camera.clone());
    let config = CameraConfig { camera, ..source.clone() };
    let by_registers = matches!(entry.pipeline.kind(), Kind::I2c(_));
    match look_at(&config, by_registers, &subject) {
        Ok(findings) => findings,
        Err(error) => vec![Finding::fault(subject, error.to_string())],
    }
}

fn look_at(
    config: &CameraConfig,
    by_registers: bool,
    subject: &str,
) -> Result<Vec<Finding>, CameraError> {
    let camera = chosen_camera(config)?;
    let node = Node::open(&camera.node)?;
    let formats = modes(&node, config.size)?.len();
    let mut findings = vec![if formats == 0 {
        Finding::fault(subject, "it offers no pixel format that isptune reads; set \"format\"")
    } else {
        let (name, node) = (&camera.name, camera.node.display());
        Finding::fine(subject, format!("{name} at {node}, {formats} picture modes"))
    }];
    if by_registers {
        return Ok(findings);
    }
    let controls = Controls::new(node.as_fd(), node.path());
    let list = controls.list()?;
    let mapped = match mapping(&node, &list, config) {
        Ok(mapped) => mapped,
        Err(error) => {
            findings.push(Finding::fault(subject, error.to_string()));
            return Ok(findings);
        }
    };
    for control in &mapped {
        let key = &control.info.key;
        let described = list.iter().find(|described| described.key == *key);
        if described.is_some_and(|described| !described.is_writable()) {
            findings.push(Finding::fault(
                subject,
                format!(
                    "control \"{key}\" of parameter {} cannot be written now; map another one, or \
                     switch off what holds it",
                    control.info.parameter
                ),
            ));
        }
    }
    let has = |parameter: &Parameter| mapped.iter().any(|each| each.info.parameter == *parameter);
    let missing = Parameter::ALL.into_iter().filter(|parameter| !has(parameter));
    let missing: Vec<&str> = missing.map(Parameter::name).collect();
    let carried = Parameter::COUNT - missing.len();
    findings.push(if missing.is_empty() {
        Finding::fine(subject, "its controls carry all nine parameters")
    } else {
        let text = format!(
            "its controls carry {carried} of the nine parameters; without {}, looks that need them \
             are reached in part only (kind = \"v4l2+software\" supplies them behind the camera)",
            missing.join(", ")
        );
        Finding::note(subject, text)
    });
    Ok(findings)
}
