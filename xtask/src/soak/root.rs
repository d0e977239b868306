//! The folder that the service lives in.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use daemon::demo::{Depth, Illuminant, LightboxScene};
use daemon::look::{LookKind, LookName, LookSource, LookStore, NewLook, Tags};
use isp_hw::PipelineFile;
use tempfile::TempDir;
use tuner::{Frame, Parameter, Params, Pipeline};

/// The looks between which tunes alternate, and the exposure of their goals.
pub const LOOKS: [(&str, f64); 2] = [("day", 0.3), ("night", -0.3)];
/// Exposure by which the scene is brighter while the light has changed.
const BRIGHTER: f64 = 0.25;
const SIZE: [usize; 2] = [640, 480];
/// The shipped policy, under a name of its own so that it can be spoilt.
const POLICY: &str = "models/actor.onnx";

/// A root with a picture that stands in for a camera, two looks, a policy and a configuration.
pub struct Root {
    folder: TempDir,
    scene: Frame,
}

impl Root {
    /// Makes and furnishes it.
    ///
    /// # Errors
    /// When something cannot be rendered or written.
    pub fn new() -> Result<Self> {
        let [width, height] = SIZE;
        let scene = LightboxScene::new(Illuminant::D65, width, height).frame(Depth::Eight)?;
        let root = Self { folder: tempfile::tempdir()?, scene };
        fs::create_dir_all(root.path("etc/isptune"))?;
        root.put_scene()?;
        root.put_policy()?;
        root.configure("look")?;
        for (name, _) in LOOKS {
            root.add_look(name)?;
        }
        Ok(root)
    }

    /// Something in it.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// What the camera sees.
    pub fn scene_file(&self) -> PathBuf {
        self.path("etc/isptune/scene.png")
    }

    /// The policy in use.
    pub fn policy_file(&self) -> PathBuf {
        self.path("etc/isptune/policy.onnx")
    }

    /// The scene as it is meant to be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_scene(&self) -> Result<()> {
        Ok(self.scene.save(self.scene_file())?)
    }

    /// The scene in more light.
    ///
    /// # Errors
    /// When it cannot be rendered or written.
    pub fn brighten_scene(&self) -> Result<()> {
        Ok(self.exposed(BRIGHTER)?.save(self.scene_file())?)
    }

    /// The policy as it is shipped.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn put_policy(&self) -> Result<()> {
        let shipped = crate::data::checkout().join(POLICY);
        fs::copy(&shipped, self.policy_file()).with_context(|| shipped.display().to_string())?;
        Ok(())
    }

    /// The configuration, with this key for the look.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configure(&self, key: &str) -> Result<()> {
        let text = format!(
            "model = \"policy.onnx\"\n[keep]\ndwell_s = 2\ncool_down_s = 5\n\
             [[camera]]\nname = \"gate\"\ninput = \"scene.png\"\n{key} = \"day\"\n"
        );
        Ok(fs::write(self.path("etc/isptune/isptuned.toml"), text)?)
    }

    /// Puts a look into the store.
    ///
    /// # Errors
    /// When it cannot be rendered or stored.
    pub fn add_look(&self, name: &str) -> Result<()> {
        let look = LOOKS.iter().find(|(look, _)| *look == name).context("no such look")?;
        let look = NewLook {
            name: name.parse()?,
            kind: LookKind::Finish,
            goal: self.exposed(look.1)?,
            source: LookSource::Picture { file: format!("{name}.png") },
            tags: Tags::default(),
            against: None,
            known: Vec::new(),
            force: true,
        };
        self.store().add(&look.make()?, true)?;
        Ok(())
    }

    /// Takes a look out of the store.
    ///
    /// # Errors
    /// When it is not there.
    pub fn remove_look(&self, name: &str) -> Result<()> {
        Ok(self.store().remove(&name.parse::<LookName>()?)?)
    }

    fn store(&self) -> LookStore {
        LookStore::open(&self.path("var/lib/isptune"))
    }

    fn exposed(&self, exposure: f64) -> Result<Frame> {
        let software = PipelineFile::software();
        let mut pipeline = software.open_frame(self.scene.clone(), &Default::default())?;
        Ok(pipeline.query(&Params::NEUTRAL.with(Parameter::Exposure, exposure))?)
    }
}
