//! A small dictionary, and records made of `name = value` pairs whose raw text is those pairs.

use detect::{Detector, RuleError, RuleSet, RuleSource};
use model::{
    Field, LogRecord, LogSource, Origin, RecordId, RecordMeta, Schema, Side, SourceId, Span, TenantId, Time,
    Value, record::LogKind, schema::FieldSpec,
};
use std::{borrow::Cow, sync::Arc};

/// The dictionary of these tests.
pub fn schema() -> Arc<Schema> {
    let names: [(&str, &[&str]); 10] = [
        ("src_endpoint.ip", &["c-ip"]),
        ("http_request.url.path", &["cs-uri-stem"]),
        ("http_response.code", &["sc-status"]),
        ("disposition", &[]),
        ("severity_id", &[]),
        ("finding_info.title", &[]),
        ("device.uid", &[]),
        ("process.pid", &[]),
        ("process.created_time", &[]),
        ("dst_endpoint.hostname", &["cs-host"]),
    ];
    let fields = names.iter().map(|(name, aliases)| FieldSpec {
        name: (*name).into(),
        aliases: aliases.iter().map(|a| (*a).into()).collect(),
    });
    Arc::new(Schema::new(fields.collect()).unwrap())
}

/// The log kind of these tests.
pub fn kind() -> Arc<LogKind> {
    Arc::new(LogKind {
        product: "alibaba/waf".parse().unwrap(),
        name: "flow".into(),
        side: Side::Network,
        logsource: LogSource {
            product: Some("alibaba".into()),
            service: Some("waf".into()),
            category: Some("webserver".into()),
        },
        counts_requests: true,
    })
}

/// What is known of record number `id` at `secs`.
pub fn meta(id: u128, secs: i64) -> RecordMeta {
    RecordMeta {
        id: RecordId::from_bits(id),
        tenant: TenantId::default(),
        source: SourceId::from_bits(1),
        log: kind(),
        account: Some("100".into()),
        time: Time::from_secs(secs),
    }
}

/// A record of texts.
pub fn record(id: u128, secs: i64, pairs: &[(&str, &str)]) -> LogRecord<'static> {
    let schema = schema();
    let mut raw = String::new();
    let (mut fields, mut unmapped) = (Vec::new(), Vec::new());
    for (name, value) in pairs {
        raw.push_str(name);
        raw.push('=');
        let start = raw.len() as u32;
        raw.push_str(value);
        let span = Some(Span {
            start,
            end: raw.len() as u32,
        });
        raw.push(' ');
        let field = Field {
            value: Value::Text(Cow::Owned((*value).to_owned())),
            span,
        };
        match schema.slot(name) {
            Some(slot) => fields.push((slot, field)),
            None => unmapped.push((Cow::Owned((*name).to_owned()), vec![field])),
        }
    }
    LogRecord::new(meta(id, secs), raw.leak().as_bytes(), fields, unmapped)
}

/// A custom rule file.
pub fn source(text: &str) -> RuleSource {
    RuleSource {
        file: "rule.yml".into(),
        text: text.into(),
        origin: Origin::Custom,
        enabled: true,
        testing: false,
    }
}

/// Compiles files; they must be right.
pub fn rules(sources: &[RuleSource]) -> Arc<RuleSet> {
    let (set, errors) = RuleSet::compile(&schema(), sources);
    assert!(errors.is_empty(), "{}", errors[0]);
    Arc::new(set)
}

/// A detector with one custom rule file.
pub fn detector(text: &str) -> Detector {
    Detector::new(rules(&[source(text)]))
}

/// What is wrong with one file.
pub fn errors(source: RuleSource) -> Vec<String> {
    let (_, errors) = RuleSet::compile(&schema(), &[source]);
    errors.iter().map(RuleError::to_string).collect()
}
