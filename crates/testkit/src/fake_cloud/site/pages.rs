//! The web site itself: a small shop with a search, a login and pages that are not there.

use axum::http::StatusCode;
use std::fmt::Write;

/// What is sold.
const PRODUCTS: [(u32, &str); 3] = [(1, "Tea pot"), (2, "Rain coat"), (3, "Field guide to birds")];

/// A page: status and HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub status: StatusCode,
    pub html: String,
}

impl Page {
    fn new(status: StatusCode, title: &str, content: &str) -> Self {
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{content}\n"
        );
        Self { status, html }
    }

    fn ok(title: &str, content: &str) -> Self {
        Self::new(StatusCode::OK, title, content)
    }
}

/// The page behind a request that was let through.
pub(super) fn page(method: &str, path: &str, query: &str) -> Page {
    match (method, path) {
        ("GET" | "HEAD", "/") => Page::ok("Example shop", "<p><a href=/products>Products</a>"),
        ("GET" | "HEAD", "/about") => Page::ok("About us", "<p>We sell three things."),
        ("GET" | "HEAD", "/products") => Page::ok("Products", &product_list("")),
        ("GET" | "HEAD", "/search") => {
            let wanted = parameter(query, "q");
            let list = product_list(&wanted.to_lowercase());
            Page::ok("Search", &format!("<p>Found for “{}”:{list}", escape(&wanted)))
        }
        ("GET" | "HEAD", "/product") => {
            let id = parameter(query, "id");
            match PRODUCTS.iter().find(|(number, _)| number.to_string() == id) {
                Some((_, name)) => Page::ok(name, "<p>In stock."),
                None => not_found(),
            }
        }
        ("GET" | "HEAD", "/login") => Page::ok("Sign in", "<form method=post><input name=user></form>"),
        ("POST", "/login") => Page::new(
            StatusCode::UNAUTHORIZED,
            "Sign in",
            "<p>Unknown user or password.",
        ),
        _ => not_found(),
    }
}

/// The page of a refused request, with the id to quote to the site's operator.
pub(super) fn blocked(trace_id: &str) -> Page {
    let content =
        format!("<p>This request was refused by the web application firewall.<p>Request id: {trace_id}");
    Page::new(StatusCode::METHOD_NOT_ALLOWED, "405", &content)
}

fn not_found() -> Page {
    Page::new(StatusCode::NOT_FOUND, "404", "<p>There is no such page.")
}

fn product_list(wanted: &str) -> String {
    let found = PRODUCTS
        .iter()
        .filter(|(_, name)| name.to_lowercase().contains(wanted));
    let mut list = String::from("<ul>");
    for (id, name) in found {
        // Writing to a string cannot fail.
        let _ = write!(list, "<li><a href=/product?id={id}>{name}</a>");
    }
    list + "</ul>"
}

fn parameter(query: &str, name: &str) -> String {
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_answer_as_a_site_does() {
        let check = |method, path, query, status: u16| {
            assert_eq!(
                page(method, path, query).status.as_u16(),
                status,
                "{method} {path}?{query}"
            );
        };
        check("GET", "/", "", 200);
        check("GET", "/product", "id=2", 200);
        check("GET", "/product", "id=99", 404);
        check("GET", "/wp-login.php", "", 404);
        check("POST", "/login", "", 401);
        check("DELETE", "/", "", 404);
    }

    #[test]
    fn a_search_shows_what_was_asked_for_as_text() {
        let html = page("GET", "/search", "q=%3Cb%3EBird").html;
        assert!(html.contains("“&lt;b>Bird”") && !html.contains("<b>"), "{html}");
    }
}
