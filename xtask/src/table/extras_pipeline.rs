//! A pipeline with two parameters that none of the nine can stand in for.

use tuner::{
    Axis, Curve, ExtraParameter, Frame, NativeScale, ParameterInfo, Params, Pipeline,
    PipelineError, Samples, linear_to_srgb, srgb_to_linear,
};

/// Both of them: vignette and vibrance.
pub const AXES: [Axis; 2] = [Axis::Extra(0), Axis::Extra(1)];

/// The light in the corners at vignette −1 is this much less, at +1 as much more.
const VIGNETTE_STRENGTH: f64 = 0.5;
/// At vibrance +1 a nearly grey colour is this much further from grey.
const VIBRANCE_STRENGTH: f64 = 0.8;

/// Another pipeline, whose pictures then get a vignette and vibrance: saturation that acts less the
/// more a colour is saturated already.
pub struct ExtrasPipeline<P> {
    inner: P,
    extras: Vec<ExtraParameter>,
}

impl<P: Pipeline> ExtrasPipeline<P> {
    /// After `inner`.
    pub fn new(inner: P) -> Self {
        let scale = NativeScale { range: [-1.0, 1.0], curve: Curve::Linear, neutral: 0.0 };
        let extra = |name: &str| ExtraParameter {
            name: name.to_owned(),
            key: name.to_owned(),
            scale,
            unit: String::new(),
        };
        Self { inner, extras: vec![extra("vignette"), extra("vibrance")] }
    }
}

impl<P: Pipeline> Pipeline for ExtrasPipeline<P> {
    fn parameters(&self) -> &[ParameterInfo] {
        self.inner.parameters()
    }

    fn extra_parameters(&self) -> &[ExtraParameter] {
        &self.extras
    }

    fn as_found(&mut self) -> Result<Frame, PipelineError> {
        self.inner.as_found()
    }

    fn query(&mut self, params: &Params) -> Result<Frame, PipelineError> {
        let frame = self.inner.query(params)?;
        let [vignette, vibrance] = AXES.map(|axis| params.get(axis));
        Ok(if vignette == 0.0 && vibrance == 0.0 {
            frame
        } else {
            after(&frame, vignette, vibrance)
        })
    }
}

/// 8 bits a sample.
fn after(frame: &Frame, vignette: f64, vibrance: f64) -> Frame {
    let [width, height] = frame.size();
    let values: Vec<f64> = match frame.samples() {
        Samples::U8(samples) => samples.iter().map(|&value| f64::from(value) / 255.0).collect(),
        Samples::U16(samples) => samples.iter().map(|&value| f64::from(value) / 65535.0).collect(),
    };
    let from_middle = |at: usize, size: usize| (at as f64 + 0.5) / size as f64 * 2.0 - 1.0;
    let mut samples = Vec::with_capacity(values.len());
    for (at, pixel) in values.chunks_exact(3).enumerate() {
        let (x, y) = (from_middle(at % width, width), from_middle(at / width, height));
        let gain = 1.0 + VIGNETTE_STRENGTH * vignette * (x * x + y * y) / 2.0;
        let lit = pixel.iter().map(|&value| linear_to_srgb(srgb_to_linear(value) * gain));
        let lit: Vec<f64> = lit.collect();
        let most = lit.iter().copied().fold(0.0, f64::max);
        let least = lit.iter().copied().fold(1.0, f64::min);
        let grey = lit.iter().sum::<f64>() / 3.0;
        let saturation = (most - least) / most.max(1e-3);
        let factor = 1.0 + VIBRANCE_STRENGTH * vibrance * (1.0 - saturation.min(1.0));
        samples.extend(lit.iter().map(|value| {
            let vivid = grey + factor * (value - grey);
            (vivid * 255.0).round().clamp(0.0, 255.0) as u8
        }));
    }
    Frame::new(width, height, Samples::U8(samples)).unwrap_or_else(|_| frame.clone())
}
