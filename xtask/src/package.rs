//! Debian packages of isptune, made by cargo-deb of what `daemon/Cargo.toml` lists.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::cross::Target;
use crate::lanes::{cargo_command, target_folder};
use crate::manual;

/// Programs in the package.
const PROGRAMS: [&str; 2] = ["isptune", "isptuned"];

/// Options of `cargo xtask deb`.
#[derive(Debug, Args)]
pub struct Options {
    /// Target of rustc, such as aarch64-unknown-linux-gnu; without it, this machine
    #[arg(long)]
    target: Option<String>,
    /// Profile of cargo: what `dist` makes is small, and takes minutes to link
    #[arg(long, default_value = "dist")]
    profile: String,
}

/// Builds programs and package and gives the package's file, under `debian/` of the build folder.
///
/// # Errors
/// When a tool is missing or fails, or the target is none that isptune is built for.
pub fn build(options: &Options) -> Result<PathBuf> {
    ensure_tool()?;
    let target = options.target.as_deref().map(Target::named).transpose()?;
    let programs = build_programs(&options.profile, target)?;
    let folder = target_folder().join("debian");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let name = format!("isptune_{}_{}.deb", env!("CARGO_PKG_VERSION"), architecture(target)?);
    let package = folder.join(name);
    pack(&programs, target, &package, &[])?;
    Ok(package)
}

/// The package of programs that lie built in the folder of profile `dev`, for tests.
///
/// # Errors
/// When a tool is missing or fails.
pub fn of_built_programs(package: &Path) -> Result<()> {
    let programs = PROGRAMS.map(|name| target_folder().join("debug").join(name));
    pack(&programs, None, package, &["--fast"])
}

/// # Errors
/// When cargo-deb is not installed.
pub fn ensure_tool() -> Result<()> {
    let mut ask = cargo_command();
    ask.args(["deb", "--version"]).stdin(Stdio::null()).stdout(Stdio::null());
    let answers = ask.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    ensure!(answers, "cargo-deb is not installed (cargo install cargo-deb)");
    Ok(())
}

/// Builds the programs, dynamically linked, and gives their files.
///
/// # Errors
/// When cargo fails.
pub fn build_programs(profile: &str, target: Option<Target>) -> Result<[PathBuf; 2]> {
    let mut build = cargo_command();
    build.args(["build", "--quiet", "--package", "isptune", "--profile", profile]);
    build.args(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
    if let Some(target) = target {
        target.link(&mut build, false)?;
    }
    run(&mut build)?;
    // Cargo's names of folders: that of `dev` is `debug`.
    let folder = if profile == "dev" { "debug" } else { profile };
    let triple = target.map_or("", |target| target.triple);
    Ok(PROGRAMS.map(|name| target_folder().join(triple).join(folder).join(name)))
}

/// Copies a program without its symbols.
///
/// # Errors
/// When the target's strip is missing or fails.
pub fn strip(program: &Path, target: Option<Target>, to: &Path) -> Result<()> {
    let strip = target.map_or_else(|| "strip".to_owned(), |target| target.tool("strip"));
    run(Command::new(strip).arg("--strip-unneeded").arg("-o").arg(to).arg(program))
}

/// Lays out what is built, stripped, where cargo-deb looks for it, and has it packed.
fn pack(
    programs: &[PathBuf],
    target: Option<Target>,
    package: &Path,
    options: &[&str],
) -> Result<()> {
    let staging = tempfile::tempdir_in(target_folder())?;
    let built = staging.path().join(target.map_or("", |target| target.triple)).join("release");
    fs::create_dir_all(&built)?;
    for program in programs {
        let name = program.file_name().context("a program has a name")?;
        strip(program, target, &built.join(name))?;
    }
    let pages = built.join("manual");
    manual::write(&pages)?;
    for entry in fs::read_dir(&pages)? {
        let page = entry?.path();
        if page.extension().is_some_and(|section| ["1", "5", "8"].iter().any(|one| section == *one))
        {
            run(Command::new("gzip").arg("-9n").arg(&page))?;
        }
    }
    let mut deb = cargo_command();
    deb.args(["deb", "--quiet", "--package", "isptune", "--no-build", "--no-strip", "--output"]);
    deb.arg(package).args(options).env("CARGO_TARGET_DIR", staging.path());
    if let Some(target) = target {
        deb.args(["--target", target.triple]);
    }
    run(&mut deb)
}

/// Debian's name of the processor.
fn architecture(target: Option<Target>) -> Result<&'static str> {
    let processor = target.map_or(std::env::consts::ARCH, |target| {
        target.triple.split('-').next().unwrap_or_default()
    });
    Ok(match processor {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7" => "armhf",
        other => bail!("Debian's name of {other} is not known here"),
    })
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| program.clone())?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}
