//! Explanations: what they say of rules, and that they never say other than the rule itself.

use crate::fixture::{LOGIN, bench, nginx, request};
use detect::RuleSource;
use model::Time;
use workbench::{ExplainError, Explained, Explanation, Input, brief, custom, explain};

fn of_log(sources: &[RuleSource], wanted: Option<&str>, raw: &str) -> Result<Explained, ExplainError> {
    let input = Input::Raw {
        product: &nginx(),
        raw: raw.as_bytes(),
        received: Time::parse("2026-01-01T00:00:00Z").unwrap(),
    };
    explain(bench(), sources, wanted, &input)
}

fn login(path: &str, agent: &str) -> Explanation {
    let raw = request("203.0.113.7", "03/Sep/2025:16:30:00", path, agent);
    let mut explained = of_log(&[custom("login.yml", LOGIN)], None, &raw).unwrap();
    assert_eq!(explained.rules.len(), 1);
    explained.rules.remove(0)
}

#[test]
fn a_match_says_what_held() {
    let rule = login("/login", "Mozilla/5.0");
    assert!(rule.matches && rule.asked.as_ref().unwrap().fits);
    let path = &rule.selections[0].alternatives[0][0];
    assert_eq!(
        (path.values.as_slice(), path.expected.as_slice()),
        (&["/login".to_owned()][..], &["= \"/login\"".to_owned()][..])
    );
    assert_eq!((path.line, path.met.as_slice(), path.holds), (7, &[0][..], true));
    assert!(brief(&rule).is_empty());
}

#[test]
fn a_miss_says_what_was_there_instead() {
    let rule = login("/logout", "Mozilla/5.0");
    assert!(!rule.matches);
    assert_eq!(
        brief(&rule),
        ["`selection`: http_request.url.path = \"/login\": it is \"/logout\""]
    );
    let rule = login("/login", "curl/8.5.0");
    assert!(!rule.matches);
    assert_eq!(brief(&rule), ["`tools` holds, and must not"]);
}

#[test]
fn the_condition_is_shown_as_it_is_written() {
    let text = "title: t\nlogsource: {product: nginx}\ndetection:\n  sel_a: {a: 1}\n  sel_b: {a: 2}\n  out: {b|exists: true}\n  \
                condition: 1 of sel* and not (out or all of sel_*)\n";
    let explained = explain(
        bench(),
        &[custom("a.yml", text)],
        None,
        &Input::Event(r#"{"a": [2, 3]}"#),
    )
    .unwrap();
    let shown = explained.to_string();
    for line in [
        "✓ and",
        "✓ 1 of sel*",
        "✗ sel_a",
        "✓ sel_b",
        "✓ not",
        "✗ or",
        "✗ all of sel_*",
        "a = 1: it is \"2\", \"3\"",
        "b is there: it is absent",
    ] {
        assert!(shown.contains(line), "`{line}` is missing in\n{shown}");
    }
    assert!(explained.rules[0].matches && explained.rules[0].asked.is_none());
}

#[test]
fn aliases_of_fields_are_told() {
    let text = LOGIN.replace("http_request.url.path: /login", "cs-uri-stem: /login");
    let raw = request("203.0.113.7", "03/Sep/2025:16:30:00", "/login", "x");
    let rule = of_log(&[custom("a.yml", text)], None, &raw)
        .unwrap()
        .rules
        .remove(0);
    let item = &rule.selections[0].alternatives[0][0];
    assert_eq!(
        (item.field.as_deref(), item.mapped.as_deref()),
        (Some("cs-uri-stem"), Some("http_request.url.path"))
    );
    assert!(rule.matches);
}

#[test]
fn a_rule_of_other_logs_says_so() {
    let text = LOGIN.replace(
        "{product: nginx, service: access}",
        "{product: linux, service: sshd}",
    );
    let raw = request("203.0.113.7", "03/Sep/2025:16:30:00", "/login", "x");
    let rule = of_log(&[custom("a.yml", text)], None, &raw)
        .unwrap()
        .rules
        .remove(0);
    assert!(!rule.matches && rule.condition.as_ref().unwrap().holds);
    assert_eq!(
        brief(&rule),
        [
            "the rule is for logs of `product=linux service=sshd`, this is one of `product=nginx service=access category=webserver`"
        ]
    );
}

#[test]
fn a_filter_of_another_file_takes_the_match_away() {
    let filter = "title: our own people\nlogsource: {product: nginx}\nfilter:\n  rules: any\n  ours: {c-ip|cidr: 203.0.113.0/24}\n  condition: ours\n";
    let raw = request("203.0.113.7", "03/Sep/2025:16:30:00", "/login", "x");
    let sources = [custom("login.yml", LOGIN), custom("ours.yml", filter)];
    let explained = of_log(&sources, None, &raw).unwrap();
    assert_eq!(explained.rules.len(), 1);
    let rule = &explained.rules[0];
    assert!(rule.condition.as_ref().unwrap().holds && !rule.matches && rule.filters[0].excludes);
    assert_eq!(brief(rule), ["filter `our own people` takes it away"]);
}

#[test]
fn a_correlation_shows_its_members_and_the_window() {
    let raw =
        r#"203.0.113.79 - - [03/Sep/2025:16:30:00 +0000] "POST /login HTTP/1.1" 403 153 "-" "Mozilla/5.0""#;
    let id = "bb262a93-4ce1-4c61-aa03-36d98b8c82f1";
    let explained = of_log(&bench().predefined, Some(id), raw).unwrap();
    let rule = &explained.rules[0];
    let window = rule.window.as_ref().unwrap();
    assert!(rule.matches && rule.members.len() == 1 && rule.members[0].matches);
    assert_eq!(
        (window.kind, window.condition.as_str(), window.seconds),
        ("event_count", ">= 20", 60)
    );
    assert_eq!(
        window.group,
        [("src_endpoint.ip".to_owned(), Some("203.0.113.79".to_owned()))]
    );
    let passed = of_log(&bench().predefined, Some(id), &raw.replace(" 403 ", " 200 ")).unwrap();
    assert!(!passed.rules[0].matches && !passed.rules[0].members[0].matches);
    let shown = passed.to_string();
    assert!(
        shown.contains("does not count: Many requests") && shown.contains("it is \"200\""),
        "{shown}"
    );
}

#[test]
fn what_cannot_be_explained_says_why() {
    let error = of_log(&[custom("login.yml", LOGIN)], None, "nonsense").unwrap_err();
    assert!(
        matches!(
            error,
            ExplainError::Unread {
                reason: "not_a_log_line",
                ..
            }
        ),
        "{error}"
    );
    let error = of_log(&[custom("login.yml", LOGIN)], Some("nobody"), "nonsense").unwrap_err();
    assert_eq!(error, ExplainError::NoRule("nobody".to_owned()));
    let error = explain(bench(), &[custom("login.yml", LOGIN)], None, &Input::Event("[1]")).unwrap_err();
    assert!(matches!(error, ExplainError::NoEvent(_)), "{error}");
    let error = of_log(&[custom("login.yml", "title: x")], None, "nonsense").unwrap_err();
    assert!(
        matches!(&error, ExplainError::Rules(found) if found[0].file == "login.yml"),
        "{error}"
    );
}

/// Every test of a shipped rule without a window: the explanation says what the test expects.
#[test]
fn explanations_agree_with_what_shipped_rules_do() {
    let mut asked = 0;
    for source in bench().predefined.iter().step_by(7) {
        let documents = sigma::parse(&source.text, &source.file).unwrap();
        let [document] = documents.as_slice() else {
            continue;
        };
        let mut report = sigma::Report::new(&source.file);
        for test in tests_of(document, &mut report) {
            let input = Input::Raw {
                product: &test.0,
                raw: test.1.as_bytes(),
                received: Time::parse("2100-01-01T00:00:00Z").unwrap(),
            };
            let explained = explain(bench(), std::slice::from_ref(source), None, &input).unwrap();
            assert_eq!(explained.rules[0].matches, test.2, "{}: {explained}", source.file);
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
}

/// Tests of one log: its product, the log, and whether there is to be an alert.
fn tests_of(
    document: &sigma::Document,
    report: &mut sigma::Report<'_>,
) -> Vec<(model::ProductId, String, bool)> {
    let entry = document.extension.as_ref().unwrap();
    let mut map = sigma::reader::MapReader::new(&entry.value, "ctdr", report).unwrap();
    let tests = map.need("tests", report).unwrap().items("tests", report);
    let each = tests.iter().filter_map(|node| {
        let mut report = sigma::Report::new("");
        let mut map = sigma::reader::MapReader::new(node, "test", &mut report)?;
        let source = map.need("source", &mut report)?.text("source", &mut report)?;
        let logs = map.need("logs", &mut report)?.texts("logs", &mut report);
        let alerts = map.need("alerts", &mut report)?.count("alerts", &mut report)?;
        let [log] = logs.as_slice() else { return None };
        Some((source.parse().ok()?, log.clone(), alerts > 0))
    });
    each.collect()
}
