//! The numbers by which a driver says what samples mean, and the defaults behind them.

use super::{Colorimetry, Encoding, Primaries, Quantisation, TransferFunction};
use crate::pixel_format::PixelFormat;

/// The four numbers of `struct v4l2_pix_format`, of the kernel's `videodev2.h`. 0 is "default" in
/// each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportedColorimetry {
    /// `enum v4l2_colorspace`.
    pub colorspace: u32,
    /// `enum v4l2_xfer_func`.
    pub xfer_func: u32,
    /// `enum v4l2_ycbcr_encoding`.
    pub ycbcr_enc: u32,
    /// `enum v4l2_quantization`.
    pub quantization: u32,
}

/// A colour space of V4L2 with its defaults (the `V4L2_MAP_…_DEFAULT` macros).
struct ColourSpace {
    primaries: Primaries,
    transfer: TransferFunction,
    encoding: Encoding,
    quantisation: Quantisation,
}

impl ColourSpace {
    const SRGB: Self = Self::limited(Primaries::Rec709, TransferFunction::Srgb, Encoding::Bt601);
    const JPEG: Self = Self { quantisation: Quantisation::Full, ..Self::SRGB };

    const fn limited(primaries: Primaries, transfer: TransferFunction, encoding: Encoding) -> Self {
        Self { primaries, transfer, encoding, quantisation: Quantisation::Limited }
    }

    /// By its number; "default" and numbers that are not known are sRGB, as the documentation has
    /// it for whatever is neither standard nor high-definition television.
    const fn numbered(number: u32) -> Self {
        use {Encoding as E, Primaries as P, TransferFunction as T};
        match number {
            // Bt878 (4) is a misnamed SMPTE 170M.
            1 | 4 => Self::limited(P::Smpte170m, T::Rec709, E::Bt601),
            // The primaries of SMPTE 240M are those of 170M.
            2 => Self::limited(P::Smpte170m, T::Smpte240m, E::Smpte240m),
            3 => Self::limited(P::Rec709, T::Rec709, E::Bt709),
            5 => Self::limited(P::Ntsc1953, T::Rec709, E::Bt601),
            6 => Self::limited(P::Ebu3213, T::Rec709, E::Bt601),
            7 => Self::JPEG,
            9 => Self::limited(P::AdobeRgb, T::AdobeRgb, E::Bt601),
            10 => Self::limited(P::Bt2020, T::Rec709, E::Bt2020),
            11 => Self::limited(P::Raw, T::Linear, E::Bt601),
            12 => Self::limited(P::DciP3, T::DciP3, E::Bt709),
            _ => Self::SRGB,
        }
    }
}

impl Colorimetry {
    /// What `reported` means for samples of `pixel`, with the defaults of the V4L2 documentation
    /// resolved. A number that is not known stands for the default of the colour space.
    ///
    /// - JPEG is BT.601 in full range, whatever is reported: its own standard (JFIF) says so.
    /// - Samples of a colour filter array are linear light in the sensor's own primaries, whatever
    ///   is reported: sensor drivers report sRGB for want of anything better.
    /// - R'G'B' is in full range by default, everything else (grey too) in limited range.
    /// - BT.2020 with constant luminance is read as the usual one; no camera is known to send it.
    #[must_use]
    pub const fn reported(pixel: PixelFormat, reported: ReportedColorimetry) -> Self {
        let ReportedColorimetry { colorspace, xfer_func, ycbcr_enc, quantization } = reported;
        let space = ColourSpace::numbered(colorspace);
        if matches!(pixel, PixelFormat::Bayer(_)) {
            return Self {
                primaries: Primaries::Raw,
                transfer: TransferFunction::Linear,
                encoding: space.encoding,
                quantisation: Quantisation::Full,
            };
        }
        let transfer = match xfer_func {
            1 => TransferFunction::Rec709,
            2 => TransferFunction::Srgb,
            3 => TransferFunction::AdobeRgb,
            4 => TransferFunction::Smpte240m,
            5 => TransferFunction::Linear,
            6 => TransferFunction::DciP3,
            7 => TransferFunction::Pq,
            _ => space.transfer,
        };
        let jpeg = matches!(pixel, PixelFormat::Mjpeg);
        // The extended gamuts xvYCC (3, 4) and the former sYCC (5) have the matrices of BT.601 and
        // BT.709.
        let encoding = match ycbcr_enc {
            _ if jpeg => Encoding::Bt601,
            1 | 3 | 5 => Encoding::Bt601,
            2 | 4 => Encoding::Bt709,
            6 | 7 => Encoding::Bt2020,
            8 => Encoding::Smpte240m,
            _ => space.encoding,
        };
        let quantisation = match (quantization, pixel) {
            (_, PixelFormat::Mjpeg) | (1, _) => Quantisation::Full,
            (2, _) => Quantisation::Limited,
            (_, PixelFormat::Rgb3 | PixelFormat::Bgr3) => Quantisation::Full,
            _ => space.quantisation,
        };
        Self { primaries: space.primaries, transfer, encoding, quantisation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        pixel: PixelFormat,
        [colorspace, xfer_func, ycbcr_enc, quantization]: [u32; 4],
    ) -> Colorimetry {
        let numbers = ReportedColorimetry { colorspace, xfer_func, ycbcr_enc, quantization };
        Colorimetry::reported(pixel, numbers)
    }

    #[test]
    fn a_driver_that_reports_nothing_means_what_webcams_send() {
        assert_eq!(of(PixelFormat::Yuyv, [0; 4]), Colorimetry::WEBCAM);
        let full = Colorimetry { quantisation: Quantisation::Full, ..Colorimetry::WEBCAM };
        assert_eq!(of(PixelFormat::Rgb3, [0; 4]), full);
        assert_eq!(of(PixelFormat::Mjpeg, [0; 4]), full);
        assert_eq!(of(PixelFormat::Nv12, [7, 0, 0, 0]), full);
    }

    #[test]
    fn defaults_follow_the_colour_space_and_numbers_override_them() {
        let hdtv = of(PixelFormat::Nv12, [3, 0, 0, 0]);
        assert_eq!((hdtv.encoding, hdtv.transfer), (Encoding::Bt709, TransferFunction::Rec709));
        let uhd = of(PixelFormat::Nv12, [10, 7, 0, 1]);
        assert_eq!((uhd.primaries, uhd.encoding), (Primaries::Bt2020, Encoding::Bt2020));
        assert_eq!((uhd.transfer, uhd.quantisation), (TransferFunction::Pq, Quantisation::Full));
        let sd = of(PixelFormat::Yuyv, [1, 2, 2, 2]);
        assert_eq!((sd.primaries, sd.encoding), (Primaries::Smpte170m, Encoding::Bt709));
        assert_eq!(of(PixelFormat::Rgb3, [9, 0, 0, 2]).quantisation, Quantisation::Limited);
        assert_eq!(of(PixelFormat::Yuyv, [12, 0, 0, 0]).transfer, TransferFunction::DciP3);
    }

    #[test]
    fn unknown_numbers_stand_for_the_default() {
        assert_eq!(of(PixelFormat::Yuyv, [99, 99, 99, 99]), of(PixelFormat::Yuyv, [0; 4]));
        assert_eq!(of(PixelFormat::Yuyv, [3, 99, 99, 99]), of(PixelFormat::Yuyv, [3, 0, 0, 0]));
    }

    #[test]
    fn jpeg_and_colour_filter_arrays_are_what_they_are_whatever_is_reported() {
        let jpeg = of(PixelFormat::Mjpeg, [3, 0, 2, 2]);
        assert_eq!((jpeg.encoding, jpeg.quantisation), (Encoding::Bt601, Quantisation::Full));
        let raw = PixelFormat::from_fourcc(*b"RG10").unwrap();
        assert_eq!(of(raw, [8, 2, 1, 2]).transfer, TransferFunction::Linear);
    }
}
