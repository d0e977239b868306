//! What a chart in the picture said of a calibration, for programs and for people.

use std::io::{self, Write};

use isp_hw::calibration::{Calibration, ChartCheck, PatchErrors};
use serde::Serialize;
use tuner::Frame;
use tuner::chart::{Chart, PATCHES, REFERENCE, differences_from_reference};

/// A chart with what it said.
pub(super) struct ChartReport<'a> {
    chart: &'a Chart,
    check: &'a ChartCheck,
    /// ΔE00 of each patch of the picture as found from the published colours.
    as_found: [f64; PATCHES],
}

/// `chart` of `calibrate --json`.
#[derive(Debug, Serialize)]
pub(super) struct ChartJson {
    /// Middles of dark skin, bluish green, black and white, in pixels of the picture.
    corners: [[f64; 2]; 4],
    /// Whether the fit is trusted as far as the chart goes.
    agrees: bool,
    /// Between the device and the fit, on queries that it was not made of.
    delta_e00: DifferenceJson,
    /// The same without a calibration.
    delta_e00_before: DifferenceJson,
    /// Between the picture as found and the published colours, with the exposure matched.
    as_found: DifferenceJson,
    /// The same three of each patch, in the order of the chart.
    patches: Vec<PatchJson>,
}

#[derive(Debug, Serialize)]
struct DifferenceJson {
    mean: f64,
    max: f64,
}

#[derive(Debug, Serialize)]
struct PatchJson {
    name: &'static str,
    delta_e00: f64,
    delta_e00_before: f64,
    as_found: f64,
}

impl DifferenceJson {
    fn of_patches(differences: &[f64; PATCHES]) -> Self {
        let mean = differences.iter().sum::<f64>() / PATCHES as f64;
        Self { mean, max: differences.iter().copied().fold(0.0, f64::max) }
    }

    const fn of(errors: &PatchErrors) -> Self {
        Self { mean: errors.mean, max: errors.max }
    }
}

impl<'a> ChartReport<'a> {
    /// `None` where the calibration was not checked on the chart, or the picture has another size.
    pub(super) fn of(
        chart: &'a Chart,
        found: &Frame,
        calibration: &'a Calibration,
    ) -> Option<Self> {
        let check = calibration.chart.as_ref()?;
        let as_found = differences_from_reference(&chart.colours(found)?);
        Some(Self { chart, check, as_found })
    }

    pub(super) fn json(&self) -> ChartJson {
        let ChartCheck { fit, before } = self.check;
        let errors = fit.by_patch.into_iter().zip(before.by_patch).zip(self.as_found);
        let patch = |(reference, ((delta_e00, delta_e00_before), as_found)): (
            tuner::chart::ReferencePatch,
            ((f64, f64), f64),
        )| PatchJson {
            name: reference.name,
            delta_e00,
            delta_e00_before,
            as_found,
        };
        ChartJson {
            corners: self.chart.corners().0,
            agrees: self.check.agrees(),
            delta_e00: DifferenceJson::of(fit),
            delta_e00_before: DifferenceJson::of(before),
            as_found: DifferenceJson::of_patches(&self.as_found),
            patches: REFERENCE.into_iter().zip(errors).map(patch).collect(),
        }
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let ChartCheck { fit, before } = self.check;
        let (worst, missed) = fit.worst_patch();
        let name = REFERENCE.get(worst).map_or("", |patch| patch.name);
        let found = DifferenceJson::of_patches(&self.as_found);
        writeln!(out, "chart at {}:", self.chart.corners())?;
        writeln!(
            out,
            "  the fit misses its patches by ΔE00 {:.2} on average, {:.2} at most ({:.2} and {:.2} \
             without it); {name} most, by {missed:.2}",
            fit.mean, fit.max, before.mean, before.max
        )?;
        writeln!(
            out,
            "  as found they are ΔE00 {:.1} on average, {:.1} at most from the published colours \
             (exposure matched on the greys)",
            found.mean, found.max
        )
    }
}
