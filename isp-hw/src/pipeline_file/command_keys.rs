//! The keys of `kind = "command"`.

use std::path::Path;
use std::time::Duration;

use tuner::ExtraParameter;

use super::{PipelineFileError, parameter_keys};
use crate::command::placeholder::{PathName, Text};
use crate::command::{CommandConfig, ExchangeFormat, Mode, Template};
use crate::strict_toml::{StrictError, Table, Value};

/// Keys beside those of every kind.
pub(super) const KEYS: [&str; 8] = [
    "mode",
    "program",
    "template",
    "timeout_ms",
    "input_format",
    "output_format",
    "parameter",
    EXTRA_KEY,
];

/// Tables of parameters beside the nine.
pub(super) const EXTRA_KEY: &str = "extra";

const FORMATS: [(&str, ExchangeFormat); 3] =
    [("png", ExchangeFormat::Png), ("tiff", ExchangeFormat::Tiff), ("ppm", ExchangeFormat::Ppm)];

const DEFAULT_TIMEOUT_MS: i64 = 60_000;
const LONGEST_TIMEOUT_MS: i64 = 24 * 3600 * 1000;

pub(super) fn read(
    root: &Table<'_>,
    folder: &Path,
    read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
) -> Result<CommandConfig, PipelineFileError> {
    let parameters: Vec<_> = parameter_keys::read(root, &[], |_, _| Ok(()))?
        .into_iter()
        .map(|(info, ())| info)
        .collect();
    let extras = parameter_keys::read_extras(root, &parameters)?;
    let keys = parameters.iter().map(|info| info.key.as_str());
    let keys: Vec<&str> = keys.chain(extras.iter().map(|extra| extra.key.as_str())).collect();
    let mode = root.required("mode")?.choice(&[("session", false), ("oneshot", true)])?;
    let mode =
        if mode { oneshot(root, &keys, &extras, folder, read_template)? } else { session(root)? };
    let timeout_ms = root
        .get("timeout_ms")
        .map_or(Ok(DEFAULT_TIMEOUT_MS), |value| value.integer(1..=LONGEST_TIMEOUT_MS))?;
    Ok(CommandConfig {
        mode,
        folder: folder.to_owned(),
        timeout: Duration::from_millis(timeout_ms.unsigned_abs()),
        input_format: format(root, "input_format")?,
        output_format: format(root, "output_format")?,
        parameters,
        extras,
    })
}

fn format(root: &Table<'_>, key: &str) -> Result<ExchangeFormat, StrictError> {
    root.get(key).map_or(Ok(ExchangeFormat::Png), |value| value.choice(&FORMATS))
}

/// The words of `program`, with their places.
fn program<'d>(root: &Table<'d>) -> Result<Vec<Value<'d>>, StrictError> {
    let program = root.required("program")?;
    let words = program.items()?;
    let Some((first, arguments)) = words.split_first() else {
        return Err(program.error("\"program\" needs at least the name of the program"));
    };
    first.text()?;
    for argument in arguments {
        if argument.string()?.contains('\0') {
            return Err(argument.error("an argument must not contain NUL"));
        }
    }
    Ok(words)
}

fn session(root: &Table<'_>) -> Result<Mode, PipelineFileError> {
    if let Some(template) = root.get("template") {
        let what = "\"template\" needs mode = \"oneshot\"; a session gets its values as JSON lines";
        return Err(template.key_error(what).into());
    }
    let mut words = Vec::new();
    for word in program(root)? {
        let text = word.string()?;
        let braced = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if braced.is_some_and(|name| PathName::from_name(name).is_some()) {
            let what =
                format!("{text} needs mode = \"oneshot\"; a session gets paths as JSON lines");
            return Err(word.error(what).into());
        }
        words.push(text.to_owned());
    }
    Ok(Mode::Session { program: words })
}

fn oneshot(
    root: &Table<'_>,
    keys: &[&str],
    extras: &[ExtraParameter],
    folder: &Path,
    read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
) -> Result<Mode, PipelineFileError> {
    let mut arguments = Vec::new();
    for word in program(root)? {
        let text = Text::parse(word.string()?, keys).map_err(|error| word.error(error.what))?;
        arguments.push(text);
    }
    let template = match root.get("template") {
        Some(value) => Some(template(&value, keys, folder, read_template)?),
        None => None,
    };
    let whole = root.required("program")?;
    let uses = |name| arguments.iter().any(|argument: &Text| argument.uses(name));
    let anywhere =
        |name| uses(name) || template.as_ref().is_some_and(|template| template.text.uses(name));
    if uses(PathName::Template) != template.is_some() {
        return Err(whole
            .error(if template.is_some() {
                "{template} is missing in \"program\", so the template file would never be used"
            } else {
                "{template} in \"program\" needs the key \"template\""
            })
            .into());
    }
    for (name, braced) in [(PathName::Input, "{input}"), (PathName::Output, "{output}")] {
        if !anywhere(name) {
            let what = format!("{braced} is missing in \"program\" (and in the template, if any)");
            return Err(whole.error(what).into());
        }
    }
    // A parameter that reaches the program nowhere would be tuned to no effect.
    let texts = || arguments.iter().chain(template.as_ref().map(|template| &template.text));
    let unused = keys.iter().find(|&&key| !texts().any(|text| text.keys().any(|used| used == key)));
    if let Some(key) = unused
        && !uses(PathName::Params)
    {
        let is_extra = extras.iter().any(|extra| extra.key == *key);
        let table = if is_extra { "[[extra]]" } else { "[[parameter]]" };
        let what = format!(
            "{{{key}}} stands neither in \"program\" nor in a template; use it, or {{params}}, or \
             remove its {table} table"
        );
        return Err(whole.error(what).into());
    }
    Ok(Mode::Oneshot { program: arguments, template })
}

fn template(
    value: &Value<'_>,
    keys: &[&str],
    folder: &Path,
    read_template: &dyn Fn(&Path) -> Result<String, PipelineFileError>,
) -> Result<Template, PipelineFileError> {
    let name = value.text()?;
    let path = folder.join(name);
    let text = read_template(&path).map_err(|error| value.error(format!("template {error}")))?;
    let text = Text::parse(&text, keys).map_err(|error| {
        StrictError::at(&text, &path.display().to_string(), error.at, error.what)
    })?;
    for (name, braced) in [(PathName::Params, "{params}"), (PathName::Template, "{template}")] {
        if text.uses(name) {
            let what = format!("{braced} in {} belongs in \"program\"", path.display());
            return Err(value.error(what).into());
        }
    }
    let extension = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    Ok(Template { extension: extension.unwrap_or_default(), text })
}
