//! Tables as Markdown on standard output.

use super::{CAP_DB, EpisodeTrace, Summary};

/// One strategy's episodes.
pub struct Row<'a> {
    /// Its name.
    pub strategy: &'a str,
    /// Query counts that were judged.
    pub checkpoints: &'a [usize],
    /// One for each photograph.
    pub traces: &'a [EpisodeTrace],
}

/// What the whole table is about.
pub fn print_head(seed: u64, photographs: usize) {
    println!(
        "{photographs} validation photographs at their own size (0.1 to 0.3 megapixels), one goal \
         each; goal parameters uniform in [-1, 1], redrawn while the goal's mean leaves [0.01, 0.9]; \
         goals and outputs 8 bit; PSNR over the whole picture without the noise, capped at \
         {CAP_DB} dB; seed {seed}."
    );
    println!();
    println!(
        "Columns: mean dB of the best *measured* query after so many queries; then, at 10 queries, \
         median, 10th percentile, share below 30 dB, and the mean of the last query."
    );
    println!();
}

/// Title and head of a block.
pub fn print_block_head(name: &str, checkpoints: &[usize]) {
    println!("### {name}\n");
    let columns: Vec<String> = checkpoints.iter().map(|count| format!("{count:>4}")).collect();
    println!("| strategy    | {} | median | p10  | < 30 dB | last |", columns.join(" | "));
    println!("|-------------|{}--------|------|---------|------|", "-----:|".repeat(columns.len()));
}

/// One row, its means with so many decimals; query counts that were not judged stay empty.
pub fn print_row(row: &Row<'_>, checkpoints: &[usize], decimals: usize) {
    let at = |count: &usize, last: bool| -> Option<Summary> {
        let place = row.checkpoints.iter().position(|each| each == count)?;
        let values: Vec<f64> = row
            .traces
            .iter()
            .filter_map(|trace| if last { &trace.last } else { &trace.best }.get(place).copied())
            .collect();
        Summary::of(&values)
    };
    let cell = |count: &usize| {
        at(count, false)
            .map_or_else(|| "    ".to_owned(), |figures| format!("{:4.decimals$}", figures.mean))
    };
    let cells: Vec<String> = checkpoints.iter().map(cell).collect();
    print!("| {:11} | {} |", row.strategy, cells.join(" | "));
    if let (Some(best), Some(last)) = (at(&10, false), at(&10, true)) {
        println!(
            " {:6.1} | {:4.1} | {:5.0} % | {:4.decimals$} |",
            best.median,
            best.p10,
            best.below_30 * 100.0,
            last.mean
        );
    }
}

/// How many goals of the block were refused, if any.
pub fn print_refused(goals: usize) {
    if goals > 0 {
        println!(
            "\n{goals} of the goals were refused as other content; they count with the picture as found."
        );
    }
}
