//! The console: a single-page application that the release binary carries.
//!
//! Built with the feature `console`; without it (development, most tests) the server says how to get one.

#[cfg(feature = "console")]
use axum::http::header;
use axum::{
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};

/// What the browser may load and run: our own files. Styles are made at run time by the component library.
const SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

#[cfg(feature = "console")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../console/dist"]
struct Files;

/// Serves a file of the console; every path that is no file is a page of the application.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let wanted = if path.is_empty() { "index.html" } else { path };
    match file(wanted).or_else(|| file("index.html").filter(|_| is_page(wanted))) {
        Some(response) => response,
        None if cfg!(feature = "console") => StatusCode::NOT_FOUND.into_response(),
        None => (
            StatusCode::NOT_FOUND,
            "this binary was built without the console; `cargo xtask dist` builds one with it\n",
        )
            .into_response(),
    }
}

/// Whether a path that is no file is a page: files lie at the root or among the assets, and the name of a page may have
/// a dot too, as the address of an entity does.
fn is_page(path: &str) -> bool {
    match path.split_once('/') {
        None => !path.contains('.'),
        Some((folder, _)) => folder != "assets",
    }
}

#[cfg(feature = "console")]
fn file(path: &str) -> Option<Response> {
    let file = Files::get(path)?;
    // Assets carry a hash in their name; the page that names them does not.
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(path)),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, SECURITY_POLICY),
    ];
    Some((headers, file.data.into_owned()).into_response())
}

#[cfg(not(feature = "console"))]
fn file(_path: &str) -> Option<Response> {
    let _ = (SECURITY_POLICY, media_type(""));
    None
}

/// The kinds of file a build of the console holds.
fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_have_a_dot_in_its_name() {
        let check = |path, expected| assert_eq!(is_page(path), expected, "{path}");
        check("events", true);
        check("entities/ip/198.51.100.7", true);
        check("favicon.ico", false);
        check("assets/gone-4f.js", false);
    }
}
