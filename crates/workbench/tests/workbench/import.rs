//! Rules of others: which load, which do not and why, and what they become.

use crate::fixture::{LOGIN, bench};
use std::collections::BTreeSet;
use workbench::{FieldUse, Imported, custom, ids, import};

/// A rule as public collections have them: no `ctdr`, field names of Sigma's own taxonomy.
const PUBLIC: &str = "title: Wordlist of a scanner
id: 5a9b2c10-7f7a-4a5e-9c55-1f1f6f0e3a11
status: test
description: Paths only a scanner asks for.
author: Somebody Else
references:
    - https://example.org/scanner
logsource:
    category: webserver
detection:
    selection:
        cs-uri-query|contains: nessus
        sc-status: 404
    condition: selection
level: medium
";

fn one(text: &str, taken: &[&str]) -> Imported {
    let taken: BTreeSet<String> = taken.iter().map(|id| (*id).to_owned()).collect();
    let mut report = import(
        bench(),
        &[custom("sigma/scanner.yml", text)],
        &taken,
        Some("DRL 1.1"),
    );
    report.files.remove(0)
}

#[test]
fn a_public_rule_is_taken_as_it_is_with_where_it_is_from() {
    let imported = one(PUBLIC, &[]);
    assert!(imported.accepted && imported.findings.is_empty(), "{imported:#?}");
    assert!(
        imported.logs.contains(&"self_hosted/nginx access".to_owned()),
        "{:?}",
        imported.logs
    );
    let status = FieldUse {
        name: "sc-status".to_owned(),
        mapped: Some("http_response.code".to_owned()),
        filled: true,
    };
    assert_eq!(imported.fields[1], status);
    let text = imported.text.unwrap();
    assert!(text.ends_with(PUBLIC), "{text}");
    for line in [
        "# Imported from sigma/scanner.yml.",
        "# Author: Somebody Else.",
        "# Licence: DRL 1.1.",
    ] {
        assert!(text.lines().any(|l| l == line), "`{line}` is missing in {text}");
    }
    assert!(ids(bench(), &[custom("a.yml", text)]).contains("5a9b2c10-7f7a-4a5e-9c55-1f1f6f0e3a11"));
}

#[test]
fn the_licence_a_rule_names_itself_is_kept() {
    let text = one(&PUBLIC.replace("status: test", "status: test\nlicense: MIT"), &[])
        .text
        .unwrap();
    assert!(text.contains("# Licence: MIT.\n") && !text.contains("DRL"));
}

#[test]
fn fields_we_do_not_know_are_named() {
    let imported = one(&PUBLIC.replace("sc-status", "TargetObject"), &[]);
    assert!(!imported.accepted && imported.text.is_none());
    assert_eq!(
        imported
            .fields
            .iter()
            .filter(|field| field.mapped.is_none())
            .count(),
        1
    );
    assert!(
        imported.findings[0].message.contains("`TargetObject`"),
        "{:?}",
        imported.findings
    );
}

#[test]
fn a_rule_for_logs_nobody_writes_is_refused() {
    let imported = one(
        &PUBLIC.replace("category: webserver", "product: windows\n    service: security"),
        &[],
    );
    assert!(!imported.accepted && imported.logs.is_empty());
    assert!(
        imported
            .findings
            .iter()
            .any(|finding| finding.code == "never-fires"),
        "{:?}",
        imported.findings
    );
}

#[test]
fn duplicates_are_refused() {
    let imported = one(PUBLIC, &["5a9b2c10-7f7a-4a5e-9c55-1f1f6f0e3a11"]);
    assert!(!imported.accepted && imported.findings[0].code == "duplicate-id");
    let twice = [
        custom("a.yml", PUBLIC),
        custom("b.yml", PUBLIC),
        custom("c.yml", LOGIN),
    ];
    let report = import(bench(), &twice, &BTreeSet::new(), None);
    let accepted: Vec<bool> = report.files.iter().map(|file| file.accepted).collect();
    assert_eq!(accepted, [true, false, true]);
}
