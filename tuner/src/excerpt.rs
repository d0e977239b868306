//! The part of a view that is rendered when only differences matter.
//!
//! Derivatives of means over many pixels need fewer pixels than the means themselves: which way a
//! parameter moves the picture is told by a quarter of it to within a few per cent, and a search
//! that measures its steps corrects the rest.

use crate::{Planes, Tile, View};

/// Equal tiles of a view's mosaic, with their places in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    view: View,
    mosaic: [usize; 2],
    /// Upper left corners in the mosaic, in the order of the tiles.
    corners: Vec<[usize; 2]>,
}

impl Excerpt {
    /// Side of an excerpt's tiles in pixels: half that of a sampled view's.
    pub const TILE_SIDE: usize = View::TILE_SIDE / 2;

    /// The excerpt of a view: a quarter of each tile of a sampled one, and [`View::GRID`]² tiles of
    /// a picture that is looked at whole. `None` where that would be more than a quarter of it.
    ///
    /// The quarters lie in the corners of their tiles, in turn, so that an excerpt has the same
    /// share of pixels beside a tile's border as the view.
    #[must_use]
    pub fn of(view: &View) -> Option<Self> {
        let [side_x, side_y] = view.tile_size();
        let columns = if view.is_whole() { View::GRID } else { view.columns() };
        let side = Self::TILE_SIDE;
        let (corners, tiles): (Vec<[usize; 2]>, Vec<Tile>) = if view.is_whole() {
            let [width, height] = view.picture_size();
            if width.min(height) < 2 * side * View::GRID {
                return None;
            }
            let start = |cell: usize, extent: usize| {
                cell * extent / View::GRID + (extent / View::GRID - side) / 2
            };
            let cells = (0..View::GRID).flat_map(|row| (0..View::GRID).map(move |x| [x, row]));
            cells
                .map(|[column, row]| [start(column, width), start(row, height)])
                .map(|[x, y]| ([x, y], Tile { x, y }))
                .unzip()
        } else {
            if side_x.min(side_y) < 2 * side {
                return None;
            }
            let places = view.tiles().iter().enumerate().map(|(number, tile)| {
                let (row, column) = (number / columns, number % columns);
                let x = if column.is_multiple_of(2) { 0 } else { side_x - side };
                let y = if row.is_multiple_of(2) { 0 } else { side_y - side };
                let corner = [column * side_x + x, row * side_y + y];
                (corner, Tile { x: tile.x + x, y: tile.y + y })
            });
            places.unzip()
        };
        let view_of_excerpt = View::of_tiles(view.picture_size(), [side, side], columns, tiles);
        Some(Self { view: view_of_excerpt, mosaic: view.mosaic_size(), corners })
    }

    /// The excerpt as a view of the picture.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The excerpt of a mosaic of the whole view; `None` when it has another size.
    #[must_use]
    pub fn planes(&self, mosaic: &Planes) -> Option<Planes> {
        if [mosaic.width(), mosaic.height()] != self.mosaic {
            return None;
        }
        let [width, height] = self.view.mosaic_size();
        Planes::new(width, height, mosaic.channels().map(|channel| self.pick(channel)))
    }

    /// The values of the excerpt's pixels out of one value for each pixel of the mosaic.
    #[must_use]
    pub fn pick<T: Copy>(&self, values: &[T]) -> Vec<T> {
        let [mosaic_width, _] = self.mosaic;
        let [side_x, side_y] = self.view.tile_size();
        let mut picked = Vec::with_capacity(self.corners.len() * side_x * side_y);
        for corners in self.corners.chunks(self.view.columns()) {
            for row in 0..side_y {
                for &[x, y] in corners {
                    let start = (y + row) * mosaic_width + x;
                    picked.extend_from_slice(values.get(start..start + side_x).unwrap_or(&[]));
                }
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frame, Samples};

    fn places(width: usize, height: usize) -> Frame {
        let samples = (0..width * height).flat_map(|i| [(i % width) as u16, (i / width) as u16, 7]);
        Frame::new(width, height, Samples::U16(samples.collect())).unwrap()
    }

    #[test]
    fn an_excerpt_of_the_mosaic_is_what_its_own_view_gathers() {
        for [width, height] in [[1000, 600], [200, 250]] {
            let frame = places(width, height);
            let view = View::of_size(width, height);
            let excerpt = Excerpt::of(&view).unwrap();
            let mosaic = Planes::from(&view.gather(&frame).unwrap());
            let gathered = Planes::from(&excerpt.view().gather(&frame).unwrap());
            assert_eq!(excerpt.planes(&mosaic), Some(gathered));
            assert!(4 * excerpt.pick(&vec![true; mosaic.pixel_count()]).len() <= width * height);
        }
    }

    #[test]
    fn small_pictures_and_mosaics_of_another_view_have_none() {
        assert_eq!(Excerpt::of(&View::whole(191, 300)), None);
        let excerpt = Excerpt::of(&View::of_size(1000, 600)).unwrap();
        assert_eq!(excerpt.planes(&Planes::from(&places(191, 192))), None);
    }
}
