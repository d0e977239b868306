//! `isptune camera stream`: the camera's frames through the software ISP, live.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use isp_hw::SoftwareIsp;
use isp_hw::camera::{FrameSource as _, LiveIsp, VideoFile, VideoForm};
use isp_hw::v4l2::{OpenCamera, OutputNode};
use tuner::Params;

use super::show::CameraChoice;
use crate::exit::Exit;
use crate::given_params::parse_params;
use crate::interrupt;

/// Options of `camera stream`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    choice: CameraChoice,
    /// Canonical values for the software ISP, "exposure=0.2,contrast=-0.1", or a JSON file with a
    /// "params" object
    #[arg(long, value_name = "VALUES|FILE", value_parser = parse_params, allow_hyphen_values = true,
          default_value = "exposure=0")]
    params: Params,
    /// Where the frames go: a V4L2 output or loopback node, a file, or "-" for standard output
    #[arg(long, value_name = "NODE|FILE")]
    out: PathBuf,
    /// Form of a file or of standard output
    #[arg(long, value_enum, default_value = "y4m")]
    form: Form,
    /// Ends after so many frames; without it at Ctrl-C, or when the reader goes away
    #[arg(long, value_name = "COUNT")]
    frames: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// YUV4MPEG2, Y'CbCr 4:2:0
    Y4m,
    /// Binary PPM pictures end to end
    Ppm,
}

impl From<Form> for VideoForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Y4m => Self::Y4m,
            Form::Ppm => Self::Ppm,
        }
    }
}

/// What takes the frames.
enum Out {
    Node(OutputNode),
    File(VideoFile<Box<dyn Write>>),
}

/// Runs the verb.
///
/// # Errors
/// When the camera or the output cannot be used, or no frame comes any more.
pub fn run(options: &Options) -> Result<Exit> {
    let cancel = interrupt::flag()?;
    let config = options.choice.config()?;
    let OpenCamera { camera, capture, format, rate, .. } = OpenCamera::open(&config)?;
    let size = [format.width, format.height];
    let mut out = open(&options.out, options.form.into(), size, rate)?;
    let live = LiveIsp::new(SoftwareIsp::default(), options.params);
    let mut moment = capture.now();
    let mut shown = 0;
    while options.frames.is_none_or(|frames| shown < frames) && !is_set(&cancel) {
        let frame = capture.frame_after(moment, config.frame_timeout)?;
        moment = frame.captured_at;
        // One damaged frame is no reason to end a stream.
        let Ok(picture) = live.picture(&frame) else { continue };
        let result = match &mut out {
            Out::Node(node) => {
                let (format, mut encoded) = (*node.format(), Ok(()));
                node.show(|buffer| encoded = format.encode_into(&picture, buffer))?;
                encoded.map_err(io::Error::other)
            }
            Out::File(file) => file.add(&picture),
        };
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            result => result.with_context(|| options.out.display().to_string())?,
        }
        shown += 1;
    }
    let counts = capture.counts();
    eprintln!(
        "{}: {shown} frames shown, {} replaced by newer ones, {} lost by the camera",
        camera.name, counts.replaced, counts.lost
    );
    Ok(if is_set(&cancel) { Exit::Interrupted } else { Exit::Done })
}

fn is_set(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}

fn open(path: &Path, form: VideoForm, size: [u32; 2], rate: [u32; 2]) -> Result<Out> {
    if path.metadata().is_ok_and(|found| found.file_type().is_char_device()) {
        return Ok(Out::Node(OutputNode::open(path, size)?));
    }
    let writer: Box<dyn Write> = if path == Path::new("-") {
        if io::stdout().is_terminal() {
            bail!("standard output is a terminal; pipe it into a program, or give a file");
        }
        Box::new(io::stdout().lock())
    } else {
        Box::new(BufWriter::new(File::create(path).with_context(|| path.display().to_string())?))
    };
    Ok(Out::File(VideoFile::begin(writer, form, size, rate)?))
}
