//! A camera in a room, with faults, on a clock that runs as far as it is used.

use std::time::Duration;

use daemon::keeping::HeldCamera;
use isp_hw::{Input, PicturePipeline, SoftwareIsp, Transfer, Variation, ViewSimulator};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuner::{
    Frame, ParameterInfo, Params, Pipeline, PipelineError, Samples, Score, Simulator, View,
};

/// Time that a settled picture takes, and a glance.
const LOOK: Duration = Duration::from_millis(300);
const GLANCE: Duration = Duration::from_millis(40);
/// Renderings that are remembered: what stands, what was found, and the last candidates.
const RENDERED: usize = 4;

/// How often what goes wrong, of each picture or write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// The picture shows what stood before the last write.
    pub stale: f64,
    /// The lower part of the picture is one of before the last write.
    pub torn: f64,
    /// A write is lost, and the camera says that it was done.
    pub ignored_write: f64,
    /// A write or a picture fails.
    pub failed: f64,
    /// Standard deviation of the noise, 8-bit steps.
    pub noise: f64,
}

/// The light of the room: gains of linear red, green and blue at a time.
pub type Light = Box<dyn Fn(Duration) -> [f64; 3] + Send>;

pub struct SimulatedCamera {
    pub now: Duration,
    pub faults: Faults,
    /// Repeats the picture that it gave last.
    pub is_frozen: bool,
    last: Option<Frame>,
    /// Faults that have happened.
    pub happened: u64,
    light: Light,
    scene: Frame,
    isp: Variation,
    pipeline: PicturePipeline<Variation>,
    lit: [f64; 3],
    /// Renderings under this light, the newest last.
    rendered: Vec<(Params, Frame)>,
    /// What the keeper believes to stand.
    believed: Params,
    /// What stands.
    stands: Params,
    before: Params,
    start: Params,
    random: ChaCha8Rng,
}

impl SimulatedCamera {
    /// A camera before `scene` (linear light, 16 bits) that was found at `found`.
    pub fn new(scene: Frame, isp: Variation, light: Light, found: Params, seed: u64) -> Self {
        let lit = light(Duration::ZERO);
        let pipeline = PicturePipeline::new(isp.clone(), lit_scene(&scene, lit));
        Self {
            now: Duration::ZERO,
            faults: Faults::default(),
            is_frozen: false,
            last: None,
            happened: 0,
            light,
            scene,
            isp,
            pipeline,
            lit,
            rendered: Vec::new(),
            believed: found,
            stands: found,
            before: found,
            start: found,
            random: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// What the camera shows now where `params` stand, without any fault.
    pub fn truth(&mut self, params: &Params) -> Frame {
        self.follow_light();
        if let Some((_, frame)) = self.rendered.iter().rev().find(|(known, _)| known == params) {
            return frame.clone();
        }
        let frame = self.pipeline.query(params).unwrap();
        if self.rendered.len() == RENDERED {
            self.rendered.remove(0);
        }
        self.rendered.push((*params, frame.clone()));
        frame
    }

    /// How near `params` are to a goal now, without any fault.
    pub fn score_of(&mut self, params: &Params, goal: &Frame) -> Score {
        Score::of_frames(&self.truth(params), goal).unwrap()
    }

    /// Whether the light is another than in the beginning.
    pub fn light_has_changed(&self) -> bool {
        self.lit != (self.light)(Duration::ZERO)
    }

    /// What really stands.
    pub fn really_stands(&self) -> Params {
        self.stands
    }

    fn happens(&mut self, share: f64) -> bool {
        let happens = self.random.random_range(0.0..1.0) < share;
        self.happened += u64::from(happens);
        happens
    }

    fn follow_light(&mut self) {
        let lit = (self.light)(self.now);
        if lit != self.lit {
            self.lit = lit;
            self.rendered.clear();
            self.pipeline = PicturePipeline::new(self.isp.clone(), lit_scene(&self.scene, lit));
        }
    }

    fn failure(&self, what: &str) -> PipelineError {
        PipelineError::Device { device: "simulated".to_owned(), reason: what.to_owned() }
    }

    fn picture(&mut self) -> Result<Frame, PipelineError> {
        if let Some(last) = self.last.as_ref().filter(|_| self.is_frozen) {
            return Ok(last.clone());
        }
        let picture = self.new_picture()?;
        self.last = Some(picture.clone());
        Ok(picture)
    }

    fn new_picture(&mut self) -> Result<Frame, PipelineError> {
        if self.happens(self.faults.failed) {
            return Err(self.failure("no frame"));
        }
        let shown = if self.happens(self.faults.stale) { self.before } else { self.stands };
        let mut picture = self.truth(&shown);
        if self.happens(self.faults.torn) {
            let old = self.truth(&self.before.clone());
            picture = torn(&picture, &old, self.random.random_range(0.1..0.9));
        }
        Ok(self.noisy(picture))
    }

    fn noisy(&mut self, picture: Frame) -> Frame {
        let noise = self.faults.noise;
        if noise == 0.0 {
            return picture;
        }
        let [width, height] = picture.size();
        let Samples::U8(mut samples) = picture.into_samples() else { panic!("made of bytes") };
        // Uniform with this standard deviation, four samples from each draw.
        let scale = noise * 12.0_f64.sqrt() / 65536.0;
        for samples in samples.chunks_mut(4) {
            let mut bits: u64 = self.random.random();
            for sample in samples {
                let draw = f64::from(bits as u16) - 32768.0;
                bits >>= 16;
                *sample = (f64::from(*sample) + draw * scale).round().clamp(0.0, 255.0) as u8;
            }
        }
        Frame::new(width, height, Samples::U8(samples)).unwrap()
    }
}

fn torn(new: &Frame, old: &Frame, share: f64) -> Frame {
    let (Samples::U8(above), Samples::U8(below)) = (new.samples(), old.samples()) else {
        panic!("made of bytes")
    };
    let cut = (new.height() as f64 * share) as usize * new.width() * 3;
    let samples = above[..cut].iter().chain(&below[cut..]).copied().collect();
    Frame::new(new.width(), new.height(), Samples::U8(samples)).unwrap()
}

/// The scene under a light, as display-referred bytes: what an ISP at neutral gets.
fn lit_scene(scene: &Frame, gains: [f64; 3]) -> Input {
    let Samples::U16(samples) = scene.samples() else { panic!("made of words") };
    let lit = samples.iter().zip(gains.iter().cycle()).map(|(sample, gain)| {
        let light = f64::from(*sample) / 65535.0 * gain;
        (tuner::linear_to_srgb(light).clamp(0.0, 1.0) * 255.0).round() as u8
    });
    let samples = Samples::U8(lit.collect());
    Input::new(Frame::new(scene.width(), scene.height(), samples).unwrap(), Transfer::Srgb)
}

impl Pipeline for SimulatedCamera {
    fn parameters(&self) -> &[ParameterInfo] {
        self.pipeline.parameters()
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        self.look()
    }

    fn found_params(&self) -> Params {
        self.start
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.set(params)?;
        self.look()
    }
}

impl HeldCamera for SimulatedCamera {
    fn now(&self) -> Duration {
        self.now
    }

    fn standing(&self) -> Params {
        self.believed
    }

    fn start_here(&mut self) {
        self.start = self.believed;
    }

    fn set(&mut self, params: &Params) -> Result<(), PipelineError> {
        if self.happens(self.faults.failed) {
            return Err(self.failure("write refused"));
        }
        self.believed = *params;
        if !self.happens(self.faults.ignored_write) {
            self.before = std::mem::replace(&mut self.stands, *params);
        }
        Ok(())
    }

    fn look(&mut self) -> Result<Frame, PipelineError> {
        self.now += LOOK;
        self.picture()
    }

    fn glance(&mut self) -> Result<Frame, PipelineError> {
        self.now += GLANCE;
        self.picture()
    }

    fn rest(&mut self) {}

    fn simulator(&self, found: &Frame, view: &View) -> Result<Box<dyn Simulator>, PipelineError> {
        let input = Input::srgb(found.clone());
        Ok(Box::new(ViewSimulator::new(SoftwareIsp::default(), &input, view)?))
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        Ok(())
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        Ok(())
    }
}
