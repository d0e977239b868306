//! The file of a look: a safetensors container. `docs/looks.md` describes it.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tuner::{Frame, PictureFormat};

use super::error::shown;
use super::{Features, Fingerprint, LookError, LookKind, LookName, LookSummary, Provenance, Tags};

/// Raised when older versions of isptune would misunderstand the file.
const VERSION: u32 = 1;
/// Longest file of a look in bytes.
pub(super) const LARGEST_FILE: u64 = 256 << 20;
/// Most pixels of a goal: decoded, 16 bits a sample, they take 384 MiB.
pub(super) const MOST_PIXELS: u64 = 64 << 20;
/// Longest head of a container in bytes: thousands of times what a look needs.
const LARGEST_HEAD: u64 = 1 << 20;
/// Longest side of a thumbnail in pixels.
pub(super) const THUMBNAIL_SIDE: usize = 160;

/// Key of the metadata.
const METADATA: &str = "isptune.look";
/// Names of the tensors.
const GOAL: &str = "goal";
const THUMBNAIL: &str = "thumbnail";
const FEATURES: &str = "features";
const SEAL: &str = "sha256";

/// The text of the metadata. Keys that are not here are ignored: a later version may add some.
#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    name: String,
    kind: String,
    tags: BTreeMap<String, String>,
    provenance: Provenance,
    fingerprint: Fingerprint,
    features_version: u32,
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// The parts of a file.
struct Parts<'a> {
    metadata: String,
    goal: &'a [u8],
    thumbnail: &'a [u8],
    features: &'a [u8],
}

impl<'a> Parts<'a> {
    /// SHA-256 of all parts, each with its length in front, so that none can pass for another.
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [self.metadata.as_bytes(), self.goal, self.thumbnail, self.features] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn write(&self) -> Result<Vec<u8>, String> {
        let seal = self.digest();
        let bytes = |bytes| TensorView::new(Dtype::U8, vec![<[u8]>::len(bytes)], bytes);
        let views = [
            (GOAL, bytes(self.goal)),
            (THUMBNAIL, bytes(self.thumbnail)),
            (FEATURES, TensorView::new(Dtype::F16, vec![self.features.len() / 2], self.features)),
            (SEAL, bytes(&seal)),
        ];
        let mut tensors = Vec::new();
        for (name, view) in views {
            tensors.push((name, view.map_err(|error| error.to_string())?));
        }
        let metadata = HashMap::from([(METADATA.to_owned(), self.metadata.clone())]);
        safetensors::serialize(tensors, Some(metadata)).map_err(|error| error.to_string())
    }

    /// The parts, and what the file says their digest is.
    fn split(file: &'a [u8]) -> Result<(Self, &'a [u8]), String> {
        if file.len() as u64 > LARGEST_FILE {
            return Err(format!("it is larger than {} MiB", LARGEST_FILE >> 20));
        }
        let head = file.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
        if head.is_none_or(|length| length > LARGEST_HEAD) {
            return Err("it is no look, or cut short".to_owned());
        }
        let damaged = |error| shown(&format!("it is no look, or damaged ({error})"));
        let (_, head) = SafeTensors::read_metadata(file).map_err(damaged)?;
        let metadata = head.metadata().as_ref().and_then(|all| all.get(METADATA)).cloned();
        let metadata = metadata.ok_or_else(|| format!("its metadata has no {METADATA}"))?;
        // Before anything else, since the rest may be different in a later version.
        let Versioned { version } = serde_json::from_str(&metadata).map_err(damaged_metadata)?;
        if version != VERSION {
            return Err(format!(
                "it has version {version}, this isptune knows {VERSION}; use the isptune that \
                 wrote it, or a later one"
            ));
        }
        let tensors = SafeTensors::deserialize(file).map_err(damaged)?;
        let part = |name: &str, dtype: Dtype| match tensors.tensor(name) {
            Ok(view) if view.dtype() == dtype => Ok(view.data()),
            Ok(_) => Err(format!("its {name} is no tensor of {dtype:?}")),
            Err(_) => Err(format!("it has no {name}")),
        };
        let parts = Self {
            metadata,
            goal: part(GOAL, Dtype::U8)?,
            thumbnail: part(THUMBNAIL, Dtype::U8)?,
            features: part(FEATURES, Dtype::F16)?,
        };
        Ok((parts, part(SEAL, Dtype::U8)?))
    }

    fn read(file: &'a [u8]) -> Result<(Self, Metadata), String> {
        let (parts, seal) = Self::split(file)?;
        if parts.digest() != seal {
            return Err(
                "it is damaged: its content does not have the digest that it states; copy \
                        or make it again"
                    .to_owned(),
            );
        }
        let metadata = serde_json::from_str(&parts.metadata).map_err(damaged_metadata)?;
        Ok((parts, metadata))
    }

    /// Decodes the goal, once it is known to be what the metadata says.
    fn goal(&self, stated: &Fingerprint) -> Result<Frame, String> {
        let outline = PngOutline::of(self.goal).ok_or("its goal is no PNG of RGB samples")?;
        let PngOutline { width, height, bits } = outline;
        if [width, height] != [stated.width, stated.height] || bits != stated.bits {
            return Err(format!(
                "its goal is {width}x{height} with {bits} bits, and not {}x{} with {} bits as it \
                 states",
                stated.width, stated.height, stated.bits
            ));
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(format!(
                "its goal is {width}x{height} pixels; a look has at most {} million",
                MOST_PIXELS / 1_000_000
            ));
        }
        let goal = Frame::load_from_memory(self.goal, "goal")
            .map_err(|error| shown(&format!("its {error}")))?;
        if Fingerprint::of(&goal) != *stated {
            return Err("its goal does not have the fingerprint that it states".to_owned());
        }
        Ok(goal)
    }

    fn summary(&self, metadata: Metadata, goal: Option<&Frame>) -> Result<LookSummary, String> {
        let name: LookName =
            metadata.name.parse().map_err(|error: LookError| shown(&error.to_string()))?;
        let kind = LookKind::from_name(&metadata.kind).ok_or_else(|| {
            format!(
                "its kind is \"{}\", this isptune knows \"{}\" and \"{}\"; use the isptune that wrote it, or \
                 a later one",
                shown(&metadata.kind),
                LookKind::Finish.name(),
                LookKind::Style.name()
            )
        })?;
        let mut tags = Tags::default();
        for (key, value) in &metadata.tags {
            tags.insert(key, value).map_err(|error| shown(&error.to_string()))?;
        }
        if let Some(problem) = metadata.provenance.problem() {
            return Err(problem.to_owned());
        }
        let outline = PngOutline::of(self.thumbnail).ok_or("its thumbnail is no PNG of RGB")?;
        if outline.width.max(outline.height) as usize > THUMBNAIL_SIDE {
            return Err(format!("its thumbnail is larger than {THUMBNAIL_SIDE} pixels a side"));
        }
        let features = if metadata.features_version == Features::VERSION {
            let halves = self.features.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b));
            let values: Vec<f16> = halves.collect();
            Features::from_half(&values).ok_or("its features are not as version 1 has them")?
        } else {
            match goal {
                Some(goal) => Features::of(goal),
                None => Features::of(&self.goal(&metadata.fingerprint)?),
            }
        };
        Ok(LookSummary {
            name,
            kind,
            tags,
            provenance: metadata.provenance,
            fingerprint: metadata.fingerprint,
            features,
            thumbnail: self.thumbnail.to_vec(),
        })
    }
}

fn damaged_metadata(error: serde_json::Error) -> String {
    shown(&format!("its metadata is damaged ({error})"))
}

/// The file of a look.
pub(super) fn write(summary: &LookSummary, goal: &Frame) -> Result<Vec<u8>, String> {
    let mut png = Cursor::new(Vec::new());
    goal.encode(PictureFormat::Png, &mut png).map_err(|error| error.to_string())?;
    let halves = summary.features.to_half();
    let features: Vec<u8> = halves.into_iter().flat_map(f16::to_le_bytes).collect();
    let metadata = Metadata {
        version: VERSION,
        name: summary.name.to_string(),
        kind: summary.kind.name().to_owned(),
        tags: summary.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        provenance: summary.provenance.clone(),
        fingerprint: summary.fingerprint.clone(),
        features_version: Features::VERSION,
    };
    Parts {
        metadata: serde_json::to_string(&metadata).map_err(|error| error.to_string())?,
        goal: &png.into_inner(),
        thumbnail: &summary.thumbnail,
        features: &features,
    }
    .write()
}

/// Everything about a look except its goal, which is not decoded.
pub(super) fn read_summary(file: &[u8]) -> Result<LookSummary, String> {
    let (parts, metadata) = Parts::read(file)?;
    parts.summary(metadata, None)
}

/// A look with its goal, which has the fingerprint that the file states.
pub(super) fn read(file: &[u8]) -> Result<(LookSummary, Frame), String> {
    let (parts, metadata) = Parts::read(file)?;
    let goal = parts.goal(&metadata.fingerprint)?;
    Ok((parts.summary(metadata, Some(&goal))?, goal))
}

/// A file with another name of the look in it, and nothing else changed.
pub(super) fn renamed(file: &[u8], name: &LookName) -> Result<Vec<u8>, String> {
    let (mut parts, metadata) = Parts::read(file)?;
    if metadata.name == name.as_str() {
        return Ok(file.to_vec());
    }
    let metadata = Metadata { name: name.to_string(), ..metadata };
    parts.metadata = serde_json::to_string(&metadata).map_err(|error| error.to_string())?;
    parts.write()
}

/// A file whose digest is that of its content, whatever that is; `None` for what is no container.
pub(super) fn resealed(file: &[u8]) -> Option<Vec<u8>> {
    Parts::split(file).ok()?.0.write().ok()
}

/// What a PNG says of itself before anything is decoded (PNG specification, section 11.2.1).
struct PngOutline {
    width: u32,
    height: u32,
    bits: u8,
}

impl PngOutline {
    /// `None` for what is no PNG, or has other samples than RGB.
    fn of(file: &[u8]) -> Option<Self> {
        const RGB: u8 = 2;
        let head = file.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
        let (width, rest) = head.split_first_chunk::<4>()?;
        let (height, rest) = rest.split_first_chunk::<4>()?;
        let &[bits, RGB, ..] = rest else { return None };
        Some(Self { width: u32::from_be_bytes(*width), height: u32::from_be_bytes(*height), bits })
    }
}
