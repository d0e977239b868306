//! What the patches of the chart look like, as published.

/// Columns of the chart.
pub const COLUMNS: usize = 6;
/// Rows of the chart.
pub const ROWS: usize = 4;
/// Patches of the chart.
pub const PATCHES: usize = COLUMNS * ROWS;

/// A patch of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferencePatch {
    /// Its name.
    pub name: &'static str,
    /// Its colour in 8-bit sRGB.
    pub srgb: [u8; 3],
}

impl ReferencePatch {
    /// Its colour, display-referred sRGB in [0, 1].
    #[must_use]
    pub fn colour(&self) -> [f64; 3] {
        self.srgb.map(|value| f64::from(value) / 255.0)
    }
}

const fn patch(name: &'static str, srgb: [u8; 3]) -> ReferencePatch {
    ReferencePatch { name, srgb }
}

/// The 24 patches, row by row, numbered 1 to 24; the last row is grey from white to black.
///
/// Source: D. Pascale, "RGB coordinates of the Macbeth ColorChecker" (2006), table of 8-bit sRGB
/// values (cyan's red lies outside sRGB and is clipped there).
pub const REFERENCE: [ReferencePatch; PATCHES] = [
    patch("dark skin", [115, 82, 68]),
    patch("light skin", [194, 150, 130]),
    patch("blue sky", [98, 122, 157]),
    patch("foliage", [87, 108, 67]),
    patch("blue flower", [133, 128, 177]),
    patch("bluish green", [103, 189, 170]),
    patch("orange", [214, 126, 44]),
    patch("purplish blue", [80, 91, 166]),
    patch("moderate red", [193, 90, 99]),
    patch("purple", [94, 60, 108]),
    patch("yellow green", [157, 188, 64]),
    patch("orange yellow", [224, 163, 46]),
    patch("blue", [56, 61, 150]),
    patch("green", [70, 148, 73]),
    patch("red", [175, 54, 60]),
    patch("yellow", [231, 199, 31]),
    patch("magenta", [187, 86, 149]),
    patch("cyan", [8, 133, 161]),
    patch("white", [243, 243, 242]),
    patch("neutral 8", [200, 200, 200]),
    patch("neutral 6.5", [160, 160, 160]),
    patch("neutral 5", [122, 122, 121]),
    patch("neutral 3.5", [85, 85, 85]),
    patch("black", [52, 52, 52]),
];
