//! The file of a look: a safetensors container. `docs/looks.md` describes it.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tuner::{Frame, PictureFormat};

use super::error::shown;
use super::policy::seal_of;
use super::{
    Features, Fingerprint, GoalCard, LookContent, LookError, LookKind, LookName, LookSummary,
    ModelCard, Provenance, StoredPolicy, Tags,
};

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
const MODEL: &str = "model";
const SEAL: &str = "sha256";
/// Longest text of a policy's card in bytes: model files hold no longer ones.
const LONGEST_CARD_TEXT: usize = 8192;

/// The text of the metadata. Keys that are not here are ignored: a later version may add some.
#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    name: String,
    kind: String,
    tags: BTreeMap<String, String>,
    provenance: Provenance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    features_version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<ModelCard>,
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
    #[serde(default)]
    kind: String,
}

/// The parts of a file.
struct Parts<'a> {
    metadata: String,
    body: Body<'a>,
}

/// What the kind decides.
enum Body<'a> {
    Goal { goal: &'a [u8], thumbnail: &'a [u8], features: &'a [u8] },
    Policy(&'a [u8]),
}

impl<'a> Parts<'a> {
    /// SHA-256 of all parts, each with its length in front, so that none can pass for another.
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut parts = vec![self.metadata.as_bytes()];
        match self.body {
            Body::Goal { goal, thumbnail, features } => parts.extend([goal, thumbnail, features]),
            Body::Policy(model) => parts.push(model),
        }
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn write(&self) -> Result<Vec<u8>, String> {
        let seal = self.digest();
        let bytes = |bytes| TensorView::new(Dtype::U8, vec![<[u8]>::len(bytes)], bytes);
        let mut views = match self.body {
            Body::Goal { goal, thumbnail, features } => vec![
                (GOAL, bytes(goal)),
                (THUMBNAIL, bytes(thumbnail)),
                (FEATURES, TensorView::new(Dtype::F16, vec![features.len() / 2], features)),
            ],
            Body::Policy(model) => vec![(MODEL, bytes(model))],
        };
        views.push((SEAL, bytes(&seal)));
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
        let Versioned { version, kind } =
            serde_json::from_str(&metadata).map_err(damaged_metadata)?;
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
        let body = if kind == LookKind::Taste.name() {
            Body::Policy(part(MODEL, Dtype::U8)?)
        } else {
            Body::Goal {
                goal: part(GOAL, Dtype::U8)?,
                thumbnail: part(THUMBNAIL, Dtype::U8)?,
                features: part(FEATURES, Dtype::F16)?,
            }
        };
        Ok((Self { metadata, body }, part(SEAL, Dtype::U8)?))
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

    fn summary(&self, metadata: Metadata, decoded: Option<&Frame>) -> Result<LookSummary, String> {
        let name: LookName =
            metadata.name.parse().map_err(|error: LookError| shown(&error.to_string()))?;
        let kind = LookKind::from_name(&metadata.kind).ok_or_else(|| {
            format!(
                "its kind is \"{}\", this isptune knows \"{}\", \"{}\" and \"{}\"; use the \
                 isptune that wrote it, or a later one",
                shown(&metadata.kind),
                LookKind::Finish.name(),
                LookKind::Style.name(),
                LookKind::Taste.name()
            )
        })?;
        let mut tags = Tags::default();
        for (key, value) in &metadata.tags {
            tags.insert(key, value).map_err(|error| shown(&error.to_string()))?;
        }
        if let Some(problem) = metadata.provenance.problem() {
            return Err(problem.to_owned());
        }
        let (goal, model) = match self.body {
            Body::Goal { goal, thumbnail, features } => {
                let stated = metadata.fingerprint.ok_or("it has no fingerprint")?;
                let version = metadata.features_version;
                let card = goal_card(goal, thumbnail, features, version, stated, decoded)?;
                (Some(card), None)
            }
            Body::Policy(model) => (None, Some(model_card(model, metadata.model)?)),
        };
        Ok(LookSummary { name, kind, tags, provenance: metadata.provenance, goal, model })
    }
}

fn goal_card(
    goal: &[u8],
    thumbnail: &[u8],
    features: &[u8],
    features_version: Option<u32>,
    fingerprint: Fingerprint,
    decoded: Option<&Frame>,
) -> Result<GoalCard, String> {
    let outline = PngOutline::of(thumbnail).ok_or("its thumbnail is no PNG of RGB")?;
    if outline.width.max(outline.height) as usize > THUMBNAIL_SIDE {
        return Err(format!("its thumbnail is larger than {THUMBNAIL_SIDE} pixels a side"));
    }
    let features = if features_version == Some(Features::VERSION) {
        let halves = features.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b));
        let values: Vec<f16> = halves.collect();
        Features::from_half(&values).ok_or("its features are not as version 1 has them")?
    } else {
        match decoded {
            Some(goal) => Features::of(goal),
            None => Features::of(&decode(goal, &fingerprint)?),
        }
    };
    Ok(GoalCard { fingerprint, features, thumbnail: thumbnail.to_vec() })
}

/// What the file says of its policy, where that can be true.
fn model_card(model: &[u8], stated: Option<ModelCard>) -> Result<ModelCard, String> {
    let card = stated.ok_or("it has a model, and its metadata does not say which")?;
    let texts = [&card.sha256, &card.command, &card.figures];
    let is_fit =
        |text: &&String| text.len() <= LONGEST_CARD_TEXT && !text.contains(char::is_control);
    if !texts.iter().all(is_fit) {
        return Err("what it says of its model is endless, or has a control character".to_owned());
    }
    if seal_of(model) != Some(card.sha256.as_str()) || model.len() as u64 != card.bytes {
        return Err("its model is another one than it states".to_owned());
    }
    Ok(card)
}

/// Decodes the goal, once it is known to be what the metadata says.
fn decode(goal: &[u8], stated: &Fingerprint) -> Result<Frame, String> {
    let outline = PngOutline::of(goal).ok_or("its goal is no PNG of RGB samples")?;
    let PngOutline { width, height, bits } = outline;
    if [width, height] != [stated.width, stated.height] || bits != stated.bits {
        return Err(format!(
            "its goal is {width}x{height} with {bits} bits, and not {}x{} with {} bits as it states",
            stated.width, stated.height, stated.bits
        ));
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!(
            "its goal is {width}x{height} pixels; a look has at most {} million",
            MOST_PIXELS / 1_000_000
        ));
    }
    let goal =
        Frame::load_from_memory(goal, "goal").map_err(|error| shown(&format!("its {error}")))?;
    if Fingerprint::of(&goal) != *stated {
        return Err("its goal does not have the fingerprint that it states".to_owned());
    }
    Ok(goal)
}

fn damaged_metadata(error: serde_json::Error) -> String {
    shown(&format!("its metadata is damaged ({error})"))
}

/// The file of a look.
pub(super) fn write(summary: &LookSummary, content: &LookContent) -> Result<Vec<u8>, String> {
    let metadata = Metadata {
        version: VERSION,
        name: summary.name.to_string(),
        kind: summary.kind.name().to_owned(),
        tags: summary.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        provenance: summary.provenance.clone(),
        fingerprint: summary.goal.as_ref().map(|goal| goal.fingerprint.clone()),
        features_version: summary.goal.as_ref().map(|_| Features::VERSION),
        model: summary.model.clone(),
    };
    let metadata = serde_json::to_string(&metadata).map_err(|error| error.to_string())?;
    match (content, &summary.goal) {
        (LookContent::Goal(goal), Some(card)) => {
            let mut png = Cursor::new(Vec::new());
            goal.encode(PictureFormat::Png, &mut png).map_err(|error| error.to_string())?;
            let (goal, thumbnail) = (&png.into_inner(), &card.thumbnail);
            let halves = card.features.to_half();
            let features: &Vec<u8> = &halves.into_iter().flat_map(f16::to_le_bytes).collect();
            Parts { metadata, body: Body::Goal { goal, thumbnail, features } }.write()
        }
        (LookContent::Policy(policy), None) => {
            Parts { metadata, body: Body::Policy(policy.file()) }.write()
        }
        _ => Err("it says nothing of its goal".to_owned()),
    }
}

/// Everything about a look except its goal or policy, which is not decoded.
pub(super) fn read_summary(file: &[u8]) -> Result<LookSummary, String> {
    let (parts, metadata) = Parts::read(file)?;
    parts.summary(metadata, None)
}

/// A look with its goal, which has the fingerprint that the file states, or with its policy, which
/// is sound.
pub(super) fn read(file: &[u8]) -> Result<(LookSummary, LookContent), String> {
    let (parts, metadata) = Parts::read(file)?;
    match parts.body {
        Body::Goal { goal, .. } => {
            let stated = metadata.fingerprint.as_ref().ok_or("it has no fingerprint")?;
            let goal = decode(goal, stated)?;
            Ok((parts.summary(metadata, Some(&goal))?, LookContent::Goal(goal)))
        }
        Body::Policy(model) => {
            let summary = parts.summary(metadata, None)?;
            let label = format!("the model of look {}", summary.name);
            let policy = StoredPolicy::of_file(&label, model.to_vec())
                .map_err(|error| shown(&error.to_string()))?;
            if summary.model.as_ref() != Some(&policy.card()) {
                return Err("its model is another one than it states".to_owned());
            }
            Ok((summary, LookContent::Policy(policy)))
        }
    }
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
