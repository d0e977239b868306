//! Ways of searching, all behind one trait.

mod actor;
mod actor_broyden;
mod block_residual;
mod broyden;
mod cmaes;
mod domain;
mod extra_probes;
#[cfg(test)]
mod extra_tests;
mod free_box;
mod greedy;
mod hybrid;
mod least_squares;
mod lm;
mod minimiser;
mod model;
mod nelder_mead;
mod pixel_fit;
mod pixel_model;
mod policy;
mod random;
mod retreat;
mod simulation;
mod style;
mod style_hybrid;
mod style_model;
#[cfg(test)]
mod tests;

pub use cmaes::CmaEs;
pub use domain::Domain;
pub use greedy::GreedySearch;
pub use minimiser::Minimiser;
pub use nelder_mead::NelderMead;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::actor::{Actor, Representation};
use crate::{Excerpt, Limits, Params, Planes, StyleFeatures, View};

/// What a strategy may know before the first query.
#[derive(Debug)]
pub struct Task {
    /// The picture as found, at the view's pixels.
    pub initial: Planes,
    /// The goal, registered to the picture as found, at the view's pixels; where only its style counts,
    /// a picture of any size and content that no pixel is to be compared with.
    pub goal: Planes,
    /// Which of these pixels count: `false` where the goal is clipped, unmatched or outside the
    /// region of interest. One for each pixel.
    pub mask: Vec<bool>,
    /// The goal's style where only that counts, `None` where its pixels do.
    pub style: Option<StyleFeatures>,
    /// The parameters that gave the picture as found: neutral where it is a file, what its controls
    /// stood at where it is a camera's.
    pub start: Params,
    /// What may be changed.
    pub limits: Limits,
    /// How many queries there will be at most.
    pub budget: usize,
    /// Ends what a strategy computes between two queries: once it is true, whatever is asked for
    /// may be anything, or nothing.
    pub cancel: Arc<AtomicBool>,
}

impl Task {
    /// Whether nobody waits for an answer any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// One query with what came of it.
#[derive(Debug)]
pub struct Measured<'a> {
    /// What was asked.
    pub params: Params,
    /// The picture that came back, at the view's pixels.
    pub picture: &'a Planes,
    /// What is to become small: the mean squared error to the goal over the pixels that count,
    /// display-referred, ≥ 0; where only style counts, [`crate::StyleRecord::loss`].
    pub mse: f64,
}

/// A way of searching, in the ask–tell form: the episode asks for parameters, makes the query, and
/// tells what came of it. A strategy never queries by itself, so every query is counted.
pub trait SearchStrategy {
    /// Name on the command line and in reports.
    fn name(&self) -> &'static str;

    /// Which pixels of pictures of this size it is shown, and scored on, where pixels are compared:
    /// those of [`View::of_size`] unless it needs others.
    fn view(&self, width: usize, height: usize) -> View {
        View::of_size(width, height)
    }

    /// The next parameters to try (the episode moves them into the limits), or `None` when nothing
    /// better is to be expected.
    fn ask(&mut self, task: &Task) -> Option<Params>;

    /// What came of the parameters asked for last. `measured.params` are those after limiting.
    fn tell(&mut self, task: &Task, measured: &Measured<'_>);
}

/// A renderer whose queries cost nothing, for strategies that reason with a model of the pipeline.
pub trait Simulator: Send {
    /// The simulated picture of these parameters at the view's pixels.
    fn simulate(&mut self, params: &Params) -> Planes;

    /// The part of the view that [`Self::simulate_excerpts`] shows; `None` when it shows all.
    fn excerpt(&self) -> Option<&Excerpt> {
        None
    }

    /// A simulated picture for each of `params`, at the pixels of [`Self::excerpt`] only, which
    /// costs less.
    fn simulate_excerpts(&mut self, params: &[Params]) -> Vec<Planes> {
        params.iter().map(|params| self.simulate(params)).collect()
    }
}

const MODEL: &str = "model";
const RANDOM: &str = "random";
const GREEDY: &str = "greedy";
const NELDER_MEAD: &str = "nelder-mead";
const CMAES: &str = "cmaes";
const LM: &str = "lm";
const HYBRID: &str = "hybrid";
const ACTOR: &str = "actor";
const ACTOR_BROYDEN: &str = "actor-broyden";
const STYLE: &str = "style";
const STYLE_HYBRID: &str = "style-hybrid";
const STYLE_ACTOR: &str = "style-actor";

/// Names of the strategies that need no trained model, as [`by_name`] knows them; the default first.
pub const NAMES: [&str; 6] = [MODEL, LM, CMAES, GREEDY, NELDER_MEAD, RANDOM];

/// Names of the strategies that need a trained policy, as [`by_name`] knows them.
pub const ACTOR_NAMES: [&str; 3] = [HYBRID, ACTOR, ACTOR_BROYDEN];

/// Whether a strategy takes a policy of this kind.
#[must_use]
pub fn takes(name: &str, kind: Representation) -> bool {
    match kind {
        Representation::Residual => ACTOR_NAMES.contains(&name),
        // It names parameters from what it saw before: there is no step to bend or to rehearse.
        Representation::Paper => name == ACTOR,
        Representation::Style => name == STYLE_HYBRID || STYLE_ACTOR_NAMES.contains(&name),
        Representation::Taste => false,
    }
}

/// Names of the strategies that know nothing but the style of a goal, as [`by_name`] knows them; the
/// default for goals that show something else first. It takes a policy of style where there is one.
pub const STYLE_NAMES: [&str; 2] = [STYLE_HYBRID, STYLE];

/// Names of the strategies that know nothing but the style of a goal and need a policy of style.
pub const STYLE_ACTOR_NAMES: [&str; 1] = [STYLE_ACTOR];

/// Whether a strategy knows nothing but the style of a goal.
#[must_use]
pub fn is_of_style(name: &str) -> bool {
    STYLE_NAMES.contains(&name) || STYLE_ACTOR_NAMES.contains(&name)
}

/// Names of those among [`NAMES`] that make any number small, a distance of style too.
pub const STYLE_BASELINES: [&str; 5] = [LM, CMAES, GREEDY, NELDER_MEAD, RANDOM];

/// Names of the strategies that ask a simulator.
pub const SIMULATING_NAMES: [&str; 4] = [MODEL, HYBRID, STYLE_HYBRID, STYLE];

/// The strategy of this name, or `None` when there is none, or when it needs a policy (it is one of
/// [`ACTOR_NAMES`] or [`STYLE_ACTOR_NAMES`]) and `actor` is `None` or of a kind that it does not take ([`takes`]). The seed decides everything that is drawn: `random` and
/// `cmaes` use it, the others do the same for every seed. Only [`SIMULATING_NAMES`] ask the
/// simulator, which must show the pixels of the task's pictures.
#[must_use]
pub fn by_name(
    name: &str,
    seed: u64,
    simulator: Box<dyn Simulator>,
    actor: Option<&Arc<Actor>>,
) -> Option<Box<dyn SearchStrategy>> {
    let actor = actor.filter(|actor| takes(name, actor.kind())).map(Arc::clone);
    Some(match name {
        MODEL => Box::new(model::ModelStrategy::new(simulator)),
        LM => Box::new(lm::LevenbergMarquardt::new()),
        CMAES => Box::new(cmaes::strategy(seed)),
        GREEDY => Box::new(greedy::strategy(seed)),
        NELDER_MEAD => Box::new(nelder_mead::strategy(seed)),
        RANDOM => Box::new(random::strategy(seed)),
        HYBRID => Box::new(hybrid::HybridStrategy::new(simulator, actor?)),
        ACTOR => Box::new(actor::ActorStrategy::new(ACTOR, actor?)),
        ACTOR_BROYDEN => Box::new(actor_broyden::ActorBroyden::new(actor?)),
        STYLE => Box::new(style::StyleStrategy::new(simulator)),
        STYLE_HYBRID => Box::new(style_hybrid::StyleHybrid::new(simulator, actor)),
        STYLE_ACTOR => Box::new(actor::ActorStrategy::new(STYLE_ACTOR, actor?)),
        _ => return None,
    })
}
