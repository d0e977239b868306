//! The lanes that run in a guest.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use train_host::photographs::read_manifest;

use super::board::Board;
use super::kernel::Kernel;
use super::kernel_module::Headers;
use super::machine::{Ending, Machine};
use super::{debian_root, initramfs, programs};
use crate::data::{self, checkout};
use crate::lanes::target_folder;
use crate::package;

/// A script under `tests/vm/` and what it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Name of the lane; its script is `tests/vm/NAME.sh`.
    pub name: &'static str,
    /// Test binaries and programs of the workspace that the script finds on its path.
    pub programs: &'static [&'static str],
    /// Minutes that the script may take.
    pub minutes: u64,
    /// Validation photographs that the guest finds under `/mnt/photographs`, where this machine has
    /// them.
    pub photographs: usize,
    /// Kernel modules of our own that the script finds in `/mnt`; their sources are folders of
    /// `tests/vm/`.
    pub modules: &'static [&'static str],
    /// The guest is a Debian with systemd, and finds isptune's package as `/mnt/isptune.deb`.
    pub debian: bool,
    /// The computer that the guest is.
    pub board: Board,
    /// The script runs once for each of these, in a guest whose kernel is told so.
    pub kernel_options: &'static [&'static str],
    /// Whether it runs only when it is asked for by its name.
    pub is_by_hand: bool,
}

/// All lanes. A new test binary is a word here, a new guest a line and a script.
pub const LANES: [Lane; 8] = [
    lane("vivid", &["vivid"], 10),
    lane("vivid_tune", &["vivid_tune", "isptune"], 40),
    lane("service", &["vivid_service", "isptune", "isptuned"], 25),
    Lane {
        // It takes 13 minutes.
        is_by_hand: true,
        ..lane("camera_faults", &["camera_faults", "isptune"], 30)
    },
    Lane {
        photographs: 10,
        ..lane("camera", &["loop_player", "camera_loop", "camera_hardware_isp"], 40)
    },
    Lane { modules: &["fake_sensor"], ..lane("fake_sensor", &["fake_sensor"], 5) },
    Lane { debian: true, ..lane("systemd", &["systemd", "isptune", "isptuned"], 30) },
    Lane {
        board: Board::RaspberryPi,
        // The kernel keeps the lines to itself unless it is told not to.
        kernel_options: &["iomem=relaxed", ""],
        ..lane("raspi", &["raspberry_pi", "isptune"], 20)
    },
];

const fn lane(name: &'static str, programs: &'static [&'static str], minutes: u64) -> Lane {
    let (board, kernel_options) = (Board::Pc, &[""]);
    Lane {
        name,
        programs,
        minutes,
        photographs: 0,
        modules: &[],
        debian: false,
        board,
        kernel_options,
        is_by_hand: false,
    }
}

/// Why a lane has not passed.
#[derive(Debug)]
pub enum Shortfall {
    /// This machine cannot run it.
    NotRun(String),
    /// It ran, and something was wrong.
    Failed(String),
}

impl Lane {
    /// The lane of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        let names = LANES.map(|lane| lane.name).join(", ");
        let lane = LANES.into_iter().find(|lane| lane.name == name);
        lane.with_context(|| format!("there is no lane {name:?}, but: {names}"))
    }

    /// Runs the lane and prints what its guest says.
    ///
    /// # Errors
    /// [`Shortfall`], with the reason.
    pub fn run(&self) -> Result<(), Shortfall> {
        println!("\n== {} in a virtual machine", self.name);
        let not_run = |error: anyhow::Error| Shortfall::NotRun(format!("{error:#}"));
        let folder = target_folder().join("vm");
        let kernel = self.kernel(&folder).map_err(not_run)?;
        let disk = self.debian.then(|| Self::disk(&folder)).transpose().map_err(not_run)?;
        let programs = programs::build(self.programs, self.board)
            .map_err(|error| Shortfall::Failed(format!("{error:#}")))?;
        let share = tempfile::tempdir_in(&folder).map_err(|error| not_run(error.into()))?;
        let initramfs = self.prepare(share.path(), &kernel, &programs).map_err(not_run)?;
        self.share_modules(&folder, share.path(), &kernel)?;
        if self.debian {
            let package = share.path().join("share/isptune.deb");
            package::of_built_programs(&package)
                .map_err(|error| Shortfall::Failed(format!("{error:#}")))?;
        }
        self.kernel_options.iter().try_for_each(|kernel_options| {
            self.boot(&Machine {
                kernel: &kernel,
                initramfs: &initramfs,
                share: &share.path().join("share"),
                disk: disk.as_deref(),
                kernel_options,
                timeout: Duration::from_secs(60 * self.minutes),
            })
        })
    }

    fn boot(&self, machine: &Machine<'_>) -> Result<(), Shortfall> {
        let started = Instant::now();
        let mut tests = 0;
        let ending = machine.run(|line| {
            tests += announced_tests(line);
            println!("{line}");
        });
        println!("{}: {:.0} s, {tests} tests", self.name, started.elapsed().as_secs_f64());
        match ending.map_err(|error| Shortfall::NotRun(format!("{error:#}")))? {
            Ending::Exit(0) if tests == 0 => Err(Shortfall::Failed("no test ran".to_owned())),
            Ending::Exit(0) => Ok(()),
            Ending::Exit(code) => {
                Err(Shortfall::Failed(format!("its script ended with exit code {code}")))
            }
            Ending::TimedOut => {
                Err(Shortfall::Failed(format!("not done after {} minutes", self.minutes)))
            }
            Ending::Silent => Err(Shortfall::Failed("the guest gave no answer".to_owned())),
        }
    }

    /// What a guest needs that is a Debian: its disk, and the program that makes packages.
    fn disk(folder: &Path) -> Result<PathBuf> {
        package::ensure_tool()?;
        debian_root::fetch(folder)
    }

    fn kernel(&self, folder: &Path) -> Result<Kernel> {
        let is_usual = cfg!(all(target_os = "linux", target_arch = "x86_64"));
        ensure!(is_usual, "guests are made of the host's own programs, on x86-64 Linux");
        initramfs::find(self.board.emulator())?;
        if let Some(missing) = self.board.target().and_then(|target| target.missing()) {
            bail!("{missing}");
        }
        Kernel::fetch(folder, self.board)
    }

    /// Fills the folder that the guest sees, and builds its root file system beside it.
    fn prepare(&self, folder: &Path, kernel: &Kernel, programs: &[PathBuf]) -> Result<PathBuf> {
        let scripts = checkout().join("tests/vm");
        let share = folder.join("share");
        std::fs::create_dir_all(share.join("programs"))?;
        std::fs::copy(scripts.join(self.name).with_extension("sh"), share.join("script.sh"))
            .with_context(|| format!("the script of lane {}", self.name))?;
        for (name, program) in self.programs.iter().zip(programs) {
            let place = share.join("programs").join(name);
            std::fs::copy(program, &place).with_context(|| program.display().to_string())?;
        }
        if let Some(kills) = std::env::var_os("ISPTUNE_KILLS") {
            std::fs::write(share.join("kills"), kills.as_encoded_bytes())?;
        }
        self.share_photographs(&share.join("photographs"))?;
        let init = if self.debian {
            let service = "lane.service";
            std::fs::copy(scripts.join("debian").join(service), share.join(service))?;
            scripts.join("debian/init")
        } else {
            scripts.join("init")
        };
        let initramfs = folder.join("initramfs.cpio");
        initramfs::build(&initramfs, kernel, &init, &share, programs)?;
        Ok(initramfs)
    }
}

impl Lane {
    /// Builds the lane's kernel modules in `folder` and puts them where the guest sees them.
    fn share_modules(&self, cache: &Path, folder: &Path, kernel: &Kernel) -> Result<(), Shortfall> {
        if self.modules.is_empty() {
            return Ok(());
        }
        let headers = Headers::fetch(cache, kernel)
            .map_err(|error| Shortfall::NotRun(format!("{error:#}")))?;
        for name in self.modules {
            let module = headers
                .build(name, &folder.join(name))
                .map_err(|error| Shortfall::Failed(format!("{error:#}")))?;
            let place = folder.join("share").join(name).with_extension("ko");
            std::fs::copy(&module, &place).map_err(|error| {
                Shortfall::NotRun(format!("{} → {}: {error}", module.display(), place.display()))
            })?;
        }
        Ok(())
    }

    fn share_photographs(&self, folder: &Path) -> Result<()> {
        let data = data::folder().join("photos/val");
        if self.photographs == 0 || !data.is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(folder)?;
        for file in read_manifest(&data)?.into_iter().take(self.photographs) {
            let name = file.path.file_name().unwrap_or_default();
            std::fs::copy(&file.path, folder.join(name))?;
        }
        Ok(())
    }
}

/// How many tests a line of a test binary announces.
fn announced_tests(line: &str) -> u32 {
    let count = line.strip_prefix("running ").and_then(|rest| rest.split(' ').next());
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_has_its_script() {
        for lane in LANES {
            let script = checkout().join("tests/vm").join(lane.name).with_extension("sh");
            assert!(script.is_file(), "{}", script.display());
        }
    }

    #[test]
    fn announced_tests_are_counted() {
        let lines = ["running 1 test", "running 12 tests", "running late", "test a ... ok"];
        assert_eq!(lines.map(announced_tests), [1, 12, 0, 0]);
    }
}
