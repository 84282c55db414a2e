//! Applies a plan to one record.

use crate::{
    catalogue::{Product, SourceContext},
    combined,
    dead_letter::{DeadLetter, DeadLetterReason as Reason},
    declaration::{Decode, Format, Part},
    json,
    leaves::Leaves,
    percent,
    plan::{Alternative, Input, LogPlan},
    repair, syslog,
    tree::{Kind, Node, own, span_of},
};
use model::{Field, Slot, Span, Time, Value, record::LogKind, time::DAY_MS};
use std::{borrow::Cow, sync::Arc};

/// A record's time may be this much ahead of its receipt before a wrong clock, or a wrong zone, is assumed. More than
/// clocks drift, and less than any zone: one source in the future would have windows of all others end too early.
const AHEAD_MS: i64 = 10 * 60 * 1000;
/// And this much behind.
const BEHIND_MS: i64 = 3_653 * DAY_MS;
/// The unmapped key that keeps a time which was not believed.
const ORIGINAL_TIME: &str = "original_time";

/// What a raw record says, in our words.
#[derive(Debug)]
pub(crate) struct Mapped<'t> {
    pub log: Arc<LogKind>,
    pub native_id: Vec<u8>,
    pub account: Option<String>,
    pub time: Time,
    pub fields: Vec<(Slot, Field<'t>)>,
    pub unmapped: Vec<(Cow<'t, str>, Vec<Field<'t>>)>,
}

/// Reads one record of a product.
pub(crate) fn map<'t>(
    product: &Product,
    text: &'t str,
    context: &SourceContext<'_>,
) -> Result<Mapped<'t>, DeadLetter> {
    let (plan, mut root) = recognise(product, text)?;
    for path in &plan.embedded {
        path.each_mut(&mut root, &mut graft);
    }
    let mut leaves = Leaves::collect(&root, &plan.paths, &plan.absent);
    let (written, place) = time_of(plan, &mut leaves, context)?;
    let (time, original) = believe(written, context.received, place);
    let mut fields = fill(plan, &root, &mut leaves);
    if let Some(slot) = plan.time_slot {
        fields.push((
            slot,
            Field {
                value: Value::Int(time.millis()),
                span: place,
            },
        ));
    }
    let account = plan.account.and_then(|path| leaves.first(path));
    let account = account.map(|field| field.value.to_text().into_owned());
    let native_id = native_id(plan, &leaves).unwrap_or_else(|| context.position.to_vec());
    let mut unmapped = leaves.unmapped();
    if let Some(field) = original {
        unmapped.push((Cow::Borrowed(ORIGINAL_TIME), vec![field]));
    }
    Ok(Mapped {
        log: Arc::clone(&plan.kind),
        native_id,
        account,
        time,
        fields,
        unmapped,
    })
}

/// The plan whose format and conditions the record meets.
fn recognise<'t, 'p>(product: &'p Product, text: &'t str) -> Result<(&'p LogPlan, Node<'t>), DeadLetter> {
    let start = text.trim_start();
    if start.is_empty() {
        return Err(DeadLetter::new(Reason::Empty, "nothing but white space"));
    }
    let writes = |format: &Format| product.plans.iter().any(|plan| plan.format == *format);
    let lines = [Format::Combined, Format::Syslog].into_iter().find(writes);
    let format = match lines {
        Some(lines) if !start.starts_with(['{', '[']) || !writes(&Format::Json) => lines,
        _ => Format::Json,
    };
    let root = match format {
        Format::Json => json::parse(text)?,
        Format::Combined => combined::parse(text)?,
        Format::Syslog => syslog::parse(text)?,
    };
    let fits = |plan: &&LogPlan| {
        plan.format == format
            && plan
                .when
                .iter()
                .all(|condition| condition.holds(&root, &plan.absent))
    };
    if let Some(plan) = product.plans.iter().find(fits) {
        return Ok((plan, root));
    }
    let kinds: Vec<&str> = product.plans.iter().map(|plan| plan.kind.name.as_str()).collect();
    let detail = format!(
        "none of the log kinds of `{}`: `{}`",
        product.id,
        kinds.join("`, `")
    );
    Err(DeadLetter::new(Reason::UnknownLogKind, detail))
}

/// Reads a text that is JSON as part of the record. Its values stand where the text stands. A text that is
/// no object or list stays what it is.
fn graft(node: &mut Node<'_>) {
    let Kind::Leaf(Value::Text(text)) = &node.kind else {
        return;
    };
    if let Ok(inner) = json::parse(text) {
        *node = inner.into_owned_at(node.span);
    }
}

/// The first readable time and where it stands.
fn time_of(
    plan: &LogPlan,
    leaves: &mut Leaves<'_, '_>,
    context: &SourceContext<'_>,
) -> Result<(Time, Option<Span>), DeadLetter> {
    let mut unreadable = None;
    for (path, format) in &plan.time {
        let Some(field) = leaves.first(*path) else {
            continue;
        };
        let span = field.span;
        if let Some(time) = format.read(&field.value, context.utc_offset_minutes, context.received) {
            leaves.take_first(*path);
            return Ok((time, span));
        }
        unreadable.get_or_insert_with(|| {
            let detail = format!(
                "`{}` is not a time: `{}`",
                plan.paths.name(*path),
                field.value.to_text()
            );
            let letter = DeadLetter::new(Reason::UnreadableTime, detail);
            span.map_or(letter.clone(), |span| letter.at(span.start as usize))
        });
    }
    Err(unreadable.unwrap_or_else(|| {
        let names: Vec<&str> = plan.time.iter().map(|(path, _)| plan.paths.name(*path)).collect();
        DeadLetter::new(
            Reason::NoTime,
            format!("none of the time fields is there: `{}`", names.join("`, `")),
        )
    }))
}

/// A time far from the receipt is a wrong clock (or an attempt to hide): the receipt counts instead, and
/// what was written is kept as a field of its own.
fn believe<'t>(written: Time, received: Time, span: Option<Span>) -> (Time, Option<Field<'t>>) {
    let ahead = written.millis().saturating_sub(received.millis());
    if (-BEHIND_MS..=AHEAD_MS).contains(&ahead) {
        return (written, None);
    }
    let value = Value::Text(Cow::Owned(written.to_string()));
    (received, Some(Field { value, span }))
}

/// The record's own id: its kind, because two kinds of one source may number alike, and its id fields.
fn native_id(plan: &LogPlan, leaves: &Leaves<'_, '_>) -> Option<Vec<u8>> {
    let parts: Vec<String> = plan
        .native_id
        .iter()
        .filter_map(|path| leaves.first(*path))
        .map(|field| field.value.to_text().into_owned())
        .collect();
    (!parts.is_empty()).then(|| format!("{}\0{}", plan.kind.name, parts.join("\0")).into_bytes())
}

/// The values of all mapped fields.
fn fill<'t>(plan: &LogPlan, root: &Node<'t>, leaves: &mut Leaves<'t, '_>) -> Vec<(Slot, Field<'t>)> {
    let mut fields = Vec::with_capacity(plan.fields.len());
    for field in &plan.fields {
        let before = fields.len();
        for alternative in &field.alternatives {
            if alternative
                .when
                .iter()
                .all(|condition| condition.holds(root, &plan.absent))
            {
                alternative.give(leaves, &mut |value| fields.push((field.slot, value)));
            }
            if fields.len() > before {
                break;
            }
        }
    }
    fields
}

impl Alternative {
    fn give<'t>(&self, leaves: &mut Leaves<'t, '_>, push: &mut dyn FnMut(Field<'t>)) {
        match &self.input {
            Input::Constant(value) => push(Field {
                value: value.clone(),
                span: None,
            }),
            Input::Join(paths, with) => {
                let mut parts: Vec<Field<'t>> = Vec::new();
                for path in paths {
                    leaves.take_each(*path, &mut |field| {
                        parts.push(self.decoded(field));
                        true
                    });
                }
                if let [one] = parts.as_slice() {
                    push(one.clone());
                } else if !parts.is_empty() {
                    let parts: Vec<Cow<'_, str>> = parts.iter().map(|field| field.value.to_text()).collect();
                    push(Field {
                        value: Value::Text(Cow::Owned(parts.join(with))),
                        span: None,
                    });
                }
            }
            Input::Path(path) => leaves.take_each(*path, &mut |field| {
                self.shape(field).is_some_and(|field| {
                    push(field);
                    true
                })
            }),
        }
    }

    /// The value without the escapes of its log.
    fn decoded<'t>(&self, field: &Field<'t>) -> Field<'t> {
        let Some(Decode::Percent) = self.decode else {
            return field.clone();
        };
        match percent::decode(&field.value.to_text()) {
            Cow::Borrowed(_) => field.clone(),
            Cow::Owned(text) => Field {
                value: Value::Text(Cow::Owned(text)),
                span: field.span,
            },
        }
    }

    /// The value cut and translated, if there is one left.
    fn shape<'t>(&self, field: &Field<'t>) -> Option<Field<'t>> {
        let mut field = self.decoded(field);
        if let Some(part) = self.part {
            field = cut(&field, |text| part.of(text))?;
        }
        if let Some(regex) = &self.extract {
            field = cut(&field, |text| Some(regex.captures(text)?.get(1)?.as_str()))?;
        }
        if self.map.is_empty() {
            return Some(field);
        }
        let value = self
            .map
            .get(field.value.to_text().as_ref())
            .or(self.otherwise.as_ref())?;
        Some(Field {
            value: value.clone(),
            span: field.span,
        })
    }
}

/// The slice of a value that `find` picks. Its place is exact where the value stands as it was written.
fn cut<'t>(field: &Field<'t>, find: impl Fn(&str) -> Option<&str>) -> Option<Field<'t>> {
    let Value::Text(Cow::Borrowed(text)) = field.value else {
        let text = field.value.to_text();
        let value = Value::Text(Cow::Owned(find(&text)?.to_owned()));
        return Some(Field {
            value,
            span: field.span,
        });
    };
    let within = span_of(text, find(text)?);
    let part = text.get(within.start as usize..within.end as usize)?;
    let span = field.span.map(|span| {
        let as_written = (span.end - span.start) as usize == text.len();
        let moved = Span {
            start: span.start + within.start,
            end: span.start + within.end,
        };
        if as_written { moved } else { span }
    });
    Some(Field {
        value: Value::Text(Cow::Borrowed(part)),
        span,
    })
}

impl Part {
    /// The part of a request target or `Host` header; `None` if it is empty.
    fn of(self, text: &str) -> Option<&str> {
        let part = match self {
            Self::Path => {
                let target = text.split_once('?').map_or(text, |(path, _)| path);
                // A proxy request names the whole URL.
                match target.split_once("://") {
                    Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                        rest.find('/').map_or("", |slash| &rest[slash..])
                    }
                    _ => target,
                }
            }
            Self::Query => text.split_once('?')?.1,
            Self::Host => match text.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
                _ => text,
            },
        };
        (!part.is_empty()).then_some(part)
    }
}

impl Mapped<'_> {
    /// The same with nothing borrowed, and with stand-ins for unreadable bytes shown as such.
    pub(crate) fn into_owned(self) -> Mapped<'static> {
        let show = |field: Field<'_>| {
            let value = match field.value {
                Value::Text(text) => Value::Text(Cow::Owned(repair::show(&text).into_owned())),
                other => own(other),
            };
            Field {
                value,
                span: field.span,
            }
        };
        Mapped {
            log: self.log,
            native_id: self.native_id,
            account: self.account,
            time: self.time,
            fields: self
                .fields
                .into_iter()
                .map(|(slot, field)| (slot, show(field)))
                .collect(),
            unmapped: self
                .unmapped
                .into_iter()
                .map(|(key, fields)| {
                    let key = Cow::Owned(repair::show(&key).into_owned());
                    (key, fields.into_iter().map(show).collect())
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_targets_and_hosts() {
        let check =
            |part: Part, text: &str, expected: Option<&str>| assert_eq!(part.of(text), expected, "{text}");
        check(Part::Path, "/a/b?c=d?e", Some("/a/b"));
        check(Part::Path, "http://www.example.com/a?b", Some("/a"));
        check(Part::Path, "http://www.example.com", None);
        check(Part::Path, "/a?u=http://www.example.com/b", Some("/a"));
        check(Part::Query, "/a?b=c?d", Some("b=c?d"));
        check(Part::Query, "/a?", None);
        check(Part::Query, "/a", None);
        check(Part::Host, "www.example.com:8080", Some("www.example.com"));
        check(Part::Host, "[2001:db8::1]:443", Some("[2001:db8::1]"));
        check(Part::Host, "www.example.com", Some("www.example.com"));
    }

    #[test]
    fn a_cut_knows_its_place() {
        let field = |text: &'static str, start, end| Field {
            value: Value::Text(Cow::Borrowed(text)),
            span: Some(Span { start, end }),
        };
        let exact = cut(&field("/a?b", 10, 14), |text| Part::Path.of(text)).map(|field| field.span);
        assert_eq!(exact, Some(Some(Span { start: 10, end: 12 })));
        let escaped = cut(&field("/a?b", 10, 19), |text| Part::Path.of(text)).map(|field| field.span);
        assert_eq!(escaped, Some(Some(Span { start: 10, end: 19 })));
    }

    #[test]
    fn a_time_far_from_its_receipt_is_not_believed() {
        let received = Time::from_secs(1_795_356_659);
        let check = |seconds: i64, believed: bool| {
            let written = Time::from_secs(1_795_356_659 + seconds);
            let (time, original) = believe(written, received, None);
            assert_eq!(
                (time == written, original.is_none()),
                (believed, believed),
                "{seconds}"
            );
        };
        check(-3600, true);
        check(600, true);
        check(601, false);
        check(-9 * 365 * 86_400, true);
        check(-11 * 365 * 86_400, false);
    }
}
