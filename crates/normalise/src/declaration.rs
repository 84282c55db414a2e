//! The mapping language: `source.yml` as written.
//!
//! A product has kinds of log. A record is of the first kind whose format it has and whose `when` holds.
//! Each OCSF field is filled from the first of its alternatives that gives a value: a path into the record,
//! optionally decoded (`decode`), cut (`part`, `extract`) and translated (`map`), two paths joined, or a constant under a
//! condition. That is all there is; what it cannot say belongs into a rule.

use crate::timestamp::TimeFormat;
use model::{LocalText, LogSource, Side};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_saphyr::Spanned;
use std::{collections::BTreeMap, fmt};

/// A product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceDecl {
    /// What it is called.
    pub title: LocalText,
    /// Which side of the wire it stands on.
    pub side: Side,
    /// The kinds of log it writes; the first that fits a record is taken.
    pub logs: Vec<Spanned<LogDecl>>,
}

/// A kind of log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogDecl {
    /// Its name within the product.
    pub name: String,
    /// What it is called.
    pub title: LocalText,
    /// How a record is written.
    pub format: Format,
    /// What tells it from the product's other kinds; all must hold.
    #[serde(default)]
    pub when: Vec<Spanned<ConditionDecl>>,
    /// What Sigma rules know it as.
    pub logsource: LogSource,
    /// Each record is one client request.
    #[serde(default)]
    pub counts_requests: bool,
    /// Values by which this log says that there is none, such as `-`.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Fields whose text is JSON itself and is read as part of the record.
    #[serde(default)]
    pub embedded: Vec<Spanned<String>>,
    /// Where the time stands; the first that is there counts.
    pub time: Vec<Spanned<TimeDecl>>,
    /// What identifies a record within the source; none, and its position does.
    #[serde(default)]
    pub native_id: Vec<Spanned<String>>,
    /// Where the cloud account stands.
    #[serde(default)]
    pub account: Option<Spanned<String>>,
    /// OCSF name → what fills it.
    pub fields: FieldMap,
}

/// How a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// One JSON object.
    Json,
    /// The access log line of nginx and Apache.
    Combined,
    /// A line of syslog: `time`, `host`, `program`, `pid` and `message`.
    Syslog,
}

/// Where and how a time stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeDecl {
    /// The path.
    pub field: String,
    /// How it is written.
    pub format: TimeFormat,
}

/// A test of the raw record: exactly one of the four.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionDecl {
    /// The path; of several values one is enough.
    pub field: String,
    /// The value is this.
    #[serde(default)]
    pub equals: Option<String>,
    /// The value is one of these.
    #[serde(default)]
    pub one_of: Option<Vec<String>>,
    /// The value matches this regular expression.
    #[serde(default)]
    pub matches: Option<String>,
    /// There is a value, or there is none.
    #[serde(default)]
    pub exists: Option<bool>,
}

/// The part of a request target or `Host` header that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// The path of a request target, without scheme and host.
    Path,
    /// What follows the first `?`, if there is one.
    Query,
    /// A host without its port.
    Host,
}

/// How a log escapes what it thinks unsafe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decode {
    /// `%2b` for `+`.
    Percent,
}

/// One way to fill a field: exactly one of `from`, `join` and `value`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AlternativeDecl {
    /// The path to take the values of.
    pub from: Option<String>,
    /// Paths whose values are joined.
    pub join: Vec<String>,
    /// What stands between joined values.
    pub with: String,
    /// A constant.
    pub value: Option<String>,
    /// Take percent escapes back before anything else is done with the value.
    pub decode: Option<Decode>,
    /// Only if all of these hold.
    pub when: Vec<ConditionDecl>,
    /// Take a part of the value.
    pub part: Option<Part>,
    /// Take what the first group of this regular expression matches; no match, no value.
    pub extract: Option<String>,
    /// Translate; a value not listed becomes `otherwise`, or none.
    pub map: BTreeMap<String, String>,
    /// What a value not listed in `map` becomes.
    pub otherwise: Option<String>,
}

/// OCSF names and what fills them, in the order written.
#[derive(Debug)]
pub(crate) struct FieldMap(pub Vec<(String, Spanned<Alternatives>)>);

/// Written as a path, as one alternative, or as a list of both.
#[derive(Debug)]
pub(crate) struct Alternatives(pub Vec<AlternativeDecl>);

impl<'de> Deserialize<'de> for FieldMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = FieldMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("OCSF names and what fills them")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldMap, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(FieldMap(fields))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

impl<'de> Deserialize<'de> for Alternatives {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Alternatives;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, an alternative, or a list of them")
            }

            fn visit_str<E>(self, path: &str) -> Result<Alternatives, E> {
                Ok(Alternatives(vec![AlternativeDecl {
                    from: Some(path.to_owned()),
                    ..AlternativeDecl::default()
                }]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Alternatives, A::Error> {
                AlternativeDecl::deserialize(MapAccessDeserializer::new(map))
                    .map(|one| Alternatives(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Alternatives, A::Error> {
                let mut all = Vec::new();
                while let Some(Alternatives(more)) = seq.next_element()? {
                    all.extend(more);
                }
                Ok(Alternatives(all))
            }
        }

        deserializer.deserialize_any(Read)
    }
}
