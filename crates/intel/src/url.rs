//! URLs as far as comparing them needs: one spelling for what browsers would treat alike.

/// A URL in the spelling that is compared: scheme and host in lower case, no default port, no user, no fragment, and a
/// path even where there is none. Nothing else is touched: path and query belong to the server. None if it has no scheme
/// and host.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(word) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default().to_lowercase();
    let default = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        "ftp" => ":21",
        _ => "\n",
    };
    let host = host.strip_suffix(default).unwrap_or(&host);
    let named = host_of(host);
    if named.is_empty() || named.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!("{scheme}://{host}{slash}{path}"))
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
