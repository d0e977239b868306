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
    /// Whether the compiler links by the lld that comes with rustc.
    links_by_lld: bool,
    /// Whether the test lanes leave it to `cargo xtask cross`.
    pub is_by_hand: bool,
}

/// 64-bit systems of the Raspberry Pi.
pub const AARCH64: Target = Target {
    triple: "aarch64-unknown-linux-gnu",
    linker: "aarch64-linux-gnu-gcc",
    emulator: "qemu-aarch64-static",
    links_by_lld: false,
    is_by_hand: false,
};

/// The Raspberry Pi's two kinds of systems.
pub const TARGETS: [Target; 2] = [
    AARCH64,
    Target {
        triple: "armv7-unknown-linux-gnueabihf",
        linker: "arm-linux-gnueabihf-gcc",
        emulator: "qemu-arm-static",
        // GNU ld 2.40 forgets the Thumb bit of the functions by which a static glibc chooses its
        // memcpy and memchr (R_ARM_IRELATIVE). The program ends before main, on any processor, for it
        // enters Thumb code as if it were ARM code. Small programs are spared.
        links_by_lld: true,
        // Not seen to its end since it is linked so.
        is_by_hand: true,
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

    /// Has cargo build for this target, with its linker; statically where that is asked for.
    ///
    /// # Errors
    /// When rustc does not say where its lld lies.
    pub fn link(&self, cargo: &mut Command, statically: bool) -> Result<()> {
        let variable = self.triple.to_uppercase().replace('-', "_");
        cargo.args(["--target", self.triple]);
        cargo.env(format!("CARGO_TARGET_{variable}_LINKER"), self.linker);
        let mut flags = Vec::new();
        if statically {
            flags.push("-Ctarget-feature=+crt-static".to_owned());
        }
        if self.links_by_lld {
            flags.push("-Clink-arg=-fuse-ld=lld".to_owned());
            flags.push(format!("-Clink-arg=-B{}", lld_folder()?.display()));
        }
        if !flags.is_empty() {
            cargo.env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), flags.join(" "));
        }
        Ok(())
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
        if self.links_by_lld && !lld_folder().is_ok_and(|folder| folder.is_dir()) {
            return Some("this rustc comes without lld (those of rustup have it)".to_owned());
        }
        // The compiler answers with the bare name where it has no such file.
        let library = Command::new(self.linker).arg("-print-file-name=libc.a").output().ok()?;
        let found = String::from_utf8_lossy(&library.stdout).contains('/');
        (!found).then(|| format!("{} has no C library (libc6-dev-…-cross)", self.linker))
    }

    /// Builds `isptune`, statically linked.
    ///
    /// # Errors
    /// When rustc does not say where its lld lies.
    pub fn build_command(&self) -> Result<Command> {
        let mut command = cargo_command();
        command.args(["build", "--quiet", "--profile", PROFILE]).args([
            "--package",
            "isptune",
            "--bin",
            "isptune",
        ]);
        self.link(&mut command, true)?;
        Ok(command)
    }

    /// Builds `isptune`, statically linked, and starts it.
    ///
    /// # Errors
    /// When it does not build, or does not do what it is asked to.
    pub fn build_and_start(&self) -> Result<()> {
        let status = self.build_command()?.status().context("cargo build")?;
        ensure!(status.success(), "cargo build ended with {status}");
        let program = target_folder().join(self.triple).join(PROFILE).join("isptune");
        let version = self.emulate(&program, &["--version"])?;
        ensure!(version.contains(env!("CARGO_PKG_VERSION")), "its version is {version:?}");
        self.emulate(&program, &["demo"]).map(drop)
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

/// Where rustc's own lld lies under the name that GNU compilers look for, `ld.lld`.
fn lld_folder() -> Result<PathBuf> {
    let ask = |what: [&str; 2]| -> Result<String> {
        let output = Command::new("rustc").args(what).output().context("rustc")?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let libraries = PathBuf::from(ask(["--print", "target-libdir"])?);
    Ok(libraries.with_file_name("bin/gcc-ld"))
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
