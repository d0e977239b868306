//! The strategies that a policy guides, with policies written down instead of trained.

use std::sync::Arc;

use isp_hw::{Implementation, Input, Renderer, SoftwareIsp, Threads, Variation};
use isptune_tests::program;
use nalgebra::DMatrix;
use train_host::export::{Dense, Form, Network, encode};
use tuner::actor::{Actor, OBSERVATION_LENGTH, Provenance};
use tuner::strategy::{ACTOR_NAMES, by_name};
use tuner::{
    Functionals, Limits, Measured, Parameter, Params, Planes, Simulator, Task, mse, psnr_db,
};

struct Camera<R> {
    renderer: R,
    input: Input,
}

impl<R: Renderer> Camera<R> {
    fn new(renderer: R) -> Self {
        Self { renderer, input: Input::srgb(program::picture()) }
    }

    fn render(&self, params: &Params) -> Planes {
        Planes::from(&self.renderer.render_picture(&self.input, params, 0))
    }
}

impl<R: Renderer> Simulator for Camera<R> {
    fn simulate(&mut self, params: &Params) -> Planes {
        self.render(params)
    }
}

fn software() -> SoftwareIsp {
    SoftwareIsp::new(Implementation::Fast, Threads::One)
}

fn actor(weights: Vec<f32>, bias: [f32; 9]) -> Arc<Actor> {
    let dense = Dense { weights, bias: bias.to_vec() };
    let network = Network::perceptron(Vec::new(), dense).unwrap();
    let file = encode(&network, Form::Int8, &Provenance::default()).unwrap();
    Arc::new(Actor::from_bytes("written down", &file).unwrap())
}

/// The policy that solves the software ISP as linearised at neutral, on this one picture. The first
/// 105 inputs are r/s, and the step is o·5s as long as it is small: so o = J⁺·(r/s)/5.
fn linear_policy() -> Arc<Actor> {
    scaled_linear_policy(1.0)
}

/// The same with steps of another length.
fn scaled_linear_policy(scale: f64) -> Arc<Actor> {
    let camera = Camera::new(software());
    let found = camera.render(&Params::NEUTRAL);
    let functionals = Functionals::new(&found, &vec![true; found.pixel_count()]);
    let at = |parameter, value| {
        let picture = camera.render(&Params::NEUTRAL.with(parameter, value));
        functionals.observe(&picture)
    };
    let columns = Parameter::ALL.map(|parameter| (at(parameter, 0.2), at(parameter, -0.2)));
    let slope = |row: usize, column: usize| {
        let (up, down): &(Vec<f64>, Vec<f64>) = &columns[column];
        (up[row] - down[row]) / 0.4
    };
    let jacobian = DMatrix::from_fn(Functionals::COUNT, 9, slope);
    let normal = jacobian.transpose() * &jacobian;
    let damping = DMatrix::identity(9, 9) * (1e-3 * normal.trace());
    let inverse = (normal + damping).try_inverse().unwrap() * jacobian.transpose() * (scale / 5.0);
    let mut weights = Vec::new();
    for row in inverse.row_iter() {
        weights.extend(row.iter().map(|weight| *weight as f32));
        weights.resize(weights.len() + OBSERVATION_LENGTH - Functionals::COUNT, 0.0);
    }
    actor(weights, [0.0; 9])
}

/// Ignores what it sees and pushes every parameter to its limit.
fn stubborn_policy() -> Arc<Actor> {
    actor(vec![0.0; 9 * OBSERVATION_LENGTH], [9.0; 9])
}

fn goals() -> Vec<Params> {
    [
        [0.3, -0.2, 0.1, 0.3, 0.4, -0.3, 0.2, 0.4, 0.5],
        [-0.3, 0.3, 0.0, -0.2, -0.4, 0.5, -0.3, 0.1, -0.4],
        [0.1, 0.1, -0.2, 0.4, 0.6, 0.2, 0.5, -0.4, 0.2],
    ]
    .map(Params::clamped)
    .to_vec()
}

/// Every query of an episode with its PSNR in dB.
fn episode(
    name: &str,
    actor: &Arc<Actor>,
    pipeline: &Camera<impl Renderer>,
    goal: &Params,
    limits: Limits,
) -> Vec<(Params, f64)> {
    let (initial, goal) = (pipeline.render(&Params::NEUTRAL), pipeline.render(goal));
    let mask = vec![true; initial.pixel_count()];
    let start = Params::NEUTRAL;
    let cancel = Arc::default();
    let task = Task { initial, goal, mask, style: None, start, limits, budget: 10, cancel };
    let simulator = Box::new(Camera::new(software()));
    let mut strategy = by_name(name, 0, simulator, Some(actor)).unwrap();
    assert_eq!(strategy.name(), name);
    let mut queries = Vec::new();
    while let Some(params) = strategy.ask(&task).filter(|_| queries.len() < task.budget) {
        assert_eq!(Some(params), strategy.ask(&task), "asking again must not move on");
        assert_eq!(params, limits.clamp(params), "{name} left the limits");
        let picture = pipeline.render(&params);
        let mse = mse(&picture, &task.goal, Some(&task.mask)).unwrap();
        strategy.tell(&task, &Measured { params, picture: &picture, mse });
        queries.push((params, psnr_db(mse).min(60.0)));
    }
    queries
}

/// Mean over the goals of the best query.
fn best_db(name: &str, actor: &Arc<Actor>, pipeline: &Camera<impl Renderer>) -> f64 {
    let best = |goal: &Params| {
        let queries = episode(name, actor, pipeline, goal, Limits::default());
        queries.iter().map(|(_, db)| *db).fold(0.0, f64::max)
    };
    goals().iter().map(best).sum::<f64>() / goals().len() as f64
}

#[test]
fn every_query_moves_the_policy_on_from_the_last_one() {
    let camera = Camera::new(software());
    let queries = episode("actor", &linear_policy(), &camera, &goals()[0], Limits::default());
    let [first, fifth] = [0, 4].map(|index| queries[index].1);
    assert!(first > 20.0 && fifth > first + 15.0, "{queries:?}");
}

#[test]
fn secants_repair_a_policy_on_a_pipeline_it_does_not_know() {
    let stranger = Camera::new(Variation::new(1.0, 3));
    let policy = scaled_linear_policy(0.4);
    let (alone, bent) =
        (best_db("actor", &policy, &stranger), best_db("actor-broyden", &policy, &stranger));
    println!("alone {alone:.1} dB, with secants {bent:.1} dB");
    assert!(bent > alone + 2.0, "{alone} {bent}");
}

#[test]
fn least_squares_ends_what_the_policy_began() {
    let policy = linear_policy();
    let known = Camera::new(software());
    let (alone, hybrid) = (best_db("actor", &policy, &known), best_db("hybrid", &policy, &known));
    println!("known: alone {alone:.1} dB, hybrid {hybrid:.1} dB");
    assert!(hybrid > 55.0 && hybrid > alone, "{alone} {hybrid}");
    let stranger = Camera::new(Variation::new(1.0, 3));
    let hybrid = best_db("hybrid", &policy, &stranger);
    println!("stranger: hybrid {hybrid:.1} dB");
    assert!(hybrid > 45.0, "{hybrid}");
}

#[test]
fn the_policy_is_asked_only_where_the_simulator_was_wrong() {
    // A stubborn policy shows where it was asked: every parameter rises, or stands at its limit.
    let asked = |pipeline: &Camera<Box<dyn Renderer>>| {
        let queries =
            episode("hybrid", &stubborn_policy(), pipeline, &goals()[0], Limits::default());
        queries.windows(2).any(|pair| {
            let mut values = pair[0].0.values().into_iter().zip(pair[1].0.values());
            values.all(|(before, after)| after > before || after == 1.0)
        })
    };
    assert!(!asked(&Camera::new(Box::new(software()))));
    assert!(asked(&Camera::new(Box::new(Variation::new(1.0, 3)))));
}

#[test]
fn a_policy_that_ends_elsewhere_on_the_simulator_does_not_spoil_its_answer() {
    let camera = Camera::new(software());
    for goal in goals() {
        let [model, hybrid] = ["model", "hybrid"]
            .map(|name| episode(name, &stubborn_policy(), &camera, &goal, Limits::default())[0].1);
        assert!(hybrid > model - 0.5, "{hybrid} {model}");
    }
}

#[test]
fn a_useless_policy_costs_queries_and_no_more() {
    let camera = Camera::new(software());
    let hybrid = best_db("hybrid", &stubborn_policy(), &camera);
    println!("hybrid with a stubborn policy {hybrid:.1} dB");
    assert!(hybrid > 40.0, "{hybrid}");
}

#[test]
fn limits_and_locks_hold_against_any_policy() {
    let camera = Camera::new(software());
    let mut limits = Limits::default();
    limits.lock(Parameter::Contrast, 0.2).unwrap();
    limits.narrow(Parameter::Exposure, [-0.1, 0.05]).unwrap();
    for name in ACTOR_NAMES {
        for policy in [linear_policy(), stubborn_policy()] {
            let queries = episode(name, &policy, &camera, &goals()[1], limits);
            assert!(queries.iter().all(|(params, _)| params.get(Parameter::Contrast) == 0.2));
            assert!(!queries.is_empty(), "{name}");
        }
    }
}

#[test]
fn with_everything_locked_there_is_one_query() {
    let camera = Camera::new(software());
    let mut limits = Limits::default();
    for parameter in Parameter::ALL {
        limits.lock(parameter, 0.25).unwrap();
    }
    for name in ACTOR_NAMES {
        let queries = episode(name, &linear_policy(), &camera, &goals()[0], limits);
        assert_eq!(queries.len(), 1, "{name}");
        assert_eq!(queries[0].0, Params::clamped([0.25; 9]), "{name}");
    }
}
