//! A figure for few pairs: each is judged by a policy that learned from the others.

use anyhow::{Context, Result};
use train_host::environment::TASTE_QUERIES;
use train_host::evaluation::{best_of_nine, run_taste_policy};
use train_host::torch::TrainedPolicy;

use super::lessons::Studied;
use super::{Options, training};
use crate::verbs::difference_table::{print_head, print_row};

/// Trains once for each pair and prints the table.
pub fn run(options: &Options, studied: &Studied) -> Result<()> {
    let before = options.schooling.init.as_deref().map(TrainedPolicy::load).transpose()?;
    let before = before.map(|policy| policy.actor("--init".to_owned())).transpose()?;
    let (mut unedited, mut best, mut general) = (Vec::new(), Vec::new(), Vec::new());
    let mut personal = vec![Vec::new(); TASTE_QUERIES];
    for (paths, others) in studied.folds() {
        let pair = paths.load()?;
        let policy = training::train(options, others, &options.schooling.out)?;
        let actor = policy.actor(paths.name.clone())?;
        let run = run_taste_policy(&actor, &pair, TASTE_QUERIES).context(paths.name.clone())?;
        eprintln!("{}: {:.2} unedited, {:.2?} after", paths.name, run.unedited, run.queries);
        unedited.push(run.unedited);
        personal.iter_mut().zip(run.queries).for_each(|(all, value)| all.push(value));
        if let Some(actor) = &before {
            general.extend(run_taste_policy(actor, &pair, 1)?.queries);
        }
        best.push(best_of_nine(&pair)?.searched);
    }
    println!("{} pairs, each left out once, at its own size\n", unedited.len());
    print_head();
    print_row("unedited", &unedited, &unedited)?;
    if !general.is_empty() {
        print_row("the policy of --init, 1 query", &general, &unedited)?;
    }
    for (number, values) in personal.iter().enumerate() {
        let name = format!("trained on the other pairs, query {}", number + 1);
        print_row(&name, values, &unedited)?;
    }
    print_row("the nine parameters, searched for the expert's picture", &best, &unedited)
}
