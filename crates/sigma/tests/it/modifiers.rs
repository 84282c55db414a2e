//! What each modifier makes of its values, and how values that are no text compare.

use crate::fixture::{holds, holds_on, lists, matches, rule_of, text};
use sigma::{Number, Value};

fn check(selection: &str, hits: &[&'static str], misses: &[&'static str]) {
    for (values, expected) in [(hits, true), (misses, false)] {
        for value in values {
            assert_eq!(
                holds(selection, &[text(value)]),
                expected,
                "{selection} on `{value}`"
            );
        }
    }
}

#[test]
fn every_modifier() {
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
fn placeholders_and_times() {
    check(
        "f|contains|all|expand: ['%admins%', x]",
        &["x root", "adm_1x"],
        &["root", "x"],
    );
    check("f|expand: '%admins%'", &["ROOT", "adm_x"], &["%admins%", "adm"]);
    check(
        "f|expand|endswith: '/%admins%.sh'",
        &["x/root.sh", "/adm_a.sh"],
        &["root.sh"],
    );
    check(
        "f|cidr|expand: '%networks%'",
        &["192.0.2.1", "198.51.100.1"],
        &["203.0.113.1"],
    );
    check("f|re|expand: '^%admins%$'", &["root", "adm_"], &["xroot"]);
    check(
        "f|hour|expand: '%hours%'",
        &["2026-11-23T09:00:00Z"],
        &["2026-11-23T10:00:00Z"],
    );
    check(
        "f|base64offset|contains|all: [foobar, root]",
        &["Zm9vYmFy cm9vd"],
        &["Zm9vYmFy"],
    );
    check(
        "f|hour: [7, 8]",
        &["2026-11-23T07:21:41Z", "28800"],
        &["1700000000", "x", ""],
    );
    check(
        "f|hour|gte: 8",
        &["2026-11-23T08:00:00Z", "2026-11-23 23:59:59"],
        &["2026-11-23T07:59:59Z"],
    );
    check(
        "f|minute|lt: 5",
        &["2026-11-23T08:04:59Z"],
        &["2026-11-23T08:05:00Z"],
    );
    check("f|day: 23", &["2026-11-23"], &["2026-11-24"]);
    check("f|week: 53", &["2027-01-01"], &["2027-01-04"]);
    check("f|month|neq: 11", &["2026-12-01", "x"], &["2026-11-23"]);
    check(
        "f|year|gt: 2025",
        &["2026-01-01T00:00:00Z"],
        &["2026-01-01T00:00:00+01:00"],
    );
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
fn fields_compare_with_other_fields() {
    let check = |selection: &str, f: &'static str, g: &'static str, expected: bool| {
        let fields = vec![("f", text(f)), ("g", text(g))];
        assert_eq!(
            holds_on(selection, fields),
            expected,
            "{selection} on `{f}` and `{g}`"
        );
    };
    check("f|fieldref: g", "Abc", "aBC", true);
    check("f|fieldref: g", "abc", "abcd", false);
    check("f|fieldref|cased: g", "abc", "abC", false);
    check("f|fieldref|startswith: g", "abc", "AB", true);
    check("f|fieldref|startswith: g", "abc", "bc", false);
    check("f|endswith|fieldref: g", "abc", "bc", true);
    check("f|fieldref|contains: g", "abc", "b", true);
    check("f|fieldref|neq: g", "abc", "abc", false);
    check("f|fieldref|neq: g", "abc", "x", true);
    check("f|fieldref: [h, g]", "abc", "abc", true);
    check("f|fieldref: h", "abc", "abc", false);
    check("f|fieldref|startswith: g", "*", "a", false);
    let number = Value::Number(Number::Int(7));
    assert!(holds_on("f|fieldref: g", vec![("f", number), ("g", text("7"))]));
    let nulls = vec![("f", Value::Null), ("g", Value::Null)];
    assert!(!holds_on("f|fieldref: g", nulls), "null equals nothing");
    let several = vec![
        ("f", text("a")),
        ("f", text("b")),
        ("g", text("x")),
        ("g", text("b")),
    ];
    assert!(holds_on("f|fieldref: g", several), "some value of each");
}

#[test]
fn numbers_are_points_in_time() {
    let number = |n| Value::Number(Number::Int(n));
    assert!(holds("f|year: 2023", &[number(1_700_000_000)]), "seconds");
    assert!(
        holds("f|year: 2023", &[number(1_700_000_000_000)]),
        "milliseconds"
    );
    assert!(!holds("f|year: 2023", &[number(i64::MAX)]));
    assert!(!holds("f|year: 1970", &[Value::Null, Value::Bool(true)]));
}

#[test]
fn modifiers_of_a_selection_are_those_of_its_fields() {
    let check = |selection: &str, value: &'static str, expected: bool| {
        let rule = rule_of(&format!("  {selection}\n  condition: 1 of s*\n"));
        let fields = vec![("f", text(value))];
        assert_eq!(
            matches(&rule, &lists(), fields),
            expected,
            "{selection} on `{value}`"
        );
    };
    check("s|endswith: {f: /tree}", "/bin/tree", true);
    check("s|endswith: {f: /tree}", "/bin/trees", false);
    check("s|all: [a, b]", "xaxb", true);
    check("s|all: [a, b]", "xa", false);
    check("s|contains: [{f: a}, {f|cased: B}]", "xB", true);
    check("s|contains: [{f: a}, {f|cased: B}]", "xb", false);
}
