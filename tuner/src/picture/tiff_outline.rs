//! The first directory of a TIFF file, without its pixels.

use std::io::{self, BufRead, ErrorKind, Seek, SeekFrom};

/// NewSubfileType (TIFF 6.0, page 36); bit 0: a smaller version of another picture in the file.
const NEW_SUBFILE_TYPE: u16 = 254;

/// PhotometricInterpretation; 32803 (TIFF/EP) and 34892 (DNG) are sensor values.
const PHOTOMETRIC: u16 = 262;
const SENSOR_VALUES: [u32; 2] = [32_803, 34_892];

/// DNGVersion (DNG 1.7): in the first directory of every DNG file.
const DNG_VERSION: u16 = 50_706;

/// Whether a TIFF file is a raw camera file (DNG, NEF, ARW, PEF and so on are TIFF inside), whose
/// first picture is a small preview or the sensor's values and not what the camera would show.
///
/// `false` for what cannot be followed: whether it is a picture is the decoder's to say.
pub(super) fn is_raw_camera_file<R: BufRead + Seek + ?Sized>(reader: &mut R) -> io::Result<bool> {
    match first_directory_is_raw(reader) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        other => other,
    }
}

fn first_directory_is_raw<R: BufRead + Seek + ?Sized>(reader: &mut R) -> io::Result<bool> {
    let [order, _, _, _, behind] = words(reader, 0, u16::from_le_bytes)?;
    // Canon's CR2 is marked behind the header.
    if behind == u16::from_le_bytes(*b"CR") {
        return Ok(true);
    }
    let word: fn([u8; 2]) -> u16 = match order {
        0x4949 => u16::from_le_bytes,
        _ => u16::from_be_bytes,
    };
    let long = |[first, second]: [u16; 2]| match order {
        0x4949 => u32::from(second) << 16 | u32::from(first),
        _ => u32::from(first) << 16 | u32::from(second),
    };
    let [_, _, high, low] = words(reader, 0, word)?;
    let directory = u64::from(long([high, low]));
    let [entries] = words(reader, directory, word)?;
    for entry in 0..u64::from(entries) {
        // Tag, type, count (two words), value (left-justified: a short one is its first word).
        let [tag, kind, _, _, first, second] = words(reader, directory + 2 + entry * 12, word)?;
        let value = if kind == 3 { u32::from(first) } else { long([first, second]) };
        let raw = match tag {
            NEW_SUBFILE_TYPE => value & 1 == 1,
            PHOTOMETRIC => SENSOR_VALUES.contains(&value),
            DNG_VERSION => true,
            _ => false,
        };
        if raw {
            return Ok(true);
        }
    }
    Ok(false)
}

fn words<const N: usize, R: BufRead + Seek + ?Sized>(
    reader: &mut R,
    at: u64,
    word: fn([u8; 2]) -> u16,
) -> io::Result<[u16; N]> {
    reader.seek(SeekFrom::Start(at))?;
    let mut words = [0; N];
    for value in &mut words {
        let mut bytes = [0; 2];
        reader.read_exact(&mut bytes)?;
        *value = word(bytes);
    }
    Ok(words)
}
