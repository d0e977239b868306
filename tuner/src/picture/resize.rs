//! Frames of another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U16x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::{Frame, FrameError, Samples};

impl Frame {
    /// The picture at `width × height` pixels, 8 or 16 bits a sample as before.
    ///
    /// A Lanczos-3 convolution whose kernel widens when the picture shrinks, so that nothing
    /// aliases; on display-referred samples, as a viewer does it. The same size is a copy.
    ///
    /// # Errors
    /// [`FrameError::SampleCount`] when a side is 0 or does not fit into 32 bits.
    pub fn resized(&self, width: usize, height: usize) -> Result<Self, FrameError> {
        if self.size() == [width, height] {
            return Ok(self.clone());
        }
        let impossible = || FrameError::SampleCount { width, height, samples: 0 };
        let samples = match self.samples() {
            Samples::U8(samples) => Samples::U8(
                resize::<U8x3, u8>(self.size(), samples, [width, height]).ok_or_else(impossible)?,
            ),
            Samples::U16(samples) => Samples::U16(
                resize::<U16x3, u16>(self.size(), samples, [width, height])
                    .ok_or_else(impossible)?,
            ),
        };
        Self::new(width, height, samples)
    }
}

fn resize<P, T>(from: [usize; 2], samples: &[T], to: [usize; 2]) -> Option<Vec<T>>
where
    P: PixelTrait<Component = T>,
    T: bytemuck::Pod,
{
    let [width, height] = from.map(|side| u32::try_from(side).ok());
    let source = TypedImageRef::<P>::from_buffer(width?, height?, bytemuck::cast_slice(samples));
    let count = to.iter().product::<usize>().checked_mul(3)?;
    let [width, height] = to.map(|side| u32::try_from(side).ok());
    let mut resized = vec![T::zeroed(); count];
    let bytes = bytemuck::cast_slice_mut(&mut resized);
    let mut target = TypedImage::<P>::from_buffer(width?, height?, bytes).ok()?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false);
    Resizer::new().resize_typed(&source.ok()?, &mut target, &options).ok()?;
    Some(resized)
}
