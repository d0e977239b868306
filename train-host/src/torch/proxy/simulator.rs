//! A proxy where a strategy expects a simulator: as the source of derivatives, each measured
//! picture correcting what it says.

use tch::{Tensor, no_grad};
use tuner::{Params, Planes, Simulator};

use super::{Proxy, ProxyKind, params_of, picture_of, tensor_of};
use crate::torch::threads::one_thread;

/// Simulates a pipeline by its proxy on one picture.
pub struct ProxySimulator {
    kind: ProxyKind,
    pieces: Vec<Tensor>,
    input: Tensor,
    size: [usize; 2],
}

impl ProxySimulator {
    /// Puts `proxy` on the picture as found, whose sides are four pixels or more.
    #[must_use]
    pub fn new(proxy: &Proxy, found: &Planes) -> Self {
        let size = [found.width(), found.height()];
        Self { kind: proxy.kind, pieces: proxy.pieces(), input: tensor_of(found), size }
    }
}

impl Simulator for ProxySimulator {
    fn simulate(&mut self, params: &Params) -> Planes {
        one_thread();
        let params = params_of(std::iter::once(params.values()));
        let picture = no_grad(|| self.kind.forward(&self.pieces, &self.input, &params));
        let [width, height] = self.size;
        picture_of(&picture, width, height)
    }
}
