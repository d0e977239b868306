//! The calls that want something of a camera. Each names the state that is wanted, so that asking
//! twice does the same as asking once.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tuner::Parameter;

use super::ApiError;
use super::body::JsonBody;
use super::cameras::Named;
use super::guard::Asked;
use crate::option_values::unknown_parameter;
use crate::supervisor::{Command, Handle, Refusal};

/// `PUT …/look`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookBody {
    /// `null` for none; it has to be said.
    #[serde(deserialize_with = "Option::deserialize")]
    name: Option<String>,
    strength: Option<f64>,
}

/// `PUT …/locks`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocksBody {
    parameters: Vec<String>,
}

/// `POST …/revert`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevertBody {
    #[serde(deserialize_with = "whole")]
    at_ms: u64,
}

/// To JSON, `5.0` is a whole number too.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let is_whole = |number: &f64| number.fract() == 0.0 && (0.0..1e18).contains(number);
    let rounded = || number.as_f64().filter(is_whole).map(|number| number as u64);
    number
        .as_u64()
        .or_else(rounded)
        .ok_or_else(|| D::Error::custom(format!("{number} is no whole number from 0 on")))
}

pub(super) async fn retune(Named(camera): Named) -> Response {
    ask(&camera, Command::Retune).await
}

pub(super) async fn hold(Named(camera): Named) -> Response {
    ask(&camera, Command::Hold).await
}

pub(super) async fn resume(Named(camera): Named) -> Response {
    ask(&camera, Command::Resume).await
}

pub(super) async fn restore(Named(camera): Named) -> Response {
    ask(&camera, Command::Restore).await
}

pub(super) async fn plan(Named(camera): Named) -> Response {
    ask(&camera, Command::Plan).await
}

pub(super) async fn params(
    Named(camera): Named,
    JsonBody(params): JsonBody<BTreeMap<String, f64>>,
) -> Result<Response, ApiError> {
    if params.is_empty() {
        return Err(unusable("no parameter is named; write {\"exposure\": 0.1}".to_owned()));
    }
    for (name, value) in &params {
        known(name)?;
        if !(-1.0..=1.0).contains(value) {
            let text = format!("{name} = {value} is outside [-1, 1]; 0 is neutral");
            return Err(unusable(text));
        }
    }
    Ok(ask(&camera, Command::Apply { params }).await)
}

pub(super) async fn look(
    Named(camera): Named,
    JsonBody(look): JsonBody<LookBody>,
) -> Result<Response, ApiError> {
    if let Some(strength) = look.strength.filter(|strength| !(0.0..=1.0).contains(strength)) {
        return Err(unusable(format!(
            "strength = {strength} is outside [0, 1]; 1 is the look itself"
        )));
    }
    Ok(ask(&camera, Command::Look { name: look.name, strength: look.strength }).await)
}

pub(super) async fn locks(
    Named(camera): Named,
    JsonBody(LocksBody { parameters }): JsonBody<LocksBody>,
) -> Result<Response, ApiError> {
    parameters.iter().try_for_each(|name| known(name))?;
    Ok(ask(&camera, Command::Lock { parameters }).await)
}

/// Sets again what was adopted once.
pub(super) async fn revert(
    Named(camera): Named,
    JsonBody(RevertBody { at_ms }): JsonBody<RevertBody>,
) -> Result<Response, ApiError> {
    let status = camera.status();
    let adoption = status.history.iter().find(|adoption| adoption.at_ms == at_ms);
    let params = adoption.map(|adoption| adoption.params.clone()).ok_or_else(|| {
        let text =
            format!("the history has no setting of {at_ms}; GET the camera for those it has");
        ApiError::new(StatusCode::NOT_FOUND, text)
    })?;
    Ok(ask(&camera, Command::Apply { params }).await)
}

async fn ask(camera: &Handle, command: Command) -> Response {
    let asked = Asked(format!("{command:?}"));
    let mut answer = camera.ask(command).await.map_err(ApiError::from).map(Json).into_response();
    answer.extensions_mut().insert(asked);
    answer
}

fn unusable(text: String) -> ApiError {
    Refusal::BadValue(text).into()
}

fn known(name: &str) -> Result<(), ApiError> {
    let known = Parameter::from_name(name).map(|_| ());
    known.ok_or_else(|| unusable(unknown_parameter(name, &[])))
}
