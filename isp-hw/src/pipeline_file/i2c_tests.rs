use std::time::Duration;

use tuner::{Frame, Parameter, Samples};

use super::*;
use crate::pixel_format::PixelFormat;
use crate::register_isp::{ByteOrder, ChipPlace, Register, Retry};

fn parse(text: &str) -> Result<PipelineFile, PipelineFileError> {
    PipelineFile::parse(text, "/p/p.toml")
}

const HEAD: &str =
    "kind=\"i2c\"\nbus=1\naddress=0x36\nregister_address_bits=16\ncamera=\"/dev/video0\"\n";
const EXPOSURE: &str = "[[parameter]]\nname=\"exposure\"\nrange=[0.25,16]\nneutral=1\nregister=0x350a\nbytes=2\nmask=0x3ff\nscale=16\n";

fn with(more: &str) -> String {
    format!("{HEAD}{more}{EXPOSURE}")
}

fn config(text: &str) -> RegisterIspConfig {
    match parse(text).unwrap().kind {
        Kind::I2c(config) => config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_map_is_read_as_written() {
    let config = config(&with(
        "register_address_order=\"little\"\nbyte_order=\"little\"\nauto_increment=false\n\
         retries=7\nbackoff_ms=9\nlatch_ms=40\nformat=\"YUYV\"\nsize=[640,480]\nrate=7.5\n\
         [chip_id]\nregister=0x300a\nbytes=2\nvalue=0x5647\n\
         [group_hold]\nregister=0x3208\nbegin=0x00\nend=[0x10,0xa0]\n\
         [[unlock]]\nregister=0x0100\nvalue=1\n\
         [[fixed]]\nregister=0x3503\nmask=0b110\nvalue=0b11\n",
    ));
    assert_eq!(config.place, ChipPlace { bus: 1, address: 0x36 });
    assert_eq!(config.wire.address_bytes, 2);
    assert_eq!([config.wire.address_order, config.wire.byte_order], [ByteOrder::Little; 2]);
    assert!(!config.wire.auto_increment);
    assert_eq!(config.retry, Retry { retries: 7, backoff: Duration::from_millis(9) });
    assert_eq!(config.latch, Duration::from_millis(40));
    assert_eq!(config.camera.camera.as_deref(), Some("/dev/video0"));
    assert_eq!(config.camera.pixel_format, Some(PixelFormat::Yuyv));
    assert_eq!((config.camera.size, config.camera.rate), (Some([640, 480]), Some(7.5)));
    assert_eq!(config.chip_id.unwrap().value, 0x5647);
    let hold = config.group_hold.unwrap();
    assert_eq!((hold.begin, hold.end), (vec![0x00], vec![0x10, 0xa0]));
    assert_eq!(config.unlock[0].register, Register { address: 0x100, bytes: 1 });
    assert_eq!(config.fixed[0].bits, 0b110, "the value stands in the bits of its mask");
    let [exposure] = config.parameters.as_slice() else { panic!() };
    assert_eq!(exposure.info.parameter, Parameter::Exposure);
    assert_eq!(exposure.field.encode(2.5), 40);
}

#[test]
fn the_shortest_map_is_enough() {
    let short = config(&with(""));
    assert_eq!(short.retry, Retry::default());
    assert_eq!(short.latch, Duration::ZERO);
    let held = config(&with("[group_hold]\nregister=1\nbegin=1\nend=0\n"));
    assert_eq!(held.latch, Duration::from_millis(200), "a group is launched at the end of a frame");
    assert_eq!(parse(&with("")).unwrap().limits().free(), [Parameter::Exposure]);
}

#[test]
fn faults_are_told_with_line_and_column() {
    let second = |keys: &str| {
        format!("{}[[parameter]]\nname=\"red_gain\"\nrange=[0.5,2]\nneutral=1\n{keys}", with(""))
    };
    let cases = [
        (with("").replace("bus=1\n", ""), "1:1: missing key \"bus\""),
        (
            with("").replace("camera", "camra"),
            "5:1: unknown key \"camra\", did you mean \"camera\"?",
        ),
        (with("").replace("0x36", "0x78"), "3:9: \"address\" = 78 is outside 8 to 119"),
        (
            with("").replace("=16\ncamera", "=12\ncamera"),
            "4:23: \"register_address_bits\" is 8 or 16",
        ),
        (
            with("").replace("=16\ncamera", "=8\ncamera"),
            "10:10: \"register\" = 350a is outside 0 to 255",
        ),
        (with("byte_order=\"bigg\"\n"), "6:12: unknown byte_order \"bigg\", did you mean \"big\"?"),
        (with("retries=21\n"), "6:9: \"retries\" = 21 is outside 0 to 20"),
        (with("size=[640]\n"), "6:6: \"size\" is [width, height] in pixels"),
        (with("rate=0\n"), "6:6: \"rate\" is frames per second, up to 10000"),
        (with("format=\"YUYV2\"\n"), "6:8: \"YUYV2\" is no pixel format that isptune reads"),
        (with("[chip_id]\nregister=1\n"), "6:1: missing key \"value\" in [chip_id]"),
        (with("[chip_id]\nregister=1\nvalue=256\n"), "8:7: \"value\" = 256 is outside 0 to 255"),
        (
            with("[group_hold]\nregister=1\nbegin=0\nend=[1,256]\n"),
            "9:8: \"end\" = 256 is outside 0 to 255",
        ),
        (with("[[fixed]]\nregister=1\nmask=6\nvalue=4\n"), "9:7: \"value\" = 4 is outside 0 to 3"),
        (with("").replace("bytes=2", "bytes=5"), "11:7: \"bytes\" = 5 is outside 1 to 4"),
        (
            with("").replace("0x3ff", "0x3fd"),
            "12:6: mask 0x3fd is no unbroken run of bits within 0xffff",
        ),
        (with("").replace("scale=16", "scale=0"), "13:7: scale 0 is not a positive number"),
        (
            with("").replace("scale=16", "scale=16\nreadback_mask=0x400"),
            "14:15: readback mask 0x400 has no bit in common with mask 0x3ff",
        ),
        (
            with("").replace("[0.25,16]", "[0.25,64]"),
            "8:7: range [0.25, 64] goes beyond what the bits of register 0x350a can hold: 0 to \
             63.9375",
        ),
        (
            with("").replace("[0.25,16]", "[0.99,16]"),
            "8:7: an end of the range becomes the same value of register 0x350a as neutral; a \
             larger \"scale\" gives finer steps",
        ),
        (
            second("register=0x350a\nbytes=2\nmask=0xfe00\nscale=1\n"),
            "18:10: register 0x350a is used before with mask 0x3ff of 2 bytes; fields of one \
             register have the same \"bytes\" and no bit in common",
        ),
        (second("mode=1\n"), "18:1: unknown key \"mode\" in [parameter]"),
        (second(""), "14:1: missing key \"register\" in [parameter]"),
    ];
    for (text, expected) in cases {
        let message = parse(&text).unwrap_err().to_string();
        let start = format!("/p/p.toml:{expected}");
        assert!(message.starts_with(&start), "{message}\n{start}\n{text}");
    }
}

#[test]
fn fields_may_share_a_register() {
    let shared = with("[[fixed]]\nregister=0x350a\nbytes=2\nmask=0x8000\nvalue=1\n");
    assert_eq!(config(&shared).fixed[0].bits, 0x8000);
}

#[test]
fn a_picture_file_is_no_input_for_a_chip() {
    let frame = Frame::new(16, 16, Samples::U8(vec![0; 16 * 16 * 3])).unwrap();
    let opened = parse(&with("")).unwrap().open_frame(frame, &std::sync::Arc::default());
    let error = opened.err().unwrap().to_string();
    assert!(error.contains("a camera takes its own pictures"), "{error}");
}
