//! The paper's part of the table: Wu et al., NeurIPS 2024. Its photographs, its protocol: ten
//! chained pipelines, the best of the ten steps.

/// Who, dB, after how many queries; 0 where that is not told.
type Figure = (&'static str, f64, usize);

/// Table 1: random targets.
const RANDOM_TARGETS: [Figure; 4] = [
    ("*the paper*: its policy", 38.46, 10),
    ("*the paper*: CMA-ES", 32.29, 200),
    ("*the paper*: monolithic proxy", 21.08, 0),
    ("*the paper*: cascaded proxy", 21.40, 0),
];

/// Table 2: retouches by expert C (FiveK) and by HDR+.
const RETOUCHED_TARGETS: [Figure; 5] = [
    ("*the paper*: its policy, FiveK expert C", 35.89, 10),
    ("*the paper*: CMA-ES, FiveK expert C", 28.53, 200),
    ("*the paper*: its policy, HDR+", 31.54, 10),
    ("*the paper*: CMA-ES, HDR+", 28.08, 200),
    ("*the paper*: greedy search, HDR+", 25.79, 0),
];

/// Table 4: parts of the state.
const ABLATION: [Figure; 5] = [
    ("*the paper*: naive CNN", 32.17, 10),
    ("*the paper*: F_D", 35.15, 10),
    ("*the paper*: F_D, F_S", 37.61, 10),
    ("*the paper*: F_D, F_H", 35.96, 10),
    ("*the paper*: F_D, F_S, F_H", 38.46, 10),
];

/// Prints the published rows of a table.
pub fn print(table: &str) {
    let figures: &[Figure] = match table {
        "1" => &RANDOM_TARGETS,
        "2" => &RETOUCHED_TARGETS,
        _ => &ABLATION,
    };
    for (who, db, queries) in figures {
        let cell =
            |count: usize| if count == *queries { format!("*{db:.2}*") } else { String::new() };
        let cells: Vec<String> = [1, 2, 3, 5, 10, 50, 200].into_iter().map(cell).collect();
        let note = if *queries == 0 { format!(": *{db:.2}*") } else { String::new() };
        println!("| {who}{note} | {} | | | | |", cells.join(" | "));
    }
}
