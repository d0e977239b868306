//! Agreeing with a driver on pixel format, size and rate.

mod mode;
mod preference;

use std::os::fd::AsFd;

use v4l::v4l_sys::{
    v4l2_field_V4L2_FIELD_ALTERNATE as ALTERNATE, v4l2_field_V4L2_FIELD_BOTTOM as BOTTOM,
    v4l2_field_V4L2_FIELD_TOP as TOP, v4l2_pix_format,
};

use super::{CameraError, Node, Step, stream_ioctl};
use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat, ReportedColorimetry};

pub use mode::{FrameInterval, Mode, modes};
pub use preference::FormatWish;

/// Modes that are tried when a driver lists what it then does not set.
const TRIED_MODES: usize = 6;

/// What camera and program agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiated {
    /// Layout and colours of the frames.
    pub format: FrameFormat,
    /// Time from frame to frame, where the driver says it.
    pub interval: Option<FrameInterval>,
}

/// Chooses a mode, sets it, and compares what the driver made of it with what was asked; a driver
/// may set another format and report success.
///
/// # Errors
/// [`CameraError::Unsuitable`] when the wish cannot be met, with what there is;
/// [`CameraError::Busy`] when another program streams from the camera; any other fault.
pub fn negotiate(node: &Node, wish: &FormatWish) -> Result<Negotiated, CameraError> {
    let unsuitable = |reason| CameraError::Unsuitable { node: node.path().to_owned(), reason };
    let choices = preference::choices(&modes(node, wish.size)?, wish).map_err(unsuitable)?;
    let mut answers = Vec::new();
    for choice in choices.iter().take(TRIED_MODES) {
        let [width, height] = choice.mode.size;
        let pix = stream_ioctl::set_format(node.as_fd(), choice.mode.fourcc, choice.mode.size)
            .map_err(|error| CameraError::from_io(node.path(), Step::SetFormat, error))?;
        let answer = pix.pixelformat.to_le_bytes();
        if answer != choice.mode.fourcc || [pix.width, pix.height] != [width, height] {
            let (set, answer) = (&choice.mode, answer.escape_ascii());
            answers.push(format!("{set} became {answer} {}x{}", pix.width, pix.height));
            continue;
        }
        if [ALTERNATE, TOP, BOTTOM].contains(&pix.field) {
            answers.push(format!("{} comes as separate fields", choice.mode));
            continue;
        }
        let format = frame_format(&pix).map_err(unsuitable)?;
        let interval = set_interval(node, choice.interval, wish.rate)?;
        return Ok(Negotiated { format, interval });
    }
    let answers = answers.join(", ");
    Err(unsuitable(format!("does not set the formats that it lists: {answers}; choose another")))
}

/// The format as the driver reports it.
pub(super) fn frame_format(pix: &v4l2_pix_format) -> Result<FrameFormat, String> {
    let fourcc = pix.pixelformat.to_le_bytes();
    let pixel = PixelFormat::from_fourcc(fourcc).ok_or_else(|| {
        format!("is set to {}, which isptune cannot decode", fourcc.escape_ascii())
    })?;
    // SAFETY: both variants of the union are the same integer.
    let ycbcr_enc = unsafe { pix.__bindgen_anon_1.ycbcr_enc };
    let reported = ReportedColorimetry {
        colorspace: pix.colorspace,
        xfer_func: pix.xfer_func,
        ycbcr_enc,
        quantization: pix.quantization,
    };
    let format = FrameFormat {
        pixel,
        width: pix.width,
        height: pix.height,
        bytes_per_line: pix.bytesperline,
        colorimetry: Colorimetry::reported(pixel, reported),
    };
    format
        .buffer_len()
        .map_err(|error| format!("is set to a format that makes no picture: {error}"))?;
    Ok(format)
}

/// Sets the interval; only a wished one has to be met.
fn set_interval(
    node: &Node,
    interval: Option<FrameInterval>,
    wished: Option<f64>,
) -> Result<Option<FrameInterval>, CameraError> {
    let Some(asked) = interval else { return Ok(None) };
    let set = stream_ioctl::set_interval(node.as_fd(), asked.parts())
        .map_err(|error| CameraError::from_io(node.path(), Step::SetRate, error))?
        .and_then(|[numerator, denominator]| FrameInterval::new(numerator, denominator));
    let Some(wished) = wished else { return Ok(set) };
    if set.is_some_and(|set| preference::is_rate(set.rate(), wished)) {
        return Ok(set);
    }
    let got = set.map_or_else(
        || "the driver has no say in the rate".to_owned(),
        |set| format!("the driver set {:.3}", set.rate()),
    );
    Err(CameraError::Unsuitable {
        node: node.path().to_owned(),
        reason: format!("does not run at {wished} fps: {got}; leave the rate open"),
    })
}
