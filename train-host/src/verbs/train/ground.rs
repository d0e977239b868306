//! The pipelines and photographs that the options name.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use isp_hw::{Kind, PipelineFile};
use train_host::environment::{
    PipelineKind, PipelineMix, PracticeGround, PracticeOptions, RenderedInput, RenderingPlan,
    SlowPipeline, StoredLessons, render_inputs,
};

use super::Options;

/// Opens everything that the training draws from; external programs render here.
///
/// # Errors
/// When a pipeline file, a photograph or a program cannot be used.
pub fn prepare(options: &Options, length: usize) -> Result<PracticeGround> {
    let practice = &options.practice;
    let mut mix: Option<PipelineMix> = match (&practice.pipelines, options.pipeline.is_empty()) {
        (Some(text), _) => Some(text.parse()?),
        (None, true) => Some(PipelineMix::of(PipelineKind::Software, 1.0)),
        (None, false) => None,
    };
    let mut slow = Vec::new();
    for text in &options.pipeline {
        let (path, share) = file_and_share(text)?;
        let file = PipelineFile::load(&path)?;
        let fast = match file.kind() {
            // Whichever way its input is encoded, it is the same light: to learn on is the same.
            Kind::Software { .. } => Some(PipelineKind::Software),
            Kind::Paper => Some(PipelineKind::Paper),
            Kind::Command(_) => None,
            _ => bail!("{}: there is no way to practise on a camera", path.display()),
        };
        match fast {
            Some(kind) => {
                mix = Some(match mix {
                    Some(mix) => mix.with(kind, share),
                    None => PipelineMix::of(kind, share),
                });
            }
            None => slow.push((file, share)),
        }
    }
    let stored = stored(options, slow)?;
    let live = mix.map(|mix| PracticeOptions {
        mix,
        goals: None,
        noisy_share: practice.noisy,
        side: practice.side,
    });
    let photographs =
        if live.is_some() { practice.pictures.all(options.seed)? } else { Vec::new() };
    Ok(PracticeGround { photographs, live, stored, length })
}

/// `FILE` or `FILE=SHARE`.
fn file_and_share(text: &str) -> Result<(PathBuf, f64)> {
    let Some((path, share)) = text.rsplit_once('=') else { return Ok((text.into(), 1.0)) };
    let value: f64 = share
        .parse()
        .ok()
        .filter(|share: &f64| share.is_finite() && *share > 0.0)
        .with_context(|| format!("--pipeline {text}: \"{share}\" is no share above 0"))?;
    Ok((path.into(), value))
}

fn stored(options: &Options, slow: Vec<(PipelineFile, f64)>) -> Result<Vec<StoredLessons>> {
    let whole: f64 = slow.iter().map(|(_, share)| share).sum();
    let answers = options.out.with_extension("answers");
    let workers = match options.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let mut stored = Vec::new();
    for (number, (file, share)) in slow.into_iter().enumerate() {
        let plan = RenderingPlan {
            queries: (options.queries as f64 * share / whole) as usize,
            per_input: options.per_input,
            side: options.input_side,
            workers,
            seed: options.seed,
        };
        // Each its own file: two programs may render side by side one day.
        let answers = match number {
            0 => answers.clone(),
            _ => answers.with_extension(format!("{number}.answers")),
        };
        let inputs = rendered(options, file, &answers, &plan)?;
        stored.push(StoredLessons { share, side: options.practice.side, inputs });
    }
    Ok(stored)
}

fn rendered(
    options: &Options,
    file: PipelineFile,
    answers: &Path,
    plan: &RenderingPlan,
) -> Result<Vec<RenderedInput>> {
    let pictures = &options.practice.pictures;
    let photos = pictures.photos.as_deref().map(|path| (path, pictures.licence.as_deref()));
    let pipeline = SlowPipeline::new(file, answers)?;
    let started = Instant::now();
    let inputs = render_inputs(&pipeline, photos, plan)?;
    eprintln!(
        "{}: {} queries asked in {:.0} s, {} known from {}; {} allowed, {} inputs: from here on it \
         is asked nothing more",
        pipeline.label(),
        pipeline.asked(),
        started.elapsed().as_secs_f64(),
        pipeline.known(),
        answers.display(),
        plan.queries,
        inputs.len()
    );
    Ok(inputs)
}
