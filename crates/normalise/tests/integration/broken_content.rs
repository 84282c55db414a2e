//! Every mistake in a content file is reported with its file, line and column, all of one file at once.

use crate::content::source_files;
use normalise::{Catalogue, ContentFile};

/// A source with `fields` as given; they start on line 11.
fn source(fields: &str) -> String {
    let head = "title: {en: Test, zh: 测试}\nside: network\nlogs:\n  - name: test\n    title: {en: Test, zh: 测试}\n    \
                format: json\n    logsource: {product: test}\n    time:\n      - {field: t, format: unix}\n    fields:\n";
    format!("{head}{fields}")
}

fn errors(path: &str, text: String) -> Vec<String> {
    let mut files = source_files();
    files.push(ContentFile {
        path: path.to_owned(),
        text,
    });
    let errors = Catalogue::load(&files).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn mistakes_name_their_place() {
    let path = "sources/other/test/source.yml";
    let check = |fields: &str, expected: &[&str]| {
        let expected: Vec<String> = expected.iter().map(|error| format!("{path}:{error}")).collect();
        assert_eq!(errors(path, source(fields)), expected, "{fields}");
    };
    check(
        "      src_endpoint.id: a\n      process.pid: a..b\n",
        &[
            "11:24: `src_endpoint.id` is not in the field dictionary: did you mean `src_endpoint.ip`?",
            "12:20: `a..b` is not a path: expected names joined by `.`, with `[]` after a list",
        ],
    );
    check(
        "      process.pid: {form: a}\n",
        &["11:21: unknown key `form`: did you mean `from`?"],
    );
    check(
        "      process.pid: {from: a, value: b}\n",
        &["11:20: expected exactly one of `from`, `join` and `value`"],
    );
    check(
        "      process.pid: {from: a, extract: 'x('}\n",
        &["11:20: `x(` is not a regular expression: error: unclosed group"],
    );
    check(
        "      process.pid: {value: a, decode: percent}\n",
        &["11:20: `decode` needs `from` or `join`"],
    );
    check(
        "      process.pid: {from: a, part: paht}\n",
        &["11:36: unknown value `paht`: did you mean `path`?"],
    );
}

#[test]
fn files_name_their_place_too() {
    let check =
        |path: &str, text: &str, expected: &str| assert_eq!(errors(path, text.to_owned()), [expected]);
    check(
        "sources/nobody/test/source.yml",
        "",
        "sources/nobody/test/source.yml:0:0: `nobody/test` is not a product: expected `<provider>/<product>`, \
         such as `alibaba/waf`",
    );
    check(
        "sources/other/test/source.yml",
        "title: {en: Test, zh: 测试}\nsite: network\n",
        "sources/other/test/source.yml:2:1: unknown key `site`: did you mean `side`?",
    );
    let error = Catalogue::load(&[]).unwrap_err();
    assert_eq!(
        error[0].to_string(),
        "sources/fields.yml:0:0: the dictionary is missing"
    );
    let text =
        "- {name: a, title: {en: A, zh: A}}\n- {name: b, title: {en: B, zh: B}, aliases: [a]}\n".to_owned();
    let twice = ContentFile {
        path: "sources/fields.yml".to_owned(),
        text,
    };
    let error = Catalogue::load(&[twice]).unwrap_err();
    assert_eq!(
        error[0].to_string(),
        "sources/fields.yml:2:3: field name `a` is given twice"
    );
}
