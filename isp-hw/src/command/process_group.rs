//! A child process with everything that it started.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// A child that leads its own process group. When it is dropped, the whole group is killed and the
/// child reaped, so that neither a zombie nor a grandchild stays behind (unless a grandchild made a
/// group of its own).
#[derive(Debug)]
pub(super) struct ProcessGroup {
    child: Child,
    ended: bool,
}

impl ProcessGroup {
    /// Starts a program in a new group.
    pub(super) fn spawn(command: &mut Command) -> io::Result<Self> {
        Ok(Self { child: command.process_group(0).spawn()?, ended: false })
    }

    /// The child, for its pipes.
    pub(super) const fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Whether the child has ended. It is not reaped: until then nobody else gets the number of its
    /// group, so that [`Self::end`] cannot hit a stranger.
    pub(super) fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let state = waitid(WaitId::Pid(Pid::from_child(&self.child)), options);
        // An error means that there is no such child any more.
        self.ended || !matches!(state, Ok(None))
    }

    /// Waits until the child has ended, for at most `patience`.
    pub(super) fn wait_until_ended(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while !self.has_ended() {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// Kills whatever is left of the group and reaps the child; its status when it can be had.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        if !self.ended {
            // No such group: all have ended, which is what is wanted.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            // A process that hangs in the kernel (a lost network drive) survives even this; waiting
            // for it would hang isptune too.
            self.ended = self.wait_until_ended(Duration::from_secs(5));
        }
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.end();
    }
}
