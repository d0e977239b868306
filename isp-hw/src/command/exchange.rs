//! The folder through which pictures go to a program and come back.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tuner::{Frame, PipelineError};

use super::{ExchangeFormat, QueryFailure, placeholder::Values};

/// A temporary folder with the input picture; removed with everything in it when it is dropped.
#[derive(Debug)]
pub(super) struct Exchange {
    folder: TempDir,
    input: String,
    output_extension: &'static str,
    queries: usize,
}

impl Exchange {
    /// Makes the folder and writes the input picture.
    pub(super) fn new(
        input: &Frame,
        input_format: ExchangeFormat,
        output_format: ExchangeFormat,
    ) -> Result<Self, PipelineError> {
        let no_folder = |reason: String| PipelineError::File { path: std::env::temp_dir(), reason };
        let folder = tempfile::Builder::new().prefix("isptune-").tempdir().map_err(|error| {
            no_folder(format!("no folder for exchanging pictures can be made here: {error}"))
        })?;
        let path = folder.path().join(format!("input.{}", input_format.extension()));
        // The protocol is JSON, whose strings are Unicode.
        let as_text = path.to_str().map(str::to_owned);
        let input_path = as_text.ok_or_else(|| {
            no_folder("its name is not UTF-8; set TMPDIR to a folder whose name is".to_owned())
        })?;
        input
            .save(&path)
            .map_err(|error| PipelineError::File { path, reason: error.to_string() })?;
        let output_extension = output_format.extension();
        Ok(Self { folder, input: input_path, output_extension, queries: 0 })
    }

    /// The next query, whose files have names that were never used before.
    pub(super) fn next_query(&mut self, native: BTreeMap<String, f64>) -> Query {
        self.queries += 1;
        let stem = format!("query-{:04}", self.queries);
        let output = self.folder.path().join(format!("{stem}.{}", self.output_extension));
        let values = Values {
            native,
            input: self.input.clone(),
            // The folder's name is UTF-8, as `new` has checked.
            output: output.to_string_lossy().into_owned(),
            ..Values::default()
        };
        let query = Query { number: self.queries, stem, output, values, written: Vec::new() };
        // Whatever a program left under this name is not the answer to this query.
        query.remove_files();
        query
    }
}

/// One query: its number, its values, its files.
#[derive(Debug)]
pub(super) struct Query {
    number: usize,
    stem: String,
    output: PathBuf,
    values: Values,
    written: Vec<PathBuf>,
}

impl Query {
    /// Number of the query, from 1.
    pub(super) const fn number(&self) -> usize {
        self.number
    }

    /// Native values and paths.
    pub(super) const fn values(&self) -> &Values {
        &self.values
    }

    /// Writes the file with the native values as one JSON object.
    pub(super) fn write_params(&mut self) -> Result<(), QueryFailure> {
        let text = serde_json::to_string_pretty(&self.values.native)
            .map_err(|error| QueryFailure::Exchange(error.to_string()))?;
        self.values.params = self.write("params.json", &text)?;
        Ok(())
    }

    /// Writes a filled template.
    pub(super) fn write_template(
        &mut self,
        extension: &str,
        text: &str,
    ) -> Result<(), QueryFailure> {
        let dot = if extension.is_empty() { "" } else { "." };
        self.values.template = self.write(&format!("template{dot}{extension}"), text)?;
        Ok(())
    }

    fn write(&mut self, ending: &str, text: &str) -> Result<String, QueryFailure> {
        let path = self.output.with_file_name(format!("{}-{ending}", self.stem));
        let failed =
            |error: io::Error| QueryFailure::Exchange(format!("{}: {error}", path.display()));
        fs::write(&path, text).map_err(failed)?;
        let written = path.to_string_lossy().into_owned();
        self.written.push(path);
        Ok(written)
    }

    /// Whether there is anything under the name of the output.
    pub(super) fn output_exists(&self) -> bool {
        self.output.exists()
    }

    /// Reads the picture that the program wrote.
    pub(super) fn load_output(&self) -> Result<Frame, QueryFailure> {
        // A named pipe or a device under this name would hold the reader up for ever.
        match fs::metadata(&self.output) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(QueryFailure::Picture("it is no regular file".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(QueryFailure::NoPicture);
            }
            Err(error) => return Err(QueryFailure::Picture(error.to_string())),
        }
        Frame::load(&self.output).map_err(|error| QueryFailure::Picture(error.to_string()))
    }

    /// Removes the files of this query; what cannot be removed goes with the folder.
    pub(super) fn remove_files(&self) {
        for path in self.written.iter().map(PathBuf::as_path).chain([Path::new(&self.output)]) {
            if fs::remove_file(path).is_err() {
                let _ = fs::remove_dir_all(path);
            }
        }
    }
}
