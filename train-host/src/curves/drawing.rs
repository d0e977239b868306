//! Curves as SVG: one panel for each figure, one colour for each training.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::metrics::{Curve, Metrics};

/// Width of the picture and height of a panel, in pixels.
const PANEL: [u32; 2] = [880, 260];
/// Height of the names above the panels.
const LEGEND_HEIGHT: u32 = 44;
/// Colours that are told apart by the colour-blind too (Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
const INK: RGBColor = RGBColor(60, 60, 60);
const GRID: RGBColor = RGBColor(225, 225, 225);
/// What is known of a key: the panel's title.
const TITLES: [(&str, &str); 3] = [
    ("loss", "loss"),
    ("psnr_db", "PSNR in dB after each query"),
    ("updates_per_second", "updates per second"),
];
/// Room above and below the curves, as a part of their extent.
const ROOM: f64 = 0.06;

/// Why there is no drawing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawingError {
    /// There are no points.
    #[error("there is nothing to draw: the metrics are empty")]
    Empty,
    /// The drawing failed.
    #[error("the curves could not be drawn: {0}")]
    Failed(String),
}

fn failed(error: impl std::fmt::Display) -> DrawingError {
    DrawingError::Failed(error.to_string())
}

/// Draws the curves of all trainings as one SVG: a panel for each key, the trainings in different
/// colours. Of a list the first curve is the lightest, and each has its number at its end.
///
/// # Errors
/// [`DrawingError::Empty`] without a point.
pub fn draw(trainings: &[Metrics]) -> Result<String, DrawingError> {
    let mut keys: Vec<&str> = Vec::new();
    for curve in trainings.iter().flat_map(|training| &training.curves) {
        if !keys.contains(&curve.key.as_str()) {
            keys.push(&curve.key);
        }
    }
    if keys.is_empty() {
        return Err(DrawingError::Empty);
    }
    let [width, panel_height] = PANEL;
    let panels = u32::try_from(keys.len()).map_err(failed)?;
    let mut svg = String::new();
    {
        let size = (width, LEGEND_HEIGHT + panels * panel_height);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let (head, body) = root.split_vertically(LEGEND_HEIGHT);
        legend(&head, trainings)?;
        for (area, key) in body.split_evenly((keys.len(), 1)).iter().zip(keys) {
            panel(area, key, trainings)?;
        }
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn colour(training: usize) -> RGBColor {
    COLOURS.get(training % COLOURS.len()).copied().unwrap_or(INK)
}

fn legend(area: &Area<'_>, trainings: &[Metrics]) -> Result<(), DrawingError> {
    let font = ("sans-serif", 16).into_font().color(&INK);
    let style = font.pos(Pos::new(HPos::Left, VPos::Center));
    let mut left = 70;
    for (number, training) in trainings.iter().enumerate() {
        let line = vec![(left, 26), (left + 26, 26)];
        let stroke = colour(number).stroke_width(3);
        area.draw(&PathElement::new(line, stroke)).map_err(failed)?;
        let text = Text::new(training.name.clone(), (left + 34, 26), style.clone());
        area.draw(&text).map_err(failed)?;
        // Without a font at hand the width of a text is a guess; this one errs on the wide side.
        left += 34 + 10 * i32::try_from(training.name.chars().count()).map_err(failed)? + 24;
    }
    Ok(())
}

fn panel(area: &Area<'_>, key: &str, trainings: &[Metrics]) -> Result<(), DrawingError> {
    let of_key = |training: &Metrics| -> Vec<Curve> {
        training.curves.iter().filter(|curve| curve.key == key).cloned().collect()
    };
    let all: Vec<(usize, Vec<Curve>)> = trainings.iter().map(of_key).enumerate().collect();
    let points = || all.iter().flat_map(|(_, curves)| curves).flat_map(|curve| &curve.points);
    let ([left, right], [low, high]) = (
        extent(points().map(|(at, _)| *at)).ok_or(DrawingError::Empty)?,
        extent(points().map(|(_, value)| *value)).ok_or(DrawingError::Empty)?,
    );
    let room = if high > low { (high - low) * ROOM } else { 1.0 };
    let wide = if right > left { right - left } else { 1.0 };
    let title = TITLES.iter().find(|(known, _)| *known == key).map_or(key, |(_, title)| *title);
    let progress = trainings.first().map(|training| training.progress.as_str());
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 16).into_font().color(&INK))
        .margin_right(24)
        .margin_left(12)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(left..left + wide * 1.02, low - room..high + room)
        .map_err(failed)?;
    let font = ("sans-serif", 13).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(8)
        .y_labels(6)
        .x_desc(progress.unwrap_or_default())
        .label_style(font.clone())
        .axis_desc_style(font.clone())
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| number(*value, high - low))
        .draw()
        .map_err(failed)?;
    let end = font.pos(Pos::new(HPos::Left, VPos::Center));
    for (training, curves) in &all {
        let lines = curves.iter().map(|curve| curve.place).max().unwrap_or(0);
        for curve in curves {
            let opacity = 1.0 - 0.65 * (lines - curve.place) as f64 / lines.max(1) as f64;
            let stroke = colour(*training).mix(opacity).stroke_width(2);
            let series = LineSeries::new(curve.points.iter().copied(), stroke);
            chart.draw_series(series).map_err(failed)?;
            if let (Some(&(at, value)), true) = (curve.points.last(), lines > 0) {
                let text = (curve.place + 1).to_string();
                let place = (at + wide * 0.004, value);
                chart
                    .draw_series(std::iter::once(Text::new(text, place, end.clone())))
                    .map_err(failed)?;
            }
        }
    }
    Ok(())
}

fn extent(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.fold(None, |extent, value| match extent {
        None => Some([value, value]),
        Some([low, high]) => Some([f64::min(low, value), f64::max(high, value)]),
    })
}

/// A number with as many decimals as the extent of the axis asks for.
fn number(value: f64, extent: f64) -> String {
    let decimals = match extent {
        wide if wide >= 20.0 => 0,
        wide if wide >= 2.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(name: &str, shift: f64) -> Metrics {
        let points = |slope: f64| (0..5).map(|at| (f64::from(at), shift + slope)).collect();
        let curve =
            |key: &str, place| Curve { key: key.to_owned(), place, points: points(place as f64) };
        Metrics {
            name: name.to_owned(),
            progress: "iteration".to_owned(),
            curves: vec![curve("loss", 0), curve("psnr_db", 0), curve("psnr_db", 1)],
        }
    }

    #[test]
    fn every_curve_of_every_training_is_drawn_and_named() {
        let svg = draw(&[metrics("one <&>", 0.0), metrics("two", 3.0)]).unwrap();
        for text in ["one &lt;&amp;&gt;", "two", "loss", "PSNR in dB after each query"] {
            assert!(svg.contains(text), "{text}");
        }
        for training in 0..2 {
            let RGBColor(red, green, blue) = colour(training);
            let hex = format!("#{red:02X}{green:02X}{blue:02X}");
            let lines = svg.matches("<polyline").count();
            assert!(svg.matches(&hex).count() >= 4, "{hex}: {lines} lines");
        }
        assert_eq!(draw(&[]), Err(DrawingError::Empty));
    }
}
