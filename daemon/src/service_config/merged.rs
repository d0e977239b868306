//! All files laid over each other.

use std::path::{Path, PathBuf};

use isp_hw::PipelineFile;
use isp_hw::strict_toml::{Document, Table};
use tuner::{EXACT_DB, GoalOptions};

use super::camera_keys::{self, CameraKeys};
use super::keep_keys::KeepKeys;
use super::layers::Layer;
use super::{
    ApiConfig, CameraEntry, GroupEntry, OnStop, ServiceConfig, ServiceConfigError, api_keys,
};

const KEYS: [&str; 6] = ["api", "model", "metrics_file", "keep", "camera", "group"];

const QUERIES: usize = 10;
const STRATEGY: &str = "hybrid";

/// Whether a text is one of the service's files rather than a pipeline file, which says its kind.
#[must_use]
pub fn describes_service(text: &str) -> bool {
    let Ok(document) = Document::parse(text, "") else { return false };
    let root = document.root();
    let is_key = |key: &&str| root.get(key).is_some();
    // A pipeline file may name a camera, by a string.
    let has_cameras = root.get("camera").is_some_and(|camera| camera.items().is_ok());
    let has_others = KEYS.iter().filter(|key| **key != "camera").any(is_key);
    root.get("kind").is_none() && (has_cameras || has_others)
}

/// What all files together say.
#[derive(Debug, Default)]
struct Merged {
    api: ApiConfig,
    model: Option<PathBuf>,
    metrics_file: Option<PathBuf>,
    keep: KeepKeys,
    cameras: Vec<CameraKeys>,
    groups: Vec<GroupEntry>,
}

/// Reads the files and the pipeline files that they name.
///
/// # Errors
/// [`ServiceConfigError`]: the first thing that is not as documented, with file, line and column.
pub fn load(layers: &[Layer]) -> Result<ServiceConfig, ServiceConfigError> {
    let mut merged = Merged::default();
    for layer in layers {
        let label = layer.path.display().to_string();
        let document = Document::parse(&layer.text, &label)?;
        merged.add(&document.root(), layer.path.parent().unwrap_or(Path::new("")))?;
    }
    let files: Vec<PathBuf> = layers.iter().map(|layer| layer.path.clone()).collect();
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let together = |reason: String| ServiceConfigError::Together {
        files: if names.is_empty() { "no file".to_owned() } else { names.join(", ") },
        reason,
    };
    for group in &merged.groups {
        for camera in &group.cameras {
            if !merged.cameras.iter().any(|keys| keys.name == *camera) {
                return Err(together(format!(
                    "group \"{}\" names the camera \"{camera}\", and no [[camera]] has that name",
                    group.name
                )));
            }
        }
    }
    let cameras = merged.cameras.iter().map(|keys| entry(keys, merged.keep, &together));
    let cameras: Vec<CameraEntry> = cameras.collect::<Result<_, _>>()?;
    for (index, camera) in cameras.iter().enumerate() {
        let same = |other: &&CameraEntry| other.camera == camera.camera;
        let earlier = cameras.iter().take(index).filter(|other| other.input.is_none());
        if camera.input.is_none()
            && let Some(other) = earlier.clone().find(same)
        {
            let which = camera.camera.as_deref().unwrap_or("the only one there is");
            return Err(together(format!(
                "\"{}\" and \"{}\" are both the camera {which}; name another one with the key \
                 \"camera\", as `isptune camera list` prints it",
                other.name, camera.name
            )));
        }
    }
    Ok(ServiceConfig {
        api: merged.api,
        model: merged.model,
        metrics_file: merged.metrics_file,
        cameras,
        groups: merged.groups,
        files,
    })
}

impl Merged {
    fn add(&mut self, root: &Table<'_>, folder: &Path) -> Result<(), ServiceConfigError> {
        root.only(&KEYS)?;
        if let Some(api) = root.get("api") {
            self.api = api_keys::read(&api.table()?, folder, std::mem::take(&mut self.api))?;
        }
        if let Some(model) = root.get("model") {
            self.model = Some(folder.join(model.text()?));
        }
        if let Some(file) = root.get("metrics_file") {
            self.metrics_file = Some(folder.join(file.text()?));
        }
        if let Some(keep) = root.get("keep") {
            self.keep = KeepKeys::read(&keep.table()?)?.over(self.keep);
        }
        let mut named_here: Vec<String> = Vec::new();
        for camera in root.get("camera").map_or(Ok(Vec::new()), |value| value.items())? {
            let table = camera.table()?;
            let keys = CameraKeys::read(&table, folder)?;
            if named_here.contains(&keys.name) {
                let name = table.required("name")?;
                return Err(name.error(format!("there are two cameras \"{}\"", keys.name)).into());
            }
            named_here.push(keys.name.clone());
            match self.cameras.iter_mut().find(|below| below.name == keys.name) {
                Some(below) => *below = keys.over(std::mem::take(below)),
                None => self.cameras.push(keys),
            }
        }
        for group in root.get("group").map_or(Ok(Vec::new()), |value| value.items())? {
            let group = camera_keys::group(&group.table()?)?;
            self.groups.retain(|below| below.name != group.name);
            self.groups.push(group);
        }
        Ok(())
    }
}

fn entry(
    keys: &CameraKeys,
    keep: KeepKeys,
    together: &dyn Fn(String) -> ServiceConfigError,
) -> Result<CameraEntry, ServiceConfigError> {
    let name = keys.name.clone();
    let pipeline = match &keys.pipeline {
        Some(path) => PipelineFile::load(path)
            .map_err(|source| ServiceConfigError::Pipeline { camera: name.clone(), source })?,
        None if keys.input.is_some() => PipelineFile::software(),
        None => PipelineFile::camera(),
    };
    if pipeline.is_camera() && keys.input.is_some() {
        return Err(together(format!(
            "camera \"{name}\": {} describes a camera, which takes its own pictures; leave out \
             \"input\"",
            pipeline.label()
        )));
    }
    if !pipeline.is_camera() && keys.input.is_none() {
        return Err(together(format!(
            "camera \"{name}\": {} describes no camera; use kind = \"v4l2\" or \"i2c\", or name a \
             picture that stands in for one with the key \"input\"",
            pipeline.label()
        )));
    }
    let strength = keys.strength.unwrap_or(1.0);
    let on_stop = keys.on_stop.unwrap_or_default();
    if strength < 1.0 && on_stop == OnStop::Keep {
        return Err(together(format!(
            "camera \"{name}\": with on_stop = \"keep\" the next start would take the setting for what \
             was found, and go on from there; use \"restore\", or strength = 1"
        )));
    }
    if keys.by_light.as_ref().is_some_and(|entries| !entries.is_empty()) {
        if keys.look.is_none() {
            return Err(together(format!(
                "camera \"{name}\": \"by_light\" tells light by the key \"look\", the look of all other \
                 light; name one"
            )));
        }
        if on_stop == OnStop::Keep {
            return Err(together(format!(
                "camera \"{name}\": with on_stop = \"keep\" the next start would tell light by the \
                 setting that was left, not by what was found; use \"restore\", or leave out \"by_light\""
            )));
        }
    }
    Ok(CameraEntry {
        name,
        camera: keys.camera.clone(),
        input: keys.input.clone(),
        pipeline,
        look: keys.look.clone(),
        strength,
        schedule: keys.schedule.clone().unwrap_or_default(),
        by_light: keys.by_light.clone().unwrap_or_default(),
        locked: keys.lock.clone().unwrap_or_default(),
        limits: keys.limits.clone(),
        strategy: keys.strategy.clone().unwrap_or_else(|| STRATEGY.to_owned()),
        queries: keys.queries.unwrap_or(QUERIES),
        target_db: keys.target_db.unwrap_or(EXACT_DB),
        goal: GoalOptions {
            region_of_interest: keys.region,
            register: keys.register.unwrap_or(true),
        },
        policy: keys.keep.over(keep).policy(),
        on_stop,
    })
}
