//! A training is what its seed says, however it was interrupted and on however many threads.

use super::*;
use crate::environment::PracticeOptions;
use crate::photographs::dead_leaves;

fn ground() -> PracticeGround {
    let photographs = (0..4).map(|seed| dead_leaves(seed, 48, 40).unwrap()).collect();
    let mix = "software=0.5,varied=0.5".parse().unwrap();
    PracticeGround::live(
        photographs,
        PracticeOptions { mix, goals: None, noisy_share: 0.5, side: 16 },
    )
}

fn options() -> RegressionOptions {
    RegressionOptions { iterations: 7, batch: 6, unroll: 2, ..RegressionOptions::default() }
}

fn new() -> Regression {
    Regression::new(PolicyShape::residual(16, 2), options(), Device::Cpu)
}

/// Wide enough that MKL would put its products on several threads.
fn wide() -> Regression {
    Regression::new(PolicyShape::residual(384, 2), options(), Device::Cpu)
}

fn train(regression: &mut Regression, until: u64) -> Vec<RegressionReport> {
    let ground = ground();
    let mut reports = Vec::new();
    while regression.iteration() < until {
        let episodes = regression.draw(&ground, 0).unwrap();
        reports.push(regression.learn(episodes, || ()).unwrap().0);
    }
    reports
}

fn bits(regression: &Regression) -> Vec<u32> {
    let tensors =
        [&regression.weights, &regression.average, &regression.adam.mean, &regression.adam.square];
    tensors.into_iter().flat_map(to_host).map(f32::to_bits).collect()
}

#[test]
fn a_resumed_training_ends_in_the_same_bits() {
    let file = tempfile::tempdir().unwrap();
    let file = file.path().join("x.ckpt");
    let mut straight = new();
    let reports = train(&mut straight, 7);
    for cut in [1, 4] {
        let mut first = new();
        train(&mut first, cut);
        first.save(&file).unwrap();
        let mut second = Regression::resume(&file, None, Device::Cpu).unwrap();
        let rest = train(&mut second, 7);
        assert_eq!(rest, reports[cut as usize..]);
        assert!(bits(&second) == bits(&straight), "cut after {cut}");
    }
    let mut other = Regression::new(
        PolicyShape::residual(16, 2),
        RegressionOptions { seed: 1, ..options() },
        Device::Cpu,
    );
    train(&mut other, 7);
    assert!(bits(&other) != bits(&straight), "the seed does not matter");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let of_threads = |count: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        let mut regression = new();
        let reports = pool.install(|| train(&mut regression, 4));
        (bits(&regression), reports)
    };
    assert!(of_threads(1) == of_threads(5));
}

/// A thread's first matrix product was computed on all cores, and its bits were others.
#[test]
fn a_thread_that_never_met_libtorch_computes_the_same() {
    let mut here = wide();
    let reports = train(&mut here, 3);
    let mut elsewhere = wide();
    for number in 1..=3 {
        let mut own = elsewhere;
        let (own, report) = std::thread::spawn(move || {
            let report = train(&mut own, number);
            (own, report)
        })
        .join()
        .unwrap();
        assert_eq!(report, reports[number as usize - 1..number as usize]);
        elsewhere = own;
    }
    assert!(bits(&here) == bits(&elsewhere));
}
