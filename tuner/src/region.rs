//! A rectangle that a tune is confined to.

use serde::{Deserialize, Serialize};

/// A rectangle of the picture as found, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Leftmost column.
    pub x: usize,
    /// Topmost row.
    pub y: usize,
    /// Columns, at least 1.
    pub width: usize,
    /// Rows, at least 1.
    pub height: usize,
}

impl Region {
    /// Whether a pixel lies in the region.
    #[must_use]
    pub const fn contains(&self, x: usize, y: usize) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }

    /// Whether the region has pixels and lies within a picture of this width and height.
    #[must_use]
    pub fn fits(&self, [width, height]: [usize; 2]) -> bool {
        let within = |start: usize, count: usize, extent: usize| {
            count > 0 && start.checked_add(count).is_some_and(|end| end <= extent)
        };
        within(self.x, self.width, width) && within(self.y, self.height, height)
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}x{} at ({}, {})", self.width, self.height, self.x, self.y)
    }
}
