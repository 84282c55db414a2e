//! What makes no sense in a feed, each mistake with its place.

use super::super::problem::{Place, Problem};
use crate::intel::{Credentials, Kind, Settings};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Longest address, path, user, collection, in bytes.
const LONGEST: usize = 2_000;
/// Minutes between two looks: often enough for the fastest feeds, and at least once a month.
const MINUTES: std::ops::RangeInclusive<u32> = 5..=43_200;

/// Everything that is wrong with a feed.
pub fn check(
    name: &str,
    kind: Kind,
    settings: &Settings,
    has_secret: bool,
    uploaded: bool,
) -> Result<(), Problem> {
    let mut mistakes = Vec::new();
    let mut mistake = |place: &str, message: &str| {
        mistakes.push(Place {
            place: place.to_owned(),
            message: message.to_owned(),
        });
    };
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        mistake("/name", "expected 1 to 100 characters without control characters");
    }
    match (&settings.url, &settings.path) {
        (Some(_), Some(_)) => mistake("/path", "a feed has an address or a path, not both"),
        (None, None) if !uploaded => mistake("/url", "expected an address; a text without one is uploaded"),
        (None, Some(_)) if matches!(kind, Kind::Taxii | Kind::MispFeed) => {
            mistake(
                "/path",
                "this kind of feed is read over HTTP: expected an address",
            );
        }
        _ => {}
    }
    if let Some(url) = &settings.url {
        let scheme = url.starts_with("https://") || url.starts_with("http://");
        if !scheme || url.len() > LONGEST || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            mistake(
                "/url",
                "expected an address that begins with `https://` or `http://`",
            );
        }
    }
    let texts = [
        ("/path", &settings.path),
        ("/user", &settings.user),
        ("/collection", &settings.collection),
    ];
    for (place, text) in texts {
        if text
            .as_ref()
            .is_some_and(|text| text.len() > LONGEST || text.chars().any(char::is_control))
        {
            mistake(place, "expected at most 2,000 bytes without control characters");
        }
    }
    if settings.credentials != Credentials::None && !has_secret {
        mistake("/secret", "these credentials need a password, token or key");
    }
    let header = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match (settings.credentials, settings.user.as_deref().unwrap_or_default()) {
        (Credentials::Basic, "") => mistake("/user", "expected the name of the user"),
        (Credentials::Header, name) if name.is_empty() || !name.chars().all(header) => {
            mistake("/user", "expected the name of a header, such as `X-API-Key`");
        }
        _ => {}
    }
    if !MINUTES.contains(&settings.interval_minutes) {
        mistake("/interval_minutes", "expected 5 to 43,200 minutes");
    }
    for (place, confidence) in [
        ("/default_confidence", settings.default_confidence),
        ("/tag_confidence", settings.tag_confidence),
    ] {
        if confidence > 100 {
            mistake(place, "expected 0 to 100");
        }
    }
    if settings
        .layout
        .separator
        .is_some_and(|separator| !separator.is_ascii())
    {
        mistake("/layout/separator", "expected one character such as `;`");
    }
    let columns = settings.layout.columns.clone().map(intel::list::Columns::from);
    if let Some(message) = columns.and_then(|columns| columns.mistake()) {
        mistake("/layout/columns", message);
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid("the feed is not valid", mistakes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intel::Columns;

    #[test]
    fn each_mistake_names_its_place() {
        let good = Settings {
            url: Some("https://feed.example/".to_owned()),
            path: None,
            credentials: Credentials::None,
            user: None,
            collection: None,
            layout: crate::intel::Layout::default(),
            interval_minutes: 60,
            default_confidence: 75,
            tag_confidence: 70,
        };
        let wrong = |change: &dyn Fn(&mut Settings), expected: &[&str]| {
            let mut settings = good.clone();
            change(&mut settings);
            let places = match check("a", Kind::MispFeed, &settings, false, false) {
                Ok(()) => Vec::new(),
                Err(problem) => problem.places().iter().map(|place| place.place.clone()).collect(),
            };
            assert_eq!(places, expected);
        };
        wrong(&|_| {}, &[]);
        wrong(&|s| s.url = None, &["/url"]);
        wrong(&|s| s.url = Some("ftp://x".to_owned()), &["/url"]);
        wrong(&|s| s.path = Some("a".to_owned()), &["/path"]);
        wrong(&|s| (s.url, s.path) = (None, Some("a".to_owned())), &["/path"]);
        wrong(&|s| s.credentials = Credentials::Basic, &["/secret", "/user"]);
        wrong(&|s| s.interval_minutes = 0, &["/interval_minutes"]);
        wrong(&|s| s.tag_confidence = 101, &["/tag_confidence"]);
        wrong(&|s| s.layout.separator = Some('；'), &["/layout/separator"]);
        wrong(
            &|s| s.layout.columns = Some(Columns::default()),
            &["/layout/columns"],
        );
    }
}
