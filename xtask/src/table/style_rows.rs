//! The rows of the table of styles.

use anyhow::{Context, Result};
use train_host::evaluation::{StyleReached, Summary};

use super::style_methods::{Method, Pair};

/// Prints the head of a block.
pub fn head() {
    println!(
        "| method | queries | distance | above optimum | median | 90th percentile | histograms | \
         content | StyleScore | violations |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
}

/// Prints one row: mean figures over the pairs, and losses against the optimum where there is one.
///
/// # Errors
/// When there is no pair.
pub fn row(
    name: &str,
    queries: usize,
    reached: &[StyleReached],
    optimum: Option<&[StyleReached]>,
    score: f64,
    violations: &str,
) -> Result<()> {
    let mean = |value: fn(&StyleReached) -> f64| {
        reached.iter().map(value).sum::<f64>() / reached.len().max(1) as f64
    };
    let distance = mean(|each| each.record.distance);
    let above = optimum.map(|optimum| above(reached, optimum)).transpose()?;
    println!(
        "| {name} | {queries} | {:.1} | {} | {:.1} | {:.3} | {score:.1} | {violations} |",
        1e3 * distance,
        above.unwrap_or_else(|| " | | ".to_owned()),
        mean(|each| each.record.histogram_distance),
        mean(|each| each.record.content),
    );
    Ok(())
}

/// By how much the mean distance is above that of the optima, and the median and the 90th percentile
/// of the same pair by pair.
fn above(reached: &[StyleReached], optimum: &[StyleReached]) -> Result<String> {
    let sum = |all: &[StyleReached]| all.iter().map(|each| each.record.distance).sum::<f64>();
    let above = sum(reached) / sum(optimum) - 1.0;
    // Turned round, so that the tenth percentile is that of the largest losses.
    let losses: Vec<f64> = reached
        .iter()
        .zip(optimum)
        .map(|(ours, optimum)| 1.0 - ours.record.distance / optimum.record.distance)
        .collect();
    let summary = Summary::of(&losses).context("no pair")?;
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    Ok([percent(above), percent(-summary.median), percent(-summary.p10)].join(" | "))
}

/// Names the pairs on which a method loses more than `limit` against the optimum.
///
/// # Errors
/// When a picture as found was not judged.
pub fn name_worst(
    method: &Method,
    pairs: &[Pair],
    optimum: &[StyleReached],
    limit: f64,
) -> Result<()> {
    for ((pair, reached), optimum) in pairs.iter().zip(method.reached()?).zip(optimum) {
        let above = reached.record.distance / optimum.record.distance - 1.0;
        if above > limit {
            eprintln!(
                "{}, {}: {:.4} is {:.0} % above {:.4}, content {:.3}, {:?}; optimum {:?}",
                method.name,
                pair.name,
                reached.record.distance,
                100.0 * above,
                optimum.record.distance,
                reached.record.content,
                reached.params.values(),
                optimum.params.values()
            );
        }
    }
    Ok(())
}
