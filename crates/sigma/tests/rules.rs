//! Whole rules: what each modifier makes of its values, what errors say, and all public rules.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests read the folder of test data from the environment, and say when there is none"
)]

use sigma::{Body, Correlation, CorrelationKind, Event, Number, Value};
use std::{borrow::Cow, io::Read};

/// An event as a list of fields.
struct Fields(Vec<(&'static str, Value<'static>)>);

impl Event for Fields {
    fn values(&self, field: &str) -> Vec<Value<'_>> {
        let found = self.0.iter().filter(|(name, _)| *name == field);
        found.map(|(_, value)| value.clone()).collect()
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        self.0.iter().filter_map(|(_, value)| value.text()).collect()
    }
}

fn text(value: &'static str) -> Value<'static> {
    Value::Text(Cow::Borrowed(value))
}

fn rule_of(detection: &str) -> String {
    format!("title: t\nlogsource: {{product: p}}\ndetection:\n{detection}")
}

/// Whether the selection `detection` holds for an event whose field `f` has `values`.
fn holds(selection: &str, values: &[Value<'static>]) -> bool {
    let rule = rule_of(&format!("  s:\n    {selection}\n  condition: s\n"));
    let documents = sigma::parse(&rule, "t.yml").unwrap_or_else(|e| panic!("{selection}: {}", e[0]));
    let Body::Rule { detection, .. } = &documents[0].body else {
        panic!("{rule}")
    };
    let event = Fields(values.iter().map(|value| ("f", value.clone())).collect());
    sigma::eval::matches(detection, &event)
}

#[test]
fn every_modifier() {
    let check = |selection: &str, hits: &[&'static str], misses: &[&'static str]| {
        for (values, expected) in [(hits, true), (misses, false)] {
            for value in values {
                assert_eq!(
                    holds(selection, &[text(value)]),
                    expected,
                    "{selection} on `{value}`"
                );
            }
        }
    };
    check("f: Abc", &["abc", "ABC"], &["abcd", "xabc", ""]);
    check("f: a*c", &["ac", "ABBC"], &["acd"]);
    check("f: a?c", &["abc", "a中c"], &["ac", "abbc"]);
    check(r"f: 'a\*c'", &["a*c"], &["abc"]);
    check(r"f: 'C:\Win*'", &[r"c:\windows"], &["c:windows"]);
    check("f: '*'", &["x", ""], &[]);
    check("f: ''", &[""], &["x"]);
    check("f: [a, b]", &["a", "B"], &["ab"]);
    check("f: É", &["é"], &["e"]);
    check("f|contains: b", &["abc", "b"], &["ac"]);
    check("f|contains: 44", &["x443"], &["434"]);
    check("f|contains|all: [a, b]", &["ba", "xaxb"], &["a", "b"]);
    check("f|startswith: /a", &["/A/b"], &["x/a"]);
    check("f|endswith: .sh", &["x.SH"], &["x.sh1"]);
    check("f|cased: Abc", &["Abc"], &["abc"]);
    check("f|contains|cased: A", &["xA"], &["xa"]);
    check("f|neq: a", &["b"], &["a", "A"]);
    check("f|re: '^a.c$'", &["abc"], &["ABC", "abcd"]);
    check("f|re: b", &["abc"], &["ac"]);
    check("f|re|i: '^ABC'", &["abcd"], &["xabc"]);
    check("f|re|s: 'a.b'", &["a\nb"], &[]);
    check("f|re|m: '^b'", &["a\nb"], &["ab"]);
    check("f|re: 'a.b'", &["axb"], &["a\nb"]);
    check("f|windash: '-c'", &["-c", "/c", "\u{2014}C"], &["c", "--c"]);
    check("f|contains|windash: ' -f '", &["x /f y"], &["x +f y"]);
    check("f|base64: foobar", &["Zm9vYmFy"], &["foobar"]);
    check(
        "f|base64offset|contains: foobar",
        &["xxZvb2Jhcxx", "mb29iYX"],
        &["foobar"],
    );
    check("f|wide|base64: a", &["YQA="], &["a"]);
    check(
        "f|cidr: 198.51.100.0/24",
        &["198.51.100.7", "::ffff:198.51.100.7"],
        &["198.51.101.7", "x", ""],
    );
    check("f|cidr: '2001:db8::/32'", &["2001:DB8::1"], &["2001:db9::1"]);
    check("f|cidr: 192.0.2.1", &["192.0.2.1"], &["192.0.2.2"]);
    check("f|gt: 5", &["6", "5.5"], &["5", "x", "inf"]);
    check("f|gte: 5", &["5"], &["4"]);
    check("f|lt: 5", &["4", "-1"], &["5", ""]);
    check("f|lte: 5", &["5"], &["5.1"]);
    check("f|exists: true", &["", "x"], &[]);
    check("f|exists: false", &[], &["x"]);
    check("f: null", &[], &["", "x"]);
    check("f: 200", &["200", " 200", "200.0"], &["2000", ""]);
    check("f: true", &["TRUE"], &["1"]);
    check("- needle\n    - other", &["a needle b", "OTHER"], &["need"]);
    check("'|all': [a, b]", &["xbxa"], &["a"]);
    check("- f: a\n    - f: b", &["a", "b"], &["c"]);
}

#[test]
fn values_that_are_no_text() {
    let number = |n| Value::Number(Number::Int(n));
    assert!(holds("f: 200", &[number(200)]));
    assert!(holds("f: '2*'", &[number(200)]));
    assert!(holds("f: true", &[Value::Bool(true)]));
    assert!(!holds("f: '*'", &[Value::Null]), "null matches no pattern");
    assert!(!holds("f: ''", &[Value::Null]), "empty is not null");
    assert!(holds("f: null", &[Value::Null]));
    assert!(holds("f: null", &[]), "absent is null");
    assert!(holds("f|exists: true", &[Value::Null]), "null is there");
    assert!(!holds("f|exists: true", &[]));
    assert!(holds("f|neq: a", &[]), "absent differs");
    assert!(!holds("f: '*'", &[]));
}

#[test]
fn a_field_with_several_values() {
    let values = [text("a"), text("b")];
    assert!(holds("f: b", &values));
    assert!(holds("f|all: [a, b]", &values), "each is met by some value");
    assert!(!holds("f|neq: b", &values), "none may be equal");
    assert!(!holds("f: null", &[Value::Null, text("a")]));
}

#[test]
fn errors_say_where_and_what() {
    let check = |detection: &str, expected: &str| {
        let errors = sigma::parse(&rule_of(detection), "r.yml").unwrap_err();
        assert_eq!(errors[0].to_string(), expected, "{detection}");
    };
    check(
        "  s:\n    f|containz: x\n  condition: s\n",
        "r.yml:5:7: unknown modifier `containz`; expected `contains`",
    );
    check(
        "  s:\n    'f|contains|al': x\n  condition: s\n",
        "r.yml:5:17: unknown modifier `al`; expected `all`",
    );
    check(
        "  s:\n    f|expand: '%x%'\n  condition: s\n",
        "r.yml:5:7: modifier `expand` is not supported yet; expected a rule without it",
    );
    check(
        "  s:\n    f|re|contains: x\n  condition: s\n",
        "r.yml:5:10: `contains` does not go with the modifiers before it",
    );
    check(
        "  s:\n    f|i: x\n  condition: s\n",
        "r.yml:5:7: `i` without `re`; expected `re` before it",
    );
    check(
        "  s:\n    f|re: '(?=x)'\n  condition: s\n",
        "r.yml:5:11: `(?=x)` is not a regular expression: look-around, including look-ahead and look-behind, \
         is not supported; expected one without look-around and back-references",
    );
    check(
        "  s:\n    f|cidr: [10.0.0.0/8, 10.0.0.0/99]\n  condition: s\n",
        "r.yml:5:26: `10.0.0.0/99` is not a network; expected an address and a prefix length, such as \
         `198.51.100.0/24`",
    );
    check(
        "  s:\n    f|gt: x\n  condition: s\n",
        "r.yml:5:11: `x` of `gt`; expected a number",
    );
    check(
        "  s:\n    f|exists: 1\n  condition: s\n",
        "r.yml:5:15: `exists` is a number; expected `true` or `false`",
    );
    check(
        "  s:\n    f: []\n  condition: s\n",
        "r.yml:5:8: a list without values; expected one value or more",
    );
    check(
        "  s: {}\n  condition: s\n",
        "r.yml:4:6: selection `s` is empty; expected fields with values, or keywords",
    );
    check(
        "  s:\n    f: x\n  condition: s and t\n",
        "r.yml:6:20: unknown selection `t`; expected `s`",
    );
    check("  s:\n    f: x\n", "r.yml:4:3: key `condition` is missing");
    check(
        "  s:\n    f|wide: x\n  condition: s\n",
        "r.yml:5:13: `x` cannot be encoded; expected `base64` or `base64offset` right after the UTF-16 modifier",
    );
    check(
        "  s:\n    f|base64: x*\n  condition: s\n",
        "r.yml:5:15: `x*` cannot be encoded; expected plain text: wildcards cannot be encoded, nor can a text be encoded twice",
    );
    check(
        "  s:\n    f: x\n  condition: s\n  timeframe: 5m\n",
        "r.yml:7:3: `timeframe` is not part of Sigma 2; expected a document with `correlation` and its `timespan`",
    );
}

#[test]
fn all_errors_of_a_file_are_told() {
    let text = "title: t\nlevel: hgh\nlogsorce: {}\ndetection:\n  s: {f|rx: 1}\n  condition: x\n";
    let errors = sigma::parse(text, "r.yml").unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "r.yml:1:1: key `logsource` is missing",
            "r.yml:2:8: unknown level `hgh`; expected `high`",
            "r.yml:3:1: unknown key `logsorce`; expected `logsource`",
            "r.yml:5:9: unknown modifier `rx`; expected `re`",
            "r.yml:6:14: unknown selection `x`; expected `s`",
        ]
    );
}

fn correlation(text: &str) -> Result<Correlation, String> {
    let text = format!("title: t\ncorrelation:\n{text}");
    match sigma::parse(&text, "c.yml") {
        Ok(documents) => match documents.into_iter().next().map(|d| d.body) {
            Some(Body::Correlation(correlation)) => Ok(correlation),
            other => panic!("{other:?}"),
        },
        Err(errors) => Err(errors[0].to_string()),
    }
}

#[test]
fn correlations() {
    let counted = correlation(
        "  type: value_count\n  rules: [a, b]\n  group-by: [ip]\n  timespan: 10m\n  condition: {field: url, gte: 5, lt: 9}\n",
    )
    .unwrap();
    assert!(matches!(&counted.kind, CorrelationKind::ValueCount(f) if f[0].text == "url"));
    assert_eq!(counted.timespan.as_secs(), 600);
    assert_eq!(counted.rules[1].text, "b");
    assert_eq!(counted.condition.len(), 2);
    let check = |text: &str, expected: &str| assert_eq!(correlation(text).unwrap_err(), expected);
    check(
        "  type: temporal\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n",
        "c.yml:3:9: correlation type `temporal` is not supported yet; expected `event_count` or `value_count`",
    );
    check(
        "  type: evnt_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n",
        "c.yml:3:9: unknown correlation type `evnt_count`; expected `event_count`",
    );
    check(
        "  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n",
        "c.yml:6:14: `value_count` needs a `field` in its condition",
    );
    check(
        "  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gt: x}\n",
        "c.yml:6:19: `gt` is a text; expected a number",
    );
    check(
        "  type: event_count\n  rules: a\n  timespn: 1m\n  condition: {gt: 1}\n",
        "c.yml:3:3: key `timespan` is missing",
    );
}

#[test]
fn every_public_rule_is_read_or_refused_for_a_known_reason() {
    let Ok(folder) = std::env::var("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA is not set");
        return;
    };
    let path = format!("{folder}/sigma/sigmahq-rules.tar.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let (mut read, mut not_yet, mut refused) = (0, 0, Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let name = path.display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        match sigma::parse(&text, &name) {
            Ok(_) => read += 1,
            Err(errors) if errors.iter().all(|e| e.message.contains("not supported yet")) => not_yet += 1,
            Err(errors) => refused.push(errors[0].to_string()),
        }
    }
    eprintln!(
        "{read} read, {not_yet} not supported yet, {} refused",
        refused.len()
    );
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(read >= 3_740, "{read}");
}
