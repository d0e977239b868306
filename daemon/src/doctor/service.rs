//! What a running service says of itself and of how near its cameras come to their looks.

use crate::api::ServiceStatus;
use crate::client::{Client, ClientError};
use crate::keeping::State;
use crate::look::LookKind;
use crate::service_config::{Places, ServiceConfig};
use crate::supervisor::{CameraStatus, PixelScore, ScoreStatus};

use super::Finding;

/// Mean ΔE00 above which a held look is visibly not reached.
const REACHED_DELTA_E: f64 = 2.0;

pub(super) fn examine(places: &Places, config: Option<&ServiceConfig>) -> Vec<Finding> {
    let socket = config.and_then(|config| config.api.socket.clone());
    let socket = socket.unwrap_or_else(|| places.socket());
    let status: Result<ServiceStatus, ClientError> =
        Client::new(socket).and_then(|client| client.get("/v1/status"));
    match status {
        Ok(status) => {
            let mut findings = vec![Finding::fine("service", "runs and answers")];
            findings.extend(status.cameras.iter().map(of_camera));
            findings
        }
        Err(error @ ClientError::NoDaemon { .. }) => {
            vec![Finding::note("service", error.to_string())]
        }
        Err(error) => vec![Finding::fault("service", error.to_string())],
    }
}

fn of_camera(camera: &CameraStatus) -> Finding {
    let subject = format!("camera {}", camera.name);
    let told = camera.message.as_ref().or(camera.blind.as_ref());
    if let Some(told) = told {
        return match camera.state {
            State::Holding | State::Drifting => Finding::note(subject, told),
            _ => Finding::fault(subject, told),
        };
    }
    let Some(reached) = camera.reached.filter(|_| camera.state == State::Holding) else {
        return Finding::fine(subject, camera.state.name());
    };
    let (text, is_reached) = match (reached, camera.kind) {
        (ScoreStatus::Pixels(PixelScore { psnr_db, delta_e00, .. }), _) => (
            format!("held {psnr_db:.1} dB, ΔE00 {delta_e00:.1} from its look"),
            delta_e00 < REACHED_DELTA_E,
        ),
        (ScoreStatus::Style { .. }, Some(LookKind::Taste)) => {
            ("held on what its policy named".to_owned(), camera.limited_by.is_empty())
        }
        // How near a style can be come depends on what the two show.
        (ScoreStatus::Style { style_distance }, _) => {
            (format!("held at distance {style_distance:.3} from its style"), true)
        }
    };
    if is_reached {
        return Finding::fine(subject, text);
    }
    let ends: Vec<&str> = camera
        .parameters
        .iter()
        .filter(|each| !each.locked && (each.value <= each.low || each.value >= each.high))
        .map(|each| each.name.as_str())
        .collect();
    let why = if ends.is_empty() {
        camera.limited_by.join("; ")
    } else {
        format!("at the end of its range: {}; widen limits or mapping", ends.join(", "))
    };
    Finding::note(subject, format!("{text}; {why}"))
}
