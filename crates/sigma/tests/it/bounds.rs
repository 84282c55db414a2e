//! Rules made to hurt: each is read or refused in bounded time and memory, and nothing panics.

use crate::fixture::rule_of;
use proptest::prelude::*;

fn many_selections(count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|n| format!("  s{n}: {{f: x}}\n")).collect();
    lines.concat()
}

/// Everything that is wrong with a file, in one text.
fn all_errors(text: &str) -> Option<String> {
    let errors = sigma::parse(text, "b.yml").err()?;
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Some(told.join("\n"))
}

#[test]
fn rules_made_to_hurt() {
    let check = |text: &str, expected: Option<&str>| {
        let error = all_errors(text);
        match expected {
            Some(part) => assert!(
                error.as_deref().is_some_and(|e| e.contains(part)),
                "{part}: {error:?}"
            ),
            None => assert_eq!(error, None),
        }
    };
    let selecting = |selection: &str| rule_of(&format!("  s: {{{selection}}}\n  condition: s\n"));
    let many = |item: &dyn Fn(usize) -> String, count: usize| {
        let items: Vec<String> = (0..count).map(item).collect();
        items.join(", ")
    };
    check(
        &selecting(&format!("f: [{}]", many(&|n| format!("value{n}"), 10_000))),
        None,
    );
    check(
        &selecting("f|re: '(?:a{1000}){1000}'"),
        Some("expected one with less repetition"),
    );
    check(
        &selecting(r"f|re: '(\w{500}){500}'"),
        Some("expected one with less repetition"),
    );
    check(&selecting("f|re: '(a+)+$'"), None);
    check(
        &selecting(&format!("f|re: '{}'", "(".repeat(10_000))),
        Some("is not a regular expression"),
    );
    let large = many(&|n| format!("'a{n}{{1000}}b{{1000}}c{{1000}}'"), 2_000);
    check(
        &selecting(&format!("f|re: [{large}]")),
        Some("expected fewer in one file"),
    );
    let modifiers = "|contains".repeat(10_000);
    check(
        &rule_of(&format!("  s:\n    ? f{modifiers}\n    : x\n  condition: s\n")),
        Some("too many modifiers"),
    );
    check(&"[".repeat(10_000), Some("nested too deep"));
    check(&"- ".repeat(10_000), Some("nested too deep"));
    check(
        &selecting(&format!("f: {}x{}", "[".repeat(10_000), "]".repeat(10_000))),
        Some("nested too deep"),
    );
    check(
        "title: a\ntitle: b\n",
        Some("b.yml:2:1: key `title` is given twice"),
    );
    check(&selecting("f: a, f: b"), Some("key `f` is given twice"));
    check(
        &format!("title: {}", "x".repeat(5 << 20)),
        Some("expected at most 4194304"),
    );
    check("a: &a [x]\nb: [*a, *a]\n", Some("aliases are not read"));
    let selections = many_selections(1_001);
    check(
        &rule_of(&format!("{selections}  condition: s1\n")),
        Some("at most 1000"),
    );
    let selections = many_selections(1_000);
    let condition = vec!["1 of s*"; 100].join(" or ");
    check(
        &rule_of(&format!("{selections}  condition: {condition}\n")),
        Some("the condition is too long"),
    );
    let long = vec!["s"; 9_000].join(" and ");
    check(&rule_of(&format!("  s: {{f: x}}\n  condition: {long}\n")), None);
    let deep = format!("{}s{}", "(".repeat(10_000), ")".repeat(10_000));
    check(
        &rule_of(&format!("  s: {{f: x}}\n  condition: {deep}\n")),
        Some("nested too deep"),
    );
    let wrong = many(&|n| format!("'f{n}|containz': x"), 5_000);
    let errors = sigma::parse(&selecting(&wrong), "b.yml").unwrap_err();
    assert_eq!(errors.len(), 200, "not one for each");
}

/// Pieces of rules, in any order: more of them are nearly rules than of any characters.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("title: t\n"),
        Just("logsource: {product: p}\n"),
        Just("detection:\n"),
        Just("correlation:\n  type: temporal\n  rules: [a]\n  timespan: 1m\n"),
        Just("filter:\n  rules: any\n"),
        Just("  s:\n"),
        Just("    f|fieldref|endswith: g\n"),
        Just("    f|hour|gte: 8\n"),
        Just("    f|re|expand: '%x%('\n"),
        Just("    - a\n"),
        Just("    '|all': [a, null]\n"),
        Just("  condition: 1 of s* and not (s)\n"),
        Just("  window: session\n"),
        Just("  aliases: {x: {a: b}}\n"),
        Just("related: [{id: x}]\n"),
        Just("---\n"),
        Just("é: [\n"),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    // `PROPTEST_CASES` raises the number.
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn no_rule_panics(text in pieces()) {
        if let Ok(mut documents) = sigma::parse(&text, "p.yml") {
            sigma::filter::apply(&mut documents);
            sigma::lint::lint(&text, "p.yml", &documents);
        }
    }

    #[test]
    fn no_detection_panics(
        modifiers in "(\\|(contains|all|re|i|cidr|expand|fieldref|hour|gt|wide|base64offset|windash|exists|neq)){0,4}",
        value in "[-a*?\\\\%.+(){}\\[\\]|/:0-9é ]{0,12}",
        condition in "(s|not|and|or|1|of|them|all|\\(|\\)| |\\*|\\|){0,12}",
    ) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let text = rule_of(&format!(
            "  s:\n    {}: {}\n  condition: {}\n",
            quoted(&format!("f{modifiers}")), quoted(&value), quoted(&condition)
        ));
        if let Ok(documents) = sigma::parse(&text, "p.yml") {
            sigma::lint::lint(&text, "p.yml", &documents);
        }
    }
}
