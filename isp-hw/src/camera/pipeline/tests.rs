use std::sync::{Arc, Mutex, MutexGuard};

use tuner::{Curve, Samples};

use super::*;
use crate::camera::{Effect, MappedControl};

/// A camera whose grey frames are as bright as its one control.
#[derive(Default)]
struct Device {
    value: f64,
    log: Vec<String>,
    is_gone: bool,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Device>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Device> {
        self.0.lock().unwrap()
    }
}

struct Sink {
    device: Shared,
    found: f64,
    controls: Vec<MappedControl>,
}

fn gone() -> PipelineError {
    PipelineError::Device { device: "/dev/video9".to_owned(), reason: "gone".to_owned() }
}

impl ParameterSink for Sink {
    fn controls(&self) -> &[MappedControl] {
        &self.controls
    }

    fn found(&self) -> Params {
        let info = &self.controls[0].info;
        Params::NEUTRAL.with(info.parameter, info.to_canonical(self.found))
    }

    fn apply(&mut self, params: &Params) -> Result<(), PipelineError> {
        let info = &self.controls[0].info;
        let mut device = self.device.lock();
        if device.is_gone {
            return Err(gone());
        }
        device.value = info.to_native(params.get(info.parameter)).round();
        let line = format!("write {}", device.value);
        device.log.push(line);
        Ok(())
    }

    fn keep(&mut self) -> Result<(), PipelineError> {
        self.device.lock().log.push("keep".to_owned());
        Ok(())
    }

    fn restore(&mut self) -> Result<(), PipelineError> {
        let mut device = self.device.lock();
        device.value = self.found;
        device.log.push("restore".to_owned());
        if device.is_gone { Err(gone()) } else { Ok(()) }
    }
}

struct Lens(Shared);

impl PictureSource for Lens {
    fn picture(&mut self) -> Result<Frame, PipelineError> {
        let value = self.0.lock().value as u8;
        Ok(Frame::new(8, 8, Samples::U8(vec![value; 8 * 8 * 3])).unwrap())
    }
}

fn camera(software: &SoftwareStage) -> (CameraPipeline, Shared) {
    let device = Shared(Arc::new(Mutex::new(Device { value: 100.0, ..Device::default() })));
    let info = ParameterInfo {
        parameter: Parameter::Exposure,
        key: "brightness".to_owned(),
        range: [0.0, 255.0],
        curve: Curve::Linear,
        neutral: 128.0,
        unit: String::new(),
    };
    let controls = vec![MappedControl { info, effect: Effect::Offset, extent: [0.0, 255.0] }];
    let sink = Sink { device: device.clone(), found: 100.0, controls };
    let lens = Lens(device.clone());
    let name = "camera".to_owned();
    let pipeline = CameraPipeline::new(name, Vec::new(), Box::new(sink), Box::new(lens), software);
    (pipeline, device)
}

fn first_sample(frame: &Frame) -> u8 {
    match frame.samples() {
        Samples::U8(samples) => samples[0],
        Samples::U16(_) => unreachable!("the camera gives 8 bits"),
    }
}

#[test]
fn a_query_shows_what_was_written_and_the_picture_as_found_stays() {
    let (mut camera, _) = camera(&SoftwareStage::Off);
    let up = Params::NEUTRAL.with(Parameter::Exposure, 1.0);
    assert_eq!(first_sample(&camera.query(&up).unwrap()), 255);
    assert_eq!(first_sample(&camera.as_found().unwrap()), 100);
    let found = camera.found_params().get(Parameter::Exposure);
    assert!((found + 28.0 / 128.0).abs() < 1e-12);
}

#[test]
fn a_camera_that_is_dropped_is_put_back() {
    let (mut camera, device) = camera(&SoftwareStage::Off);
    camera.query(&Params::NEUTRAL).unwrap();
    drop(camera);
    assert_eq!(device.lock().log, ["write 128", "restore"]);
    assert_eq!(device.lock().value, 100.0);
}

#[test]
fn a_camera_that_was_only_opened_is_put_back_too() {
    // Opening may have switched automatics off.
    let (camera, device) = camera(&SoftwareStage::Off);
    drop(camera);
    assert_eq!(device.lock().log, ["restore"]);
}

#[test]
fn what_is_kept_stays() {
    let (mut camera, device) = camera(&SoftwareStage::Off);
    camera.query(&Params::NEUTRAL).unwrap();
    camera.keep(&Params::NEUTRAL.with(Parameter::Exposure, -1.0)).unwrap();
    drop(camera);
    assert_eq!(device.lock().log, ["write 128", "write 0", "keep"]);
}

#[test]
fn a_camera_that_fails_on_the_way_is_put_back_once() {
    let (mut camera, device) = camera(&SoftwareStage::Off);
    camera.query(&Params::NEUTRAL).unwrap();
    device.lock().is_gone = true;
    assert!(camera.query(&Params::NEUTRAL).is_err());
    assert!(camera.restore().is_err());
    drop(camera);
    assert_eq!(device.lock().log, ["write 128", "restore"]);
}

#[test]
fn the_software_isp_supplies_what_the_camera_lacks() {
    let (mut camera, _) = camera(&SoftwareStage::Missing);
    assert_eq!(camera.parameters().len(), Parameter::COUNT);
    let warm = Params::NEUTRAL.with(Parameter::BlueGain, -1.0);
    let frame = camera.query(&warm).unwrap();
    let Samples::U8(samples) = frame.samples() else { unreachable!("8 bits stay 8 bits") };
    assert!(samples[0] > 128 && samples[2] < 128, "{:?}", &samples[..3]);
    let keys: Vec<&str> = camera.parameters().iter().map(|info| info.key.as_str()).collect();
    assert_eq!(keys[..2], ["brightness", "software.red_gain"]);
}

/// A lamp that notes what it is switched to.
#[derive(Clone, Default)]
struct Switches(Arc<Mutex<Vec<bool>>>);

impl crate::gpio::OutputLine for Switches {
    fn set(&mut self, high: bool) {
        self.0.lock().unwrap().push(high);
    }
}

impl crate::gpio::Lines for Switches {
    fn input(
        &mut self,
        _: u8,
        _: crate::gpio::Pull,
    ) -> Result<Box<dyn crate::gpio::InputLine>, crate::gpio::LineError> {
        Err(crate::gpio::LineError("no button".to_owned()))
    }

    fn output(
        &mut self,
        _: u8,
        _: bool,
    ) -> Result<Box<dyn crate::gpio::OutputLine>, crate::gpio::LineError> {
        Ok(Box::new(self.clone()))
    }
}

#[test]
fn the_lamp_is_on_from_the_first_picture_to_the_end() {
    let switches = Switches::default();
    let lamp = crate::gpio::OutputConfig { bcm: 22, active: crate::gpio::Active::High };
    let config = crate::gpio::GpioConfig { lamp: Some(lamp), ..Default::default() };
    let (gpio, notice) = Gpio::on_lines(&config, &mut switches.clone(), || {});
    assert_eq!(notice, None);
    let (camera, _) = camera(&SoftwareStage::Off);
    let mut camera = camera.with_gpio(gpio);
    camera.query(&Params::NEUTRAL).unwrap();
    camera.query(&Params::NEUTRAL).unwrap();
    assert_eq!(switches.0.lock().unwrap().last(), Some(&true));
    let changes = switches.0.lock().unwrap().len();
    camera.restore().unwrap();
    assert_eq!(switches.0.lock().unwrap()[changes..], [false]);
}
