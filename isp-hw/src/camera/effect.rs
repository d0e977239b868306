//! What a control of a camera does to the picture, as far as its name tells.

use std::f32::consts::TAU;

/// The effect of a control on a display-referred picture.
///
/// The kernel does not say what a driver does with "brightness" or "contrast". These are the usual
/// meanings, as relations between two values of a control; a tune starts from them, and its measured
/// queries correct them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Effect {
    /// What the canonical parameter does in the software ISP.
    #[default]
    Canonical,
    /// Adds to luma; the whole range of the control spans that of luma.
    Offset,
    /// Stretches luma about black, and chroma with it; zero at the control's minimum.
    Contrast,
    /// Stretches luma about mid grey, and chroma with it; zero at the control's minimum.
    ContrastAboutGrey,
    /// Stretches chroma; zero at the control's minimum.
    Saturation,
    /// Turns chroma; the whole range of the control is a full turn.
    Hue,
    /// A power of the display value; a larger value brightens the mid tones.
    Gamma,
    /// The colour temperature (kelvin) that is rendered as white.
    Temperature,
}

impl Effect {
    /// The effects with their names in pipeline files.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("canonical", Self::Canonical),
        ("offset", Self::Offset),
        ("contrast", Self::Contrast),
        ("contrast_about_grey", Self::ContrastAboutGrey),
        ("saturation", Self::Saturation),
        ("hue", Self::Hue),
        ("gamma", Self::Gamma),
        ("temperature", Self::Temperature),
    ];

    /// The name in pipeline files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find_map(|&(name, effect)| (effect == self).then_some(name))
            .unwrap_or("")
    }
}

/// A change of a control from one native value to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlChange {
    /// What the control does.
    pub effect: Effect,
    /// Least and greatest value of the control.
    pub extent: [f64; 2],
    /// Value at which the picture is as its maker meant it.
    pub neutral: f64,
    /// Value at which the picture was taken.
    pub from: f64,
    /// Value at which it is wanted.
    pub to: f64,
}

/// Luma weights of the channels (Rec. ITU-R BT.601-7, section 2.5.1).
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];
/// Least factor that a value is taken to have stood for: what a control at zero took away cannot be
/// brought back by dividing.
const LEAST_FACTOR: f64 = 0.05;
/// Stops by which red and blue move against green for 100 mired, on display values: the colour of a
/// black body between 3,000 K and 6,500 K (Planck's law in sRGB), about a third of the stops of
/// linear light that lie between its channels.
const DISPLAY_STOPS_PER_100_MIRED: [f64; 3] = [0.28, 0.0, -0.40];

/// The joint effect of several changes on one pixel, prepared for many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureChange {
    offset: f32,
    contrast: f32,
    pivot: f32,
    chroma: f32,
    turn: [f32; 2],
    power: f32,
    gains: [f32; 3],
}

impl PictureChange {
    /// No change.
    const NONE: Self = Self {
        offset: 0.0,
        contrast: 1.0,
        pivot: 0.0,
        chroma: 1.0,
        turn: [1.0, 0.0],
        power: 1.0,
        gains: [1.0; 3],
    };

    /// What `changes` do together.
    #[must_use]
    pub fn of(changes: &[ControlChange]) -> Self {
        let mut joint = Self::NONE;
        for change in changes {
            joint.add(change);
        }
        joint
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    fn add(&mut self, change: &ControlChange) {
        match change.effect {
            Effect::Canonical => {}
            Effect::Offset => self.offset += change.share_of_extent() as f32,
            Effect::Contrast => self.contrast *= change.ratio() as f32,
            Effect::ContrastAboutGrey => {
                self.contrast *= change.ratio() as f32;
                self.pivot = 0.5;
            }
            Effect::Saturation => self.chroma *= change.ratio() as f32,
            Effect::Hue => {
                let [cos, sin] = self.turn;
                let (s, c) = (TAU * change.share_of_extent() as f32).sin_cos();
                self.turn = [cos * c - sin * s, sin * c + cos * s];
            }
            Effect::Gamma => {
                let positive = |value: f64| value.max(1e-3);
                self.power *= (positive(change.from) / positive(change.to)) as f32;
            }
            Effect::Temperature => {
                let mired = |kelvin: f64| 1e6 / kelvin.max(100.0);
                let hundreds = (mired(change.from) - mired(change.to)) / 100.0;
                for (gain, stops) in self.gains.iter_mut().zip(DISPLAY_STOPS_PER_100_MIRED) {
                    *gain *= (stops * hundreds).exp2() as f32;
                }
            }
        }
    }

    /// The display value of a pixel (R'G'B' in [0, 1]) after the change.
    #[must_use]
    pub fn apply(&self, pixel: [f32; 3]) -> [f32; 3] {
        let [red, green, blue] = pixel;
        let [kr, kg, kb] = LUMA;
        let luma = kr * red + kg * green + kb * blue;
        let (cb, cr) = (blue - luma, red - luma);
        // The scales of Cb and Cr make a turn a turn; 1.772 and 1.402 are those of BT.601.
        let (cb, cr) = (cb / 1.772, cr / 1.402);
        let [cos, sin] = self.turn;
        let stretch = self.contrast * self.chroma;
        let (cb, cr) = ((cb * cos + cr * sin) * stretch, (cr * cos - cb * sin) * stretch);
        let luma = self.pivot + (luma - self.pivot) * self.contrast + self.offset;
        let red = luma + 1.402 * cr;
        let blue = luma + 1.772 * cb;
        let green = (luma - kr * red - kb * blue) / kg;
        let [r, g, b] = self.gains;
        [red * r, green * g, blue * b].map(|value| {
            let value = value.clamp(0.0, 1.0);
            if self.power == 1.0 { value } else { value.powf(self.power) }
        })
    }
}

impl ControlChange {
    /// By which part of its whole extent the control moves.
    fn share_of_extent(&self) -> f64 {
        let [low, high] = self.extent;
        if high > low { (self.to - self.from) / (high - low) } else { 0.0 }
    }

    /// The factor that a value stands for: 1 at neutral, 0 at the minimum.
    fn factor(&self, value: f64) -> f64 {
        let [low, high] = self.extent;
        // A control whose neutral is its minimum can only add.
        let unit = if self.neutral > low { self.neutral - low } else { high - low };
        if unit > 0.0 { 1.0 + (value - self.neutral) / unit } else { 1.0 }
    }

    fn ratio(&self) -> f64 {
        self.factor(self.to).max(0.0) / self.factor(self.from).max(LEAST_FACTOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(effect: Effect, from: f64, to: f64) -> ControlChange {
        ControlChange { effect, extent: [0.0, 255.0], neutral: 128.0, from, to }
    }

    fn near(a: [f32; 3], b: [f32; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4)
    }

    const PIXEL: [f32; 3] = [0.6, 0.4, 0.25];

    #[test]
    fn nothing_changes_where_no_control_moves() {
        let still = Effect::NAMES.map(|(_, effect)| change(effect, 90.0, 90.0));
        assert!(near(PictureChange::of(&still).apply(PIXEL), PIXEL));
        assert!(PictureChange::of(&[]).is_none());
    }

    #[test]
    fn there_and_back_is_where_it_was() {
        for (name, effect) in Effect::NAMES {
            let (from, to) =
                if effect == Effect::Temperature { (4000.0, 4500.0) } else { (100.0, 110.0) };
            let there = PictureChange::of(&[change(effect, from, to)]).apply(PIXEL);
            let back = PictureChange::of(&[change(effect, to, from)]).apply(there);
            assert!(near(back, PIXEL), "{name}: {back:?}");
            assert!(effect == Effect::Canonical || !near(there, PIXEL), "{name} does nothing");
        }
    }

    #[test]
    fn each_effect_moves_what_it_is_named_for() {
        let after = |effect, to| PictureChange::of(&[change(effect, 128.0, to)]).apply(PIXEL);
        assert!(near(after(Effect::Saturation, 0.0), [0.4427; 3]));
        assert!(near(after(Effect::Contrast, 64.0), PIXEL.map(|value| value / 2.0)));
        let [red, _, blue] = after(Effect::ContrastAboutGrey, 64.0);
        assert!((red - (0.25 + 0.3)).abs() < 1e-4 && (blue - (0.25 + 0.125)).abs() < 1e-4);
        assert!(near(after(Effect::Offset, 128.0 + 25.5), PIXEL.map(|value| value + 0.1)));
        // Half a turn gives the complementary colour of the same luma.
        let [red, _, blue] = after(Effect::Hue, 128.0 + 127.5);
        assert!(red < 0.3 && blue > 0.5, "{red} {blue}");
        let warm = change(Effect::Temperature, 4000.0, 6000.0);
        let [red, green, blue] = PictureChange::of(&[warm]).apply(PIXEL);
        assert!(red > 0.61 && (green - 0.4).abs() < 1e-4 && blue < 0.24);
    }

    #[test]
    fn a_control_found_at_zero_gives_a_finite_prediction() {
        let grey = PictureChange::of(&[change(Effect::Saturation, 0.0, 255.0)]).apply(PIXEL);
        assert!(grey.iter().all(|value| (0.0..=1.0).contains(value)), "{grey:?}");
    }
}
