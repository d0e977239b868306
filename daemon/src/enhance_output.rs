//! What an enhancement leaves behind: picture, report, JSON or a few plain lines.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use isp_hw::OpenPipeline;
use tuner::{Frame, Params, Pipeline, Stopped, TasteOptions, TasteOutcome};

use crate::camera_end::LeftAt;
use crate::exit::Exit;
use crate::json::{self, EnhanceJson, EnhanceQueryJson};
use crate::parameter_table::ParameterTable;
use crate::report::TasteReportPictures;
use crate::{result_files, result_lines, standard_output, taste_report};

/// Output options of `enhance`.
#[derive(Debug, Args)]
pub struct EnhanceOutput {
    /// Where the picture goes (png, tiff, jpg, ppm)
    #[arg(long, value_name = "PICTURE")]
    out: Option<PathBuf>,
    /// Where the report goes: one HTML file, complete in itself
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// An enhancement that was made.
#[derive(Debug)]
pub struct Enhancement {
    /// What came of it.
    pub outcome: TasteOutcome,
    /// What was asked for.
    pub taste: TasteOptions,
    /// The parameters that the picture was found at.
    pub found: Params,
    /// Where things came from.
    pub names: EnhanceNames,
    /// What a camera was left at; `None` where there is none.
    pub left_at: Option<LeftAt>,
}

/// Where things came from, as report and JSON name them.
#[derive(Debug, Clone)]
pub struct EnhanceNames {
    /// The picture or the camera.
    pub input: String,
    /// The policy of taste.
    pub policy: String,
    /// The pipeline.
    pub pipeline: String,
    /// Options of the command that renders the result again.
    pub render_options: String,
}

/// The files that were written.
#[derive(Debug, Default)]
struct Written {
    out: Option<PathBuf>,
    report: Option<PathBuf>,
}

impl EnhanceOutput {
    /// Refuses what could not be written in the end, before any query is spent.
    ///
    /// # Errors
    /// As [`result_files::check`].
    pub fn check(&self) -> Result<()> {
        let [out, report] = [&self.out, &self.report].map(Option::as_deref);
        result_files::check(out, &[out, report])
    }

    /// Writes everything asked for. What was found is printed even where a file cannot be written:
    /// the queries are spent.
    ///
    /// # Errors
    /// When the picture cannot be rendered, or a file cannot be written.
    pub fn write(&self, done: &mut Enhancement, pipeline: &mut OpenPipeline) -> Result<()> {
        let table = ParameterTable::of(pipeline);
        let mut written = Written::default();
        let files = self.write_files(done, pipeline, &table, &mut written);
        if self.json {
            json::print(&json_of(done, &table, written))?;
        } else {
            standard_output::print(|to| write_lines(to, done, &table, &written))?;
        }
        files
    }

    fn write_files(
        &self,
        done: &mut Enhancement,
        pipeline: &mut OpenPipeline,
        table: &ParameterTable,
        written: &mut Written,
    ) -> Result<()> {
        if self.out.is_none() && self.report.is_none() {
            return Ok(());
        }
        let Some(result) = done.outcome.result().copied() else { return Ok(()) };
        // Rendered once more where only pieces were.
        let after: Frame = match done.outcome.last_frame.take() {
            Some(frame) => frame,
            None => pipeline.query(&result.params).context("the picture to write")?,
        };
        if let Some(path) = &self.out {
            after.save(path)?;
            written.out = Some(path.clone());
        }
        if let Some(path) = &self.report {
            let before = pipeline.as_found()?;
            taste_report::of(done, &result, table)
                .write(&TasteReportPictures { before: &before, after: &after }, path)
                .with_context(|| path.display().to_string())?;
            written.report = Some(path.clone());
        }
        Ok(())
    }
}

fn json_of(done: &Enhancement, table: &ParameterTable, written: Written) -> EnhanceJson {
    let outcome = &done.outcome;
    let result = outcome.result().map(|each| each.params);
    EnhanceJson {
        model: done.names.policy.clone(),
        strength: done.taste.strength,
        queries: outcome.queries.iter().map(|each| EnhanceQueryJson::new(each, table)).collect(),
        params: result.map(|params| table.canonical(&params)).unwrap_or_default(),
        extra: result.map(|params| table.extra(&params)).unwrap_or_default(),
        native: result.map(|params| table.native(&params)).unwrap_or_default(),
        stopped: outcome.stopped,
        error: outcome.error.clone(),
        left_at: done.left_at,
        out: written.out,
        report: written.report,
    }
}

fn write_lines(
    to: &mut dyn Write,
    done: &Enhancement,
    table: &ParameterTable,
    written: &Written,
) -> io::Result<()> {
    let Some(result) = done.outcome.result() else { return Ok(()) };
    result_lines::parameters(to, &result.params, table)?;
    result_lines::left_at(to, done.left_at)?;
    result_lines::files(to, &[("picture", &written.out), ("report", &written.report)])
}

/// How the program ends after an enhancement.
///
/// # Errors
/// When no query succeeded because the pipeline failed.
pub fn exit_of(outcome: &TasteOutcome) -> Result<Exit> {
    match outcome.stopped {
        Stopped::Interrupted => Ok(Exit::Interrupted),
        Stopped::Error => {
            let error = outcome.error.as_deref().unwrap_or("the pipeline failed");
            if outcome.result().is_none() {
                bail!("{error}");
            }
            eprintln!("isptune: {error}; the query before that was kept");
            Ok(Exit::PipelineFailed)
        }
        _ => Ok(Exit::Done),
    }
}
