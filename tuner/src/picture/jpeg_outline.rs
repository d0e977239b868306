//! The markers of a JPEG file, without its pixels.

use std::io::{self, BufRead, Read};

/// What the decoder does not tell: it fills what is missing with grey, and turns CMYK into an RGB
/// that no viewer would show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct JpegOutline {
    /// Colour components of the frame: 1 grey, 3 colour, 4 CMYK; 0 when there is no frame header.
    pub components: u8,
    /// Whether the end-of-image marker was found.
    pub complete: bool,
}

impl JpegOutline {
    /// Walks the markers (ITU-T T.81, annex B) from the start of the file to the end of the image.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut outline = Self::default();
        match outline.walk(reader) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(outline),
            Err(error) => Err(error),
            Ok(()) => Ok(outline),
        }
    }

    fn walk(&mut self, reader: &mut impl BufRead) -> io::Result<()> {
        loop {
            // Between segments this finds the next marker; after a start of scan it runs through
            // the entropy-coded data, whose 0xFF bytes are followed by 0.
            reader.skip_until(0xFF)?;
            let mut code = byte(reader)?;
            while code == 0xFF {
                code = byte(reader)?;
            }
            match code {
                0xD9 => {
                    self.complete = true;
                    return Ok(());
                }
                // Stuffed byte, TEM, restart markers, start of image: no segment follows.
                0x00 | 0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let length = u16::from_be_bytes([byte(reader)?, byte(reader)?]).saturating_sub(2);
            let mut segment = reader.take(u64::from(length));
            // Start of frame, but for the codes of DHT, JPG and DAC among them.
            if (0xC0..=0xCF).contains(&code) && !matches!(code, 0xC4 | 0xC8 | 0xCC) {
                let mut header = [0; 6];
                segment.read_exact(&mut header)?;
                let [_precision, _, _, _, _, components] = header;
                self.components = components;
            }
            io::copy(&mut segment, &mut io::sink())?;
        }
    }
}

fn byte(reader: &mut impl BufRead) -> io::Result<u8> {
    let mut byte = [0];
    reader.read_exact(&mut byte)?;
    let [byte] = byte;
    Ok(byte)
}
