//! The pipelines of the match table.

use isp_hw::{
    ForeignIsp, Input, Noisy, PaperIsp, PicturePipeline, Renderer, SoftwareIsp, Variation,
    ViewSimulator,
};
use tuner::{Frame, PipelineError, Simulator, View};

/// Standard deviation of the noise on goals and outputs, in 8-bit steps.
const NOISE_STEPS: f64 = 2.0;

/// What is tuned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pipelines {
    /// The software ISP: the strategy `model` knows its formulas.
    Known,
    /// Variations of it, another one for every photograph.
    Unknown,
    /// A structurally different ISP.
    Foreign,
    /// The paper's ISP; `model` knows its formulas.
    Paper,
}

/// One block of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// What is tuned.
    pub pipelines: Pipelines,
    /// Whether goals and outputs are noisy.
    pub noisy: bool,
}

impl Scenario {
    /// All blocks in the order of the table.
    pub fn all() -> Vec<Self> {
        [Pipelines::Known, Pipelines::Unknown, Pipelines::Foreign, Pipelines::Paper]
            .into_iter()
            .flat_map(|pipelines| [false, true].map(|noisy| Self { pipelines, noisy }))
            .collect()
    }

    /// Name in the table.
    pub fn name(self) -> String {
        let name = match self.pipelines {
            Pipelines::Known => "known pipeline",
            Pipelines::Unknown => "unknown responses",
            Pipelines::Foreign => "foreign structure",
            Pipelines::Paper => "the paper's pipeline",
        };
        format!("{name}, 8 bit{}", if self.noisy { ", noise 2/255" } else { "" })
    }

    /// The pipeline without noise, for goals and for true scores.
    pub fn clean(self, photograph: &Frame, seed: u64) -> PicturePipeline<Box<dyn Renderer>> {
        PicturePipeline::new(self.renderer(seed), Input::srgb(photograph.clone()))
    }

    /// The pipeline as the tuner meets it. Its noise differs from one `noise_seed` to the next.
    pub fn met(
        self,
        photograph: &Frame,
        seed: u64,
        noise_seed: u64,
    ) -> PicturePipeline<Box<dyn Renderer>> {
        let renderer = self.renderer(seed);
        let renderer: Box<dyn Renderer> = match self.noisy {
            true => Box::new(Noisy::new(renderer, NOISE_STEPS, noise_seed)),
            false => renderer,
        };
        PicturePipeline::new(renderer, Input::srgb(photograph.clone()))
    }

    /// What the strategy `model` reasons with.
    pub fn simulator(self, photograph: &Frame) -> Result<Box<dyn Simulator>, PipelineError> {
        let [width, height] = photograph.size();
        let view = View::of_size(width, height);
        let input = Input::srgb(photograph.clone());
        Ok(match self.pipelines {
            Pipelines::Paper => Box::new(ViewSimulator::new(PaperIsp::default(), &input, &view)?),
            _ => Box::new(ViewSimulator::new(SoftwareIsp::default(), &input, &view)?),
        })
    }

    fn renderer(self, seed: u64) -> Box<dyn Renderer> {
        match self.pipelines {
            Pipelines::Known => Box::new(SoftwareIsp::default()),
            Pipelines::Unknown => Box::new(Variation::new(1.0, seed)),
            Pipelines::Foreign => Box::new(ForeignIsp::default()),
            Pipelines::Paper => Box::new(PaperIsp::default()),
        }
    }
}
