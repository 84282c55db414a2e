//! What compiling refuses, and that one broken file stops no other.

use crate::fixture::{errors, schema, source};
use detect::{RuleSet, RuleSource};
use model::{Aggregation, Level, Origin, Tactic};
use proptest::prelude::*;

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
        [
            "rule.yml:14:11: `b` is a correlation itself, which is not supported yet; expected a rule with `detection`"
        ]
    );
    assert_eq!(
        errors(counting("base", 20_000)),
        ["rule.yml:17:14: the count is too high to be kept; expected at most 10000"]
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
