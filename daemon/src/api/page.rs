//! The page's files. They are inside the program.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};

use super::ApiError;

/// Nothing from elsewhere is loaded, nothing runs but the page's own script, and no other page can
/// frame it. Pictures that the script fetched with a token are `blob:`.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// One file.
#[derive(Debug)]
pub(super) struct PageFile {
    path: &'static str,
    bytes: &'static [u8],
}

macro_rules! page_file {
    ($folder:literal, $name:literal) => {
        PageFile {
            path: concat!("/", $name),
            bytes: include_bytes!(concat!("../../", $folder, "/", $name)),
        }
    };
}

/// Every file that is served. Some are those of the report, so that the two look alike.
const FILES: &[PageFile] = &[
    PageFile { path: "/", bytes: include_bytes!("../../page/index.html") },
    page_file!("page", "cameras.js"),
    page_file!("page", "curve.js"),
    page_file!("page", "dialog.js"),
    page_file!("page", "element.js"),
    page_file!("page", "groups.js"),
    page_file!("page", "head.js"),
    page_file!("page", "history.js"),
    page_file!("page", "icon.svg"),
    page_file!("page", "looks.js"),
    page_file!("page", "page.css"),
    page_file!("page", "page.js"),
    page_file!("page", "parameters.js"),
    page_file!("page", "pictures.js"),
    page_file!("page", "plan.js"),
    page_file!("page", "service.js"),
    page_file!("page", "tables.css"),
    page_file!("page", "words.js"),
    page_file!("templates", "comparison.css"),
    page_file!("templates", "comparison.js"),
    page_file!("templates", "instruments.css"),
    page_file!("templates", "palette.css"),
];

/// The file at a path of the address.
pub(super) fn file(path: &str) -> Option<&'static PageFile> {
    FILES.iter().find(|file| file.path == path)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    }
}

/// What the router answers where it has no route.
pub(super) async fn serve(uri: Uri) -> Response {
    let Some(file) = file(uri.path()) else {
        let text = format!("there is no {}; docs/api.md lists what there is", uri.path());
        return ApiError::new(StatusCode::NOT_FOUND, text).into_response();
    };
    let content_type = HeaderValue::from_static(content_type(file.path));
    ([(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY)], file.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_page_is_served_as_what_it_is() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
            assert!(file(&path).is_some(), "{name} is missing in FILES");
        }
        assert_eq!(content_type("/"), "text/html; charset=utf-8");
        assert_eq!(content_type("/page.js"), "text/javascript; charset=utf-8");
    }

    #[test]
    fn whatever_the_page_names_is_served() {
        let names = |text: &str, mark: &str| -> Vec<String> {
            let parts = text.split(mark).skip(1);
            parts.filter_map(|part| part.split('"').next().map(str::to_owned)).collect()
        };
        for PageFile { path, bytes } in FILES {
            let text = std::str::from_utf8(bytes).unwrap();
            let mut named = names(text, "from \"./");
            if *path == "/" {
                named.extend(names(text, "link rel=\"stylesheet\" href=\""));
                named.extend(names(text, "script type=\"module\" src=\""));
                assert!(named.len() >= 5, "{named:?}");
            }
            for name in named {
                assert!(file(&format!("/{name}")).is_some(), "{path} names {name}");
            }
        }
    }
}
