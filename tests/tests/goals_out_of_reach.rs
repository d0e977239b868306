//! Goals that no parameters give, rendered by an ISP of foreign structure: in ten queries strategy
//! `model` comes nearly as near as a search that spends hundreds.

use isp_hw::{ForeignIsp, Input, PicturePipeline, SoftwareIsp, ViewSimulator, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use train_host::evaluation::{TrueGoal, trace};
use train_host::photographs::dead_leaves;
use tuner::strategy::by_name;
use tuner::{Frame, View};

const PICTURES: u64 = 12;
const SIZE: [usize; 2] = [96, 72];

/// dB of the best of so many queries, over the whole picture.
fn best_db(strategy: &str, found: &Frame, goal: &Frame, queries: usize) -> f64 {
    let input = || Input::srgb(found.clone());
    let isp = || PicturePipeline::new(SoftwareIsp::default(), input());
    let [width, height] = found.size();
    let view = View::of_size(width, height);
    let simulator = ViewSimulator::new(SoftwareIsp::default(), &input(), &view).unwrap();
    let mut strategy = by_name(strategy, 1, Box::new(simulator), None).unwrap();
    let goal = TrueGoal { seen: goal.clone(), clean: goal.clone() };
    let trace = trace(&mut isp(), &mut isp(), strategy.as_mut(), &goal, &[queries]).unwrap();
    trace.best[0]
}

#[test]
fn ten_queries_come_nearly_as_near_as_hundreds() {
    for seed in 0..PICTURES {
        let found = dead_leaves(seed, SIZE[0], SIZE[1]).unwrap();
        let mut maker = PicturePipeline::new(ForeignIsp::default(), Input::srgb(found.clone()));
        let goal = random_goal(&mut maker, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap().picture;
        let ten = best_db("model", &found, &goal, 10);
        let best = ["lm", "model", "nelder-mead"]
            .map(|name| best_db(name, &found, &goal, 250))
            .into_iter()
            .fold(ten, f64::max);
        println!("{seed}: {ten:.2} of {best:.2} dB");
        assert!(best - ten < 0.3, "{seed}: {ten:.2} of {best:.2} dB");
    }
}
