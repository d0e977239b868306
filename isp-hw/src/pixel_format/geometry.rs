//! Where the rows of a picture lie in its buffer.

use super::{Bayer, FrameFormat, GeometryError, PixelFormat};

/// Longest side of a picture, in pixels: what JPEG can express.
pub(super) const MAX_SIDE: u32 = 65_535;

/// Most pixels of a picture, as for picture files.
pub(super) const MAX_PIXELS: u64 = 200_000_000;

/// One plane of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plane {
    /// Bytes before its first row.
    offset: usize,
    /// Bytes from the start of a row to the next.
    stride: usize,
    /// Bytes of a row that are samples.
    row_bytes: usize,
    /// Number of rows.
    rows: usize,
}

impl Plane {
    /// Bytes of a buffer up to the last sample of this plane; `None` beyond what can be counted.
    fn end(&self) -> Option<usize> {
        let before_last = self.stride.checked_mul(self.rows.saturating_sub(1))?;
        self.offset.checked_add(before_last)?.checked_add(self.row_bytes)
    }

    /// Samples of a row; of the last one beyond it. The buffer must hold the plane.
    pub fn row<'b>(&self, buffer: &'b [u8], index: usize) -> &'b [u8] {
        let start = self.offset + self.stride * index.min(self.rows - 1);
        buffer.get(start..start + self.row_bytes).unwrap_or(&[])
    }

    /// As [`Self::row`], to be written.
    pub fn row_mut<'b>(&self, buffer: &'b mut [u8], index: usize) -> &'b mut [u8] {
        let start = self.offset + self.stride * index.min(self.rows - 1);
        buffer.get_mut(start..start + self.row_bytes).unwrap_or(&mut [])
    }
}

/// The planes of a buffer, in their order; one without chroma planes repeats its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planes {
    /// Luma, or all samples of packed formats.
    pub first: Plane,
    /// Cb, or pairs of Cb and Cr.
    pub second: Plane,
    /// Cr.
    pub third: Plane,
    /// Bytes that the buffer must have.
    pub len: usize,
}

impl FrameFormat {
    /// Bytes that a buffer must have at least; the padding of the last row may be missing. 0 for
    /// JPEG, whose length differs from frame to frame.
    ///
    /// # Errors
    /// [`GeometryError`] when there can be no such picture, or its rows would overlap.
    pub fn buffer_len(&self) -> Result<usize, GeometryError> {
        if self.pixel == PixelFormat::Mjpeg {
            return self.size().map(|_| 0);
        }
        Ok(self.planes()?.len)
    }

    /// Width and height.
    pub(super) fn size(&self) -> Result<[usize; 2], GeometryError> {
        let Self { pixel, width, height, .. } = *self;
        let least = if matches!(pixel, PixelFormat::Bayer(_)) { 2 } else { 1 };
        let sides = [width, height];
        let in_range = sides.iter().all(|side| (least..=MAX_SIDE).contains(side));
        if !in_range || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(GeometryError::Size { pixel, width, height });
        }
        Ok(sides.map(|side| side as usize))
    }

    /// Where everything lies.
    pub(super) fn planes(&self) -> Result<Planes, GeometryError> {
        let Self { pixel, width, height, bytes_per_line, .. } = *self;
        let [columns, rows] = self.size()?;
        let pairs = columns.div_ceil(2);
        let row_bytes = match pixel {
            PixelFormat::Yuyv | PixelFormat::Uyvy => pairs * 4,
            PixelFormat::Rgb3 | PixelFormat::Bgr3 => columns * 3,
            PixelFormat::Bayer(Bayer { layout, .. }) => layout.row_bytes(columns),
            _ => columns,
        };
        let stride = match bytes_per_line as usize {
            0 => row_bytes,
            stride if stride >= row_bytes => stride,
            _ => {
                let needed = row_bytes;
                return Err(GeometryError::Line { pixel, width, bytes_per_line, needed });
            }
        };
        let too_large = || GeometryError::Size { pixel, width, height };
        let first = Plane { offset: 0, stride, row_bytes, rows };
        let chroma = match pixel {
            PixelFormat::Nv12 | PixelFormat::Nv21 => Some(Plane {
                offset: 0,
                stride: stride.next_multiple_of(2),
                row_bytes: pairs * 2,
                rows: rows.div_ceil(2),
            }),
            PixelFormat::Yu12 => Some(Plane {
                offset: 0,
                stride: stride.div_ceil(2),
                row_bytes: pairs,
                rows: rows.div_ceil(2),
            }),
            _ => None,
        };
        let behind = |plane: &Plane, next: Plane| {
            let offset = plane.stride.checked_mul(plane.rows)?.checked_add(plane.offset)?;
            Some(Plane { offset, ..next })
        };
        let second = match chroma {
            Some(chroma) => behind(&first, chroma).ok_or_else(too_large)?,
            None => first,
        };
        let third = match pixel {
            PixelFormat::Yu12 => behind(&second, second).ok_or_else(too_large)?,
            _ => second,
        };
        let len = third.end().ok_or_else(too_large)?;
        Ok(Planes { first, second, third, len })
    }

    /// The planes of a buffer that is long enough.
    pub(super) fn planes_of(&self, found: usize) -> Result<Planes, GeometryError> {
        let planes = self.planes()?;
        let needed = planes.len;
        if found < needed {
            let Self { pixel, width, height, .. } = *self;
            return Err(GeometryError::Short { pixel, width, height, needed, found });
        }
        Ok(planes)
    }
}
