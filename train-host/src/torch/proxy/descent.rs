//! Parameters found by descent through a proxy, as the paper's baselines find them.

use tch::{Device, Tensor};
use tuner::{Measured, Parameter, Params, SearchStrategy, Task};

use super::{Proxy, tensor_of};
use crate::torch::adam::{AdamW, AdamWOptions};
use crate::torch::policy::to_host;
use crate::torch::threads::one_thread;

/// Iterations of the descent (the paper).
const ITERATIONS: u32 = 100;
/// Its first learning rate; it falls to 0 as a cosine.
const RATE: f64 = 0.1;

/// Descends once, and asks for what it has found: what is measured then changes nothing.
pub struct ProxyDescent {
    proxy: Proxy,
    asked: bool,
}

impl ProxyDescent {
    /// A descent through `proxy`.
    #[must_use]
    pub fn new(proxy: &Proxy) -> Self {
        Self { proxy: proxy.clone(), asked: false }
    }

    fn descend(&self, task: &Task) -> Params {
        one_thread();
        let pieces = self.proxy.pieces();
        let (input, goal) = (tensor_of(&task.initial), tensor_of(&task.goal));
        let counts: Vec<f32> =
            task.mask.iter().map(|&counts| f32::from(u8::from(counts))).collect();
        let size = goal.size();
        let [.., height, width] = size.as_slice() else { return task.start };
        let counts = Tensor::from_slice(&counts).view([1, 1, *height, *width]);
        let start: Vec<f32> = task.start.values().map(|value| value as f32).to_vec();
        let mut params = Tensor::from_slice(&start).set_requires_grad(true);
        let options = AdamWOptions { weight_decay: 0.0, ..AdamWOptions::default() };
        let mut adam = AdamW::new(Parameter::COUNT as i64, Device::Cpu, options);
        for iteration in 0..ITERATIONS {
            let part = f64::from(iteration) / f64::from(ITERATIONS);
            let rate = RATE * 0.5 * (1.0 + (std::f64::consts::PI * part).cos());
            let picture = self.proxy.kind.forward(&pieces, &input, &params.unsqueeze(0));
            let loss = ((picture - &goal).square() * &counts).mean(tch::Kind::Float);
            let gradients = Tensor::run_backward(&[loss], &[&params], false, false);
            for gradient in gradients {
                // Adam does not mind how large gradients are, only its epsilon does.
                adam.step(&mut params, &(gradient * 1e3), rate, f64::INFINITY);
            }
            let _ = tch::no_grad(|| params.clamp_(-1.0, 1.0));
        }
        let mut values = [0.0; Parameter::COUNT];
        for (value, found) in values.iter_mut().zip(to_host(&params.detach())) {
            *value = f64::from(found);
        }
        Params::clamped(values)
    }
}

impl SearchStrategy for ProxyDescent {
    fn name(&self) -> &'static str {
        "proxy-descent"
    }

    fn ask(&mut self, task: &Task) -> Option<Params> {
        if std::mem::replace(&mut self.asked, true) {
            return None;
        }
        Some(self.descend(task))
    }

    fn tell(&mut self, _: &Task, _: &Measured<'_>) {}
}
