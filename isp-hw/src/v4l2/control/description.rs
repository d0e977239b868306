//! What a control is: name, kind, range, flags, menu.

use std::fmt;

use super::super::ioctl::{QueryExtControl, QueryMenu};

/// One control of a camera, as its driver describes it now. Range and flags may change when
/// other controls or the picture format change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlDescription {
    /// The kernel's number of the control.
    pub id: u32,
    /// The name as `v4l2-ctl` spells it: `white_balance_automatic`.
    pub key: String,
    /// The name as the driver spells it: `White Balance, Automatic`.
    pub label: String,
    /// What kind of values it has.
    pub kind: Kind,
    /// Least value.
    pub minimum: i64,
    /// Greatest value.
    pub maximum: i64,
    /// Distance of allowed values, counted from the least.
    pub step: u64,
    /// Value after the driver was loaded.
    pub default: i64,
    /// What may be done with it now.
    pub flags: Flags,
    /// Items of a menu, with gaps where the driver has gaps; empty for other kinds.
    pub menu: Vec<MenuItem>,
}

/// What kind of values a control has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A 32-bit number.
    Integer,
    /// 0 or 1.
    Boolean,
    /// One of named items.
    Menu,
    /// No value: writing to it does something.
    Button,
    /// A 64-bit number.
    Integer64,
    /// Text; isptune neither reads nor writes it.
    Text,
    /// A set of bits; `maximum` has all that are allowed.
    Bitmask,
    /// One of a list of numbers; the value is the position in the list.
    IntegerMenu,
    /// A structure or an array, with the kernel's number of its type; neither read nor written.
    Compound(u32),
    /// A type that this version does not know; neither read nor written.
    Unknown(u32),
}

impl Kind {
    /// Type of the headings between controls (`V4L2_CTRL_TYPE_CTRL_CLASS`).
    const HEADING: u32 = 6;
    const FIRST_COMPOUND: u32 = 0x100;

    const fn from_kernel(kind: u32, has_payload: bool) -> Self {
        match kind {
            7 => Self::Text,
            // An array of numbers has the type of one of them.
            _ if has_payload || kind >= Self::FIRST_COMPOUND => Self::Compound(kind),
            1 => Self::Integer,
            2 => Self::Boolean,
            3 => Self::Menu,
            4 => Self::Button,
            5 => Self::Integer64,
            8 => Self::Bitmask,
            9 => Self::IntegerMenu,
            _ => Self::Unknown(kind),
        }
    }

    /// Whether a control of this kind has a value that isptune reads and writes.
    #[must_use]
    pub const fn has_number(self) -> bool {
        !matches!(self, Self::Button | Self::Text | Self::Compound(_) | Self::Unknown(_))
    }

    /// Whether its values are the items of a menu.
    #[must_use]
    pub const fn is_menu(self) -> bool {
        matches!(self, Self::Menu | Self::IntegerMenu)
    }
}

/// What may be done with a control now (`V4L2_CTRL_FLAG_…`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(u32);

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        impl Flags {
            $($(#[$doc])*
            #[must_use]
            pub const fn $name(self) -> bool {
                self.0 & $bit != 0
            })*
        }
        impl fmt::Debug for Flags {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let all = [$((stringify!($name), $bit)),*];
                let set = all.iter().filter(|(_, bit)| self.0 & bit != 0);
                formatter.debug_set().entries(set.map(|(name, _)| name)).finish()
            }
        }
    };
}

flags! {
    /// The driver has switched it off for good.
    disabled = 0x0001;
    /// It cannot be changed while a stream runs, or another program holds it.
    grabbed = 0x0002;
    /// It can only be read.
    read_only = 0x0004;
    /// Changing it changes the value, range or flags of others.
    updates_others = 0x0008;
    /// Its value has no effect now, mostly because an automatic is on.
    inactive = 0x0010;
    /// It is best shown as a slider.
    slider = 0x0020;
    /// It can only be written.
    write_only = 0x0040;
    /// The camera changes the value by itself.
    volatile = 0x0080;
    /// The value lies outside the call: text, a structure, an array.
    has_payload = 0x0100;
    /// Writing does something even when the value stays the same.
    executes_on_write = 0x0200;
    /// Changing it changes the size of buffers.
    modifies_layout = 0x0400;
}

impl Flags {
    /// The flags of these bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

/// One item of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// Value of the control that stands for it.
    pub value: i64,
    /// Its name, or its number in an integer menu.
    pub label: String,
}

impl MenuItem {
    pub(super) fn from_kernel(kind: Kind, item: &QueryMenu) -> Self {
        let label = if kind == Kind::IntegerMenu {
            item.number().to_string()
        } else {
            text_until_zero(&item.name)
        };
        Self { value: i64::from(item.index), label }
    }
}

impl ControlDescription {
    /// What the kernel says about a control, still without its menu; `None` for the heading of a
    /// class, which is no control.
    pub(super) fn from_kernel(query: &QueryExtControl) -> Option<Self> {
        if query.kind == Kind::HEADING {
            return None;
        }
        let flags = Flags(query.flags);
        let label = text_until_zero(&query.name);
        Some(Self {
            id: query.id,
            key: key_of(&label).unwrap_or_else(|| format!("control_{:08x}", query.id)),
            label,
            kind: Kind::from_kernel(query.kind, flags.has_payload() || query.dimensions > 0),
            minimum: query.minimum,
            maximum: query.maximum,
            step: query.step,
            default: query.default,
            flags,
            menu: Vec::new(),
        })
    }

    /// Whether isptune can read a value from it that means something.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.kind.has_number() && !self.flags.write_only() && !self.flags.disabled()
    }

    /// Whether isptune may ever write a value to it; it may still be inactive or grabbed now.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.kind.has_number() && !self.flags.read_only() && !self.flags.disabled()
    }

    /// Whether its value is kept by the camera as it was set, so that comparing means something.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        self.is_readable() && !self.flags.volatile()
    }
}

/// The text up to the first zero; what is not UTF-8 becomes U+FFFD.
pub(in crate::v4l2) fn text_until_zero(bytes: &[u8]) -> String {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// The spelling of `v4l2-ctl`: letters and digits in lower case, one underscore for whatever
/// stands between them, nothing at the ends. `None` when there is neither letter nor digit.
fn key_of(label: &str) -> Option<String> {
    let words = label.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    (!words.is_empty()).then(|| words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &[u8], kind: u32) -> QueryExtControl {
        let mut query = QueryExtControl { id: 0x0098_0900, kind, ..QueryExtControl::default() };
        query.name[..name.len()].copy_from_slice(name);
        query
    }

    #[test]
    fn keys_are_spelt_as_v4l2_ctl_spells_them() {
        let spelt = |label| key_of(label).unwrap();
        assert_eq!(spelt("White Balance, Automatic"), "white_balance_automatic");
        assert_eq!(spelt("Exposure (Absolute)"), "exposure_absolute");
        assert_eq!(spelt("  U8 2x3x4x5 Array "), "u8_2x3x4x5_array");
        assert_eq!(spelt("Gain"), "gain");
        assert_eq!(key_of(" ,.-"), None);
    }

    #[test]
    fn name_that_is_not_utf8_or_not_ended_is_still_a_name() {
        let described = ControlDescription::from_kernel(&named(b"Sch\xE4rfe", 1)).unwrap();
        assert_eq!(described.label, "Sch\u{FFFD}rfe");
        assert_eq!(described.key, "sch_rfe");
        let full = ControlDescription::from_kernel(&named(&[b'a'; 32], 1)).unwrap();
        assert_eq!(full.key.len(), 32);
        let nameless = ControlDescription::from_kernel(&named(b"", 1)).unwrap();
        assert_eq!(nameless.key, "control_00980900");
    }

    #[test]
    fn types_without_a_number_are_kept_and_never_read_or_written() {
        for (kind, expected) in [
            (4, Kind::Button),
            (7, Kind::Text),
            (0x106, Kind::Compound(0x106)),
            (10, Kind::Unknown(10)),
            (0, Kind::Unknown(0)),
        ] {
            let described = ControlDescription::from_kernel(&named(b"Odd", kind)).unwrap();
            assert_eq!(described.kind, expected);
            assert!(!described.is_readable() && !described.is_writable());
        }
        assert_eq!(ControlDescription::from_kernel(&named(b"Camera Controls", 6)), None);
        let array = QueryExtControl { dimensions: 1, ..named(b"S32 2 Element Array", 1) };
        let described = ControlDescription::from_kernel(&array).unwrap();
        assert_eq!(described.kind, Kind::Compound(1));
    }

    #[test]
    fn flags_are_the_kernels_bits() {
        let flags = Flags::from_bits(0x0091);
        assert!(flags.disabled() && flags.inactive() && flags.volatile());
        assert!(!flags.grabbed() && !flags.read_only() && !flags.write_only());
        assert_eq!(format!("{flags:?}"), r#"{"disabled", "inactive", "volatile"}"#);
    }
}
