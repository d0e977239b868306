//! Making looks of pictures.

use std::io::Cursor;

use jiff::Timestamp;
use tuner::{Frame, PictureFormat, Samples};

use super::container::{MOST_PIXELS, THUMBNAIL_SIDE};
use super::refusal::refusals;
use super::{
    Features, Fingerprint, GoalCard, Look, LookContent, LookError, LookKind, LookName, LookSource,
    LookSummary, Provenance, Refusal, Tags,
};

/// What a look is made of.
#[derive(Debug)]
pub struct NewLook {
    /// Its name.
    pub name: LookName,
    /// What it asks for.
    pub kind: LookKind,
    /// Its goal picture.
    pub goal: Frame,
    /// Where that comes from.
    pub source: LookSource,
    /// What it is for.
    pub tags: Tags,
    /// What the camera sees, or saw: the goal must show the same.
    pub against: Option<Frame>,
    /// Reasons that are known already why the goal is a bad reference.
    pub known: Vec<Refusal>,
    /// Whether to take a bad reference all the same; the reasons are noted in the provenance.
    pub force: bool,
}

impl NewLook {
    /// Makes the look.
    ///
    /// # Errors
    /// [`LookError::Refused`] with every reason when the goal is a bad reference and `force` is not
    /// set, [`LookError::TooLarge`] for a goal of more than 67 million pixels,
    /// [`LookError::Encode`].
    pub fn make(self) -> Result<Look, LookError> {
        let Self { name, kind, goal, source, tags, against, known, force } = self;
        let source = source.tidied();
        let [width, height] = goal.size();
        if width as u64 * height as u64 > MOST_PIXELS {
            let most = MOST_PIXELS / 1_000_000;
            let reason = format!("{width}x{height} pixels; it may have {most} million");
            return Err(LookError::TooLarge { name: name.to_string(), reason });
        }
        let mut reasons = known;
        let found = refusals(&goal, against.as_ref())?;
        // Tones and colours are the same out of focus.
        let minds = |refusal: &Refusal| {
            kind == LookKind::Finish || !matches!(refusal, Refusal::Blurred { .. })
        };
        reasons.extend(found.into_iter().filter(minds));
        if !reasons.is_empty() && !force {
            return Err(LookError::Refused { picture: source.in_words(), refusals: reasons });
        }
        let forced = reasons.iter().map(|reason| super::error::shown(&reason.to_string()));
        let provenance = made_now(source, forced.collect());
        let thumbnail = thumbnail(&goal)
            .map_err(|reason| LookError::Encode { name: name.to_string(), reason })?;
        let summary = LookSummary {
            name,
            kind,
            tags,
            provenance,
            goal: Some(GoalCard {
                fingerprint: Fingerprint::of(&goal),
                features: Features::of(&goal),
                thumbnail,
            }),
            model: None,
        };
        Ok(Look { summary, content: LookContent::Goal(goal) })
    }
}

/// The provenance of a look that this program makes now.
pub(super) fn made_now(source: LookSource, forced: Vec<String>) -> Provenance {
    let now = Timestamp::now();
    Provenance {
        source,
        created_at: Timestamp::from_second(now.as_second()).unwrap_or(now).to_string(),
        program: format!("isptune {}", env!("CARGO_PKG_VERSION")),
        forced,
    }
}

/// A picture as a PNG of at most [`THUMBNAIL_SIDE`] pixels a side, 8 bits a sample.
fn thumbnail(goal: &Frame) -> Result<Vec<u8>, String> {
    let [width, height] = goal.size();
    let longest = width.max(height).max(THUMBNAIL_SIDE);
    let side = |extent: usize| (extent * THUMBNAIL_SIDE / longest).max(1);
    let small = goal.resized(side(width), side(height)).map_err(|error| error.to_string())?;
    let [width, height] = small.size();
    let small = match small.into_samples() {
        Samples::U8(samples) => Samples::U8(samples),
        Samples::U16(samples) => {
            Samples::U8(samples.iter().map(|&v| ((u32::from(v) + 128) / 257) as u8).collect())
        }
    };
    let mut png = Cursor::new(Vec::new());
    Frame::new(width, height, small)
        .map_err(|error| error.to_string())?
        .encode(PictureFormat::Png, &mut png)
        .map_err(|error| error.to_string())?;
    Ok(png.into_inner())
}
