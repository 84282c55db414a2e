//! A syslog line as rsyslog and journald write it → [`Node`], as if it had been an object.
//!
//! `[<priority>]time host program[pid]: message`; the time is `Nov 22 14:34:25` (RFC 3164) or RFC 3339, which is
//! the default of newer systems. What the message says is for the mapping: every program has words of its own.

use crate::{
    dead_letter::{DeadLetter, DeadLetterReason},
    tree::{Kind, Node, span_of},
};
use model::{Span, Value};
use std::borrow::Cow;

/// The length of `Nov 22 14:34:25`; days below ten have a space before them.
const SHORT_TIME: usize = 15;

/// Parses one line.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, DeadLetter> {
    let line = text.trim();
    let broken = |rest: &str, what: &str| {
        let Span { start, .. } = span_of(text, rest);
        let detail = format!("not a syslog line: expected {what}");
        DeadLetter::new(DeadLetterReason::NotALogLine, detail).at(start as usize)
    };
    let rest = after_priority(line);
    let (time, rest) = time(rest).ok_or_else(|| broken(rest, "the time"))?;
    let (host, rest) = rest.split_once(' ').ok_or_else(|| broken(rest, "the host"))?;
    let (tag, message) = rest
        .split_once(": ")
        .filter(|(tag, _)| !tag.contains(' '))
        .ok_or_else(|| broken(rest, "the program"))?;
    let (program, pid) = match tag.strip_suffix(']').and_then(|tag| tag.split_once('[')) {
        Some((program, pid)) => (program, Some(pid)),
        None => (tag, None),
    };
    let values = [
        ("time", Some(time)),
        ("host", Some(host)),
        ("program", Some(program)),
        ("pid", pid),
        ("message", Some(message)),
    ];
    let member = |(name, value): (&'static str, Option<_>)| Some((Cow::Borrowed(name), leaf(text, value?)));
    Ok(Node {
        kind: Kind::Object(values.into_iter().filter_map(member).collect()),
        span: span_of(text, line),
    })
}

fn after_priority(line: &str) -> &str {
    line.strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .filter(|(priority, _)| !priority.is_empty() && priority.bytes().all(|b| b.is_ascii_digit()))
        .map_or(line, |(_, rest)| rest)
}

/// The time and what follows it.
fn time(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.split_once(' ');
    }
    let (time, rest) = text.split_at_checked(SHORT_TIME)?;
    Some((time, rest.strip_prefix(' ')?))
}

fn leaf<'t>(text: &'t str, value: &'t str) -> Node<'t> {
    Node {
        kind: Kind::Leaf(Value::Text(Cow::Borrowed(value))),
        span: span_of(text, value),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_as_daemons_write_them() {
        let check = |line: &str, expected: &[&str]| {
            let Kind::Object(members) = parse(line).unwrap().kind else {
                panic!("an object")
            };
            let texts = members.iter().map(|(key, node)| match &node.kind {
                Kind::Leaf(value) => format!("{key}={}", value.to_text()),
                _ => String::new(),
            });
            assert_eq!(texts.collect::<Vec<_>>(), expected, "{line}");
        };
        check(
            "Nov 22 14:34:25 vm sshd[27163]: Connection closed by 127.0.0.66 port 1: x",
            &[
                "time=Nov 22 14:34:25",
                "host=vm",
                "program=sshd",
                "pid=27163",
                "message=Connection closed by 127.0.0.66 port 1: x",
            ],
        );
        check(
            "<38>Nov  2 04:34:25 vm sudo: alice : TTY=pts/0",
            &[
                "time=Nov  2 04:34:25",
                "host=vm",
                "program=sudo",
                "message=alice : TTY=pts/0",
            ],
        );
        check(
            "2026-11-22T14:34:25.123456+08:00 vm sshd-session[7]: x",
            &[
                "time=2026-11-22T14:34:25.123456+08:00",
                "host=vm",
                "program=sshd-session",
                "pid=7",
                "message=x",
            ],
        );
    }

    #[test]
    fn other_lines_are_refused_with_their_place() {
        let check = |line: &str, offset| assert_eq!(parse(line).unwrap_err().offset, Some(offset), "{line}");
        check("hello", 0);
        check("Nov 22 14:34:2é vm sshd: x", 0);
        check("Nov 22 14:34:25 vm", 16);
        check("Nov 22 14:34:25 vm no program here", 19);
    }
}
