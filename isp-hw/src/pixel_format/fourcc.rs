//! Four-character codes of the pixel formats, as in the kernel's `videodev2.h`.

use std::fmt;

use super::{Bayer, BayerLayout, BayerPattern, PixelFormat};

/// Codes of a colour filter array layout, in the order of [`BayerPattern::ALL`].
const fn bayer_codes(layout: BayerLayout) -> [[u8; 4]; 4] {
    match layout {
        BayerLayout::Bits8 => [*b"RGGB", *b"BA81", *b"GRBG", *b"GBRG"],
        BayerLayout::Bits10 => [*b"RG10", *b"BG10", *b"BA10", *b"GB10"],
        BayerLayout::Bits10Packed => [*b"pRAA", *b"pBAA", *b"pgAA", *b"pGAA"],
        BayerLayout::Bits12 => [*b"RG12", *b"BG12", *b"BA12", *b"GB12"],
        BayerLayout::Bits12Packed => [*b"pRCC", *b"pBCC", *b"pgCC", *b"pGCC"],
        BayerLayout::Bits14 => [*b"RG14", *b"BG14", *b"GR14", *b"GB14"],
        BayerLayout::Bits14Packed => [*b"pREE", *b"pBEE", *b"pgEE", *b"pGEE"],
        BayerLayout::Bits16 => [*b"RG16", *b"BYR2", *b"GR16", *b"GB16"],
    }
}

impl PixelFormat {
    const DISPLAY_REFERRED: [Self; 9] = [
        Self::Yuyv,
        Self::Uyvy,
        Self::Nv12,
        Self::Nv21,
        Self::Yu12,
        Self::Rgb3,
        Self::Bgr3,
        Self::Mjpeg,
        Self::Grey,
    ];

    /// Every format there is, each once.
    pub fn all() -> impl Iterator<Item = Self> {
        let bayer = BayerLayout::ALL.into_iter().flat_map(|layout| {
            BayerPattern::ALL.map(|pattern| Self::Bayer(Bayer { pattern, layout }))
        });
        Self::DISPLAY_REFERRED.into_iter().chain(bayer)
    }

    /// The code of V4L2 (`V4L2_PIX_FMT_…`), first character first.
    #[must_use]
    pub const fn fourcc(self) -> [u8; 4] {
        match self {
            Self::Yuyv => *b"YUYV",
            Self::Uyvy => *b"UYVY",
            Self::Nv12 => *b"NV12",
            Self::Nv21 => *b"NV21",
            Self::Yu12 => *b"YU12",
            Self::Rgb3 => *b"RGB3",
            Self::Bgr3 => *b"BGR3",
            Self::Mjpeg => *b"MJPG",
            Self::Grey => *b"GREY",
            Self::Bayer(Bayer { pattern, layout }) => {
                let [rggb, bggr, grbg, gbrg] = bayer_codes(layout);
                match pattern {
                    BayerPattern::Rggb => rggb,
                    BayerPattern::Bggr => bggr,
                    BayerPattern::Grbg => grbg,
                    BayerPattern::Gbrg => gbrg,
                }
            }
        }
    }

    /// The format with this code; `None` for one that is not decoded. `JPEG` is
    /// [`Mjpeg`](Self::Mjpeg), as cameras use both for the same.
    #[must_use]
    pub fn from_fourcc(code: [u8; 4]) -> Option<Self> {
        if code == *b"JPEG" {
            return Some(Self::Mjpeg);
        }
        Self::all().find(|format| format.fourcc() == code)
    }
}

impl fmt::Display for PixelFormat {
    /// The four characters of the code.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&String::from_utf8_lossy(&self.fourcc()))
    }
}
