//! Headless Chromium for tests, and the comparison of its screenshots.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tuner::{Frame, Planes};

const CHROMIUM_NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Largest mean difference to a reference, in 8-bit steps: other fonts move text, a broken layout
/// moves everything.
const LARGEST_DIFFERENCE: f64 = 9.0;

/// Folder of the browser tests.
pub fn browser_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// The browser, or what is missing.
fn chromium() -> Result<PathBuf, &'static str> {
    if Command::new("node").arg("--version").output().is_err() {
        return Err("node is not installed");
    }
    if !browser_folder().join("node_modules/playwright-core").exists() {
        return Err("tests/browser/node_modules is missing; run `npm ci` in tests/browser");
    }
    if let Some(named) = std::env::var_os("ISPTUNE_CHROMIUM") {
        return Ok(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| CHROMIUM_NAMES.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or("chromium is not installed; install it or name it in ISPTUNE_CHROMIUM")
}

/// Runs a script of [`browser_folder`] and returns the `facts.json` that it wrote into `folder`.
pub fn facts(script: &str, arguments: &[&Path], folder: &Path) -> Value {
    let run =
        Command::new("node").arg(browser_folder().join(script)).args(arguments).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&std::fs::read(folder.join("facts.json")).unwrap()).unwrap()
}

/// HTML Tidy finds nothing to say about the file.
pub fn check_html(file: &Path) {
    match Command::new("tidy").args(["-q", "-e", "--drop-empty-elements", "no"]).arg(file).output()
    {
        Ok(said) => assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr)),
        Err(_) => println!("not run: the check by HTML Tidy; tidy is not installed"),
    }
}

/// The number at a JSON pointer.
pub fn number(facts: &Value, pointer: &str) -> f64 {
    facts.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {pointer}"))
}

/// Nothing sticks out of the window of this width.
pub fn check_width(facts: &Value, width: u64) {
    let view = &facts["views"][width.to_string()];
    assert_eq!(view["scroll_width"], view["inner_width"], "{width}: {}", view["wide"]);
    assert_eq!(view["inner_width"], width);
    assert_eq!(view["wide"], serde_json::json!([]), "{width}: something sticks out");
    assert!(number(view, "/smallest_plot_text") >= 9.0, "{width}: text too small in plots");
}

/// The slider between two pictures follows arrow keys, the mouse and a finger, and shows two pictures.
pub fn check_slider(facts: &Value) {
    let at = |step: &str| {
        let state = &facts["slider"][step];
        assert_eq!(state["same_source"], false, "{step}: both sides show the same picture");
        let value = number(state, "/value");
        assert!((number(state, "/bar") * 100.0 - value).abs() < 1.0, "{step}: bar is elsewhere");
        (value, state["clip"].as_str().unwrap().to_owned())
    };
    assert_eq!(at("start").0, 50.0);
    assert_eq!(at("keyboard").0, 62.0);
    assert_eq!(at("home").0, 0.0);
    assert!((at("drag").0 - 20.0).abs() <= 1.0, "{:?}", at("drag"));
    assert_eq!(at("released"), at("drag"), "the slider follows a released mouse");
    assert!((at("touch").0 - 80.0).abs() <= 2.0, "{:?}", at("touch"));
    let clips = ["start", "keyboard", "home", "drag"].map(|step| at(step).1);
    for (number, clip) in clips.iter().enumerate() {
        assert!(clips.iter().skip(number + 1).all(|other| other != clip), "{clips:?}");
    }
}

/// Compares a screenshot with its reference, both reduced to `width` pixels; or makes the reference.
pub fn check_screen(folder: &Path, name: &str, width: usize) {
    let screen = Frame::load(folder.join(format!("{name}.png"))).unwrap();
    let height = screen.height() * width / screen.width();
    let reference_path = browser_folder().join(format!("references/{name}.png"));
    if std::env::var_os("ISPTUNE_REFRESH_SCREENS").is_some() {
        screen.resized(width, height).unwrap().save(&reference_path).unwrap();
        let size = std::fs::metadata(&reference_path).unwrap().len();
        assert!(size <= 200_000, "{}: {size} bytes", reference_path.display());
    }
    let reference = Frame::load(&reference_path).unwrap();
    let longer = reference.height() as f64 / height as f64;
    assert!((0.93..1.07).contains(&longer), "{name}: height {height}, was {}", reference.height());
    // Lines of text blur into grey, so that only where things stand is compared.
    let coarse = |frame: &Frame| {
        let small = frame.resized(width / 2, reference.height() / 2).unwrap();
        Planes::from(&small)
    };
    let (screen, reference) = (coarse(&screen), coarse(&reference));
    let pairs = screen.channels().into_iter().zip(reference.channels());
    let difference: f64 = pairs
        .flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())))
        .sum::<f64>()
        / (3 * screen.pixel_count()) as f64
        * 255.0;
    println!("{name}: mean difference {difference:.2} of 255");
    assert!(difference <= LARGEST_DIFFERENCE, "{name}: {difference:.1} of 255 from the reference");
}

/// A browser, and the folder for what it shows.
pub struct Browser {
    program: PathBuf,
    folder: PathBuf,
    /// Removed in the end, unless the pictures are to be kept.
    _temporary: tempfile::TempDir,
}

impl Browser {
    /// The browser of this machine; where there is none, that is said. `ISPTUNE_SCREENS` names a
    /// folder in which the pictures are kept.
    ///
    /// # Panics
    /// When the folder cannot be made.
    pub fn found() -> Option<Self> {
        let program = chromium().inspect_err(|missing| println!("not run: {missing}")).ok()?;
        let temporary = tempfile::tempdir().unwrap();
        let kept = std::env::var_os("ISPTUNE_SCREENS").map(PathBuf::from);
        let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
        std::fs::create_dir_all(&folder).unwrap();
        Some(Self { program, folder, _temporary: temporary })
    }

    /// The browser's program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
