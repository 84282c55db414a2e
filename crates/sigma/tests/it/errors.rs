//! What errors say: where, what, and what was expected there.

use crate::fixture::rule_of;

fn check(detection: &str, expected: &str) {
    let errors = sigma::parse(&rule_of(detection), "r.yml").unwrap_err();
    assert_eq!(errors[0].to_string(), expected, "{detection}");
}

#[test]
fn errors_say_where_and_what() {
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
        "r.yml:5:16: unknown placeholder `%x%`; expected a list of values called `x`",
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
}

#[test]
fn errors_of_references_and_times() {
    check(
        "  s:\n    f|fieldref|re: x\n  condition: s\n",
        "r.yml:5:16: `re` does not go with the modifiers before it",
    );
    check(
        "  s:\n    f|windash|fieldref: x\n  condition: s\n",
        "r.yml:5:15: `fieldref` does not go with the modifiers before it",
    );
    check(
        "  s:\n    f|fieldref: null\n  condition: s\n",
        "r.yml:5:17: `fieldref` names nothing; expected a field's name",
    );
    check(
        "  s:\n    f|exists|expand: true\n  condition: s\n",
        "r.yml:5:5: `expand` goes with neither `exists` nor `fieldref`",
    );
    check(
        "  s:\n    f|hour: noon\n  condition: s\n",
        "r.yml:5:13: `noon` of `hour`; expected a number",
    );
    check(
        "  s:\n    f|hour|gt|lt: 1\n  condition: s\n",
        "r.yml:5:15: `lt` does not go with the modifiers before it",
    );
    check(
        "  s:\n    '|hour': 1\n  condition: s\n",
        "r.yml:5:14: this modifier needs a field; expected a field's name before `|`",
    );
    check(
        "  s|containz: {f: x}\n  condition: s\n",
        "r.yml:4:5: unknown modifier `containz`; expected `contains`",
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

#[test]
fn what_is_said_of_a_rule() {
    let text = format!(
        "{}related:\n  - {{id: r1, type: similar}}\nlicense: MIT\nscope: [server]\nfields: [a, b]\n\
         taxonomy: own\nsigma-version: 2\ntags: [Odd Tag]\nregression_tests_path: x\n",
        rule_of("  s: {f: x}\n  condition: s\n")
    );
    let document = sigma::parse(&text, "r.yml").unwrap().remove(0);
    let about = document.metadata;
    assert_eq!(about.related[0].id, "r1");
    assert_eq!(about.related[0].relation, sigma::Relation::Similar);
    assert_eq!(about.scope, ["server"]);
    assert_eq!(about.fields, ["a", "b"]);
    assert_eq!(about.taxonomy.as_deref(), Some("own"));
    assert_eq!(about.sigma_version.as_deref(), Some("2"));
    assert_eq!(about.tags, ["Odd Tag"]);
    assert_eq!(document.custom[0].key.text, "regression_tests_path");
    let wrong = text.replace("similar", "simular");
    assert_eq!(
        sigma::parse(&wrong, "r.yml").unwrap_err()[0].to_string(),
        "r.yml:7:20: unknown relation `simular`; expected `similar`"
    );
}
