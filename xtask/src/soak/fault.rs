//! What is done to the service, and what it may say about it.

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixStream;

use anyhow::{Result, ensure};

use super::root::Root;
use super::service::Service;

/// More than the service has places for connections.
const HANGING: usize = 70;

/// A fault. Each lasts for one tick, and the next one begins two ticks later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The scene's file is no picture.
    SceneGarbage,
    /// The scene's file is gone.
    SceneGone,
    /// There is more light.
    SceneBrighter,
    /// The configuration has a key that nobody knows, and is read again.
    ConfigurationBroken,
    /// The look that is held is taken away, and the configuration is read again.
    LookRemoved,
    /// The policy's file is garbage, and the configuration is read again.
    PolicyGarbage,
    /// Clients connect, send half a request and wait.
    ClientsHang,
    /// Somebody asks for the page of another host.
    ForeignHost,
}

/// Connections that stay open while a fault lasts.
pub type Kept = Vec<UnixStream>;

impl Fault {
    /// All of them, in the order in which they are injected.
    pub const ALL: [Self; 8] = [
        Self::SceneGarbage,
        Self::ConfigurationBroken,
        Self::SceneGone,
        Self::LookRemoved,
        Self::SceneBrighter,
        Self::PolicyGarbage,
        Self::ClientsHang,
        Self::ForeignHost,
    ];

    /// In words, for the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SceneGarbage => "scene is garbage",
            Self::SceneGone => "scene is gone",
            Self::SceneBrighter => "scene is brighter",
            Self::ConfigurationBroken => "configuration is broken",
            Self::LookRemoved => "look is removed",
            Self::PolicyGarbage => "policy is garbage",
            Self::ClientsHang => "clients hang",
            Self::ForeignHost => "another host is asked for",
        }
    }

    /// Whether a line of the log that warns is about this fault.
    pub fn explains(self, line: &str) -> bool {
        let words: &[&str] = match self {
            Self::SceneGarbage => &["scene.png"],
            Self::SceneGone => &["scene.png"],
            // Its end is a change of the light as well. There may be no tune left in the hour.
            Self::SceneBrighter => &["the picture has left its look; the next tune may begin in"],
            Self::ConfigurationBroken => &["isptuned.toml:", "did you mean \"look\""],
            Self::LookRemoved => &["fault=\"look\""],
            Self::PolicyGarbage => &["policy.onnx", "the policy that was in use stays in use"],
            Self::ClientsHang => &["all connections to the API are taken"],
            Self::ForeignHost => &["this Host is not served", "refused"],
        };
        words.iter().all(|words| line.contains(words))
    }

    /// Lets it happen; `held` is the look that is held.
    ///
    /// # Errors
    /// When that cannot be done, or when the service does not refuse what it should.
    pub fn inject(self, root: &Root, service: &Service, held: &str) -> Result<Kept> {
        match self {
            Self::SceneGarbage => fs::write(root.scene_file(), "garbage")?,
            Self::SceneGone => fs::remove_file(root.scene_file())?,
            Self::SceneBrighter => root.brighten_scene()?,
            Self::ConfigurationBroken => {
                root.configure("loook")?;
                ensure!(service.reload().is_err(), "a broken configuration was taken");
            }
            Self::LookRemoved => {
                root.remove_look(held)?;
                service.reload()?;
            }
            Self::PolicyGarbage => {
                fs::write(root.policy_file(), "garbage")?;
                service.reload()?;
            }
            Self::ClientsHang => {
                let mut kept = Kept::new();
                for number in 0..HANGING {
                    let mut stream = UnixStream::connect(service.socket())?;
                    // Some send nothing at all. Those that are too many may be hung up on.
                    if number % 2 == 0 {
                        let _ = stream.write_all(b"GET /v1/status HTTP/1.1\r\nHost: loc");
                    }
                    kept.push(stream);
                }
                return Ok(kept);
            }
            Self::ForeignHost => {
                let answer = service.get("/v1/status", "elsewhere.example")?;
                ensure!(answer.starts_with("HTTP/1.1 403"), "another host is served: {answer}");
            }
        }
        Ok(Kept::new())
    }

    /// Puts everything in order again.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn end(self, root: &Root, service: &Service, held: &str) -> Result<()> {
        match self {
            Self::SceneGarbage | Self::SceneGone | Self::SceneBrighter => root.put_scene(),
            Self::ConfigurationBroken => {
                root.configure("look")?;
                service.reload()
            }
            Self::LookRemoved => root.add_look(held),
            Self::PolicyGarbage => {
                root.put_policy()?;
                service.reload()
            }
            Self::ClientsHang | Self::ForeignHost => Ok(()),
        }
    }
}
