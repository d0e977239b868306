//! What a goal picture is taken from: `--from`, and what it is compared with: `--against`.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail};
use tuner::Frame;

use crate::look::{LookSource, MeanOfFrames, Refusal};

/// A picture file, or a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Picture(PathBuf),
    /// A node, a name or an identity; `None` for the only camera there is.
    Camera(Option<String>),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix("camera") {
            Some("") => Self::Camera(None),
            Some(rest) if rest.starts_with(':') => {
                let camera = rest.trim_start_matches(':');
                Self::Camera((!camera.is_empty()).then(|| camera.to_owned()))
            }
            _ => Self::Picture(text.into()),
        })
    }
}

/// A goal picture.
pub struct Taken {
    pub goal: Frame,
    pub source: LookSource,
    /// What is wrong with it already.
    pub known: Vec<Refusal>,
}

/// Takes the goal: one picture as it is, several as their mean, or one settled picture of a camera.
///
/// # Errors
/// When a picture cannot be read or the camera not be used, or a camera stands among others.
pub fn take(sources: &[Source]) -> Result<Taken> {
    let mut files = Vec::new();
    for source in sources {
        match source {
            Source::Picture(file) => files.push(file),
            Source::Camera(_) if sources.len() > 1 => {
                bail!("--from: a camera cannot be averaged with others; give it alone")
            }
            Source::Camera(_) => {}
        }
    }
    let Some((first, others)) = sources.split_first() else {
        bail!("--from names no picture; give --from PICTURE")
    };
    let (goal, source) = picture(first)?;
    if others.is_empty() {
        return Ok(Taken { goal, source, known: Vec::new() });
    }
    let mut mean = MeanOfFrames::new(goal);
    for file in files.iter().skip(1) {
        mean.add(file, &Frame::load(file)?)?;
    }
    let (goal, known) = mean.finish()?;
    let files = files.iter().map(|file| file.display().to_string()).collect();
    Ok(Taken { goal, source: LookSource::Frames { files }, known })
}

/// One picture.
///
/// # Errors
/// When it cannot be read, or the camera not be used.
pub fn picture(source: &Source) -> Result<(Frame, LookSource)> {
    match source {
        Source::Picture(file) => {
            let source = LookSource::Picture { file: file.display().to_string() };
            Ok((Frame::load(file)?, source))
        }
        Source::Camera(camera) => of_camera(camera.as_deref()),
    }
}

#[cfg(target_os = "linux")]
fn of_camera(camera: Option<&str>) -> Result<(Frame, LookSource)> {
    use isp_hw::camera::CameraConfig;

    use crate::verbs::camera::{Captured, capture};

    let config = CameraConfig { camera: camera.map(str::to_owned), ..CameraConfig::default() };
    let Captured { picture, camera } = capture(&config)?;
    Ok((picture, LookSource::Camera { identity: camera.identity, name: camera.name }))
}

#[cfg(not(target_os = "linux"))]
fn of_camera(_: Option<&str>) -> Result<(Frame, LookSource)> {
    bail!("cameras are used on Linux only; give a picture")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cameras_and_files_are_told_apart() {
        let of = |text: &str| text.parse::<Source>().unwrap();
        assert_eq!(of("camera"), Source::Camera(None));
        assert_eq!(of("camera:"), Source::Camera(None));
        assert_eq!(of("camera:/dev/video2"), Source::Camera(Some("/dev/video2".to_owned())));
        let identity = "usb:046d:0825:5A3F@1-1.2";
        assert_eq!(of(&format!("camera:{identity}")), Source::Camera(Some(identity.to_owned())));
        for file in ["camera.png", "./camera", "cameras", "photo.jpg"] {
            assert_eq!(of(file), Source::Picture(file.into()));
        }
    }
}
