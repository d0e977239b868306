//! Pictures to bytes of a buffer.

use tuner::{Frame, Samples};

use super::display::ToSrgb;
use super::geometry::Planes;
use super::rgb_to_ycbcr::ToYcbcr;
use super::{EncodeError, FrameFormat, PixelFormat, Quantisation};
use crate::software::{Instructions, Kernel};

impl FrameFormat {
    /// Writes a picture as YUYV, UYVY, NV12, NV21, YU12, RGB3, BGR3 or GREY, in the encoding and
    /// quantisation of the format, into a buffer of exactly [`Self::buffer_len`] bytes.
    ///
    /// 16-bit samples are rounded to 8 bits. A chroma sample is that of the mean colour of its two
    /// or four pixels; at an odd right or lower border the last pixels count twice.
    ///
    /// # Errors
    /// As [`Self::encode_into`].
    pub fn encode(&self, picture: &Frame) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = vec![0; self.buffer_len()?];
        self.encode_into(picture, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Self::encode`], into the start of a buffer that is there already, such as one of an
    /// output device. Padding between rows keeps its bytes.
    ///
    /// # Errors
    /// [`EncodeError`]: a format that is only read, colours that are not those of sRGB or
    /// Rec. 709, a picture of another size, a buffer that is too short.
    pub fn encode_into(&self, picture: &Frame, buffer: &mut [u8]) -> Result<(), EncodeError> {
        if matches!(self.pixel, PixelFormat::Mjpeg | PixelFormat::Bayer(_)) {
            return Err(EncodeError::Format { pixel: self.pixel });
        }
        let wanted = self.size()?;
        let found = picture.size();
        if wanted != found {
            return Err(EncodeError::Size { wanted, found });
        }
        if ToSrgb::new(&self.colorimetry).is_some() {
            let colours = self.colorimetry;
            let found = format!("{:?} with {:?}", colours.primaries, colours.transfer);
            return Err(EncodeError::Colours { found });
        }
        let planes = self.planes_of(buffer.len())?;
        let rounded: Vec<u8>;
        let samples = match picture.samples() {
            Samples::U8(samples) => samples,
            Samples::U16(samples) => {
                let round = |&sample: &u16| ((u32::from(sample) + 128) / 257) as u8;
                rounded = samples.iter().map(round).collect();
                &rounded
            }
        };
        Instructions::of_this_processor().run(Encode { format: self, planes, samples, buffer });
        Ok(())
    }
}

/// All rows, into a buffer that is long enough.
struct Encode<'a> {
    format: &'a FrameFormat,
    planes: Planes,
    samples: &'a [u8],
    buffer: &'a mut [u8],
}

impl Kernel for Encode<'_> {
    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        match self.format.pixel {
            PixelFormat::Yuyv => self.packed(|[y0, cb, y1, cr]| ([y0, y1], cb, cr)),
            PixelFormat::Uyvy => self.packed(|[cb, y0, cr, y1]| ([y0, y1], cb, cr)),
            PixelFormat::Nv12 => self.pairs(|[cb, cr]| (cb, cr)),
            PixelFormat::Nv21 => self.pairs(|[cr, cb]| (cb, cr)),
            PixelFormat::Yu12 => self.planar(),
            PixelFormat::Grey => self.luma(),
            PixelFormat::Rgb3 => self.levelled(|pixel| pixel),
            PixelFormat::Bgr3 => self.levelled(|[red, green, blue]| [blue, green, red]),
            // Refused before; see `FrameFormat::encode_into`.
            PixelFormat::Mjpeg | PixelFormat::Bayer(_) => {}
        }
    }
}

/// Where the samples of two pixels go: Y' of both, Cb, Cr.
type PackedPair<'o> = ([&'o mut u8; 2], &'o mut u8, &'o mut u8);

impl Encode<'_> {
    fn samples_a_row(&self) -> usize {
        self.format.width as usize * 3
    }

    #[inline(always)]
    fn packed(self, split: impl for<'o> Fn([&'o mut u8; 4]) -> PackedPair<'o> + Copy) {
        let colours = ToYcbcr::new(&self.format.colorimetry);
        let mut even = EvenRow::default();
        for (index, pixels) in self.samples.chunks_exact(self.samples_a_row()).enumerate() {
            let row = self.planes.first.row_mut(self.buffer, index);
            let pixels = even.of(pixels);
            let (pairs, _) = row.as_chunks_mut::<4>();
            let luma = pairs.iter_mut().flat_map(|pair| split(pair.each_mut()).0);
            colours.luma_row(pixels, luma);
            let chroma = pairs.iter_mut().map(|pair| {
                let (_, cb, cr) = split(pair.each_mut());
                (cb, cr)
            });
            colours.chroma_row([pixels, pixels], chroma);
        }
    }

    #[inline(always)]
    fn luma(self) {
        let colours = ToYcbcr::new(&self.format.colorimetry);
        for (index, pixels) in self.samples.chunks_exact(self.samples_a_row()).enumerate() {
            let row = self.planes.first.row_mut(self.buffer, index);
            colours.luma_row(pixels, row.iter_mut());
        }
    }

    /// Calls `write` with the number of a chroma row and the two rows of pixels it stands for.
    #[inline(always)]
    fn chroma(&mut self, mut write: impl FnMut(&mut [u8], usize, [&[u8]; 2])) {
        let length = self.samples_a_row();
        let [mut upper_even, mut lower_even] = [(); 2].map(|()| EvenRow::default());
        for (index, pixels) in self.samples.chunks(2 * length).enumerate() {
            let (upper, lower) = pixels.split_at_checked(length).unwrap_or((pixels, &[]));
            let lower = if lower.is_empty() { upper } else { lower };
            write(self.buffer, index, [upper_even.of(upper), lower_even.of(lower)]);
        }
    }

    #[inline(always)]
    fn pairs(mut self, split: impl for<'o> Fn([&'o mut u8; 2]) -> (&'o mut u8, &'o mut u8) + Copy) {
        let colours = ToYcbcr::new(&self.format.colorimetry);
        let plane = self.planes.second;
        self.chroma(|buffer, index, pixels| {
            let (pairs, _) = plane.row_mut(buffer, index).as_chunks_mut::<2>();
            colours.chroma_row(pixels, pairs.iter_mut().map(|pair| split(pair.each_mut())));
        });
        self.luma();
    }

    #[inline(always)]
    fn planar(mut self) {
        let colours = ToYcbcr::new(&self.format.colorimetry);
        let Planes { second, third, .. } = self.planes;
        let pairs = (self.format.width as usize).div_ceil(2);
        let [mut cb, mut cr] = [(); 2].map(|()| vec![0; pairs]);
        self.chroma(|buffer, index, pixels| {
            colours.chroma_row(pixels, cb.iter_mut().zip(&mut cr));
            second.row_mut(buffer, index).copy_from_slice(&cb);
            third.row_mut(buffer, index).copy_from_slice(&cr);
        });
        self.luma();
    }

    #[inline(always)]
    fn levelled(self, ordered: impl Fn([u8; 3]) -> [u8; 3]) {
        let quantisation = self.format.colorimetry.quantisation;
        let [black, steps] = [quantisation.black(), quantisation.luma_steps()].map(u32::from);
        let level = |sample: u8| (black + (u32::from(sample) * steps + 127) / 255) as u8;
        for (index, pixels) in self.samples.chunks_exact(self.samples_a_row()).enumerate() {
            let row = self.planes.first.row_mut(self.buffer, index);
            let (out, _) = row.as_chunks_mut::<3>();
            for (out, &pixel) in out.iter_mut().zip(pixels.as_chunks::<3>().0) {
                *out = ordered(pixel);
            }
            if quantisation == Quantisation::Limited {
                row.iter_mut().for_each(|sample| *sample = level(*sample));
            }
        }
    }
}

/// Rows with an even number of pixels: the last one of an odd row is repeated.
#[derive(Default)]
struct EvenRow {
    samples: Vec<u8>,
}

impl EvenRow {
    fn of<'r>(&'r mut self, pixels: &'r [u8]) -> &'r [u8] {
        if pixels.len().is_multiple_of(6) {
            return pixels;
        }
        self.samples.clear();
        self.samples.extend_from_slice(pixels);
        self.samples.extend_from_slice(pixels.last_chunk::<3>().unwrap_or(&[0; 3]));
        &self.samples
    }
}
