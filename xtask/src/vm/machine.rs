//! One run of a guest in QEMU.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::kernel::Kernel;

/// Debian's guest is up in 1 to 10 seconds, even emulated on a busy machine; this long after, it
/// hangs, as it does under some hosts' KVM.
const BOOT_TIMEOUT: Duration = Duration::from_secs(60);

/// What `tests/vm/init` prints as soon as it runs, and before the exit code of the lane's script.
const UP: &str = "vm: up";
const EXIT: &str = "vm: exit ";

/// Level 2 keeps what the kernel says, such as vivid's complaint about frames that come late, out of
/// the lines that the guest's programs print. On a busy host an emulated timer may miss the kernel's
/// check, which ends the boot.
const APPEND: &str = "console=ttyS0 quiet loglevel=2 panic=-1 random.trust_cpu=on mitigations=off \
                      no_timer_check";

/// Memory of a guest: the kernel with its modules takes 100 MB, the programs of a lane the rest.
const MEMORY_MB: u32 = 1024;

/// Under the virtualisation of some hosts no guest comes up: known after the first.
static KVM_HANGS: AtomicBool = AtomicBool::new(false);

/// What became of a guest.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// The script ended with this code.
    Exit(i32),
    /// Time was up before the script ended.
    TimedOut,
    /// The guest ended without an answer, or never came up.
    Silent,
}

/// A guest that is to run.
#[derive(Debug)]
pub struct Machine<'a> {
    /// Kernel.
    pub kernel: &'a Kernel,
    /// Archive of the root file system.
    pub initramfs: &'a Path,
    /// Folder of the host that the guest sees as `/mnt`.
    pub share: &'a Path,
    /// Image of a disk, which the guest may write to without changing it.
    pub disk: Option<&'a Path>,
    /// How long the script may run.
    pub timeout: Duration,
}

impl Machine<'_> {
    /// Runs the guest and hands every line that it prints to `hear`. Uses the processor's
    /// virtualisation where the guest comes up with it, else emulation.
    ///
    /// # Errors
    /// When QEMU cannot be started.
    pub fn run(&self, mut hear: impl FnMut(&str)) -> Result<Ending> {
        if Path::new("/dev/kvm").exists() && !KVM_HANGS.load(Ordering::Relaxed) {
            if let Some(ending) = self.attempt(&["-accel", "kvm", "-cpu", "host"], &mut hear)? {
                return Ok(ending);
            }
            KVM_HANGS.store(true, Ordering::Relaxed);
        }
        let emulated = ["-accel", "tcg,thread=multi", "-cpu", "max"];
        Ok(self.attempt(&emulated, &mut hear)?.unwrap_or(Ending::Silent))
    }

    /// `None` when the guest did not come up.
    fn attempt(&self, processor: &[&str], hear: &mut impl FnMut(&str)) -> Result<Option<Ending>> {
        let mut guest = Running(self.command(processor).spawn().context("qemu-system-x86_64")?);
        let lines = guest.lines();
        let mut deadline = Instant::now() + BOOT_TIMEOUT;
        let mut up = false;
        let mut ending = Ending::Silent;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) if line.starts_with(UP) => {
                    up = true;
                    deadline = Instant::now() + self.timeout;
                    hear(&line);
                }
                Ok(line) => match exit_code(&line) {
                    Some(code) => ending = Ending::Exit(code),
                    // What a guest says that never comes up is the firmware's or the kernel's.
                    None => hear(&line),
                },
                Err(RecvTimeoutError::Timeout) => {
                    ending = Ending::TimedOut;
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(up.then_some(ending))
    }

    fn command(&self, processor: &[&str]) -> Command {
        let mut command = Command::new("qemu-system-x86_64");
        command
            .args(["-machine", "q35,i8042=off", "-nodefaults", "-no-user-config"])
            .args(["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"])
            .args(["-smp", "2", "-m", &MEMORY_MB.to_string()])
            .args(processor)
            .args(["-append", APPEND])
            .args(["-device", "virtio-9p-pci,fsdev=share,mount_tag=share", "-fsdev"])
            .arg(format!("local,id=share,security_model=none,path={}", quoted(self.share)))
            .arg("-kernel")
            .arg(self.kernel.image())
            .arg("-initrd")
            .arg(self.initramfs)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(disk) = self.disk {
            command.arg("-drive");
            command.arg(format!("format=raw,if=virtio,snapshot=on,file={}", quoted(disk)));
        }
        command
    }
}

/// QEMU reads two commas in a path as one that is no end of it.
fn quoted(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

fn exit_code(line: &str) -> Option<i32> {
    line.strip_prefix(EXIT)?.trim().parse().ok()
}

/// A guest that dies with us.
struct Running(Child);

impl Running {
    /// What the guest prints, until it ends.
    fn lines(&mut self) -> Receiver<String> {
        let (sender, receiver) = channel();
        if let Some(output) = self.0.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    if sender.send(text).is_err() {
                        break;
                    }
                }
            });
        }
        receiver
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless time was up.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_guests_own_line_is_an_exit_code() {
        assert_eq!(exit_code("vm: exit 101"), Some(101));
        assert_eq!(exit_code("test vm: exit 0"), None);
        assert_eq!(exit_code("vm: exit "), None);
    }
}
