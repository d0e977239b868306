//! A simulated camera in a room whose light changes, on a clock that runs as far as it is used.

use std::time::Duration;

use isp_hw::{Input, PicturePipeline, SoftwareIsp, Variation, ViewSimulator};
use tuner::{
    Frame, ParameterInfo, Params, Pipeline, PipelineError, Samples, Simulator, View, linear_to_srgb,
};

use crate::keeping::HeldCamera;

const SIZE: [usize; 2] = [96, 72];
/// Time that a picture takes.
const PICTURE: Duration = Duration::from_millis(300);
/// A room in this light: gains of linear red, green and blue in stops.
pub fn room(stops: [f64; 3]) -> Frame {
    let [width, _] = SIZE;
    let samples = (0..SIZE.iter().product::<usize>()).flat_map(|index| {
        let (x, y) = ((index % width) as f64, (index / width) as f64);
        [0, 1, 2].map(|channel: usize| {
            let wave = (x * (channel as f64 + 2.0) / 9.0).sin() + (x * y / 60.0).cos();
            let linear = (0.2 + 0.08 * wave + 0.001 * y) * stops[channel].exp2();
            (linear_to_srgb(linear).clamp(0.0, 1.0) * 65535.0).round() as u16
        })
    });
    Frame::new(SIZE[0], SIZE[1], Samples::U16(samples.collect())).unwrap()
}

/// A camera with curves of its own in that room.
pub struct RoomCamera {
    pub now: Duration,
    light: fn(f64) -> [f64; 3],
    /// Noise of every picture: at most so many 8-bit steps up or down, another at each.
    pub noise_steps: u16,
    taken: u64,
    isp: Variation,
    standing: Params,
    start: Params,
    /// The newest picture, with what it was of.
    newest: Option<([f64; 3], Params, Frame)>,
}

impl RoomCamera {
    /// A camera that was found at neutral.
    pub fn new(isp: Variation, light: fn(f64) -> [f64; 3]) -> Self {
        let (standing, start) = (Params::NEUTRAL, Params::NEUTRAL);
        let (now, noise_steps, taken) = (Duration::ZERO, 0, 0);
        Self { now, light, noise_steps, taken, isp, standing, start, newest: None }
    }

    /// What the camera would show now at this setting, without noise.
    pub fn truth(&self, params: &Params) -> Frame {
        render(&self.isp, &room((self.light)(self.now.as_secs_f64())), params)
    }

    pub fn picture(&mut self) -> Frame {
        self.now += PICTURE;
        let light = (self.light)(self.now.as_secs_f64());
        let is_same =
            |(of, params, _): &([f64; 3], Params, Frame)| (of, params) == (&light, &self.standing);
        let picture = match self.newest.take().filter(is_same) {
            Some((.., picture)) => picture,
            None => render(&self.isp, &room(light), &self.standing),
        };
        self.newest = Some((light, self.standing, picture.clone()));
        self.noisy(picture)
    }
}

impl RoomCamera {
    fn noisy(&mut self, picture: Frame) -> Frame {
        self.taken += 1;
        if self.noise_steps == 0 {
            return picture;
        }
        let [width, height] = picture.size();
        let step = match picture.samples() {
            Samples::U8(_) => 1,
            Samples::U16(_) => 257,
        };
        let amplitude = i64::from(self.noise_steps * step);
        // Knuth's multiplicative hash.
        let draw = |at: usize| {
            let hash = (at as u64 + 1 + self.taken * 1_000_003).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            ((hash >> 33) % (2 * amplitude as u64 + 1)) as i64 - amplitude
        };
        let samples = match picture.samples() {
            Samples::U8(samples) => {
                let noisy =
                    |(at, value): (usize, &u8)| (i64::from(*value) + draw(at)).clamp(0, 255);
                Samples::U8(samples.iter().enumerate().map(|each| noisy(each) as u8).collect())
            }
            Samples::U16(samples) => {
                let noisy =
                    |(at, value): (usize, &u16)| (i64::from(*value) + draw(at)).clamp(0, 65_535);
                Samples::U16(samples.iter().enumerate().map(|each| noisy(each) as u16).collect())
            }
        };
        Frame::new(width, height, samples).unwrap()
    }
}

pub fn render(isp: &Variation, scene: &Frame, params: &Params) -> Frame {
    let mut pipeline = PicturePipeline::new(isp.clone(), Input::srgb(scene.clone()));
    pipeline.query(params).unwrap()
}

impl Pipeline for RoomCamera {
    fn parameters(&self) -> &[ParameterInfo] {
        isp_hw::Renderer::parameters(&self.isp)
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        Ok(self.picture())
    }

    fn found_params(&self) -> Params {
        self.start
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        self.standing = *params;
        Ok(self.picture())
    }
}

impl HeldCamera for RoomCamera {
    fn now(&self) -> Duration {
        self.now
    }

    fn standing(&self) -> Params {
        self.standing
    }

    fn start_here(&mut self) {
        self.start = self.standing;
    }

    fn set(&mut self, params: &Params) -> Result<(), PipelineError> {
        self.standing = *params;
        Ok(())
    }

    fn look(&mut self) -> Result<Frame, PipelineError> {
        Ok(self.picture())
    }

    fn glance(&mut self) -> Result<Frame, PipelineError> {
        Ok(self.picture())
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
