//! What a tune leaves behind: picture, report, log, JSON or a few plain lines.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::OpenPipeline;
use tuner::{Frame, Pipeline, Stopped, write_atomically};

use crate::exit::Exit;
use crate::json::{self, MatchJson, QueryJson};
use crate::parameter_table::ParameterTable;
use crate::report::ReportPictures;
use crate::task_choice::TaskGoal;
use crate::tune_report::{self, Names};
use crate::tuning::Tuned;
use crate::{result_files, result_lines, standard_output};

/// Output options of the verbs that tune.
#[derive(Debug, Args)]
pub struct ResultOutput {
    /// Where the best picture goes (png, tiff, jpg, ppm)
    #[arg(long, value_name = "PICTURE")]
    pub out: Option<PathBuf>,
    /// Where the report goes: one HTML file, complete in itself
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Where a log goes: one JSON object a query
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl ResultOutput {
    /// Refuses what could not be written in the end, before any query is spent.
    ///
    /// # Errors
    /// When a path has no folder to be written to, or `--out` names no picture format.
    pub fn check(&self) -> Result<()> {
        let [out, report, log] = [&self.out, &self.report, &self.log].map(Option::as_deref);
        result_files::check(out, &[out, report, log])
    }

    /// Writes everything asked for and says how the program ends. What was found is printed even
    /// where a file cannot be written: the queries are spent.
    ///
    /// # Errors
    /// When no query succeeded, the best picture cannot be rendered, or a file cannot be written.
    pub fn write(
        &self,
        mut tuned: Tuned,
        pipeline: &mut OpenPipeline,
        names: &Names,
    ) -> Result<Exit> {
        let table = ParameterTable::of(pipeline);
        let mut written = Written::default();
        let files = self.write_files(&mut tuned, pipeline, &table, names, &mut written);
        if self.json {
            json::print(&json_of(&tuned, &table, written))?;
        } else {
            standard_output::print(|out| write_lines(out, &tuned, &table, &written))?;
        }
        files?;
        exit_of(&tuned)
    }

    fn write_files(
        &self,
        tuned: &mut Tuned,
        pipeline: &mut OpenPipeline,
        table: &ParameterTable,
        names: &Names,
        written: &mut Written,
    ) -> Result<()> {
        if let Some(path) = &self.log {
            write_log(path, tuned, table)?;
            written.log = Some(path.clone());
        }
        if self.out.is_none() && self.report.is_none() {
            return Ok(());
        }
        let Some(picture) = tuned.picture(pipeline)? else { return Ok(()) };
        if let Some(path) = &self.out {
            picture.save(path)?;
            written.out = Some(path.clone());
        }
        if let Some(path) = &self.report {
            write_report(path, tuned, table, names, pipeline, &picture)?;
            written.report = Some(path.clone());
        }
        Ok(())
    }
}

/// The files that were written.
#[derive(Debug, Default)]
struct Written {
    out: Option<PathBuf>,
    report: Option<PathBuf>,
    log: Option<PathBuf>,
}

fn write_report(
    path: &Path,
    tuned: &Tuned,
    table: &ParameterTable,
    names: &Names,
    pipeline: &mut OpenPipeline,
    after: &Frame,
) -> Result<()> {
    let before = pipeline.as_found()?;
    let goal = match &tuned.goal {
        TaskGoal::Finish(goal) => goal.aligned(),
        TaskGoal::Style(goal) => Cow::Borrowed(goal.picture()),
    };
    let report = tune_report::of(tuned, table, names);
    report
        .write(&ReportPictures { goal: &goal, before: &before, after }, path)
        .with_context(|| path.display().to_string())
}

fn json_of(tuned: &Tuned, table: &ParameterTable, written: Written) -> MatchJson {
    MatchJson {
        task: tuned.goal.task(),
        task_reason: tuned.task_reason.clone(),
        strategy: tuned.strategy,
        queries: tuned.outcome.queries.iter().map(|query| QueryJson::new(query, table)).collect(),
        best: tuned.outcome.best,
        stopped: tuned.outcome.stopped,
        error: tuned.outcome.error.clone(),
        confidence: tuned.confidence,
        limited_by: tuned.limited_by.clone(),
        registration: tuned.goal.registration().copied(),
        found_style: tuned.outcome.found_style.clone(),
        goal_resampled_from: tuned.goal.resized_from(),
        measured_share: tuned.measured_share,
        calibration: tuned.calibration,
        left_at: tuned.left_at,
        out: written.out,
        report: written.report,
    }
}

fn write_lines(
    out: &mut dyn Write,
    tuned: &Tuned,
    table: &ParameterTable,
    written: &Written,
) -> io::Result<()> {
    let Some(best) = tuned.outcome.best_query() else { return Ok(()) };
    let nearness = match (&best.style, &tuned.outcome.found_style) {
        (Some(style), Some(found)) => {
            format!("style {:.4} from the goal's, {:.4} before", style.distance, found.distance)
        }
        _ => format!(
            "{:.2} dB, ΔE00 {:.2}",
            best.score.psnr_db_capped(json::MOST_DB),
            best.score.delta_e00.mean
        ),
    };
    writeln!(
        out,
        "best: query {} of {}, {nearness}, confidence {:.2}",
        best.index,
        tuned.outcome.queries.len(),
        tuned.confidence
    )?;
    result_lines::parameters(out, &best.params, table)?;
    if let Some(latency) = tuned.latency {
        let milliseconds = latency.time.as_millis();
        writeln!(
            out,
            "the camera shows a change {} frames late ({milliseconds} ms)",
            latency.frames
        )?;
    }
    if tuned.calibration.is_some_and(|used| used.extra_queries > 0) {
        writeln!(out, "one more query showed the picture that the calibration starts from")?;
    }
    result_lines::left_at(out, tuned.left_at)?;
    for limit in &tuned.limited_by {
        writeln!(out, "limited: {limit}")?;
    }
    if let Some([width, height]) = tuned.goal.resized_from() {
        writeln!(out, "the goal was resampled from {width}x{height}")?;
    }
    let Written { out: picture, report, log } = written;
    result_lines::files(out, &[("picture", picture), ("report", report), ("log", log)])
}

fn write_log(path: &Path, tuned: &Tuned, table: &ParameterTable) -> Result<()> {
    let mut lines = Vec::new();
    for query in &tuned.outcome.queries {
        serde_json::to_writer(&mut lines, &QueryJson::new(query, table))?;
        lines.push(b'\n');
    }
    Ok(write_atomically(path, |file| file.write_all(&lines))?)
}

/// How the program ends after a tune.
fn exit_of(tuned: &Tuned) -> Result<Exit> {
    let outcome = &tuned.outcome;
    match outcome.stopped {
        Stopped::Interrupted => Ok(Exit::Interrupted),
        Stopped::Error => {
            let error = outcome.error.as_deref().unwrap_or("the pipeline failed");
            if outcome.best.is_none() {
                bail!("{error}");
            }
            eprintln!("isptune: {error}; the best query before that was kept");
            Ok(Exit::PipelineFailed)
        }
        _ if outcome.best.is_none() => bail!(
            "no query kept what the picture shows ({}); limit the parameters more (--limit), or give \
             a goal nearer to the picture",
            outcome
                .queries
                .first()
                .and_then(|query| query.style.as_ref()?.violations.first())
                .map_or_else(String::new, ToString::to_string)
        ),
        _ => Ok(Exit::Done),
    }
}
