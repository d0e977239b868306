//! `isptune` for ARM: built here, and started under user-mode emulation.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::lanes::{cargo_command, target_folder};

/// A processor that cameras have and this machine has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Name of rustc's target.
    pub triple: &'static str,
    /// GNU compiler that links for it, of Debian's package `gcc-…`.
    linker: &'static str,
    /// Emulator of Debian's package `qemu-user-static`.
    emulator: &'static str,
    /// What the program is asked to do besides telling its version.
    trial: Option<&'static [&'static str]>,
    /// What is known to be wrong, so that no lane waits for it; `cargo xtask cross` shows it.
    pub open_fault: Option<&'static str>,
}

/// The Raspberry Pi's two kinds of systems.
pub const TARGETS: [Target; 2] = [
    Target {
        triple: "aarch64-unknown-linux-gnu",
        linker: "aarch64-linux-gnu-gcc",
        emulator: "qemu-aarch64-static",
        trial: Some(&["demo"]),
        open_fault: None,
    },
    Target {
        triple: "armv7-unknown-linux-gnueabihf",
        linker: "arm-linux-gnueabihf-gcc",
        emulator: "qemu-arm-static",
        // The same code; that it starts is what may differ.
        trial: None,
        open_fault: Some("it builds, and ends with an illegal instruction under qemu-arm 7.2"),
    },
];

/// Profile of the workspace that compiles fast.
const PROFILE: &str = "cross";

impl Target {
    /// The target of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(triple: &str) -> Result<Self> {
        let names = TARGETS.map(|target| target.triple).join(", ");
        let target = TARGETS.into_iter().find(|target| target.triple == triple);
        target
            .with_context(|| format!("isptune is not built for {triple:?} here, but for: {names}"))
    }

    /// Has cargo build for this target, with its linker.
    pub fn link(&self, cargo: &mut Command) {
        let variable = self.triple.to_uppercase().replace('-', "_");
        cargo.args(["--target", self.triple]);
        cargo.env(format!("CARGO_TARGET_{variable}_LINKER"), self.linker);
    }

    /// Name of a GNU binary tool for this target's programs.
    pub fn tool(&self, name: &str) -> String {
        self.linker.replace("gcc", name)
    }

    /// What is missing to build and start programs for this target, if anything.
    pub fn missing(&self) -> Option<String> {
        let libraries = Command::new("rustc")
            .args(["--print", "target-libdir", "--target", self.triple])
            .output()
            .ok()
            .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
        if !libraries.is_some_and(|folder| folder.is_dir()) {
            return Some(format!("rustup target add {}", self.triple));
        }
        if let Some(absent) = [self.linker, self.emulator].into_iter().find(|name| !starts(name)) {
            return Some(format!("{absent} is not installed"));
        }
        // The compiler answers with the bare name where it has no such file.
        let library = Command::new(self.linker).arg("-print-file-name=libc.a").output().ok()?;
        let found = String::from_utf8_lossy(&library.stdout).contains('/');
        (!found).then(|| format!("{} has no C library (libc6-dev-…-cross)", self.linker))
    }

    /// Builds `isptune`, statically linked, and starts it.
    ///
    /// # Errors
    /// When it does not build, or does not do what it is asked to.
    pub fn build_and_start(&self) -> Result<()> {
        let variable = self.triple.to_uppercase().replace('-', "_");
        let mut build = cargo_command();
        build.args(["build", "--quiet", "--package", "isptune", "--bin", "isptune"]);
        build.args(["--profile", PROFILE]);
        self.link(&mut build);
        build.env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), "-Ctarget-feature=+crt-static");
        let status = build.status().context("cargo build")?;
        ensure!(status.success(), "cargo build ended with {status}");
        let program = target_folder().join(self.triple).join(PROFILE).join("isptune");
        let version = self.emulate(&program, &["--version"])?;
        ensure!(version.contains(env!("CARGO_PKG_VERSION")), "its version is {version:?}");
        if let Some(arguments) = self.trial {
            self.emulate(&program, arguments)?;
        }
        Ok(())
    }

    /// Runs the program in a folder of its own and gives what it prints.
    fn emulate(&self, program: &Path, arguments: &[&str]) -> Result<String> {
        let folder = tempfile::tempdir()?;
        let output = Command::new(self.emulator)
            .arg(program)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .context(self.emulator)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("isptune {} ended with {}: {said}", arguments.join(" "), output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

fn starts(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Builds and starts `isptune` for every target, by hand.
///
/// # Errors
/// At the first target that cannot be built for here, or fails.
pub fn run() -> Result<()> {
    for target in TARGETS {
        if let Some(missing) = target.missing() {
            bail!("{}: {missing}", target.triple);
        }
        target.build_and_start().with_context(|| target.triple)?;
        println!("{}: built, and it runs", target.triple);
    }
    Ok(())
}
