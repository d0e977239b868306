//! Proxies learn a pipeline, and what they have learned serves to tune it.

use std::sync::Arc;

use isp_hw::{Input, PaperIsp, PicturePipeline};
use tuner::{Limits, Params, Planes, SearchStrategy, Simulator, Task, View, mse};

use super::*;
use crate::photographs::dead_leaves;

fn trained(kind: ProxyKind, iterations: u64) -> (Proxy, Vec<ProxyReport>) {
    let photographs = (0..6).map(|seed| dead_leaves(seed, 64, 48).unwrap()).collect();
    let options = ProxyOptions { iterations, batch: 8, side: 16, rate: 3e-3, seed: 1 };
    let mix = "paper".parse().unwrap();
    let mut training = ProxyTraining::new(kind, mix, Arc::new(photographs), options);
    let reports = (0..iterations).map(|_| training.learn().unwrap()).collect();
    (training.proxy(), reports)
}

fn mean_loss(reports: &[ProxyReport]) -> f64 {
    reports.iter().map(|report| report.loss).sum::<f64>() / reports.len() as f64
}

#[test]
fn both_kinds_learn_and_come_back_from_a_file() {
    let file = tempfile::tempdir().unwrap();
    let file = file.path().join("x.proxy");
    let picture = Planes::from(&dead_leaves(9, 16, 16).unwrap());
    let params = Params::new([0.3, 0.1, -0.2, 0.2, 0.4, 0.1, 0.0, -0.2, 0.5]).unwrap();
    for kind in [ProxyKind::Monolithic, ProxyKind::Cascaded] {
        let (proxy, reports) = trained(kind, 120);
        let (first, last) = (mean_loss(&reports[..20]), mean_loss(&reports[100..]));
        assert!(last < 0.7 * first, "{kind:?}: {first} {last}");
        proxy.save(120, &file).unwrap();
        let loaded = Proxy::load(&file).unwrap();
        let [a, b] =
            [&proxy, &loaded].map(|proxy| ProxySimulator::new(proxy, &picture).simulate(&params));
        assert_eq!(a, b);
        assert_eq!([a.width(), a.height()], [16, 16]);
    }
}

#[test]
fn descent_through_a_proxy_brings_the_picture_nearer() {
    let (proxy, _) = trained(ProxyKind::Cascaded, 250);
    let frame = dead_leaves(9, 32, 32).unwrap();
    let initial = Planes::from(&frame);
    let mut isp = PicturePipeline::new(PaperIsp::default(), Input::srgb(frame));
    isp.look_at(&View::whole(32, 32)).unwrap();
    let goal = isp.simulate(&Params::NEUTRAL.with(tuner::Parameter::Exposure, -0.5));
    let before = mse(&initial, &goal, None).unwrap();
    let task = Task {
        mask: vec![true; initial.pixel_count()],
        initial,
        goal,
        style: None,
        start: Params::NEUTRAL,
        limits: Limits::default(),
        budget: 10,
        cancel: Arc::default(),
    };
    let mut strategy = ProxyDescent::new(&proxy);
    let found = strategy.ask(&task).unwrap();
    let after = mse(&isp.simulate(&found), &task.goal, None).unwrap();
    assert!(after < 0.2 * before, "{before} {after}");
    assert!(strategy.ask(&task).is_none());
}
