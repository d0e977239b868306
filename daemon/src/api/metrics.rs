//! `GET /metrics`: OpenMetrics 1.0, or the older text form of Prometheus.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::response::IntoResponse;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::{Api, ServiceStatus};
use crate::keeping::State as CameraState;
use crate::supervisor::{CameraStatus, ScoreStatus};

/// Content type of OpenMetrics.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Content type of the older form.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics: OpenMetrics, unless the client names plain text alone.
pub(super) async fn metrics(State(api): State<Arc<Api>>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let answer = if accept.contains("text/plain") && !accept.contains("openmetrics") {
        ([(CONTENT_TYPE, TEXT)], api.metrics_textfile())
    } else {
        ([(CONTENT_TYPE, OPENMETRICS)], api.metrics())
    };
    ([(VARY, "Accept")], answer)
}

/// OpenMetrics in the older form: there a counter's own name ends in `_total`, and units and the
/// end are not marked.
pub(super) fn as_textfile(openmetrics: &str) -> String {
    let counter =
        |line: &str| line.strip_prefix("# TYPE ")?.strip_suffix(" counter").map(str::to_owned);
    let counters: Vec<String> = openmetrics.lines().filter_map(counter).collect();
    let mut text = String::with_capacity(openmetrics.len());
    for line in openmetrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("UNIT" | "EOF"), ..) => continue,
            (Some("#"), Some(what), Some(name), Some(rest)) => {
                let total = if counters.iter().any(|each| each == name) { "_total" } else { "" };
                text += &format!("# {what} {name}{total} {rest}");
            }
            _ => text += line,
        }
        text.push('\n');
    }
    text
}

/// The metrics of a status.
pub(super) fn text(status: &ServiceStatus, uptime: Duration) -> String {
    let mut registry = Registry::with_prefix("isptune");
    registry.register_collector(Box::new(Figures { status: status.clone(), uptime }));
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = encode(&mut text, &registry);
    text
}

#[derive(Debug)]
struct Figures {
    status: ServiceStatus,
    uptime: Duration,
}

impl Collector for Figures {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let uptime = ConstGauge::new(self.uptime.as_secs_f64());
        let help = "Time since the service was started";
        uptime.encode(to.encode_descriptor(
            "uptime",
            help,
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?)?;
        let build = [
            ("version", self.status.version.as_str()),
            ("model", self.status.model.as_deref().unwrap_or_default()),
        ];
        let help = "Version of the program and digest of its actor";
        let mut family = to.encode_descriptor("build_info", help, None, MetricType::Gauge)?;
        ConstGauge::new(1_i64).encode(family.encode_family(&build)?)?;
        self.states(&mut to)?;
        self.counts(&mut to)?;
        self.faults(&mut to)?;
        self.scores(&mut to)?;
        self.queries(&mut to)
    }
}

impl Figures {
    fn cameras(&self) -> impl Iterator<Item = &CameraStatus> {
        self.status.cameras.iter()
    }

    fn states(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "1 for the state that the camera is in, 0 for the others";
        let mut family = to.encode_descriptor("state", help, None, MetricType::Gauge)?;
        for camera in self.cameras() {
            for state in CameraState::ALL {
                let labels = [("camera", camera.name.as_str()), ("state", state.name())];
                let value = ConstGauge::new(i64::from(camera.state == state));
                value.encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn counts(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        type Count = fn(&CameraStatus) -> u64;
        let counters: [(&str, &str, Count); 4] = [
            ("queries", "Queries made", |camera| camera.counts.queries),
            ("tunes", "Tunes ended", |camera| camera.counts.tunes),
            ("adoptions", "Settings adopted", |camera| camera.counts.adoptions),
            ("measurements", "Measurements of what stands", |camera| camera.counts.measurements),
        ];
        for (name, help, count) in counters {
            let mut family = to.encode_descriptor(name, help, None, MetricType::Counter)?;
            for camera in self.cameras() {
                let of_camera = [("camera", camera.name.as_str())];
                ConstCounter::new(count(camera)).encode(family.encode_family(&of_camera)?)?;
            }
        }
        let help = "Tunes that began by themselves within the last hour";
        let mut family =
            to.encode_descriptor("retunes_last_hour", help, None, MetricType::Gauge)?;
        for camera in self.cameras() {
            let of_camera = [("camera", camera.name.as_str())];
            let value = ConstGauge::new(i64::from(camera.retunes_last_hour));
            value.encode(family.encode_family(&of_camera)?)?;
        }
        Ok(())
    }

    fn faults(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut family = to.encode_descriptor("faults", "Failures", None, MetricType::Counter)?;
        for camera in self.cameras() {
            for (kind, count) in &camera.counts.faults {
                let labels = [("camera", camera.name.as_str()), ("kind", kind.as_str())];
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn scores(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        type Figure = fn(&ScoreStatus) -> Option<f64>;
        let style_help =
            "Distance of style from the look, with a taste from the picture as adopted";
        let figures: [(&str, &str, Figure); 4] = [
            ("psnr_db", "PSNR against the look in dB", |score| Some(score.pixels()?.psnr_db)),
            ("ssim", "Structural similarity with the look", |score| Some(score.pixels()?.ssim)),
            ("delta_e00", "Mean CIEDE2000 against the look", |score| {
                Some(score.pixels()?.delta_e00)
            }),
            ("style_distance", style_help, ScoreStatus::style_distance),
        ];
        for (name, help, figure) in figures {
            let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for camera in self.cameras() {
                let scores =
                    [("now", camera.now), ("reached", camera.reached), ("found", camera.found)];
                for (picture, score) in scores {
                    if let Some(value) = score.as_ref().and_then(figure) {
                        encode_figure(&mut family, camera, picture, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn queries(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Time that the camera took for the newest query";
        let unit = Some(&Unit::Seconds);
        let mut family = to.encode_descriptor("newest_query", help, unit, MetricType::Gauge)?;
        for camera in self.cameras() {
            if let Some(query) = camera.queries.last() {
                let of_camera = [("camera", camera.name.as_str())];
                let value = ConstGauge::new(query.elapsed_ms / 1000.0);
                value.encode(family.encode_family(&of_camera)?)?;
            }
        }
        Ok(())
    }
}

fn encode_figure(
    family: &mut MetricEncoder<'_>,
    camera: &CameraStatus,
    picture: &str,
    value: f64,
) -> fmt::Result {
    let labels = [("camera", camera.name.as_str()), ("picture", picture)];
    ConstGauge::new(value).encode(family.encode_family(&labels)?)
}
