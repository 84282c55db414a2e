//! Filters: which rules they are for, and what is left of those.

use crate::fixture::{lists, matches, text};
use sigma::Body;

const RULE: &str = "title: t\nid: i\nname: n\nlogsource: {product: p, category: c}\ndetection:\n  s: {f: x}\n  \
                    condition: s\n";

fn filter(logsource: &str, filter: &str) -> String {
    format!("{RULE}---\ntitle: known\nlogsource: {logsource}\nfilter:\n{filter}")
}

#[test]
fn rule_and_not_filter() {
    let check = |logsource: &str, rules: &str, g: &'static str, expected: bool| {
        let body =
            format!("  rules: {rules}\n  s: {{g|startswith: adm_}}\n  t: {{g: x}}\n  condition: s or t\n");
        let file = filter(logsource, &body);
        let fields = vec![("f", text("x")), ("g", text(g))];
        assert_eq!(
            matches(&file, &lists(), fields),
            expected,
            "{logsource} {rules} {g}"
        );
    };
    check("{product: p}", "[i]", "adm_1", false);
    check("{product: p}", "[i]", "x", false);
    check("{product: p}", "[i]", "user", true);
    check("{product: p}", "n", "adm_1", false);
    check("{product: p}", "any", "adm_1", false);
    check("{product: p}", "[other]", "adm_1", true);
    check("{product: p, category: c}", "any", "adm_1", false);
    check("{product: q}", "any", "adm_1", true);
    check("{product: p, service: s}", "any", "adm_1", true);
}

#[test]
fn filters_are_read_or_refused() {
    let sound = filter(
        "{product: p}",
        "  rules: any\n  selection: {g: x}\n  condition: selection\n",
    );
    let documents = sigma::parse(&sound, "f.yml").unwrap();
    assert!(matches!(
        documents[1].body,
        Body::Filter {
            rules: sigma::Filtered::Any,
            ..
        }
    ));
    let check = |file: String, expected: &str| {
        assert_eq!(
            sigma::parse(&file, "f.yml").unwrap_err()[0].to_string(),
            expected,
            "{file}"
        );
    };
    let of = |body: &str| filter("{product: p}", body);
    check(
        of("  s: {g: x}\n  condition: s\n"),
        "f.yml:12:3: key `rules` is missing",
    );
    check(
        of("  rules: any\n  s: {g: x}\n"),
        "f.yml:12:3: key `condition` is missing",
    );
    check(
        of("  rules: any\n  condition: s\n"),
        "f.yml:12:3: `filter` selects nothing; expected a selection beside `condition`",
    );
    check(
        of("  rules: []\n  s: {g: x}\n  condition: s\n"),
        "f.yml:12:10: `rules` is empty; expected one name or more",
    );
    check(
        sound.replace("logsource: {product: p}\nfilter", "filter"),
        "f.yml:9:1: key `logsource` is missing",
    );
    check(
        format!("{RULE}filter: {{rules: any, s: x, condition: s}}\n"),
        "f.yml:5:1: `detection` in a filter; expected it in a document of its own",
    );
}
