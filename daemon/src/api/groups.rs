//! `GET /v1/groups`: cameras on one look, and how far they are apart.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tuner::Frame;

use super::Api;
use crate::service_config::GroupEntry;
use crate::spread::{Spread, spread};
use crate::supervisor::PictureKind;

/// All groups of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// In the order of the configuration.
    pub groups: Vec<Group>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Names of its cameras.
    pub cameras: Vec<String>,
    /// How far they are apart; `null` while fewer than two of them have a picture, or where two
    /// cannot be compared.
    pub spread: Option<Spread>,
    /// Why two of them cannot be compared.
    pub message: Option<String>,
}

/// Names and newest pictures of cameras.
type Named = Vec<(String, Arc<Frame>)>;

/// Every group with its spread now.
pub(super) async fn all(State(api): State<Arc<Api>>) -> Json<Groups> {
    let groups = Arc::clone(&api.groups.borrow());
    let asked: Vec<(GroupEntry, Named)> =
        groups.iter().map(|group| (group.clone(), pictures_of(&api, group))).collect();
    // Pictures are compared beside the connections, and no more at a time than are encoded.
    let place = api.encoders.acquire().await;
    let compared = tokio::task::spawn_blocking(move || asked.into_iter().map(of_group).collect());
    let groups = compared.await.unwrap_or_default();
    drop(place);
    Json(Groups { groups })
}

fn pictures_of(api: &Api, group: &GroupEntry) -> Named {
    let cameras = api.cameras();
    let members = cameras.iter().filter(|camera| group.cameras.iter().any(|n| n == camera.name()));
    let with_picture = members
        .filter_map(|camera| Some((camera.name().to_owned(), camera.picture(PictureKind::Live)?)));
    with_picture.collect()
}

fn of_group((group, pictures): (GroupEntry, Named)) -> Group {
    let (spread, message) = match spread(&pictures) {
        Ok(spread) => (spread, None),
        Err(message) => (None, Some(message)),
    };
    Group { name: group.name, cameras: group.cameras, spread, message }
}
