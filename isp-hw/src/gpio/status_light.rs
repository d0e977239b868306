//! The light that shows the state.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::{Active, LightState, OutputLine};

/// A thread that drives the light, until this is dropped; then the light is off.
pub(super) struct StatusLight {
    states: Option<Sender<LightState>>,
    thread: Option<JoinHandle<()>>,
}

impl StatusLight {
    pub(super) fn start(active: Active, mut line: Box<dyn OutputLine>) -> io::Result<Self> {
        let (states, received) = channel();
        let drive = move || {
            drive(&received, &mut |on| line.set(active.level(on)));
        };
        let thread = thread::Builder::new().name("gpio light".to_owned()).spawn(drive)?;
        Ok(Self { states: Some(states), thread: Some(thread) })
    }

    pub(super) fn show(&self, state: LightState) {
        if let Some(states) = &self.states {
            // The thread ends only when this is dropped.
            let _ = states.send(state);
        }
    }
}

impl Drop for StatusLight {
    fn drop(&mut self) {
        self.states = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn drive(states: &Receiver<LightState>, set: &mut dyn FnMut(bool)) {
    let mut state = LightState::Idle;
    let mut since = Instant::now();
    loop {
        let light = state.light(since.elapsed());
        set(light.on);
        let next = match light.lasts {
            Some(lasts) => states.recv_timeout(lasts),
            None => states.recv().map_err(RecvTimeoutError::from),
        };
        match next {
            // The same state again keeps its rhythm.
            Ok(next) if next != state => (state, since) = (next, Instant::now()),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    set(false);
}
