//! Luma and colour differences of a picture.

use crate::Planes;

/// `E'B − E'Y` and `E'R − E'Y` are divided by these (ITU-R BT.709-6, item 3.3), so that both colour
/// differences lie in [−½, ½].
const TO_BLUE: f32 = 1.8556;
const TO_RED: f32 = 1.5748;

/// The colour differences [C'B, C'R] of every pixel, each in [−½, ½] (ITU-R BT.709-6, item 3.3);
/// their luma is [`Planes::luma`].
pub(super) fn colour_differences(picture: &Planes, luma: &[f32]) -> [Vec<f32>; 2] {
    let [red, _, blue] = picture.channels();
    let difference = |channel: &[f32], range: f32| {
        channel.iter().zip(luma).map(|(value, luma)| (value - luma) / range).collect()
    };
    [difference(blue, TO_BLUE), difference(red, TO_RED)]
}
