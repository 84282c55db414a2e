//! The `combined` access log line of nginx and Apache → [`Node`], as if it had been an object.
//!
//! `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
//! "$http_user_agent"`, optionally without the last two (`common`) or with a quoted `X-Forwarded-For` after
//! them. <https://nginx.org/en/docs/http/ngx_http_log_module.html>

use crate::{
    dead_letter::{DeadLetter, DeadLetterReason},
    tree::{Kind, Node, span_of},
};
use model::{Span, Value};
use std::borrow::Cow;

/// Parses one line.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, DeadLetter> {
    let mut line = Line {
        text,
        rest: text.trim(),
        members: Vec::new(),
    };
    line.read()?;
    let span = span_of(text, text.trim());
    Ok(Node {
        kind: Kind::Object(line.members),
        span,
    })
}

struct Line<'t> {
    text: &'t str,
    rest: &'t str,
    members: Vec<(Cow<'t, str>, Node<'t>)>,
}

impl<'t> Line<'t> {
    fn read(&mut self) -> Result<(), DeadLetter> {
        let address = self.until(" ", "the client address")?;
        self.push("remote_addr", address);
        self.until(" ", "the identity")?;
        let user = self.until(" [", "the user")?;
        self.push("remote_user", user);
        let time = self.until("] \"", "the time")?;
        self.push("time_local", time);
        let request = self.quoted("the request")?;
        self.request(request);
        for name in ["status", "body_bytes_sent"] {
            let (value, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
            if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
                return Err(self.broken("a number"));
            }
            self.push(name, value);
            self.rest = rest;
        }
        for name in ["http_referer", "http_user_agent", "http_x_forwarded_for"] {
            let Some(rest) = self.rest.strip_prefix('"') else {
                break;
            };
            self.rest = rest;
            let value = self.quoted(name)?;
            self.push(name, value);
        }
        if !self.rest.is_empty() {
            self.push("rest", self.rest);
        }
        Ok(())
    }

    fn until(&mut self, mark: &str, what: &str) -> Result<&'t str, DeadLetter> {
        let (value, rest) = self.rest.split_once(mark).ok_or_else(|| self.broken(what))?;
        self.rest = rest;
        Ok(value)
    }

    /// Up to the closing quote; a quote within is written `\x22` by nginx and `\"` by Apache.
    fn quoted(&mut self, what: &str) -> Result<&'t str, DeadLetter> {
        let mut escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let end = end.ok_or_else(|| self.broken(what))?;
        let (value, rest) = (&self.rest[..end], &self.rest[end + 1..]);
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        Ok(value)
    }

    /// `METHOD target PROTOCOL`; whatever else a client sent stays one value.
    fn request(&mut self, request: &'t str) {
        let parts = request.split_once(' ').and_then(|(method, rest)| {
            let (target, protocol) = rest.rsplit_once(' ')?;
            let is_request = method.bytes().all(|b| b.is_ascii_alphabetic()) && protocol.starts_with("HTTP/");
            is_request.then_some([("method", method), ("uri", target), ("protocol", protocol)])
        });
        match parts {
            Some(parts) => parts.into_iter().for_each(|(name, value)| self.push(name, value)),
            None => self.push("request", request),
        }
    }

    fn push(&mut self, name: &'static str, value: &'t str) {
        let span = span_of(self.text, value);
        let node = Node {
            kind: Kind::Leaf(Value::Text(unescape(value))),
            span,
        };
        self.members.push((Cow::Borrowed(name), node));
    }

    fn broken(&self, what: &str) -> DeadLetter {
        let Span { start, .. } = span_of(self.text, self.rest);
        let detail = format!("not a combined log line: expected {what}");
        DeadLetter::new(DeadLetterReason::NotALogLine, detail).at(start as usize)
    }
}

/// Takes `\xHH`, `\"` and `\\` back.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (*first, tail) {
            (b'\\', [b'x', high, low, tail @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), tail)
            }
            (b'\\', [byte @ (b'"' | b'\\'), tail @ ..]) => (*byte, tail),
            (byte, tail) => (byte, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn values(line: &str) -> Vec<(String, String)> {
        let Kind::Object(members) = parse(line).unwrap().kind else {
            panic!("an object")
        };
        let text = |node: Node<'_>| match node.kind {
            Kind::Leaf(value) => value.to_text().into_owned(),
            _ => String::new(),
        };
        members
            .into_iter()
            .map(|(key, node)| (key.into_owned(), text(node)))
            .collect()
    }

    #[test]
    fn lines_as_servers_write_them() {
        let check = |line: &str, name: &str, expected: Option<&str>| {
            let values = values(line);
            let found = values
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str());
            assert_eq!(found, expected, "{name} of {line}");
        };
        let head = "203.0.113.7 - alice [22/Nov/2026:14:10:59 +0000]";
        let full = format!(r#"{head} "GET /a?b=\x22c HTTP/1.1" 200 3 "-" "curl \"x\"" "198.51.100.1""#);
        check(&full, "uri", Some("/a?b=\"c"));
        check(&full, "remote_user", Some("alice"));
        check(&full, "http_user_agent", Some("curl \"x\""));
        check(&full, "http_x_forwarded_for", Some("198.51.100.1"));
        check(&format!(r#"{head} "-" 400 0"#), "request", Some("-"));
        check(&format!(r#"{head} "-" 400 0"#), "method", None);
        check(
            &format!(r#"{head} "GET /a b HTTP/1.1" 400 0 "-" "-" rt=0.1"#),
            "uri",
            Some("/a b"),
        );
        check(
            &format!(r#"{head} "GET / HTTP/1.1" 400 0 "-" "-" rt=0.1"#),
            "rest",
            Some("rt=0.1"),
        );
    }

    #[test]
    fn other_lines_are_refused_with_their_place() {
        let check = |line: &str, offset| assert_eq!(parse(line).unwrap_err().offset, Some(offset), "{line}");
        check("hello", 0);
        check("203.0.113.7 - - [now", 17);
        check(r#"203.0.113.7 - - [t] "GET / HTTP/1.1" two 3"#, 37);
    }
}
