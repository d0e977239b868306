//! Configuration, policy and looks.

use super::Finding;
use crate::look::{LookName, LookStore};
use crate::service_config::{Places, ServiceConfig, layers, load};
use crate::shipped_actor;

/// What is in the files, with the configuration where it can be used.
pub(super) fn examine(places: &Places) -> (Vec<Finding>, Option<ServiceConfig>) {
    let mut findings = Vec::new();
    let read = layers(places, false).and_then(|layers| load(&layers));
    let config = match read {
        Ok(config) => config,
        Err(error) => {
            findings.push(Finding::fault("configuration", error.to_string()));
            findings.push(policy(None));
            return (findings, None);
        }
    };
    findings.push(match config.cameras.len() {
        0 => Finding::fault(
            "configuration",
            format!("no camera is configured; add a [[camera]] to {}", places.config.display()),
        ),
        count => Finding::fine("configuration", format!("in order, cameras: {count}")),
    });
    findings.push(policy(Some(&config)));
    let store = LookStore::open(&places.state);
    for camera in &config.cameras {
        let tells_light =
            |look: &String| camera.look.as_ref() == Some(look) && !camera.by_light.is_empty();
        let scheduled = camera.schedule.iter().map(|entry| &entry.look);
        for look in camera.look.iter().chain(scheduled) {
            let subject = format!("look {look}");
            let loaded = look.parse::<LookName>().and_then(|name| store.load(&name));
            findings.push(match loaded {
                Ok(loaded) if loaded.goal().is_none() && tells_light(look) => Finding::fault(
                    subject,
                    format!(
                        "it is a taste, which has no picture to tell light by, so by_light of camera \
                         {} never chooses; give the camera a look of another kind",
                        camera.name
                    ),
                ),
                Ok(_) => Finding::fine(subject, format!("there, for camera {}", camera.name)),
                Err(error) => Finding::fault(subject, error.to_string()),
            });
        }
        if camera.look.is_none() && camera.schedule.is_empty() {
            findings.push(Finding::note(
                format!("camera {}", camera.name),
                "it has no look and is left as it is; name one with the key \"look\"",
            ));
        }
    }
    (findings, Some(config))
}

fn policy(config: Option<&ServiceConfig>) -> Finding {
    let file = config.and_then(|config| config.model.as_deref());
    match shipped_actor::actor(file) {
        Ok(_) => Finding::fine(
            "policy",
            match file {
                Some(file) => format!("{} is sound", file.display()),
                None => "the one that comes with isptune is sound".to_owned(),
            },
        ),
        Err(error) => Finding::fault("policy", error.to_string()),
    }
}
