//! The push button that starts a tune.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::debounce::Debounce;
use super::{ButtonConfig, InputLine, LineError};

/// How long the end of the thread may be waited for.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// A thread that watches a button, until this is dropped.
pub(super) struct Button {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), LineError>>>,
}

impl Button {
    pub(super) fn watch(
        config: ButtonConfig,
        mut line: Box<dyn InputLine>,
        mut on_press: Box<dyn FnMut() + Send>,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let watch = move || presses(config, line.as_mut(), &stopped, on_press.as_mut());
        let thread = thread::Builder::new().name("gpio button".to_owned()).spawn(watch)?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Why presses are no longer seen, told once.
    pub(super) fn take_fault(&mut self) -> Option<LineError> {
        let thread = self.thread.take_if(|thread| thread.is_finished())?;
        match thread.join() {
            Ok(watched) => watched.err(),
            Err(_) => Some(LineError("what a press calls has panicked".to_owned())),
        }
    }
}

impl Drop for Button {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the callback has been reported by its own thread.
            let _ = thread.join();
        }
    }
}

fn presses(
    config: ButtonConfig,
    line: &mut dyn InputLine,
    stop: &AtomicBool,
    on_press: &mut dyn FnMut(),
) -> Result<(), LineError> {
    let start = Instant::now();
    let pressed = config.active.level(line.wait(Duration::ZERO)?);
    let mut debounce = Debounce::new(config.debounce, pressed);
    while !stop.load(Ordering::Relaxed) {
        let longest = debounce.undecided(start.elapsed()).unwrap_or(LONGEST_WAIT);
        let pressed = config.active.level(line.wait(longest.min(LONGEST_WAIT))?);
        if debounce.tell(start.elapsed(), pressed) {
            on_press();
        }
    }
    Ok(())
}
