use std::time::Duration;

use tuner::{Curve, Parameter, ParameterInfo, Params};

use super::simulated_chip::SimulatedChip;
use super::sink::RegisterSink;
use super::*;
use crate::camera::{CameraConfig, ParameterSink as _};

const ID: Register = Register { address: 0x300a, bytes: 2 };
const HOLD: Register = Register { address: 0x3208, bytes: 1 };
const AUTO: Register = Register { address: 0x3503, bytes: 1 };
const GAIN: Register = Register { address: 0x350a, bytes: 2 };
const RED: Register = Register { address: 0x5186, bytes: 2 };

fn wire() -> WireFormat {
    WireFormat { address_bytes: 2, ..WireFormat::default() }
}

/// A sensor as it wakes up: gain 1 with two bits of something else above it, automatic exposure.
fn chip() -> SimulatedChip {
    let memory: [(u16, &[u8]); 4] =
        [(0x300a, &[0x56, 0x47]), (0x3503, &[0x80]), (0x350a, &[0xa8, 0x20]), (0x5186, &[4, 0])];
    SimulatedChip::new(wire(), &memory)
}

fn parameter(parameter: Parameter, field: Field, range: [f64; 2]) -> RegisterParameter {
    let info = ParameterInfo {
        range,
        neutral: 1.0,
        curve: Curve::Log,
        ..ParameterInfo::canonical(parameter)
    };
    RegisterParameter { info, field }
}

fn config() -> RegisterIspConfig {
    let gain = Field::whole(GAIN).unwrap().masked(0x3ff).unwrap().scaled(16.0).unwrap();
    let red = Field::whole(RED).unwrap().masked(0xfff).unwrap().scaled(1024.0).unwrap();
    let manual = Field::whole(AUTO).unwrap().masked(0b11).unwrap();
    RegisterIspConfig {
        place: ChipPlace { bus: 1, address: 0x36 },
        wire: wire(),
        retry: Retry { retries: 3, backoff: Duration::ZERO },
        latch: Duration::ZERO,
        chip_id: Some(ChipId { register: ID, value: 0x5647 }),
        unlock: Vec::new(),
        group_hold: None,
        fixed: vec![FixedField { field: manual, bits: 0b11 }],
        parameters: vec![
            parameter(Parameter::Exposure, gain, [0.25, 32.0]),
            parameter(Parameter::RedGain, red, [0.5, 2.0]),
        ],
        camera: CameraConfig::default(),
    }
}

fn held(chip: &SimulatedChip) -> RegisterIspConfig {
    chip.state().hold_at = Some(HOLD.address);
    let group_hold = GroupHold { register: HOLD, begin: vec![0x00], end: vec![0x10, 0xa0] };
    RegisterIspConfig { group_hold: Some(group_hold), ..config() }
}

fn open(chip: &SimulatedChip, config: RegisterIspConfig) -> RegisterIsp {
    RegisterIsp::on_bus(config, chip.bus()).unwrap()
}

fn brighter() -> Params {
    Params::NEUTRAL.with(Parameter::Exposure, 0.6).with(Parameter::RedGain, -1.0)
}

#[test]
fn opening_reads_only() {
    let chip = chip();
    let mut isp = open(&chip, config());
    assert_eq!(isp.native_values().unwrap(), [2.0, 1.0]);
    assert!(chip.state().writes.is_empty());
}

#[test]
fn a_foreign_chip_is_refused_with_both_values_and_left_alone() {
    let chip = chip();
    chip.state().memory.insert(0x300b, 0x40);
    let error = RegisterIsp::on_bus(config(), chip.bus()).err().unwrap().to_string();
    assert!(
        error.starts_with(
            "/dev/i2c-1 chip 0x36: the chip calls itself 0x5640 (register 0x300a), not 0x5647; \
             nothing was written"
        ),
        "{error}"
    );
    assert!(chip.state().writes.is_empty());
}

#[test]
fn values_arrive_in_their_bits_and_the_other_bits_survive() {
    let chip = chip();
    let applied = open(&chip, config()).apply(&brighter()).unwrap();
    assert!(applied.is_complete());
    let exposure = &applied.values()[0];
    assert!((exposure.asked - 8.0).abs() < 1e-9);
    assert_eq!([exposure.written, exposure.read_back], [8.0, 8.0]);
    assert_eq!(chip.bytes(0x350a), [0xa8, 0x80], "the upper six bits belong to something else");
    assert_eq!(chip.bytes(0x5186), [0x02, 0x00]);
    assert_eq!(chip.bytes(0x3503), [0x83], "automatic exposure and gain off");
}

#[test]
fn what_was_written_is_the_nearest_code() {
    let chip = chip();
    let params = Params::NEUTRAL.with(Parameter::Exposure, 0.1);
    let applied = open(&chip, config()).apply(&params).unwrap();
    let exposure = &applied.values()[0];
    assert!((exposure.asked - 2f64.sqrt()).abs() < 1e-12);
    assert_eq!([exposure.written, exposure.read_back], [23.0 / 16.0; 2]);
    assert!(exposure.applied);
}

#[test]
fn a_group_hold_encloses_all_writes_and_no_read() {
    let chip = chip();
    let mut isp = open(&chip, held(&chip));
    chip.state().transfers.clear();
    assert!(isp.apply(&brighter()).unwrap().is_complete());
    let transfers = chip.state().transfers.clone();
    let begin = transfers.iter().position(|transfer| *transfer == ('w', 0x3208)).unwrap();
    assert_eq!(
        transfers[begin..begin + 6],
        [('w', 0x3208), ('w', 0x3503), ('w', 0x350a), ('w', 0x5186), ('w', 0x3208), ('w', 0x3208)]
    );
    assert!(transfers[..begin].iter().all(|(kind, _)| *kind == 'r'));
    assert!(transfers[begin + 6..].iter().all(|(kind, _)| *kind == 'r'));
    assert_eq!(chip.state().writes[0], (0x3208, vec![0x00]));
    assert_eq!(chip.state().writes[4..], [(0x3208, vec![0x10]), (0x3208, vec![0xa0])]);
}

#[test]
fn a_value_that_latches_at_the_end_of_the_frame_is_waited_for() {
    let chip = chip();
    chip.state().latch_reads = 4;
    let mut isp = open(&chip, RegisterIspConfig { latch: Duration::from_secs(1), ..held(&chip) });
    assert!(isp.apply(&brighter()).unwrap().is_complete());
    assert_eq!(chip.state().writes.len(), 6, "nothing is written twice for that");
}

#[test]
fn a_hold_that_failed_is_ended_all_the_same() {
    let chip = chip();
    let mut isp = open(&chip, held(&chip));
    chip.state().timeout_at = Some(0x5186);
    let error = isp.apply(&brighter()).unwrap_err();
    assert!(error.to_string().contains("writing register 0x5186 failed (4 tries)"), "{error}");
    assert_eq!(chip.state().writes.last().unwrap(), &(0x3208, vec![0xa0]));
    assert!(chip.state().held.is_none());
}

#[test]
fn a_chip_that_sometimes_does_not_answer_is_asked_again() {
    for nak_every in [2, 3, 5, 7] {
        let chip = chip();
        chip.state().nak_every = nak_every;
        assert!(open(&chip, config()).apply(&brighter()).unwrap().is_complete());
        assert_eq!(chip.bytes(0x350a), [0xa8, 0x80], "every {nak_every}");
    }
}

#[test]
fn a_dead_chip_is_an_error_with_the_number_of_tries() {
    let chip = chip();
    chip.state().nak_every = 1;
    let error = RegisterIsp::on_bus(config(), chip.bus()).err().unwrap().to_string();
    assert_eq!(
        error,
        "/dev/i2c-1 chip 0x36: reading register 0x300a failed (4 tries): the chip does not answer \
         (NAK); check wiring, power and clock"
    );
}

#[test]
fn a_clipped_value_is_told_and_the_others_are_applied() {
    let chip = chip();
    chip.state().clip = Some((0x5186, 0x0500));
    let params = brighter().with(Parameter::RedGain, 1.0);
    let applied = open(&chip, config()).apply(&params).unwrap();
    let [exposure, red] = applied.values() else { panic!() };
    assert!(exposure.applied && !red.applied && !applied.is_complete());
    assert_eq!([red.asked, red.written, red.read_back], [2.0, 2.0, 1.25]);
    let error = applied.into_complete().unwrap_err().to_string();
    assert!(
        error.contains(
            "red_gain (\"red_gain\" = 2): register 0x5186 holds 0x500 after 0x800 was written"
        ),
        "{error}"
    );
}

#[test]
fn a_stuck_bit_is_told_unless_the_map_knows_it() {
    let chip = chip();
    chip.state().write_only.insert(0x350b, 0x80);
    let mut isp = open(&chip, config());
    assert!(!isp.apply(&brighter()).unwrap().is_complete());
    let mut known = config();
    known.parameters[0].field = known.parameters[0].field.readable(0x037f).unwrap();
    assert!(open(&chip, known).apply(&brighter()).unwrap().is_complete());
}

#[test]
fn a_fixed_field_that_does_not_hold_is_an_error() {
    let chip = chip();
    chip.state().stuck.insert(0x3503, 0x01);
    let error = open(&chip, config()).apply(&brighter()).unwrap_err().to_string();
    assert!(error.contains("register 0x3503 holds 0x2 after 0x3 was written"), "{error}");
}

#[test]
fn a_write_that_was_lost_on_the_way_is_repeated() {
    let chip = chip();
    chip.state().lost_write = 2;
    assert!(open(&chip, config()).apply(&brighter()).unwrap().is_complete());
    assert_eq!(chip.bytes(0x350a), [0xa8, 0x80]);
}

#[test]
fn the_chip_is_unlocked_once_and_before_anything_else_is_written() {
    let chip = chip();
    chip.state().locked_by = Some((0x0100, 0xa5));
    let key = RegisterWrite { register: Register { address: 0x0100, bytes: 1 }, value: 0xa5 };
    let mut isp = open(&chip, RegisterIspConfig { unlock: vec![key], ..config() });
    for _ in 0..2 {
        assert!(isp.apply(&brighter()).unwrap().is_complete());
    }
    let writes = chip.state().writes.clone();
    assert_eq!(writes[0], (0x0100, vec![0xa5]));
    assert_eq!(writes.iter().filter(|(address, _)| *address == 0x0100).count(), 1);
}

#[test]
fn restore_brings_back_the_mapped_bits_and_the_automatic_modes_last() {
    let chip = chip();
    let found = chip.state().memory.clone();
    let mut isp = open(&chip, config());
    let _ = isp.apply(&brighter()).unwrap();
    let snapshot = isp.snapshot().clone();
    isp.restore(&snapshot).unwrap();
    assert_eq!(chip.state().memory, found);
    assert_eq!(chip.state().writes.last().unwrap().0, AUTO.address);
}

#[test]
fn a_process_that_died_is_cleared_up_by_the_next_one() {
    let chip = chip();
    let mut first = open(&chip, config());
    let saved = serde_json::to_string(first.snapshot()).unwrap();
    let _ = first.apply(&brighter()).unwrap();
    drop(first);
    // Meanwhile somebody else changed a bit that is not ours.
    chip.state().memory.insert(0x350a, 0x28);
    let mut second = open(&chip, config());
    assert_eq!(second.native_values().unwrap(), [8.0, 0.5]);
    second.restore(&serde_json::from_str(&saved).unwrap()).unwrap();
    assert_eq!(second.native_values().unwrap(), [2.0, 1.0]);
    assert_eq!(chip.bytes(0x350a), [0x28, 0x20]);
}

#[test]
fn the_state_of_another_chip_or_a_damaged_one_is_refused_before_writing() {
    let chip = chip();
    let mut isp = open(&chip, config());
    let saved = serde_json::to_string(isp.snapshot()).unwrap();
    let refusals = [
        ("\"bus\":1", "\"bus\":2", "they are those of /dev/i2c-2 chip 0x36"),
        ("\"chip_id\":22087", "\"chip_id\":5", "the chip was 0x5 then and is 0x5647 now"),
        ("\"mask\":1023", "\"mask\":65536", "register 0x350a is damaged"),
    ];
    for (from, to, expected) in refusals {
        let other = saved.replace(from, to);
        assert_ne!(other, saved);
        let error = isp.restore(&serde_json::from_str(&other).unwrap()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(chip.state().writes.is_empty());
}

#[test]
fn small_chips_with_short_addresses_and_little_endian_values_work_too() {
    let wire = WireFormat {
        address_bytes: 1,
        byte_order: ByteOrder::Little,
        auto_increment: false,
        ..WireFormat::default()
    };
    let chip = SimulatedChip::new(wire, &[(0x20, &[0x11, 0x22, 0x33])]);
    let register = Register { address: 0x20, bytes: 3 };
    let field = Field::whole(register).unwrap().masked(0x0f_fff0).unwrap().scaled(256.0).unwrap();
    let parameters = vec![parameter(Parameter::Exposure, field, [0.5, 128.0])];
    let small =
        RegisterIspConfig { wire, chip_id: None, fixed: Vec::new(), parameters, ..config() };
    let applied = open(&chip, small).apply(&Params::NEUTRAL).unwrap();
    assert!(applied.is_complete());
    assert_eq!(chip.bytes(0x20), [0x01, 0x10, 0x30]);
}

fn sink(chip: &SimulatedChip, state: &std::path::Path) -> (RegisterSink, Vec<String>) {
    let store = FoundRegistersStore::open(state).unwrap();
    let mut notices = Vec::new();
    let reopen = || Ok(open(chip, config()));
    let sink = RegisterSink::on_chip(open(chip, config()), reopen, store, &mut notices).unwrap();
    (sink, notices)
}

#[test]
fn a_run_that_died_is_made_good_by_the_next_one() {
    let (chip, state) = (chip(), tempfile::tempdir().unwrap());
    let registers = || (chip.bytes::<2>(0x350a), chip.bytes::<1>(0x3503));
    let found = registers();
    let (mut died, _) = sink(&chip, state.path());
    died.apply(&brighter()).unwrap();
    drop(died);
    assert_ne!(registers(), found);
    let (mut next, notices) = sink(&chip, state.path());
    assert_eq!(registers(), found);
    assert_eq!(notices.len(), 1, "{notices:?}");
    let exposure = next.found().get(Parameter::Exposure);
    assert!((next.controls()[0].info.to_native(exposure) - 2.0).abs() < 1e-9);
    next.apply(&brighter()).unwrap();
    next.restore().unwrap();
    assert_eq!(registers(), found);
    let (_, notices) = sink(&chip, state.path());
    assert!(notices.is_empty(), "{notices:?}");
}

#[test]
fn what_is_kept_is_not_restored_later() {
    let (chip, state) = (chip(), tempfile::tempdir().unwrap());
    let (mut kept, _) = sink(&chip, state.path());
    kept.apply(&brighter()).unwrap();
    kept.keep().unwrap();
    let stands = chip.bytes::<2>(0x350a);
    let (_, notices) = sink(&chip, state.path());
    assert!(notices.is_empty() && chip.bytes(0x350a) == stands, "{notices:?}");
}

#[test]
fn a_store_that_cannot_be_understood_stops_before_the_first_write() {
    let (chip, state) = (chip(), tempfile::tempdir().unwrap());
    let store = FoundRegistersStore::open(state.path()).unwrap();
    std::fs::write(state.path().join("registers/i2c-1-36.json"), "{\"bus\": 1").unwrap();
    let opened =
        RegisterSink::on_chip(open(&chip, config()), || unreachable!(), store, &mut Vec::new());
    let error = opened.err().unwrap().to_string();
    assert!(error.contains("i2c-1-36.json") && error.contains("remove this file"), "{error}");
    assert!(chip.state().writes.is_empty());
}
