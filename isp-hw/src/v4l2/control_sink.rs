//! A camera's own controls as the place where its parameters go to.

use std::fmt::{self, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;

use tuner::{Params, PipelineError};

use super::{
    Automatics, CameraError, ControlDescription, Controls, FoundValuesStore, Node, OpenCamera,
    Snapshot, Topic,
};
use crate::camera::{
    CameraConfig, CameraOpenError, ControlRange, MappedControl, ParameterSink, default_mapping,
    device_failed,
};

/// The controls of one camera that carry parameters.
pub struct ControlSink {
    node: Arc<Node>,
    identity: String,
    carriers: Vec<Carrier>,
    mapped: Vec<MappedControl>,
    found: Params,
    /// Everything that is to be put back.
    snapshot: Snapshot,
    store: FoundValuesStore,
}

/// One control that carries a parameter.
#[derive(Debug, Clone, Copy)]
struct Carrier {
    id: u32,
    found: i64,
}

impl ControlSink {
    /// Stores what is found, switches off the automatics that would fight a tune, and maps the
    /// controls. What an earlier run left behind is put back first; `notices` tells of it.
    ///
    /// # Errors
    /// [`CameraOpenError`] when the store cannot be written (then nothing was written to the camera
    /// either), a mapped control is missing or cannot be written, or no control carries anything.
    pub fn open(
        node: Arc<Node>,
        identity: &str,
        config: &CameraConfig,
        store: FoundValuesStore,
        notices: &mut Vec<String>,
    ) -> Result<Self, CameraOpenError> {
        let controls = Controls::new(node.as_fd(), node.path());
        restore_earlier(&controls, identity, &store, notices)?;
        let mapped = mapping(&node, &controls.list()?, config)?;
        let snapshot = store.keep(identity, node.card(), Snapshot::take(&controls)?)?.snapshot;
        let carriers = Automatics::off(&controls, &Topic::AGAINST_A_TUNE)
            .and_then(|_| carriers(&controls, &mapped));
        let carriers = match carriers {
            Ok(carriers) => carriers,
            Err(error) => {
                // What made it fail is what the caller must hear of; the values stay stored.
                let _ = put_back(&controls, &snapshot, identity, &store);
                return Err(error.into());
            }
        };
        let found =
            mapped.iter().zip(&carriers).fold(Params::NEUTRAL, |found, (control, carrier)| {
                let info = &control.info;
                found.with(info.parameter, info.to_canonical(carrier.found as f64))
            });
        let identity = identity.to_owned();
        drop(controls);
        Ok(Self { node, identity, carriers, mapped, found, snapshot, store })
    }

    fn controls(&self) -> Controls<'_> {
        Controls::new(self.node.as_fd(), self.node.path())
    }

    fn failed(&self, error: &dyn fmt::Display) -> PipelineError {
        device_failed(self.node.path().display().to_string(), error)
    }

    /// The native values of the carriers: the very values found where the parameter stands there.
    fn values(&self, params: &Params) -> Vec<(u32, i64)> {
        let carriers = self.mapped.iter().zip(&self.carriers);
        carriers
            .map(|(control, carrier)| {
                let parameter = control.info.parameter;
                let canonical = params.get(parameter);
                let native = if canonical == self.found.get(parameter) {
                    carrier.found
                } else {
                    control.info.to_native(canonical).round() as i64
                };
                (carrier.id, native)
            })
            .collect()
    }
}

impl ParameterSink for ControlSink {
    fn controls(&self) -> &[MappedControl] {
        &self.mapped
    }

    fn found(&self) -> Params {
        self.found
    }

    fn apply(&mut self, params: &Params) -> Result<(), PipelineError> {
        let written = Self::controls(self).write(&self.values(params));
        let written = written.map_err(|error| self.failed(&error))?;
        for (control, written) in self.mapped.iter().zip(written) {
            if written.applied() == Some(false) {
                let key = &control.info.key;
                let stands = written.read_back.unwrap_or(written.sent);
                let device = self.node.path().display().to_string();
                let reason = format!(
                    "control \"{key}\" was set to {} and stands at {stands}; another program may be \
                     changing it, or it does not reach so far: narrow its range in the pipeline file",
                    written.sent
                );
                return Err(PipelineError::Device { device, reason });
            }
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        self.store.clear(&self.identity).map_err(|error| self.failed(&error))
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        let controls = Self::controls(self);
        put_back(&controls, &self.snapshot, &self.identity, &self.store)
            .map_err(|error| self.failed(&error))
    }
}

/// Puts back what an earlier run of isptune found in this camera and did not put back itself.
///
/// # Errors
/// [`CameraOpenError`] when the store cannot be read or the camera is gone.
fn restore_earlier(
    controls: &Controls<'_>,
    identity: &str,
    store: &FoundValuesStore,
    notices: &mut Vec<String>,
) -> Result<(), CameraOpenError> {
    let Some(earlier) = store.of(identity)? else { return Ok(()) };
    match put_back(controls, &earlier.snapshot, identity, store) {
        Ok(()) => notices.push(format!(
            "{identity}: an earlier run ended without putting the camera back; it stands as that run \
             found it again"
        )),
        Err(error @ CameraOpenError::NotRestored { .. }) => notices.push(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Puts a camera back as the store says it was found, having it for itself meanwhile.
///
/// # Errors
/// [`CameraOpenError`]: the camera is absent or busy, or something could not be put back.
pub fn restore_stored(
    config: &CameraConfig,
    store: &FoundValuesStore,
) -> Result<(), CameraOpenError> {
    let OpenCamera { camera, node, capture, .. } = OpenCamera::open(config)?;
    let controls = Controls::new(node.as_fd(), node.path());
    if let Some(found) = store.of(&camera.identity)? {
        put_back(&controls, &found.snapshot, &camera.identity, store)?;
    }
    drop(capture);
    Ok(())
}

/// Puts a camera back and forgets what was stored of it, in this order.
fn put_back(
    controls: &Controls<'_>,
    snapshot: &Snapshot,
    identity: &str,
    store: &FoundValuesStore,
) -> Result<(), CameraOpenError> {
    let restored = snapshot.restore(controls)?;
    if restored.failed.is_empty() {
        return Ok(store.clear(identity)?);
    }
    let mut what = String::new();
    for failed in &restored.failed {
        let _ = write!(what, " {} = {} ({});", failed.key, failed.wanted, failed.reason);
    }
    Err(CameraOpenError::NotRestored { camera: identity.to_owned(), what })
}

/// Which of these controls of a camera carries which parameter: as `config` says, or as the device
/// suggests.
///
/// # Errors
/// [`CameraOpenError::Mapping`] when a control is missing or does not reach so far;
/// [`CameraOpenError::NothingToTune`] when nothing is mapped and the software ISP supplies nothing.
pub fn mapping(
    node: &Node,
    list: &[ControlDescription],
    config: &CameraConfig,
) -> Result<Vec<MappedControl>, CameraOpenError> {
    if config.mapping.is_empty() {
        let mapping = default_mapping(node.driver(), &ranges(list));
        if mapping.is_empty() && config.software.parameters(&[]).is_empty() {
            return Err(CameraOpenError::NothingToTune { camera: node.path().to_owned() });
        }
        return Ok(mapping);
    }
    let mapped = config.mapping.iter().map(|mapping| {
        let refused = |reason: String| CameraOpenError::Mapping {
            camera: node.path().to_owned(),
            control: mapping.info.key.clone(),
            parameter: mapping.info.parameter,
            reason,
        };
        let Some(control) = list.iter().find(|control| control.key == mapping.info.key) else {
            let known: Vec<&str> = list.iter().map(|control| control.key.as_str()).collect();
            return Err(refused(match crate::strict_toml::nearest(&mapping.info.key, &known) {
                Some(near) => format!("the camera has no such control; did you mean \"{near}\"?"),
                None => "the camera has no such control; see `isptune camera show`".to_owned(),
            }));
        };
        let extent = [control.minimum as f64, control.maximum as f64];
        let [low, high] = extent;
        if mapping.info.range.iter().any(|end| !(low..=high).contains(end)) {
            let [first, last] = mapping.info.range;
            return Err(refused(format!(
                "its range {first} to {last} goes beyond the control's {low} to {high}"
            )));
        }
        Ok(MappedControl { info: mapping.info.clone(), effect: mapping.effect, extent })
    });
    mapped.collect()
}

/// What the default mapping may choose from.
fn ranges(list: &[ControlDescription]) -> Vec<ControlRange> {
    let usable = list.iter().filter(|control| control.is_readable() && control.is_writable());
    usable
        .map(|control| ControlRange {
            key: control.key.clone(),
            minimum: control.minimum as f64,
            maximum: control.maximum as f64,
            default: control.default as f64,
        })
        .collect()
}

fn carriers(
    controls: &Controls<'_>,
    mapped: &[MappedControl],
) -> Result<Vec<Carrier>, CameraError> {
    let carriers = mapped.iter().map(|control| {
        let id = controls.by_key(&control.info.key)?.id;
        let found = controls.read(&[id])?.first().copied().unwrap_or_default();
        Ok(Carrier { id, found })
    });
    carriers.collect()
}
