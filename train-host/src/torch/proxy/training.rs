//! Training a proxy on what a pipeline makes of random pictures with random parameters.

use std::f64::consts::PI;
use std::sync::Arc;

use isp_hw::{Input, PicturePipeline};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use tch::{Device, Kind, Tensor, no_grad};
use tuner::{Frame, Parameter, Params, Planes, Simulator, View};

use super::{Layers, Proxy, ProxyKind, cascaded, params_of, tensor_of};
use crate::environment::{Crop, EpisodeError, PipelineMix, random_crop};
use crate::evaluation::CAP_DB;
use crate::torch::adam::{AdamW, AdamWOptions};
use crate::torch::policy::to_host;
use crate::torch::threads::one_thread;

/// Longest gradient that is followed.
const GRADIENT_NORM: f64 = 1.0;
/// Iterations of rising learning rate.
const WARM_UP: f64 = 100.0;
/// Pictures that a proxy is examined on.
const EXAMINED: usize = 64;

/// Options of a training.
#[derive(Debug, Clone)]
pub struct ProxyOptions {
    /// Iterations in all.
    pub iterations: u64,
    /// Pictures of an iteration.
    pub batch: usize,
    /// Their side in pixels, four or more.
    pub side: usize,
    /// Learning rate after the warm-up; falls as a cosine.
    pub rate: f64,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

/// What an iteration came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ProxyReport {
    /// Iterations made so far.
    pub iteration: u64,
    /// Mean absolute error of the proxy's pictures (of a cascade: of its operations).
    pub loss: f64,
}

/// A running training.
pub struct ProxyTraining {
    options: ProxyOptions,
    mix: PipelineMix,
    photographs: Arc<Vec<Frame>>,
    kind: ProxyKind,
    weights: Tensor,
    adam: AdamW,
    iteration: u64,
}

/// A picture with what the pipeline makes of it: after each operation of the cascade, or at the end
/// only.
struct Lesson {
    found: Planes,
    params: [f64; Parameter::COUNT],
    after: Vec<Planes>,
}

impl ProxyTraining {
    /// Starts from random weights, the last convolution of each residual from 0.
    #[must_use]
    pub fn new(
        kind: ProxyKind,
        mix: PipelineMix,
        photographs: Arc<Vec<Frame>>,
        options: ProxyOptions,
    ) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        let mut weights: Vec<f32> = Vec::new();
        for layer in kind.shapes().chunks(2) {
            let [kernel, bias] = layer else { continue };
            let inputs: i64 = kernel.iter().skip(1).product();
            let reach = if kernel.first() == Some(&3) { 0.0 } else { (3.0 / inputs as f32).sqrt() };
            let count: i64 = kernel.iter().product();
            weights.extend((0..count).map(|_| reach * random.random_range(-1.0..1.0_f32)));
            weights.extend(bias.iter().flat_map(|&count| vec![0.0; count as usize]));
        }
        let weights = Tensor::from_slice(&weights).set_requires_grad(true);
        let adam = AdamW::new(weights.numel() as i64, Device::Cpu, AdamWOptions::default());
        Self { options, mix, photographs, kind, weights, adam, iteration: 0 }
    }

    /// One iteration.
    ///
    /// # Errors
    /// [`EpisodeError`] when a photograph is missing or too small.
    pub fn learn(&mut self) -> Result<ProxyReport, EpisodeError> {
        one_thread();
        let first = self.iteration * self.options.batch as u64 + 1;
        let lessons = self.draw(first, self.options.batch)?;
        let found = stack(lessons.iter().map(|lesson| &lesson.found).collect());
        let params = params_of(lessons.iter().map(|lesson| lesson.params));
        let count = lessons.first().map_or(0, |lesson| lesson.after.len());
        let after: Vec<Tensor> = (0..count)
            .map(|at| stack(lessons.iter().filter_map(|lesson| lesson.after.get(at)).collect()))
            .collect();
        let (kind, weights) = (self.kind, &self.weights);
        let pieces = kind.cut(weights);
        let loss = match kind {
            ProxyKind::Monolithic => {
                let picture = kind.forward(&pieces, &found, &params);
                let goal = after.last().unwrap_or(&found);
                (picture - goal).abs().mean(Kind::Float)
            }
            ProxyKind::Cascaded => {
                let mut layers = Layers(pieces.chunks(2));
                // Each operation learns from what the pipeline itself hands to it.
                let before = std::iter::once(&found).chain(&after);
                let each = cascaded::operations().into_iter().zip(before).zip(&after);
                let losses: Vec<Tensor> = each
                    .map(|((operation, before), after)| {
                        let picture = operation.forward(&mut layers, before, &params);
                        (picture - after).abs().mean(Kind::Float)
                    })
                    .collect();
                Tensor::stack(&losses, 0).mean(Kind::Float)
            }
        };
        let gradients = Tensor::run_backward(&[&loss], &[weights], false, false);
        let rate = self.rate();
        for gradient in gradients {
            self.adam.step(&mut self.weights, &gradient, rate, GRADIENT_NORM);
        }
        self.iteration += 1;
        Ok(ProxyReport { iteration: self.iteration, loss: loss.double_value(&[]) })
    }

    /// The proxy as it is now.
    #[must_use]
    pub fn proxy(&self) -> Proxy {
        Proxy { kind: self.kind, weights: to_host(&self.weights.detach()) }
    }

    fn rate(&self) -> f64 {
        let part = self.iteration as f64 / self.options.iterations.max(1) as f64;
        let warm = (self.iteration as f64 / WARM_UP + 0.01).min(1.0);
        self.options.rate * warm * 0.5 * (1.0 + (PI * part.min(1.0)).cos())
    }

    /// Mean PSNR, in dB, of what the proxy makes of pictures and parameters that it has not learned
    /// from, beside the pipeline's pictures; a cascade as a whole. Always the same ones.
    ///
    /// # Errors
    /// As [`Self::learn`].
    pub fn psnr_db(&self) -> Result<f64, EpisodeError> {
        one_thread();
        // No iteration draws from the last streams.
        let lessons = self.draw(u64::MAX - EXAMINED as u64, EXAMINED)?;
        let found = stack(lessons.iter().map(|lesson| &lesson.found).collect());
        let goals = stack(lessons.iter().filter_map(|lesson| lesson.after.last()).collect());
        let params = params_of(lessons.iter().map(|lesson| lesson.params));
        let error = no_grad(|| {
            let pictures = self.kind.forward(&self.kind.cut(&self.weights), &found, &params);
            let squares = (pictures.clamp(0.0, 1.0) - goals).square();
            squares.mean_dim([1, 2, 3].as_slice(), false, Kind::Float)
        });
        let decibels = to_host(&error).into_iter().map(|mse| tuner::psnr_db(f64::from(mse)));
        Ok(decibels.map(|db| db.min(CAP_DB)).sum::<f64>() / EXAMINED as f64)
    }

    /// Lessons of as many streams of the seed.
    fn draw(&self, first: u64, count: usize) -> Result<Vec<Lesson>, EpisodeError> {
        let Self { options, mix, photographs, kind, .. } = self;
        (0..count)
            .into_par_iter()
            .map(|number| {
                let mut random = ChaCha8Rng::seed_from_u64(options.seed);
                random.set_stream(first + number as u64);
                let at = random.random_range(0..photographs.len().max(1));
                let photograph = photographs.get(at).ok_or(EpisodeError::NothingToDraw)?;
                let frame = random_crop(photograph, Crop { side: options.side }, &mut random)?;
                lesson(*kind, mix, frame, &mut random)
            })
            .collect()
    }
}

/// Pictures as one tensor, n × 3 × h × w.
fn stack(pictures: Vec<&Planes>) -> Tensor {
    Tensor::cat(&pictures.into_iter().map(tensor_of).collect::<Vec<_>>(), 0)
}

fn lesson(
    kind: ProxyKind,
    mix: &PipelineMix,
    frame: Frame,
    random: &mut ChaCha8Rng,
) -> Result<Lesson, EpisodeError> {
    let found = Planes::from(&frame);
    let [width, height] = frame.size();
    let mut pipeline = PicturePipeline::new(mix.draw(random), Input::srgb(frame));
    pipeline.look_at(&View::whole(width, height))?;
    let params = [(); Parameter::COUNT].map(|()| random.random_range(-1.0..=1.0));
    let ends: Vec<usize> = match kind {
        ProxyKind::Monolithic => vec![Parameter::COUNT],
        ProxyKind::Cascaded => {
            cascaded::operations().into_iter().map(|operation| operation.params.end).collect()
        }
    };
    // With the parameters from `end` on neutral, the pipeline ends before their operations.
    let after = ends.into_iter().map(|end| {
        let mut part = params;
        part.iter_mut().skip(end).for_each(|value| *value = 0.0);
        pipeline.simulate(&Params::clamped(part))
    });
    let after = after.collect();
    Ok(Lesson { found, params, after })
}
