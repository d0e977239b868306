//! The camera as a light meter: what was set in it is taken out of what it sees.

use tuner::{Frame, Params};

use super::scene_light::{ChannelMeans, SceneLight};

/// Settings whose effect is remembered, at most.
const MOST_KNOWN: usize = 8;

/// Tells the light of the scene from pictures, whatever is set in the camera.
///
/// What a setting does to the light is not modelled but measured: every trial shows a new setting
/// and the one before it under the same light, and the difference is what the setting adds to the
/// means of the three channels. So the light that is told does not move when a setting is adopted,
/// however the camera's controls work, and nobody who chooses by it can be driven by his own choice.
#[derive(Debug, Clone, Default)]
pub struct LightMeter {
    /// Settings with the stops that they add to each channel of the picture as found, the newest
    /// first.
    known: Vec<(Params, [f64; 3])>,
    newest: Option<SceneLight>,
}

impl LightMeter {
    /// The camera was opened and stands at `found`: by that setting all others are told.
    pub fn opened(&mut self, found: Params) {
        self.known = vec![(found, [0.0; 3])];
        self.newest = None;
    }

    /// A trial has shown by how many stops `after` is brighter than `before`, which stood; it stands
    /// from now on.
    ///
    /// Where `before` is unknown (a person has set it), what is known of `after` stays.
    pub fn adopted(&mut self, before: &Params, after: &Params, stops: Option<[f64; 3]>) {
        let (Some(mut gain), Some(stops)) = (self.gain(before), stops) else { return };
        gain.iter_mut().zip(stops).for_each(|(gain, stops)| *gain += stops);
        self.known.retain(|(known, _)| known != after);
        self.known.insert(0, (*after, gain));
        self.known.truncate(MOST_KNOWN);
    }

    /// A picture with this setting; nothing is told of one whose effect is unknown.
    pub fn see(&mut self, picture: &Frame, setting: &Params) {
        let gain = self.gain(setting);
        self.newest =
            gain.map(|gain| ChannelMeans::of(picture).brightened(gain.map(|stops| -stops)).light());
    }

    /// The light of the newest picture, once.
    pub const fn take(&mut self) -> Option<SceneLight> {
        self.newest.take()
    }

    fn gain(&self, setting: &Params) -> Option<[f64; 3]> {
        self.known.iter().find(|(known, _)| known == setting).map(|(_, gain)| *gain)
    }
}

#[cfg(test)]
mod tests {
    use tuner::{Parameter, Samples};

    use super::*;

    fn plain(value: u8) -> Frame {
        Frame::new(32, 32, Samples::U8(vec![value; 32 * 32 * 3])).unwrap()
    }

    #[test]
    fn what_is_set_does_not_count_and_what_is_unknown_tells_nothing() {
        let (found, set) = (Params::NEUTRAL, Params::NEUTRAL.with(Parameter::Exposure, 0.7));
        let mut meter = LightMeter::default();
        meter.opened(found);
        meter.see(&plain(90), &found);
        let before = meter.take().unwrap();
        assert_eq!(meter.take(), None, "a picture tells once");
        meter.see(&plain(180), &set);
        assert_eq!(meter.take(), None, "of an unknown setting nothing is told");
        let stops = ChannelMeans::stops_between([&plain(90); 2], [&plain(180); 2]);
        meter.adopted(&found, &set, stops);
        meter.see(&plain(180), &set);
        let after = meter.take().unwrap();
        assert!((after.stops - before.stops).abs() < 1e-9, "{before:?}, {after:?}");
        // Less light is less light.
        meter.see(&plain(130), &set);
        assert!(meter.take().unwrap().stops < before.stops - 0.8);
    }
}
