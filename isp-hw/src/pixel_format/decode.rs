//! Bytes of a buffer to pictures.

use tuner::{Frame, Samples};

use super::bayer::{self, SensorLevels};
use super::display::{ToSrgb, srgb_of_linear};
use super::rgb_rows::RgbRows;
use super::{DecodeError, FrameFormat, GeometryError, PixelFormat, jpeg};
use crate::software::Instructions;
use crate::{Input, Transfer};

impl FrameFormat {
    /// Makes a picture of a buffer: display-referred sRGB in full range.
    ///
    /// 8-bit formats give 8-bit samples. Grey becomes R = G = B. Chroma samples are taken to lie
    /// between their pixels, as V4L2 says, and are interpolated linearly. Primaries and transfer
    /// function are converted where the samples would look wrong on an sRGB display (opRGB,
    /// BT.2020, DCI-P3, ST 2084, linear light); those of BT.709, BT.601 and SMPTE 240M are left as
    /// they are. A colour filter array gives 16-bit samples: [`Self::decode_raw`] with the widest
    /// levels, made display-referred.
    ///
    /// Bytes behind the picture are not looked at; `bytes` should end where the driver says
    /// (`bytesused`), so that an incomplete frame is noticed.
    ///
    /// # Errors
    /// [`DecodeError`]: a size that no picture has, rows that overlap, a buffer that is too short,
    /// a JPEG picture that is damaged, cut short or of another size.
    pub fn decode(&self, bytes: &[u8]) -> Result<Frame, DecodeError> {
        let mut samples = match self.pixel {
            PixelFormat::Mjpeg => jpeg::decode(self, bytes)?,
            PixelFormat::Bayer(bayer) => {
                let mut samples = bayer::develop(self, bayer, SensorLevels::default(), bytes)?;
                samples.iter_mut().for_each(|sample| *sample = srgb_of_linear(*sample));
                return self.frame(Samples::U16(samples));
            }
            _ => {
                let planes = self.planes_of(bytes.len())?;
                let [width, height] = self.size()?;
                let mut out = vec![0; width * height * 3];
                let rows = RgbRows { format: self, planes, bytes, out: &mut out };
                Instructions::of_this_processor().run(rows);
                out
            }
        };
        if let Some(conversion) = ToSrgb::new(&self.colorimetry) {
            conversion.apply(&mut samples);
        }
        self.frame(Samples::U8(samples))
    }

    /// Makes linear light of a colour filter array: 16-bit samples in the sensor's own primaries,
    /// 0 at `levels.black` and 65535 at `levels.white`, without white balance. Missing colours are
    /// interpolated along edges, on all threads of the current rayon pool.
    ///
    /// # Errors
    /// [`DecodeError::NotRaw`] for display-referred formats, [`DecodeError::Levels`], and as
    /// [`Self::decode`].
    pub fn decode_raw(&self, bytes: &[u8], levels: SensorLevels) -> Result<Input, DecodeError> {
        let PixelFormat::Bayer(bayer) = self.pixel else {
            return Err(DecodeError::NotRaw { pixel: self.pixel });
        };
        let samples = bayer::develop(self, bayer, levels, bytes)?;
        Ok(Input::new(self.frame(Samples::U16(samples))?, Transfer::Linear))
    }

    fn frame(&self, samples: Samples) -> Result<Frame, DecodeError> {
        let Self { pixel, width, height, .. } = *self;
        let made = Frame::new(width as usize, height as usize, samples);
        made.map_err(|_| GeometryError::Size { pixel, width, height }.into())
    }
}
