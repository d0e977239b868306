//! A contact sheet: small pictures in rows.

use std::path::Path;

use anyhow::Result;
use tuner::{Frame, Samples};

/// Width and height of a cell in pixels, its border included.
const CELL: [usize; 2] = [240, 170];
/// Border around a picture.
const BORDER: usize = 4;
/// Rows laid side by side.
const SIDE_BY_SIDE: usize = 2;
/// Grey between the pictures.
const GREY: u8 = 118;

/// Pictures of one row.
pub type Row = [Frame; 4];

/// Writes the rows as one picture, [`SIDE_BY_SIDE`] of them beside each other.
///
/// # Errors
/// When a picture cannot be reduced, or the file cannot be written.
pub fn write_sheet(rows: &[Row], path: &Path) -> Result<()> {
    let [cell_width, cell_height] = CELL;
    let width = cell_width * 4 * SIDE_BY_SIDE;
    let height = cell_height * rows.len().div_ceil(SIDE_BY_SIDE).max(1);
    let mut sheet = vec![GREY; width * height * 3];
    for (number, row) in rows.iter().enumerate() {
        for (column, picture) in row.iter().enumerate() {
            let left = (number % SIDE_BY_SIDE * 4 + column) * cell_width + BORDER;
            let top = number / SIDE_BY_SIDE * cell_height + BORDER;
            paste(&mut sheet, width, [left, top], &fitted(picture)?);
        }
    }
    Frame::new(width, height, Samples::U8(sheet))?.save(path)?;
    Ok(())
}

fn fitted(picture: &Frame) -> Result<Frame> {
    let [width, height] = picture.size().map(|side| side as f64);
    let [most_width, most_height] = CELL.map(|side| (side - 2 * BORDER) as f64);
    let scale = (most_width / width).min(most_height / height).min(1.0);
    let side = |extent: f64| ((extent * scale).round() as usize).max(1);
    Ok(picture.resized(side(width), side(height))?)
}

fn paste(sheet: &mut [u8], sheet_width: usize, [left, top]: [usize; 2], picture: &Frame) {
    let byte = |value: &u16| (value / 257) as u8;
    let samples: Vec<u8> = match picture.samples() {
        Samples::U8(samples) => samples.clone(),
        Samples::U16(samples) => samples.iter().map(byte).collect(),
    };
    for (row, line) in samples.chunks(picture.width() * 3).enumerate() {
        let start = ((top + row) * sheet_width + left) * 3;
        if let Some(target) = sheet.get_mut(start..start + line.len()) {
            target.copy_from_slice(line);
        }
    }
}
