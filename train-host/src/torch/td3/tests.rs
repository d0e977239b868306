use std::sync::Arc;

use super::*;
use crate::environment::{Finishing, Move, Pendulum, PracticeOptions, Reward, State};
use crate::photographs::dead_leaves;
use crate::torch::policy::HiddenForm;

fn options() -> Td3Options {
    Td3Options {
        gamma: 0.98,
        ema: 0.99,
        policy_delay: 2,
        target_noise: 0.2,
        noise_clip: 0.5,
        exploration: Exploration::Gaussian(0.1),
        batch_size: 16,
        replay_size: 100,
        learning_starts: 30,
        random_starts: true,
        actor_starts: 0,
        updates_per_step: 1,
        actor_rate: 1e-3,
        critic_rate: 1e-3,
        gradient_norm: None,
        huber: false,
        squash: 1.0,
        demonstrations: 0,
        demonstration_noise: 0.0,
        demonstration_share: 0.0,
        bc: 0.0,
        seed: 7,
    }
}

type Tasks = Vec<Box<dyn ControlTask>>;

fn shape(tasks: &Tasks, form: HiddenForm) -> PolicyShape {
    let (inputs, outputs) = (tasks[0].observation_length(), tasks[0].action_length());
    PolicyShape { inputs, outputs, form, ..PolicyShape::residual(16, 2) }
}

/// Everything that `first` steps, a stop and `second` steps leave differs in no bit from what an
/// undisturbed training leaves.
fn resumes(tasks: impl Fn() -> Tasks, form: HiddenForm, options: &Td3Options, steps: [usize; 2]) {
    let shape = shape(&tasks(), form);
    resumes_with(tasks, &shape, options, steps);
}

fn resumes_with(
    tasks: impl Fn() -> Tasks,
    shape: &PolicyShape,
    options: &Td3Options,
    steps: [usize; 2],
) {
    let folder = tempfile::tempdir().unwrap();
    let [straight, stopped] = ["straight", "stopped"].map(|name| folder.path().join(name));
    let start = || {
        let options = options.clone();
        Td3::new(shape.clone(), None, vec![16, 16], tasks(), options, Device::Cpu).unwrap()
    };
    let mut undisturbed = start();
    let [first, second] = steps;
    (0..first + second).for_each(|_| drop(undisturbed.step().unwrap()));
    undisturbed.save(&straight).unwrap();
    let mut killed = start();
    (0..first).for_each(|_| drop(killed.step().unwrap()));
    killed.save(&stopped).unwrap();
    let before = std::fs::read(&stopped).unwrap();
    let mut resumed = Td3::resume(&stopped, tasks(), Device::Cpu).unwrap();
    resumed.save(&stopped).unwrap();
    assert!(before == std::fs::read(&stopped).unwrap(), "resuming alone changes something");
    (0..second).for_each(|_| drop(resumed.step().unwrap()));
    resumed.save(&stopped).unwrap();
    let [a, b] = [straight, stopped].map(|path| super::super::Checkpoint::load(&path).unwrap());
    assert_eq!(a.state, b.state);
    assert!(undisturbed.updates() > 20);
    assert_eq!(a.tensors.len(), 11);
    assert!(a.bytes == b.bytes, "pictures differ");
    assert_eq!(a.bytes.is_empty(), shape.features.is_none());
    for (name, values) in &a.tensors {
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert!(bits(values) == bits(&b.tensors[name]), "{name} differs");
    }
}

#[test]
fn a_killed_training_ends_with_the_weights_of_an_undisturbed_one() {
    let pendulum = || -> Tasks { vec![Box::new(Pendulum::at(0.0, 0.0))] };
    // The ring of 100 is full and the first episode of 200 over when it stops.
    resumes(pendulum, HiddenForm::Relu, &options(), [230, 40]);
    // … and stopped while actions are still random.
    resumes(pendulum, HiddenForm::Relu, &options(), [17, 50]);
}

#[test]
fn a_killed_training_with_demonstrations_resumes_in_the_middle_of_its_episodes() {
    let photographs = Arc::new(vec![dead_leaves(1, 64, 48).unwrap()]);
    let tasks = || -> Tasks {
        let task = || {
            let mix = "software".parse().unwrap();
            let practice = PracticeOptions { mix, goals: None, noisy_share: 0.5, side: 16 };
            Finishing::new(Arc::clone(&photographs), practice, Reward::Psnr).unwrap()
        };
        (0..3).map(|_| Box::new(task()) as Box<dyn ControlTask>).collect()
    };
    let options = Td3Options {
        exploration: Exploration::EpsilonGreedy { first: 0.5, last: 0.1, steps: 60 },
        learning_starts: 10,
        random_starts: false,
        actor_starts: 6,
        updates_per_step: 2,
        gradient_norm: Some(1.0),
        huber: true,
        squash: 0.3,
        demonstrations: 20,
        demonstration_noise: 0.05,
        demonstration_share: 0.25,
        bc: 0.4,
        ..options()
    };
    resumes(tasks, HiddenForm::NormSilu, &options, [9, 8]);
}

#[test]
fn a_killed_training_on_pictures_resumes_too() {
    let photographs = Arc::new(vec![dead_leaves(1, 96, 72).unwrap()]);
    let tasks = || -> Tasks {
        let mix = "software".parse().unwrap();
        let practice = PracticeOptions { mix, goals: None, noisy_share: 0.5, side: 64 };
        let task = Finishing::new(Arc::clone(&photographs), practice, Reward::Psnr).unwrap();
        vec![Box::new(task.seen_as(State::Paper, Move::Absolute))]
    };
    let options = Td3Options { batch_size: 4, learning_starts: 5, replay_size: 20, ..options() };
    let features = PaperFeatures { dual_path: true, statistics: true, history: true };
    let shape = PolicyShape { hidden: vec![16, 16], ..PolicyShape::paper(features) };
    resumes_with(tasks, &shape, &options, [17, 12]);
}

/// One step; the nearer the action to 0.5 + observation/4, the better.
struct Aim(f32);

impl ControlTask for Aim {
    fn name(&self) -> &'static str {
        "aim"
    }

    fn observation_length(&self) -> usize {
        1
    }

    fn action_length(&self) -> usize {
        1
    }

    fn reset(&mut self, seed: u64) -> Result<Vec<f32>, EpisodeError> {
        self.0 = ChaCha8Rng::seed_from_u64(seed).random_range(-1.0..1.0);
        Ok(vec![self.0])
    }

    fn step(&mut self, action: &[f32]) -> Result<Step, EpisodeError> {
        let reward = -f64::from(action[0] - 0.5 - self.0 / 4.0).powi(2);
        let observation = vec![self.0];
        Ok(Step { observation, reward, terminated: true, truncated: false, dropped: false })
    }
}

#[test]
fn it_learns_to_aim() {
    let tasks = |count| -> Tasks {
        (0..count).map(|_| Box::new(Aim(0.0)) as Box<dyn ControlTask>).collect()
    };
    let options =
        Td3Options { replay_size: 2000, actor_rate: 5e-3, critic_rate: 5e-3, ..options() };
    let shape = shape(&tasks(1), HiddenForm::Relu);
    let mut td3 = Td3::new(shape, None, vec![32], tasks(4), options, Device::Cpu).unwrap();
    let miss = |td3: &Td3| {
        let ended = td3.evaluate(tasks(50), 0).unwrap();
        (-ended.iter().map(|each| each.earned).sum::<f64>() / 50.0).sqrt()
    };
    let before = miss(&td3);
    (0..500).for_each(|_| drop(td3.step().unwrap()));
    let after = miss(&td3);
    assert!(before > 0.3 && after < 0.12, "{before} {after}");
}

#[test]
fn where_nobody_knows_the_answer_demonstrations_are_refused() {
    let tasks: Tasks = vec![Box::new(Pendulum::at(0.0, 0.0))];
    let options = Td3Options { demonstrations: 5, ..options() };
    let shape = shape(&tasks, HiddenForm::Relu);
    let refused = Td3::new(shape, None, vec![16], tasks, options, Device::Cpu);
    assert!(matches!(refused, Err(Td3Error::NoDemonstrator)));
}

#[test]
fn a_policy_for_another_state_is_refused() {
    let tasks: Tasks = vec![Box::new(Pendulum::at(0.0, 0.0))];
    let shape = PolicyShape { outputs: 1, ..PolicyShape::residual(16, 1) };
    let refused = Td3::new(shape, None, vec![16], tasks, options(), Device::Cpu);
    assert!(matches!(refused, Err(Td3Error::OtherState { takes: 344, shown: 3 })));
}

#[test]
fn a_training_of_another_task_is_not_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aim.ckpt");
    let tasks: Tasks = vec![Box::new(Aim(0.0))];
    let shape = shape(&tasks, HiddenForm::Relu);
    let td3 = Td3::new(shape, None, vec![16], tasks, options(), Device::Cpu).unwrap();
    td3.save(&path).unwrap();
    let pendulum: Tasks = vec![Box::new(Pendulum::at(0.0, 0.0))];
    let refused = Td3::resume(&path, pendulum, Device::Cpu).map(drop).unwrap_err().to_string();
    assert!(refused.ends_with("aim.ckpt: it learns aim, not pendulum"), "{refused}");
}
