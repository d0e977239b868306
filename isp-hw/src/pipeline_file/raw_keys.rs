//! The keys `raw_format`, `raw_size`, `black_level` and `white_level`: an input that is the bytes of
//! one camera buffer, without any header.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::Input;
use crate::pixel_format::{
    Colorimetry, FrameFormat, PixelFormat, ReportedColorimetry, SensorLevels,
};
use crate::strict_toml::{StrictError, Table, Value};

/// What the bytes of an input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawInput {
    /// Layout and size; rows are not padded.
    pub format: FrameFormat,
    /// Levels of a colour filter array.
    pub levels: SensorLevels,
}

const OTHERS: [&str; 3] = ["raw_size", "black_level", "white_level"];

/// `None` without `raw_format`.
pub(super) fn read(root: &Table<'_>) -> Result<Option<RawInput>, StrictError> {
    let Some(code) = root.get("raw_format") else {
        return match OTHERS.iter().find_map(|key| root.get(key)) {
            Some(value) => Err(value.key_error(format!("\"{}\" needs raw_format", value.key()))),
            None => Ok(None),
        };
    };
    if let Some(encoding) = root.get("input_encoding") {
        return Err(encoding.key_error("\"input_encoding\" is said by raw_format; remove it"));
    }
    let pixel = pixel_format(&code)?;
    let size = root.get("raw_size").ok_or_else(|| root.error("missing key \"raw_size\""))?;
    let [width, height] = match size.items()?.as_slice() {
        [width, height] => [side(width)?, side(height)?],
        _ => return Err(size.error("\"raw_size\" must be an array of width and height")),
    };
    let level = |key: &str| -> Result<Option<u16>, StrictError> {
        let Some(value) = root.get(key) else { return Ok(None) };
        let PixelFormat::Bayer(bayer) = pixel else {
            let what = format!("\"{key}\" goes with formats of a colour filter array");
            return Err(value.key_error(what));
        };
        let level = value.integer(0..=i64::from(bayer.layout.most()))?;
        Ok(u16::try_from(level).ok())
    };
    let levels = SensorLevels { black: level("black_level")?, white: level("white_level")? };
    let colorimetry = Colorimetry::reported(pixel, ReportedColorimetry::default());
    let format = FrameFormat { pixel, width, height, bytes_per_line: 0, colorimetry };
    format.buffer_len().map_err(|error| size.error(error.to_string()))?;
    Ok(Some(RawInput { format, levels }))
}

fn side(value: &Value<'_>) -> Result<u32, StrictError> {
    let side = value.integer(1..=i64::from(u16::MAX))?;
    Ok(u32::try_from(side).unwrap_or(u32::MAX))
}

fn pixel_format(value: &Value<'_>) -> Result<PixelFormat, StrictError> {
    let name = value.string()?;
    let code = <[u8; 4]>::try_from(name.as_bytes()).ok();
    let found = code.and_then(PixelFormat::from_fourcc);
    found.filter(|pixel| *pixel != PixelFormat::Mjpeg).ok_or_else(|| {
        let known: Vec<String> = PixelFormat::all()
            .filter(|pixel| *pixel != PixelFormat::Mjpeg)
            .map(|pixel| pixel.to_string())
            .collect();
        value.unknown(name, &known.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

impl RawInput {
    /// Reads a file of exactly one buffer.
    ///
    /// # Errors
    /// A text that says what is wrong and the way out.
    pub(super) fn load(&self, path: &Path) -> Result<Input, String> {
        let FrameFormat { pixel, width, height, .. } = self.format;
        let needed = self.format.buffer_len().map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(needed as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot be read: {error}; check the path"))?;
        if bytes.len() > needed {
            return Err(format!(
                "is longer than the {needed} bytes of {width}x{height} pixels of {pixel}; \
                 check raw_format and raw_size"
            ));
        }
        let decoded = match pixel {
            PixelFormat::Bayer(_) => self.format.decode_raw(&bytes, self.levels),
            _ => self.format.decode(&bytes).map(Input::srgb),
        };
        decoded.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tuner::Pipeline;

    use crate::{OpenPipeline, PipelineFile};

    const RAW: &str = "kind=\"software\"\nraw_format=\"RG10\"\nraw_size=[4,2]\n";

    fn message(text: &str) -> String {
        PipelineFile::parse(text, "/p/p.toml").unwrap_err().to_string()
    }

    #[test]
    fn faults_are_told_at_their_place() {
        let kind = "kind=\"software\"\n";
        for (keys, wanted) in [
            ("raw_size=[4,2]", "2:1: \"raw_size\" needs raw_format"),
            ("raw_format=\"RG10\"", "1:1: missing key \"raw_size\""),
            ("raw_format=\"RG11\"\nraw_size=[4,2]", "2:12: unknown raw_format \"RG11\""),
            ("raw_format=\"MJPG\"\nraw_size=[4,2]", "2:12: unknown raw_format \"MJPG\""),
            ("raw_format=\"RG10\"\nraw_size=[4]", "3:10: \"raw_size\" must be an array of width"),
            ("raw_format=\"RG10\"\nraw_size=[1,1]", "3:10: 1x1 pixels of RG10"),
            ("raw_format=\"RG10\"\nraw_size=[0,1]", "3:11: \"raw_size\" = 0 is outside"),
            (
                "raw_format=\"GREY\"\nraw_size=[4,2]\nblack_level=3",
                "4:1: \"black_level\" goes with formats of a colour filter array",
            ),
            (
                "raw_format=\"RG10\"\nraw_size=[4,2]\nwhite_level=1024",
                "4:13: \"white_level\" = 1024 is outside 0 to 1023",
            ),
            (
                "raw_format=\"RG10\"\nraw_size=[4,2]\ninput_encoding=\"linear\"",
                "4:1: \"input_encoding\" is said by raw_format",
            ),
        ] {
            let message = message(&format!("{kind}{keys}"));
            assert!(message.starts_with(&format!("/p/p.toml:{wanted}")), "{message}");
        }
    }

    #[test]
    fn a_file_of_one_buffer_is_rendered_as_linear_light() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scene.raw");
        let text = format!("{RAW}black_level=64\nwhite_level=960\n");
        let file = PipelineFile::parse(&text, "/p/p.toml").unwrap();
        let open = || file.open(&path, &Arc::default());
        // 18 % light between the levels: 118 of 255.
        std::fs::write(&path, 225_u16.to_le_bytes().repeat(8)).unwrap();
        let Ok(OpenPipeline::Software(mut pipeline)) = open() else { panic!("not opened") };
        let found = pipeline.as_found().unwrap();
        let tuner::Samples::U16(samples) = found.samples() else { panic!("8-bit samples") };
        assert!(samples.iter().all(|sample| (sample / 257).abs_diff(118) <= 1), "{samples:?}");

        let refused = || open().err().unwrap().to_string();
        std::fs::write(&path, [0; 15]).unwrap();
        assert!(refused().contains("a buffer of 15 bytes, but 4x2 pixels of RG10 take 16"));
        std::fs::write(&path, [0; 17]).unwrap();
        assert!(refused().contains("is longer than the 16 bytes"));
        std::fs::remove_file(&path).unwrap();
        assert!(refused().contains("cannot be read"));
    }
}
