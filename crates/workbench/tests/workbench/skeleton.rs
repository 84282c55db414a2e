//! New rules: one for every product the catalogue knows, and it works as it is.

use crate::fixture::{bench, nginx};
use model::ProductId;
use workbench::{SkeletonError, Wanted, custom, lint, skeleton, test};

fn wanted<'w>(product: &'w ProductId, sample: Option<&'w str>) -> Wanted<'w> {
    Wanted {
        product,
        sample,
        title: "It's new",
        id: "0d6bbdbb-6a4e-4a5c-8a7e-0c4fb7a6a9f1",
        file: Some("new.yml"),
    }
}

#[test]
fn every_product_has_a_rule_to_start_from_that_passes() {
    let mut started = 0;
    for product in bench().catalogue.products() {
        let text = skeleton(bench(), &wanted(product.id(), None)).unwrap_or_else(|error| panic!("{error}"));
        let source = [custom("new.yml", text)];
        let report = lint(bench(), &source);
        assert!(
            report.findings.is_empty(),
            "{}: {:#?}\n{}",
            product.id(),
            report.findings,
            source[0].text
        );
        let tests = test(bench(), &source);
        assert!(
            tests.ok() && tests.tests.len() == 2,
            "{}: {tests:#?}",
            product.id()
        );
        started += 1;
    }
    assert!(started >= 16, "{started}");
}

#[test]
fn only_a_rule_that_is_to_be_a_file_says_how_the_command_line_goes_on() {
    let product = nginx();
    let of = |file| {
        let asked = Wanted {
            file,
            ..wanted(&product, None)
        };
        skeleton(bench(), &asked).unwrap()
    };
    assert!(
        of(Some("new.yml"))
            .starts_with("# A rule of your own. Change it, then: ctdr rule test new.yml\ntitle:")
    );
    assert!(of(None).starts_with("title: "));
}

#[test]
fn what_cannot_be_started_says_what_there_is() {
    let unknown: ProductId = "self_hosted/apache".parse().unwrap();
    let error = skeleton(bench(), &wanted(&unknown, None)).unwrap_err();
    assert!(error.to_string().contains("`self_hosted/nginx`"), "{error}");
    let error = skeleton(bench(), &wanted(&nginx(), Some("nothing"))).unwrap_err();
    assert!(
        matches!(&error, SkeletonError::UnknownSample { known, .. } if known.contains("`combined`")),
        "{error}"
    );
    let sshd: ProductId = "self_hosted/sshd".parse().unwrap();
    let error = skeleton(bench(), &wanted(&sshd, Some("not_syslog"))).unwrap_err();
    assert_eq!(error, SkeletonError::NothingToStartFrom(sshd));
}
