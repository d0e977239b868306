//! Which pixels of a large picture a tune looks at.
//!
//! Resizing does not commute with an ISP (`docs/architecture.md`), so a large picture is never
//! shrunk for tuning: it is *sampled*, by square tiles at full resolution.

use crate::{Frame, Samples};

/// A square piece of a picture at full resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Column of the leftmost pixel.
    pub x: usize,
    /// Row of the topmost pixel.
    pub y: usize,
}

/// The part of a picture that is measured: all of it, or a grid of tiles laid side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    picture: [usize; 2],
    side: [usize; 2],
    columns: usize,
    tiles: Vec<Tile>,
}

impl View {
    /// Pictures of at most this many pixels are looked at whole.
    pub const WHOLE_UP_TO_PIXELS: usize = 1 << 16;

    /// Tiles in a row and in a column of a sampled view.
    pub const GRID: usize = 8;

    /// Side of a tile of a sampled view, in pixels.
    pub const TILE_SIDE: usize = 24;

    /// Looks at every pixel of a `width × height` picture.
    #[must_use]
    pub fn whole(width: usize, height: usize) -> Self {
        let tiles = vec![Tile { x: 0, y: 0 }];
        Self { picture: [width, height], side: [width, height], columns: 1, tiles }
    }

    /// Looks at a small picture whole, and at [`Self::GRID`]² tiles of a larger one.
    #[must_use]
    pub fn of_size(width: usize, height: usize) -> Self {
        if width * height <= Self::WHOLE_UP_TO_PIXELS {
            return Self::whole(width, height);
        }
        Self::sampled(width, height, Self::TILE_SIDE)
    }

    /// Looks at [`Self::GRID`]² tiles of `tile_side` pixels (at least 1) on each side; at the whole
    /// picture where it is too small for them.
    #[must_use]
    pub fn sampled(width: usize, height: usize, tile_side: usize) -> Self {
        let tile_side = tile_side.max(1);
        if width.min(height) < Self::GRID * tile_side {
            return Self::whole(width, height);
        }
        // Each tile sits in the middle of its cell of the grid.
        let start = |cell: usize, extent: usize| {
            let cell_extent = extent / Self::GRID;
            cell * extent / Self::GRID + (cell_extent - tile_side) / 2
        };
        let tiles = (0..Self::GRID)
            .flat_map(|row| (0..Self::GRID).map(move |column| (row, column)))
            .map(|(row, column)| Tile { x: start(column, width), y: start(row, height) })
            .collect();
        let side = [tile_side, tile_side];
        Self { picture: [width, height], side, columns: Self::GRID, tiles }
    }

    /// Tiles of one size in a picture, `columns` in each row of the mosaic.
    pub(crate) const fn of_tiles(
        picture: [usize; 2],
        side: [usize; 2],
        columns: usize,
        tiles: Vec<Tile>,
    ) -> Self {
        Self { picture, side, columns, tiles }
    }

    /// Whether every pixel of the picture is looked at.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.picture == self.side
    }

    /// Width and height of the picture that is looked at.
    #[must_use]
    pub const fn picture_size(&self) -> [usize; 2] {
        self.picture
    }

    /// Width and height of a tile in pixels.
    #[must_use]
    pub const fn tile_size(&self) -> [usize; 2] {
        self.side
    }

    /// The tiles, row by row of the mosaic.
    #[must_use]
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Tiles in a row of the mosaic.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Width and height of the mosaic in pixels.
    #[must_use]
    pub fn mosaic_size(&self) -> [usize; 2] {
        let [width, height] = self.side;
        [width * self.columns, height * (self.tiles.len() / self.columns)]
    }

    /// Cuts the tiles out of `frame` and lays them side by side; `None` when the frame has another
    /// size than the view was made for.
    #[must_use]
    pub fn gather(&self, frame: &Frame) -> Option<Frame> {
        if frame.size() != self.picture {
            return None;
        }
        if self.is_whole() {
            return Some(frame.clone());
        }
        let samples = match frame.samples() {
            Samples::U8(samples) => Samples::U8(self.gather_samples(samples)),
            Samples::U16(samples) => Samples::U16(self.gather_samples(samples)),
        };
        let [width, height] = self.mosaic_size();
        Frame::new(width, height, samples).ok()
    }

    /// Which pixels of the mosaic count, one entry for each, where `counts` tells it by column and row
    /// of the picture.
    #[must_use]
    pub fn mask(&self, counts: impl Fn(usize, usize) -> bool) -> Vec<bool> {
        let [width, height] = self.mosaic_size();
        let [side_x, side_y] = self.side;
        let mut mask = Vec::with_capacity(width * height);
        for tiles in self.tiles.chunks(self.columns) {
            for row in 0..side_y {
                for tile in tiles {
                    mask.extend((0..side_x).map(|column| counts(tile.x + column, tile.y + row)));
                }
            }
        }
        mask
    }

    fn gather_samples<T: Copy>(&self, samples: &[T]) -> Vec<T> {
        let [picture_width, _] = self.picture;
        let [side_x, side_y] = self.side;
        let [width, height] = self.mosaic_size();
        let mut mosaic = Vec::with_capacity(width * height * 3);
        for tiles in self.tiles.chunks(self.columns) {
            for row in 0..side_y {
                for tile in tiles {
                    let start = ((tile.y + row) * picture_width + tile.x) * 3;
                    mosaic.extend(samples.iter().skip(start).take(side_x * 3));
                }
            }
        }
        mosaic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_come_out_of_their_places() {
        let (width, height) = (1000, 600);
        let samples = (0..width * height).flat_map(|i| [(i % width) as u16, (i / width) as u16, 7]);
        let frame = Frame::new(width, height, Samples::U16(samples.collect())).unwrap();
        let view = View::of_size(width, height);
        assert!(!view.is_whole());
        let mosaic = view.gather(&frame).unwrap();
        assert_eq!(mosaic.size(), [192, 192]);
        let Samples::U16(samples) = mosaic.samples() else { panic!("depth changed") };
        let tile = view.tiles()[8 * 3 + 5];
        let at = ((3 * 24 + 2) * 192 + 5 * 24 + 1) * 3;
        assert_eq!(samples[at..at + 3], [tile.x as u16 + 1, tile.y as u16 + 2, 7]);
        assert!(view.tiles().iter().all(|tile| tile.x + 24 <= width && tile.y + 24 <= height));
    }

    #[test]
    fn small_and_odd_pictures_are_seen_whole() {
        for [width, height] in [[1, 1], [256, 256], [1000, 191], [30_000, 20]] {
            assert!(View::of_size(width, height).is_whole(), "{width}x{height}");
        }
    }
}
