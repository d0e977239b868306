//! The automatics of a camera and the controls that each of them moves.

/// What an automatic decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Topic {
    /// Exposure time and iris.
    Exposure,
    /// Sensor gain and ISO value.
    Gain,
    /// White balance.
    WhiteBalance,
    /// Brightness, hue and chroma gain.
    Picture,
    /// Back-light compensation and wide dynamic range: these work on the picture by its content.
    Adaptive,
    /// Focus.
    Focus,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 6] = [
        Self::Exposure,
        Self::Gain,
        Self::WhiteBalance,
        Self::Picture,
        Self::Adaptive,
        Self::Focus,
    ];
    /// What would fight a tune: all but focus, which moves no brightness or colour.
    pub const AGAINST_A_TUNE: [Self; 5] =
        [Self::Exposure, Self::Gain, Self::WhiteBalance, Self::Picture, Self::Adaptive];
}

/// A control that switches an automatic.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) id: u32,
    pub(super) topic: Topic,
    /// Values at which the camera leaves the governed controls alone, the best first.
    pub(super) manual: &'static [i64],
    /// What the automatic moves. Which of them a camera has, and moves, shows in their flags.
    pub(super) governs: &'static [u32],
}

impl Switch {
    pub(super) fn is_manual(&self, value: i64) -> bool {
        self.manual.contains(&value)
    }
}

/// The switch with this number.
pub(super) fn switch(id: u32) -> Option<&'static Switch> {
    SWITCHES.iter().find(|switch| switch.id == id)
}

/// The switches that may govern a control.
pub(super) fn governors(id: u32) -> impl Iterator<Item = &'static Switch> {
    SWITCHES.iter().filter(move |switch| switch.governs.contains(&id))
}

/// Numbers of `linux/v4l2-controls.h`.
pub(super) mod id {
    const USER: u32 = 0x0098_0900;
    const CAMERA: u32 = 0x009A_0900;

    pub const BRIGHTNESS: u32 = USER;
    pub const HUE: u32 = USER + 3;
    pub const AUTO_WHITE_BALANCE: u32 = USER + 12;
    pub const RED_BALANCE: u32 = USER + 14;
    pub const BLUE_BALANCE: u32 = USER + 15;
    pub const EXPOSURE: u32 = USER + 17;
    pub const AUTOGAIN: u32 = USER + 18;
    pub const GAIN: u32 = USER + 19;
    pub const HUE_AUTO: u32 = USER + 25;
    pub const WHITE_BALANCE_TEMPERATURE: u32 = USER + 26;
    pub const BACKLIGHT_COMPENSATION: u32 = USER + 28;
    pub const CHROMA_AGC: u32 = USER + 29;
    pub const AUTOBRIGHTNESS: u32 = USER + 32;
    pub const CHROMA_GAIN: u32 = USER + 36;
    pub const EXPOSURE_AUTO: u32 = CAMERA + 1;
    pub const EXPOSURE_ABSOLUTE: u32 = CAMERA + 2;
    pub const EXPOSURE_AUTO_PRIORITY: u32 = CAMERA + 3;
    pub const FOCUS_ABSOLUTE: u32 = CAMERA + 10;
    pub const FOCUS_AUTO: u32 = CAMERA + 12;
    pub const IRIS_ABSOLUTE: u32 = CAMERA + 17;
    pub const AUTO_N_PRESET_WHITE_BALANCE: u32 = CAMERA + 20;
    pub const WIDE_DYNAMIC_RANGE: u32 = CAMERA + 21;
    pub const ISO_SENSITIVITY: u32 = CAMERA + 23;
    pub const ISO_SENSITIVITY_AUTO: u32 = CAMERA + 24;
}

const BALANCE: &[u32] = &[id::WHITE_BALANCE_TEMPERATURE, id::RED_BALANCE, id::BLUE_BALANCE];

/// The order is the one in which they are switched off: while exposure is automatic the camera
/// answers every other change with another exposure.
pub(super) const SWITCHES: &[Switch] = &[
    Switch {
        id: id::EXPOSURE_AUTO,
        topic: Topic::Exposure,
        // Manual, then shutter priority: there the iris is automatic, the time is not.
        manual: &[1, 2],
        // Many cameras move the gain under the same switch.
        governs: &[id::EXPOSURE_ABSOLUTE, id::EXPOSURE, id::IRIS_ABSOLUTE, id::GAIN],
    },
    Switch {
        id: id::EXPOSURE_AUTO_PRIORITY,
        topic: Topic::Exposure,
        manual: &[0],
        // It lets the frame rate vary.
        governs: &[],
    },
    Switch {
        id: id::AUTOGAIN,
        topic: Topic::Gain,
        manual: &[0],
        // Some drivers have one switch for gain and exposure.
        governs: &[id::GAIN, id::EXPOSURE, id::EXPOSURE_ABSOLUTE],
    },
    Switch {
        id: id::ISO_SENSITIVITY_AUTO,
        topic: Topic::Gain,
        manual: &[0],
        governs: &[id::ISO_SENSITIVITY],
    },
    Switch {
        id: id::AUTO_WHITE_BALANCE,
        topic: Topic::WhiteBalance,
        manual: &[0],
        governs: BALANCE,
    },
    Switch {
        id: id::AUTO_N_PRESET_WHITE_BALANCE,
        topic: Topic::WhiteBalance,
        manual: &[0],
        governs: BALANCE,
    },
    Switch { id: id::HUE_AUTO, topic: Topic::Picture, manual: &[0], governs: &[id::HUE] },
    Switch {
        id: id::AUTOBRIGHTNESS,
        topic: Topic::Picture,
        manual: &[0],
        governs: &[id::BRIGHTNESS],
    },
    Switch { id: id::CHROMA_AGC, topic: Topic::Picture, manual: &[0], governs: &[id::CHROMA_GAIN] },
    Switch {
        id: id::FOCUS_AUTO,
        topic: Topic::Focus,
        manual: &[0],
        governs: &[id::FOCUS_ABSOLUTE],
    },
    // Last, when exposure no longer answers to them.
    Switch { id: id::BACKLIGHT_COMPENSATION, topic: Topic::Adaptive, manual: &[0], governs: &[] },
    Switch { id: id::WIDE_DYNAMIC_RANGE, topic: Topic::Adaptive, manual: &[0], governs: &[] },
];
