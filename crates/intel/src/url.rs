//! URLs as far as comparing them needs: one spelling for what browsers would treat alike.

use std::borrow::Cow;

/// A URL in the spelling that is compared: scheme and host in lower case, no default port, no user, no fragment, and a
/// path even where there is none. Nothing else is touched: path and query belong to the server. None if it has no scheme
/// and host.
pub(crate) fn canonical(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let (scheme, rest) = text.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if scheme.is_empty() || !scheme.bytes().all(word) {
        return None;
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.bytes().position(|b| matches!(b, b'/' | b'?'));
    let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
    let scheme = lower(scheme);
    let host = lower(authority.rsplit('@').next().unwrap_or_default());
    let default = match &*scheme {
        "http" => ":80",
        "https" => ":443",
        "ftp" => ":21",
        _ => "\n",
    };
    let host = host.strip_suffix(default).unwrap_or(&host);
    let named = host_of(host);
    if named.is_empty() || is_broken(named) {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    // Entities and indicators are spelt so already.
    let whole = scheme.len() + "://".len() + rest.len() == text.len();
    if whole && slash.is_empty() && text.starts_with(&*scheme) && authority == host {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned(format!("{scheme}://{host}{slash}{path}")))
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Whether there is white space or a control character.
fn is_broken(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|b| b <= b' ' || b == 0x7f);
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The host of a canonical URL, without its port and the brackets of an IPv6 address.
pub(crate) fn host(canonical: &str) -> &str {
    let rest = canonical.split_once("://").map_or(canonical, |(_, rest)| rest);
    host_of(rest.split(['/', '?']).next().unwrap_or_default())
}

fn host_of(authority: &str) -> &str {
    if let Some((address, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
    .trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_url_are_one() {
        let check =
            |text: &str, expected: Option<&str>| assert_eq!(canonical(text).as_deref(), expected, "{text}");
        check("HTTP://Evil.Example:80/A?b#c", Some("http://evil.example/A?b"));
        check("https://evil.example", Some("https://evil.example/"));
        check("https://evil.example?x=1", Some("https://evil.example/?x=1"));
        check(
            "http://user:pass@evil.example:8080/",
            Some("http://evil.example:8080/"),
        );
        check("http://[2001:db8::1]:80/x", Some("http://[2001:db8::1]/x"));
        check(" HTTP://a@evil.example/", Some("http://evil.example/"));
        check("http://ÉVIL.example/É", Some("http://évil.example/É"));
        check("http://évil.example/", Some("http://évil.example/"));
        check("http://evil.example:443/x#", Some("http://evil.example:443/x"));
        check("a:http://evil.example/", None);
        check("http://a\u{a0}b/x", None);
        check("/login", None);
        check("://x", None);
        check("http:///x", None);
        check("http://a b/x", None);
    }

    #[test]
    fn the_host_stands_alone() {
        let check = |text: &str, expected: &str| assert_eq!(host(text), expected, "{text}");
        check("http://evil.example:8080/x", "evil.example");
        check("http://[2001:db8::1]:81/x", "2001:db8::1");
        check("http://evil.example./", "evil.example");
    }
}
