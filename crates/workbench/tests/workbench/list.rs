//! Lists of rules, and what narrows them.

use crate::fixture::{LOGIN, bench};
use model::{Level, Origin};
use workbench::{RuleFilter, RuleRow, custom, list};

fn rows(filter: &RuleFilter) -> Vec<RuleRow> {
    let mut sources = bench().predefined.clone();
    sources.push(custom("mine/login.yml", LOGIN));
    let (rows, errors) = list(bench(), &sources);
    assert!(errors.is_empty());
    rows.into_iter().filter(|row| row.fits(filter)).collect()
}

#[test]
fn a_list_has_the_shipped_rules_and_ours() {
    let all = rows(&RuleFilter::default());
    assert!(all.len() > 300, "{}", all.len());
    let custom: Vec<RuleRow> = rows(&RuleFilter {
        origin: Some(Origin::Custom),
        ..RuleFilter::default()
    });
    assert_eq!(custom.len(), 1);
    assert_eq!((custom[0].tests, custom[0].file.as_str()), (2, "mine/login.yml"));
    assert!(
        custom[0].products.contains("self_hosted/nginx"),
        "{:?}",
        custom[0].products
    );
}

#[test]
fn filters_narrow_it() {
    let serious = rows(&RuleFilter {
        level: Some(Level::High),
        product: Some("sshd".to_owned()),
        ..RuleFilter::default()
    });
    assert!(!serious.is_empty());
    for row in &serious {
        assert!(
            row.level.number() >= Level::High.number() && row.products.contains("self_hosted/sshd"),
            "{row:?}"
        );
    }
    let guessing = rows(&RuleFilter {
        attack: Some("t1110".to_owned()),
        ..RuleFilter::default()
    });
    assert!(
        guessing.len() > 3
            && guessing
                .iter()
                .any(|row| row.techniques.iter().any(|t| t.starts_with("T1110.")))
    );
    let words = rows(&RuleFilter {
        words: vec!["PAGE".to_owned(), "login".to_owned(), "mine/".to_owned()],
        ..RuleFilter::default()
    });
    assert_eq!(words.len(), 1);
}
