//! Inputs that a slow pipeline has rendered many times over, each pair of pictures a lesson.
//!
//! Goal regression asks for the parameters of a goal. Of n pictures of one input, all with known
//! parameters, any can be the goal and any other the picture as it is now: n queries make n·(n − 1)
//! lessons, and as many iterations as one likes ask nothing more.

use std::path::Path;

use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tuner::{Frame, Parameter, Params, Planes, View};

use super::PictureMetric;
use super::crop::{Crop, random_crop};
use super::episode::{EpisodeError, MEAN_INTENSITY, mean_intensity, near};
use super::slow_pipeline::{SlowPipeline, SlowPipelineError};
use crate::photographs::{PackError, originals};

/// Parameters come in groups: one vector drawn uniformly, the others around it. So small errors,
/// which the last queries of a tune are about, are as frequent as large ones.
const GROUP: usize = 4;

/// How a slow pipeline is asked.
#[derive(Debug, Clone)]
pub struct RenderingPlan {
    /// Most queries, those of an earlier run with the same draws included.
    pub queries: usize,
    /// Parameter vectors for each input.
    pub per_input: usize,
    /// Side of the inputs in pixels: large beside what a pixel's result depends on.
    pub side: usize,
    /// Programs that run side by side.
    pub workers: usize,
    /// Seed of inputs and parameters.
    pub seed: u64,
}

/// Why there are no lessons.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderingError {
    /// A photograph cannot be used.
    #[error(transparent)]
    Episode(#[from] EpisodeError),
    /// The photographs cannot be read.
    #[error(transparent)]
    Photographs(#[from] PackError),
    /// The pipeline failed.
    #[error(transparent)]
    Pipeline(#[from] SlowPipelineError),
    /// There is nothing to render.
    #[error("a slow pipeline needs photographs (--photos)")]
    NoPhotograph,
    /// Threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// One picture of a slow pipeline.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// What it was rendered with.
    pub params: Params,
    /// The picture, as it came.
    pub picture: Frame,
    /// How much errors of the parameters show there. `None` for a picture that is no goal: too
    /// bright or too dark.
    pub metric: Option<PictureMetric>,
}

/// An input with its pictures.
#[derive(Debug, Clone)]
pub struct RenderedInput {
    /// The input.
    pub input: Frame,
    /// Its pictures, groups of close ones together.
    pub renderings: Vec<Rendering>,
}

/// Renders crops of the photographs at `photos` (a folder: at their own size; or a pack).
///
/// # Errors
/// [`RenderingError`] when a photograph or the pipeline fails; what was rendered until then is kept
/// in the pipeline's file of answers.
pub fn render_inputs(
    pipeline: &SlowPipeline,
    photos: Option<(&Path, Option<&str>)>,
    plan: &RenderingPlan,
) -> Result<Vec<RenderedInput>, RenderingError> {
    let per_input = plan.per_input.max(2);
    let count = plan.queries / per_input;
    if count == 0 {
        let label = pipeline.label().to_owned();
        let short = SlowPipelineError::Budget { label, allowed: plan.queries, least: per_input };
        return Err(short.into());
    }
    let (path, licence) = photos.ok_or(RenderingError::NoPhotograph)?;
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    let photographs = originals(path, licence, plan.side, count, &mut random)?;
    if photographs.is_empty() {
        return Err(RenderingError::NoPhotograph);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.workers).build()?;
    pool.install(|| {
        (0..count)
            .into_par_iter()
            .map(|number| {
                let at = number % photographs.len();
                let photograph = photographs.get(at).ok_or(RenderingError::NoPhotograph)?;
                let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
                random.set_stream(number as u64 + 1);
                rendered(pipeline, photograph, plan.side, per_input, &mut random)
            })
            .collect()
    })
}

fn rendered(
    pipeline: &SlowPipeline,
    photograph: &Frame,
    side: usize,
    count: usize,
    random: &mut impl Rng,
) -> Result<RenderedInput, RenderingError> {
    let input = random_crop(photograph, Crop { side }, random).map_err(EpisodeError::from)?;
    let vectors = vectors(&pipeline.parameters(), count, random);
    let pictures = pipeline.render(&input, &vectors)?;
    // What an error costs is told by the software ISP: a fair stand-in that asks nothing.
    let mut stand_in = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(input.clone()));
    stand_in.look_at(&View::whole(side, side)).map_err(EpisodeError::from)?;
    let renderings = vectors.into_iter().zip(pictures).map(|(params, picture)| {
        let is_goal = MEAN_INTENSITY.contains(&mean_intensity(&Planes::from(&picture)));
        let metric = is_goal.then(|| {
            let simulated = tuner::Simulator::simulate(&mut stand_in, &params);
            PictureMetric::measure(&mut stand_in, &params, &simulated)
        });
        Rendering { params, picture, metric }
    });
    let renderings = renderings.collect();
    Ok(RenderedInput { input, renderings })
}

/// Parameter vectors in groups.
fn vectors(has: &[Parameter], count: usize, random: &mut impl Rng) -> Vec<Params> {
    let mut vectors: Vec<Params> = Vec::with_capacity(count);
    let mut centre = Params::NEUTRAL;
    while vectors.len() < count {
        if vectors.len().is_multiple_of(GROUP) {
            centre = has.iter().fold(Params::NEUTRAL, |params, &parameter| {
                params.with(parameter, random.random_range(-1.0..=1.0))
            });
            vectors.push(centre);
        } else {
            vectors.push(near(&centre, has, random));
        }
    }
    vectors
}

#[cfg(test)]
mod tests;
