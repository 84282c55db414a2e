//! The forms other programs read.

use crate::fixture::{LOGIN, bench, spoilt};
use workbench::{custom, lint, output, test};

#[test]
fn sarif_points_at_the_place() {
    let mut source = spoilt(
        "http_request.url.path: /login",
        "http_request.url.path|containz: /login",
    );
    source.file = "./my rules/login.yml".to_owned();
    let sarif = output::sarif(&lint(bench(), &[source]), "1.2.3");
    assert_eq!(
        (
            sarif["version"].as_str(),
            sarif["runs"][0]["tool"]["driver"]["version"].as_str()
        ),
        (Some("2.1.0"), Some("1.2.3"))
    );
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        (result["ruleId"].as_str(), result["level"].as_str()),
        (Some("does-not-load"), Some("error"))
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20rules/login.yml");
    assert_eq!(
        (&place["region"]["startLine"], &place["region"]["startColumn"]),
        (&7.into(), &27.into())
    );
    assert_eq!(
        sarif["runs"][0]["tool"]["driver"]["rules"][0]["id"],
        "does-not-load"
    );
}

#[test]
fn annotations_cannot_be_broken_out_of() {
    let mut source = spoilt("condition: selection and", "condition: selektion and");
    source.file = "a,b:c%\n.yml".to_owned();
    let text = output::github_findings(&lint(bench(), &[source]));
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 1, "{text}");
    assert!(
        errors[0].starts_with("::error file=a%2Cb%3Ac%25%0A.yml,line=10,col=14,title=does-not-load::"),
        "{text}"
    );
    let failed = output::github_tests(&test(bench(), &[spoilt("alerts: 1", "alerts: 2")]));
    assert_eq!(
        failed,
        "::error file=login.yml,line=16,col=1,title=Login page::it is asked for: 1 alert, expected 2\n"
    );
}

#[test]
fn junit_counts_and_escapes() {
    let mut source = spoilt("alerts: 1", "alerts: 2");
    source.text = source.text.replace("title: Login page", "title: 'a<b & \"c\"'");
    let xml = output::junit_tests(&test(bench(), &[source]));
    assert!(
        xml.contains(r#"<testsuites name="ctdr rule test" tests="2" failures="1">"#),
        "{xml}"
    );
    assert!(
        xml.contains("name=\"a&lt;b &amp; &quot;c&quot;: it is asked for\""),
        "{xml}"
    );
    assert!(
        xml.contains(r#"<failure message="1 alert, expected 2">"#),
        "{xml}"
    );
    let xml = output::junit_findings(&lint(
        bench(),
        &[
            custom("ok.yml", LOGIN),
            spoilt("title: Login page", "title: L\u{200b}"),
        ],
    ));
    assert!(
        xml.contains("tests=\"2\" failures=\"1\"") && xml.contains("[hidden-character]"),
        "{xml}"
    );
    assert!(
        xml.contains("<testcase classname=\"ok.yml\" name=\"lint\"/>"),
        "{xml}"
    );
}
