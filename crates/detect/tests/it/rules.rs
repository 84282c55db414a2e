//! What compiling refuses, and that one broken file stops no other.

use crate::fixture::{detector, errors, record, rules, schema, source};
use detect::{Detector, RuleSet, RuleSource};
use model::{Aggregation, Level, Origin, Tactic};
use proptest::prelude::*;
use std::sync::Arc;

const SOUND: &str = "
title: t
id: a
logsource: {product: alibaba}
detection:
  s: {c-ip: 198.51.100.7}
  condition: s
";

fn with(ctdr: &str) -> RuleSource {
    source(&format!("{SOUND}ctdr:\n{ctdr}"))
}

#[test]
fn errors_have_their_place_and_the_nearest_name() {
    let check = |source: RuleSource, expected: &str| {
        let found = errors(source);
        assert_eq!(found.first().map(String::as_str), Some(expected), "{found:?}");
    };
    check(
        source(&SOUND.replace("c-ip:", "c_ip:")),
        "rule.yml:6:7: unknown field `c_ip`; expected `c-ip`, or `unmapped.<path>` for a key that no mapping knows",
    );
    check(
        source(&SOUND.replace("c-ip:", "c-ip|containz:")),
        "rule.yml:6:12: unknown modifier `containz`; expected `contains`",
    );
    check(
        source(&SOUND.replace("id: a\n", "")),
        "rule.yml:2:1: key `id` is missing: alerts name their rule by it",
    );
    check(
        with("  agregation: none\n"),
        "rule.yml:9:3: unknown key `agregation`; expected `aggregation`",
    );
    check(
        with("  aggregation: expert\n"),
        "rule.yml:9:16: `expert` is not for custom rules; expected `passthrough`, `window` or `none`",
    );
    check(
        RuleSource {
            origin: Origin::Predefined,
            ..with("  aggregation: window\n")
        },
        "rule.yml:2:1: key `level` is missing",
    );
    check(
        with("  aggregation: none\n  window: 1h\n"),
        "rule.yml:10:11: `window` without its method; expected `aggregation: window` beside it",
    );
    check(
        with("  title: {en: x, zh: 'of $src_endpoint.port$'}\n"),
        "rule.yml:9:10: unknown field `src_endpoint.port`; expected `src_endpoint.ip`, or `unmapped.<path>` for a \
         key that no mapping knows",
    );
    check(with("  title: {en: x}\n"), "rule.yml:9:10: key `zh` is missing");
    check(
        with("  entities:\n    - {type: url, field: c-ip, role: victim, malicious: true}\n"),
        "rule.yml:10:57: an entity of type `url` cannot be malicious; expected `ip`, `domain`, `file`, `process` \
         or `registry`",
    );
    check(
        with("  entities:\n    - {type: ip, field: c-ip, role: attaker}\n"),
        "rule.yml:10:37: unknown role `attaker`; expected `attacker`",
    );
    check(
        with("  import: true\n"),
        "rule.yml:9:11: `import` in a custom rule; expected a rule without it",
    );
    check(
        with("  tests:\n    - {name: x, source: waf, logs: [], alerts: 0}\n"),
        "rule.yml:10:25: `waf` is not a product: expected `<provider>/<product>`, such as `alibaba/waf`",
    );
    check(
        with("  suppress: {by: [c-ip]}\n"),
        "rule.yml:9:13: key `for` is missing",
    );
}

#[test]
fn correlations_refer_to_rules_that_exist() {
    let counting = |name: &str, gte: u32| {
        source(&format!(
            "{SOUND}name: base\n---\ntitle: u\nid: b\ncorrelation:\n  type: event_count\n  rules: [{name}]\n  \
             group-by: [c-ip]\n  timespan: 1m\n  condition: {{gte: {gte}}}\n"
        ))
    };
    assert_eq!(errors(counting("base", 5)), Vec::<String>::new());
    assert_eq!(errors(counting("a", 5)), Vec::<String>::new(), "by id");
    assert_eq!(
        errors(counting("bose", 5)),
        ["rule.yml:14:11: unknown rule `bose`; expected `base`"]
    );
    assert_eq!(
        errors(counting("b", 5)),
        ["rule.yml:13:9: the correlation is about itself: `b` → `b`"]
    );
    assert_eq!(
        errors(counting("base", 20_000)),
        ["rule.yml:17:14: the count is too high to be kept; expected at most 10000"]
    );
}

#[test]
fn what_can_never_fire_is_told() {
    let check = |kind: &str, rest: &str, expected: &str| {
        let text = format!(
            "{SOUND}---\ntitle: u\nid: b\ncorrelation:\n  type: {kind}\n  rules: [a]\n  timespan: 1m\n{rest}"
        );
        assert_eq!(errors(source(&text)), [expected]);
    };
    check(
        "temporal",
        "  condition: {gte: 2}\n",
        "rule.yml:15:14: the count is too high to be kept; expected at most 1",
    );
    check(
        "event_count",
        "  condition: {gte: 1}\n  group-by: [x]\n  aliases: {x: {c: c-ip}}\n",
        "rule.yml:17:17: `c` is none of `rules`; expected `a`",
    );
    check(
        "event_count",
        "  condition: {gte: 1}\n  group-by: [x]\n  aliases: {x: {a: c_ip}}\n",
        "rule.yml:16:14: unknown field `c_ip`; expected `c-ip`, or `unmapped.<path>` for a key that no mapping knows",
    );
}

#[test]
fn correlations_of_correlations_have_an_end() {
    let count = |id: &str, about: &str, by: &str| {
        format!(
            "---\ntitle: t\nid: {id}\ncorrelation:\n  type: event_count\n  rules: [{about}]\n  \
             group-by: [{by}]\n  timespan: 1m\n  condition: {{gte: 1}}\n"
        )
    };
    let check = |rest: String, expected: &[&str]| {
        assert_eq!(errors(source(&format!("{SOUND}{rest}"))), expected);
    };
    check(count("b", "a", "c-ip") + &count("c", "b", "src_endpoint.ip"), &[]);
    check(
        count("b", "a", "c-ip") + &count("c", "b", "cs-host"),
        &["rule.yml:23:14: `cs-host` tells no windows of `b` apart; expected `c-ip`"],
    );
    check(
        count("b", "c", "c-ip") + &count("c", "b", "c-ip"),
        &[
            "rule.yml:12:9: the correlation is about itself: `b` → `c` → `b`",
            "rule.yml:21:9: the correlation is about itself: `c` → `b` → `c`",
        ],
    );
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let tower: String = ids
        .windows(2)
        .map(|pair| count(pair[1], pair[0], "c-ip"))
        .collect();
    let found = errors(source(&format!("{SOUND}{tower}")));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("more than 10 correlations upon one another: `l` → `k`"),
        "{found:?}"
    );
}

#[test]
fn a_file_about_one_that_did_not_load_does_not_load() {
    let file = |name: &str, text: String| RuleSource {
        file: name.into(),
        ..source(&text)
    };
    let count = |id: &str, about: &str| {
        format!(
            "title: t\nid: {id}\ncorrelation:\n  type: event_count\n  rules: [{about}]\n  \
             timespan: 1m\n  condition: {{gte: 1}}\n"
        )
    };
    let sources = [
        file("top.yml", count("top", "middle")),
        file("middle.yml", count("middle", "bottom")),
        file("bottom.yml", count("bottom", "nothing")),
    ];
    let (set, errors) = RuleSet::compile(&schema(), &sources);
    let mut errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    errors.sort();
    assert_eq!(
        errors,
        [
            "bottom.yml:5:11: unknown rule `nothing`",
            "middle.yml:5:11: `bottom` did not load",
            "top.yml:5:11: `middle` did not load",
        ]
    );
    assert_eq!(set.rules().count(), 0);
}

const FILTER: &str = "
title: our own scanner
logsource: {product: alibaba}
filter:
  rules: [a]
  s: {cs-uri-stem|startswith: /scan}
  condition: s
";

#[test]
fn filters_take_matches_away_from_rules_of_other_files() {
    let check = |filter: &str, path: &str, alerts: usize| {
        let mut detector = Detector::new(rules(&[source(SOUND), source(filter)]));
        let hit = record(1, 1, &[("c-ip", "198.51.100.7"), ("cs-uri-stem", path)]);
        assert_eq!(detector.detect(&[hit]).len(), alerts, "{filter} {path}");
    };
    check(FILTER, "/scan/1", 0);
    check(FILTER, "/login", 1);
    check(&FILTER.replace("[a]", "any"), "/scan/1", 0);
    check(&FILTER.replace("alibaba", "nginx"), "/scan/1", 1);
}

#[test]
fn a_broken_filter_is_told_and_filters_nothing() {
    let check = |filter: &str, expected: &str| {
        let (set, errors) = RuleSet::compile(&schema(), &[source(filter), source(SOUND)]);
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(told, [expected]);
        assert_eq!(set.rules().count(), 1);
        let hit = record(1, 1, &[("c-ip", "198.51.100.7"), ("cs-uri-stem", "/scan")]);
        assert_eq!(Detector::new(Arc::new(set)).detect(&[hit]).len(), 1);
    };
    check(
        &FILTER.replace("[a]", "[aa]"),
        "rule.yml:5:11: unknown rule `aa`; expected `a`",
    );
    check(
        &FILTER.replace("cs-uri-stem", "cs-uri-stm"),
        "rule.yml:6:7: unknown field `cs-uri-stm`; expected `cs-uri-stem`, or `unmapped.<path>` for a key that no \
         mapping knows",
    );
    let with_a_broken_rule = format!(
        "{FILTER}---{}",
        SOUND.replace("id: a", "id: b").replace("c-ip:", "c_ip:")
    );
    check(
        &with_a_broken_rule,
        "rule.yml:13:7: unknown field `c_ip`; expected `c-ip`, or `unmapped.<path>` for a key that no mapping knows",
    );
}

#[test]
fn fields_are_compared_and_shown_as_evidence() {
    let rule = SOUND.replace(
        "c-ip: 198.51.100.7",
        "c-ip|fieldref: cs-host, disposition|hour: 7",
    );
    let pairs = [
        ("c-ip", "192.0.2.1"),
        ("cs-host", "192.0.2.1"),
        ("disposition", "2026-11-23T07:00:00Z"),
    ];
    let alerts = detector(&rule).detect(&[record(1, 1, &pairs)]);
    let matched: Vec<&str> = alerts[0].evidence[0]
        .matched
        .iter()
        .map(|m| m.name.as_str())
        .collect();
    assert_eq!(matched, ["src_endpoint.ip", "disposition"]);
    assert_eq!(
        errors(source(&rule.replace("cs-host", "cs-hst"))),
        [
            "rule.yml:6:22: unknown field `cs-hst`; expected `cs-host`, or `unmapped.<path>` for a key that no mapping knows"
        ]
    );
}

#[test]
fn a_counted_rule_raises_no_alerts_of_its_own() {
    let text = format!(
        "{SOUND}name: base\n---\ntitle: u\nid: b\ncorrelation:\n  type: event_count\n  rules: [base]\n  \
         timespan: 1m\n  condition: {{gte: 2}}\n"
    );
    let ids = |text: &str| -> Vec<String> {
        let (set, errors) = RuleSet::compile(&schema(), &[source(text)]);
        assert!(errors.is_empty(), "{errors:?}");
        set.rules().map(|rule| rule.id.clone()).collect()
    };
    assert_eq!(ids(&text), ["b"]);
    assert_eq!(ids(&format!("{text}  generate: true\n")), ["a", "b"]);
}

#[test]
fn one_broken_file_stops_no_other() {
    let broken = RuleSource {
        file: "broken.yml".into(),
        ..source("title: x\n")
    };
    let twice = RuleSource {
        file: "twice.yml".into(),
        ..source(SOUND)
    };
    let (set, errors) = RuleSet::compile(&schema(), &[broken, source(SOUND), twice]);
    assert_eq!(set.rules().count(), 1);
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "broken.yml:1:1: key `logsource` is missing",
            "broken.yml:1:1: key `detection` is missing",
            "twice.yml:2:1: id `a` is already used in rule.yml",
        ]
    );
}

#[test]
fn a_log_of_a_test_that_cannot_be_read_is_told_with_its_place() {
    let check = |source: RuleSource, expected: &str| assert_eq!(errors(source), [expected]);
    let logs = |test: &str| with(&format!("  tests:\n    - {{name: x, {test}, alerts: 0}}\n"));
    check(
        logs("logs: [a]"),
        "rule.yml:10:24: no product is named for the log; expected `source` in the test, or \
         `{source: <provider>/<product>, log: …}`",
    );
    check(
        logs("source: alibaba/waf, logs: [a, {log: b}]"),
        "rule.yml:10:48: key `source` is missing",
    );
    check(
        logs("logs: [{source: alibaba/waf, raw: b, log: a}]"),
        "rule.yml:10:46: unknown key `raw`; expected `source` or `log`",
    );
    check(
        logs("logs: [{source: waf, log: a}]"),
        "rule.yml:10:33: `waf` is not a product: expected `<provider>/<product>`, such as `alibaba/waf`",
    );
    check(
        logs("source: alibaba/waf, logs: [{source: huawei/hss, log: a}]"),
        "rule.yml:10:17: `source` is not asked for: each log names its own; expected a test without it",
    );
}

#[test]
fn logs_of_a_test_name_their_product_or_take_that_of_the_test() {
    let text = "  tests:\n    - name: x\n      source: alibaba/waf\n      logs:\n        - a\n        \
                - {source: huawei/hss, log: b}\n      alerts: 0\n";
    let schema = schema();
    let (set, errors) = RuleSet::compile(&schema, &[with(text)]);
    assert!(errors.is_empty(), "{errors:?}");
    let tests = &set.rules().next().unwrap().tests;
    let logs = tests[0].logs.iter();
    let logs: Vec<String> = logs
        .map(|log| format!("{} {} {}", log.source, log.source_at.line, log.raw))
        .collect();
    assert_eq!(logs, ["alibaba/waf 11 a", "huawei/hss 14 b"]);
}

#[test]
fn what_people_may_know_of_a_rule() {
    let text = SOUND.replace(
        "id: a",
        "id: a\nlevel: high\ntags: [attack.initial-access, attack.t1190]\ndescription: d",
    );
    let text = format!(
        "{text}ctdr:\n  name: 测试\n  title: {{en: 'by $c-ip$', zh: '来自 $c-ip$'}}\n  category: abnormal_login\n"
    );
    let (set, errors) = RuleSet::compile(&schema(), &[source(&text)]);
    assert!(errors.is_empty(), "{errors:?}");
    let rule = set.rule("a").unwrap();
    assert_eq!((rule.title.en.as_str(), rule.title.zh.as_str()), ("t", "测试"));
    assert_eq!(rule.description.en, "d");
    assert_eq!((rule.level, rule.aggregation), (Level::High, Aggregation::Window));
    assert_eq!(rule.tactics, [Tactic::new("initial-access")]);
    assert_eq!(rule.techniques, ["T1190"]);
    assert_eq!(rule.logsources[0].product.as_deref(), Some("alibaba"));
    assert_eq!(rule.version.len(), 16);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A rule file somebody broke is refused or compiles; it never panics.
    #[test]
    fn broken_text_does_no_harm(
        at in 0usize..600,
        cut in 0usize..8,
        put in "[-:|{}\\[\\]'\"*?\\\\$#&!%@ \n\ta0é]{0,4}",
    ) {
        let sound = "title: t\nid: a\nname: base\nlogsource: {product: p}\ndetection:\n  s:\n    c-ip|cidr: [10.0.0.0/8]\n    \
            cs-uri-stem|re|i: 'a(b|c)+'\n    sc-status|gte: 400\n  t: [{c-ip|contains|windash: -x}, {cs-host: null}]\n  \
            condition: s and not 1 of t*\n---\ntitle: u\nid: b\ncorrelation:\n  type: value_count\n  rules: [base]\n  \
            group-by: [c-ip]\n  timespan: 5m\n  condition: {field: cs-host, gte: 3}\nctdr:\n  title: {en: '$c-ip$', zh: x}\n  \
            entities: [{type: ip, field: c-ip, role: attacker}]\n  suppress: {by: [c-ip], for: 1m}\n";
        let mut chars: Vec<char> = sound.chars().collect();
        let at = at.min(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        let text: String = chars.into_iter().collect();
        let (set, errors) = RuleSet::compile(&schema(), &[source(&text)]);
        prop_assert!(set.rules().count() > 0 || !errors.is_empty());
    }
}
