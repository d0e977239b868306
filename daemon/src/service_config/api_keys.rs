//! The table `[api]`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use isp_hw::strict_toml::{StrictError, Table};

use super::ApiConfig;

const KEYS: [&str; 4] = ["socket", "group", "tcp", "token_file"];

/// What `table` says, over what stood before; relative paths start in `folder`.
pub(super) fn read(
    table: &Table<'_>,
    folder: &Path,
    below: ApiConfig,
) -> Result<ApiConfig, StrictError> {
    table.only(&KEYS)?;
    let path = |key: &str| -> Result<Option<PathBuf>, StrictError> {
        table.get(key).map(|value| Ok(folder.join(value.text()?))).transpose()
    };
    let mut api = below;
    api.socket = path("socket")?.or(api.socket);
    api.token_file = path("token_file")?.or(api.token_file);
    if let Some(group) = table.get("group") {
        api.group = Some(group.text()?.to_owned());
    }
    if let Some(value) = table.get("tcp") {
        let text = value.text()?;
        let address: SocketAddr = text.parse().map_err(|_| {
            value.error(format!("\"{text}\" is no address and port, as \"127.0.0.1:8480\" is"))
        })?;
        if !address.ip().is_loopback() {
            return Err(value.error(format!(
                "\"{text}\" is no loopback address; reach it from outside through a proxy or an ssh \
                 tunnel"
            )));
        }
        if api.token_file.is_none() {
            return Err(
                value.error("\"tcp\" needs \"token_file\", a file with the token of callers")
            );
        }
        api.tcp = Some(address);
    }
    Ok(api)
}
