//! What an alert says of the record that raised it.

use crate::fixture::{detector, kind, meta, record, rules, schema, source};
use detect::{Detector, RuleSource};
use model::{
    Aggregation, Alert, EntityKind, Field, Level, LogRecord, LogSource, Origin, Role, Side, Value,
    record::LogKind,
};
use std::{borrow::Cow, sync::Arc};

const RULE: &str = r"
title: Probing
id: probing
level: low
logsource: {product: alibaba, service: waf}
detection:
  path: {cs-uri-stem|contains: [/admin, /.git]}
  odd: {unmapped.odd: 'x*'}
  harmless: {sc-status: 200}
  condition: (path or odd) and not harmless
ctdr:
  title: {en: 'Probing of $cs-host$', zh: '探测 $cs-host$'}
  category: abnormal_web_access
  aggregation: passthrough
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
    - {type: domain, field: cs-host, role: victim}
    - {type: process, field: process.pid, role: artefact, scope: [device.uid, process.created_time]}
  defended: {field: disposition, values: [Blocked]}
  suppress: {by: [c-ip], for: 60s}
";

fn alerts_of(pairs: &[(&str, &str)]) -> Vec<Alert> {
    detector(RULE).detect(&[record(1, 1000, pairs)])
}

#[test]
fn an_alert_tells_the_story() {
    let alert = alerts_of(&[
        ("src_endpoint.ip", "198.51.100.7"),
        ("http_request.url.path", "/Admin/x"),
        ("http_response.code", "404"),
        ("dst_endpoint.hostname", "Shop.example.com"),
        ("disposition", "Blocked"),
        ("device.uid", "host-1"),
        ("process.pid", "12"),
        ("process.created_time", "99"),
    ])
    .remove(0);
    assert_eq!(alert.title.en, "Probing of Shop.example.com");
    assert_eq!(alert.title.zh, "探测 Shop.example.com");
    assert_eq!(alert.rule.id, "probing");
    assert_eq!((alert.level, alert.side), (Level::Low, Side::Network));
    assert_eq!(alert.aggregation, Aggregation::Passthrough);
    assert_eq!(alert.defended, Some(true));
    assert_eq!(alert.accounts.iter().collect::<Vec<_>>(), ["100"]);
    assert_eq!(
        (alert.time, alert.first_time),
        (alert.evidence[0].time, alert.evidence[0].time)
    );
    let entities: Vec<(EntityKind, &str, Role)> = alert
        .entities
        .iter()
        .map(|e| (e.key.kind, e.key.value.as_str(), e.role))
        .collect();
    assert_eq!(
        entities,
        [
            (EntityKind::Ip, "198.51.100.7", Role::Attacker),
            (EntityKind::Domain, "shop.example.com", Role::Victim),
            (EntityKind::Process, "host-1/99/12", Role::Artefact),
        ]
    );
    let evidence = &alert.evidence[0];
    let matched: Vec<(&str, &str)> = evidence
        .matched
        .iter()
        .map(|m| (m.name.as_str(), m.value.as_str()))
        .collect();
    assert_eq!(matched, [("http_request.url.path", "/Admin/x")]);
    let span = evidence.matched[0].span.unwrap();
    assert_eq!(&evidence.raw[span.start as usize..span.end as usize], "/Admin/x");
}

#[test]
fn what_a_record_lacks_is_left_out() {
    let alert = alerts_of(&[("odd", "xyz"), ("device.uid", "host-1"), ("process.pid", "12")]).remove(0);
    assert_eq!(alert.title.en, "Probing of -");
    assert!(
        alert.entities.is_empty(),
        "a process without its start is no identity: {:?}",
        alert.entities
    );
    assert_eq!(alert.defended, None);
    assert_eq!(alert.evidence[0].matched[0].name, "unmapped.odd");
    let open = alerts_of(&[("odd", "xyz"), ("disposition", "Monitored")]).remove(0);
    assert_eq!(open.defended, Some(false));
}

#[test]
fn rules_match_the_logs_they_are_for() {
    let pairs = [("odd", "x")];
    assert_eq!(alerts_of(&pairs).len(), 1);
    assert_eq!(alerts_of(&[("odd", "x"), ("http_response.code", "200")]).len(), 0);
    let other = Arc::new(LogKind {
        logsource: LogSource {
            service: Some("waf_alert".into()),
            ..kind().logsource.clone()
        },
        ..(*kind()).clone()
    });
    let odd = Field {
        value: Value::Text(Cow::Borrowed("x")),
        span: None,
    };
    let unmapped = vec![(Cow::Borrowed("odd"), vec![odd])];
    let mut about = meta(1, 1000);
    about.log = other;
    let foreign = LogRecord::new(about, b"odd=x", Vec::new(), unmapped);
    assert_eq!(detector(RULE).detect(&[foreign]).len(), 0);
    let general = RULE.replace(", service: waf}", "}");
    let mut about = meta(1, 1000);
    about.log = Arc::new(LogKind {
        logsource: LogSource::default(),
        ..(*kind()).clone()
    });
    let unknown = LogRecord::new(about, b"", Vec::new(), Vec::new());
    assert_eq!(detector(&general).detect(&[unknown]).len(), 0);
}

#[test]
fn repeats_are_suppressed_and_counted() {
    let mut detector = detector(RULE);
    let mut raised = |id, secs, ip: &'static str| {
        let record = record(id, secs, &[("odd", "x"), ("src_endpoint.ip", ip)]);
        detector.detect(&[record]).first().map(|alert| alert.suppressed)
    };
    assert_eq!(raised(1, 1000, "198.51.100.7"), Some(0));
    assert_eq!(raised(2, 1001, "198.51.100.7"), None);
    assert_eq!(raised(3, 1002, "198.51.100.8"), Some(0), "another attacker");
    assert_eq!(raised(4, 1059, "198.51.100.7"), None);
    assert_eq!(raised(5, 1060, "198.51.100.7"), Some(2));
    assert_eq!(detector.counters().suppressed, 2);
}

#[test]
fn a_private_address_belongs_to_its_account_whatever_part_it_plays() {
    let rule = RULE.replace(
        "    - {type: domain",
        "    - {type: ip, field: src_endpoint.ip, role: victim}\n    - {type: domain",
    );
    let alert = detector(&rule)
        .detect(&[record(1, 1, &[("odd", "x"), ("src_endpoint.ip", "10.0.0.7")])])
        .remove(0);
    let values: Vec<&str> = alert.entities.iter().map(|e| e.key.value.as_str()).collect();
    assert_eq!(values, ["100/10.0.0.7", "100/10.0.0.7"]);
    assert_eq!(alert.entities[0].role, Role::Attacker);
}

#[test]
fn a_vendors_alert_is_imported_with_its_level() {
    let rule = r"
title: A WAF alert
id: import
level: low
logsource: {product: alibaba}
detection: {s: {finding_info.title|exists: true}, condition: s}
ctdr:
  name: n
  title: {en: $finding_info.title$, zh: $finding_info.title$}
  description: {en: d, zh: d}
  category: abnormal_web_access
  aggregation: none
  import: true
  entities: [{type: ip, field: c-ip, role: attacker}]
  tests: [{name: n, source: alibaba/waf, logs: [x], alerts: 1}]
";
    let source = RuleSource {
        origin: Origin::Predefined,
        ..source(rule)
    };
    let mut detector = Detector::new(rules(&[source]));
    let mut level = |severity: &'static str| {
        let pairs = [("finding_info.title", "Web shell"), ("severity_id", severity)];
        let alert = detector.detect(&[record(1, 1, &pairs)]).remove(0);
        assert_eq!(
            (alert.origin, alert.title.zh.as_str()),
            (Origin::Vendor, "Web shell")
        );
        alert.level
    };
    assert_eq!(level("5"), Level::Serious);
    assert_eq!(level("6"), Level::Serious);
    assert_eq!(level("1"), Level::Reminder);
    assert_eq!(level("0"), Level::Low, "the rule's own");
    assert_eq!(level("x"), Level::Low);
}

#[test]
fn evidence_is_bounded_and_keeps_its_spans() {
    let long = format!("/admin{}", "é".repeat(60_000));
    let raw = long.clone().leak().as_bytes();
    let field = |start, end| Field {
        value: Value::Text(Cow::Borrowed("/admin")),
        span: Some(model::Span { start, end }),
    };
    let slot = schema().slot("cs-uri-stem").unwrap();
    let fields = vec![(slot, field(0, 6)), (slot, field(100_000, 100_006))];
    let record = LogRecord::new(meta(1, 1), raw, fields, Vec::new());
    let alert = detector(RULE).detect(&[record]).remove(0);
    let evidence = &alert.evidence[0];
    assert_eq!(evidence.raw.len(), 65_536);
    assert_eq!(evidence.matched.iter().filter(|m| m.span.is_some()).count(), 1);
}

#[test]
fn disabled_rules_are_silent_and_tried_ones_say_so() {
    let run = |source: RuleSource| {
        let set = rules(&[source]);
        assert_eq!(set.rules().count(), 1);
        Detector::new(set).detect(&[record(1, 1, &[("odd", "x")])])
    };
    assert!(
        run(RuleSource {
            enabled: false,
            ..source(RULE)
        })
        .is_empty()
    );
    assert!(
        run(RuleSource {
            testing: true,
            ..source(RULE)
        })[0]
            .testing
    );
}
