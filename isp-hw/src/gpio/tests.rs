use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

/// A header in memory: levels of inputs come from the test, levels of outputs go to it.
#[derive(Default)]
struct FakeLines {
    inputs: BTreeMap<u8, Receiver<bool>>,
    outputs: BTreeMap<u8, Sender<bool>>,
}

const DEBOUNCE: Duration = Duration::from_millis(1);

struct FakeInput {
    levels: Receiver<bool>,
    level: bool,
}

impl InputLine for FakeInput {
    fn wait(&mut self, longest: Duration) -> Result<bool, LineError> {
        // The first look is at the level before the test sends any.
        if longest.is_zero() {
            return Ok(self.level);
        }
        match self.levels.recv_timeout(longest) {
            Ok(level) => {
                self.level = level;
                // Lets every level last for longer than the debounce time of the test.
                std::thread::sleep(2 * DEBOUNCE);
                Ok(level)
            }
            Err(RecvTimeoutError::Timeout) => Ok(self.level),
            Err(RecvTimeoutError::Disconnected) => Err(LineError("the line is gone".to_owned())),
        }
    }
}

impl OutputLine for Sender<bool> {
    fn set(&mut self, high: bool) {
        self.send(high).unwrap();
    }
}

fn missing(bcm: u8) -> LineError {
    LineError(format!("this board has no line {bcm}"))
}

impl Lines for FakeLines {
    fn input(&mut self, bcm: u8, pull: Pull) -> Result<Box<dyn InputLine>, LineError> {
        let levels = self.inputs.remove(&bcm).ok_or_else(|| missing(bcm))?;
        Ok(Box::new(FakeInput { levels, level: pull == Pull::Up }))
    }

    fn output(&mut self, bcm: u8, high: bool) -> Result<Box<dyn OutputLine>, LineError> {
        let levels = self.outputs.remove(&bcm).ok_or_else(|| missing(bcm))?;
        levels.send(high).unwrap();
        Ok(Box::new(levels))
    }
}

const fn button(bcm: u8) -> ButtonConfig {
    ButtonConfig { bcm, active: Active::Low, pull: Pull::Up, debounce: DEBOUNCE }
}

const LAMP: OutputConfig = OutputConfig { bcm: 22, active: Active::Low };

fn lamp() -> (Gpio, Receiver<bool>) {
    let (levels, seen) = channel();
    let mut lines = FakeLines { outputs: [(22, levels)].into(), ..FakeLines::default() };
    let config = GpioConfig { lamp: Some(LAMP), ..GpioConfig::default() };
    let (gpio, notice) = Gpio::on_lines(&config, &mut lines, || {});
    assert_eq!(notice, None);
    (gpio, seen)
}

#[test]
fn the_lamp_is_on_while_anyone_measures_and_off_after_a_panic() {
    let (gpio, seen) = lamp();
    let levels = || seen.try_iter().collect::<Vec<_>>();
    assert_eq!(levels(), [true], "off from the start: this lamp is lit by a low level");
    let first = gpio.lamp().light();
    let second = gpio.lamp().light();
    drop(first);
    assert_eq!(levels(), [false, false, false]);
    let measuring = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _light = second;
        panic!("no picture");
    }));
    assert!(measuring.is_err());
    assert_eq!(levels(), [true]);
}

#[test]
fn the_light_ends_dark() {
    let (levels, seen) = channel();
    let mut lines = FakeLines { outputs: [(27, levels)].into(), ..FakeLines::default() };
    let led = OutputConfig { bcm: 27, active: Active::High };
    let config = GpioConfig { led: Some(led), ..GpioConfig::default() };
    let (gpio, notice) = Gpio::on_lines(&config, &mut lines, || {});
    assert_eq!(notice, None);
    gpio.show(LightState::Held);
    drop(gpio);
    let seen: Vec<bool> = seen.iter().collect();
    assert_eq!(seen[..2], [false, true], "dark at first, then the flash of an idle light");
    assert_eq!(seen.last(), Some(&false));
}

#[test]
fn a_press_calls_once_and_the_thread_ends_with_the_gpio() {
    let (levels, inputs) = channel();
    let mut lines = FakeLines { inputs: [(17, inputs)].into(), ..FakeLines::default() };
    let config = GpioConfig { button: Some(button(17)), ..GpioConfig::default() };
    let (pressed, presses) = channel();
    let (gpio, notice) = Gpio::on_lines(&config, &mut lines, move || pressed.send(()).unwrap());
    assert_eq!(notice, None);
    assert!(gpio.has_button());
    for _ in 0..2 {
        for level in [false, false, true, true] {
            levels.send(level).unwrap();
        }
        presses.recv().unwrap();
    }
    drop(gpio);
    assert_eq!(presses.try_recv().ok(), None);
    assert!(levels.send(false).is_err(), "the thread has let go of the line");
}

#[test]
fn what_cannot_be_had_is_said_once_and_left_out() {
    let config = GpioConfig { button: Some(button(99)), led: None, lamp: Some(LAMP) };
    let (levels, _seen) = channel();
    let mut lines = FakeLines { outputs: [(22, levels)].into(), ..FakeLines::default() };
    let (gpio, notice) = Gpio::on_lines(&config, &mut lines, || {});
    assert_eq!(notice.unwrap(), "no button: this board has no line 99");
    assert!(!gpio.has_button());
}

#[test]
fn a_button_that_fails_later_is_told_once() {
    let (levels, inputs) = channel();
    let mut lines = FakeLines { inputs: [(17, inputs)].into(), ..FakeLines::default() };
    let config = GpioConfig { button: Some(button(17)), ..GpioConfig::default() };
    let (mut gpio, _) = Gpio::on_lines(&config, &mut lines, || {});
    assert_eq!(gpio.take_fault(), None);
    drop(levels);
    let fault = loop {
        if let Some(fault) = gpio.take_fault() {
            break fault;
        }
        std::thread::yield_now();
    };
    assert_eq!(fault, "no button any more: the line is gone");
    assert_eq!(gpio.take_fault(), None);
    assert!(!gpio.has_button());
}

// Only where it is sure that there is no header.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_machine_without_header_says_so_and_goes_on() {
    let config = GpioConfig { lamp: Some(LAMP), ..GpioConfig::default() };
    let (gpio, notice) = Gpio::open(&config, || {});
    let notice = notice.unwrap();
    assert!(notice.starts_with("no button, status light or lamp: "), "{notice}");
    assert!(notice.contains("Raspberry Pi"), "{notice}");
    drop(gpio.lamp().light());
}

#[test]
fn a_gpio_without_lines_does_nothing() {
    let (gpio, notice) = Gpio::open(&GpioConfig::default(), || {});
    assert_eq!(notice, None, "nothing was asked for, so nothing is missing");
    gpio.show(LightState::Fault);
    drop(gpio.lamp().light());
}

#[test]
fn a_notice_is_one_line_for_all_lines() {
    let config = GpioConfig { lamp: Some(LAMP), led: Some(LAMP), ..GpioConfig::default() };
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    let (_, notice) =
        Gpio::on_lines(&config, &mut FakeLines::default(), move || *counted.lock().unwrap() += 1);
    let notice = notice.unwrap();
    assert_eq!(
        notice,
        "no status light: this board has no line 22; no lamp: this board has no line 22"
    );
    assert_eq!(*calls.lock().unwrap(), 0);
}
