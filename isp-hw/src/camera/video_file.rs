//! Uncompressed video as a stream of bytes: Y4M, or one PPM picture after the other.

use std::io::{self, Write};

use tuner::{Frame, Samples};

use crate::pixel_format::{Colorimetry, FrameFormat, PixelFormat, Quantisation};

/// Forms of uncompressed video that other programs read from a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VideoForm {
    /// YUV4MPEG2: a header, then Y'CbCr 4:2:0 frames (ffmpeg, mpv, encoders).
    Y4m,
    /// Binary PPM pictures end to end (`ffmpeg -f image2pipe`).
    Ppm,
}

/// Writes frames of one size.
pub struct VideoFile<W> {
    out: W,
    form: VideoForm,
    format: FrameFormat,
    buffer: Vec<u8>,
}

impl<W: Write> VideoFile<W> {
    /// Begins a video of `size` pixels and `rate` frames a second (a fraction).
    ///
    /// # Errors
    /// What writing the header returns; [`io::ErrorKind::InvalidInput`] for a size that no video has.
    pub fn begin(
        mut out: W,
        form: VideoForm,
        [width, height]: [u32; 2],
        [frames, seconds]: [u32; 2],
    ) -> io::Result<Self> {
        let format = FrameFormat {
            pixel: PixelFormat::Yu12,
            width,
            height,
            bytes_per_line: 0,
            // What "420jpeg" stands for: BT.601, full range, chroma between the pixels.
            colorimetry: Colorimetry { quantisation: Quantisation::Full, ..Colorimetry::WEBCAM },
        };
        let length = format
            .buffer_len()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        if form == VideoForm::Y4m {
            writeln!(
                out,
                "YUV4MPEG2 W{width} H{height} F{frames}:{seconds} Ip A1:1 C420jpeg XCOLORRANGE=FULL"
            )?;
        }
        Ok(Self { out, form, format, buffer: vec![0; length] })
    }

    /// Adds a frame and hands it on at once.
    ///
    /// # Errors
    /// What writing returns ([`io::ErrorKind::BrokenPipe`] when the reader has gone);
    /// [`io::ErrorKind::InvalidInput`] for a picture of another size.
    pub fn add(&mut self, picture: &Frame) -> io::Result<()> {
        match self.form {
            VideoForm::Y4m => {
                self.format
                    .encode_into(picture, &mut self.buffer)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
                self.out.write_all(b"FRAME\n")?;
                self.out.write_all(&self.buffer)?;
            }
            VideoForm::Ppm => {
                let [width, height] = picture.size();
                write!(self.out, "P6\n{width} {height}\n255\n")?;
                match picture.samples() {
                    Samples::U8(samples) => self.out.write_all(samples)?,
                    Samples::U16(samples) => {
                        let rounded = samples.iter().map(|&s| ((u32::from(s) + 128) / 257) as u8);
                        self.out.write_all(&rounded.collect::<Vec<u8>>())?;
                    }
                }
            }
        }
        self.out.flush()
    }
}
