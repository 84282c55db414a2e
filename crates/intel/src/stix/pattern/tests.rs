//! Patterns as feeds write them.

use super::*;

fn check(text: &str, observables: &[&str], unsupported: &[&str]) {
    let pattern = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let shown: Vec<String> = pattern.observables.iter().map(ToString::to_string).collect();
    assert_eq!(
        (shown, pattern.unsupported),
        (
            observables.iter().map(ToString::to_string).collect(),
            unsupported.iter().map(ToString::to_string).collect(),
        ),
        "{text}"
    );
    assert_eq!(pattern.refused, [], "{text}");
}

#[test]
fn reads_what_feeds_write() {
    let sha256 = "ab".repeat(32);
    check("[ipv4-addr:value = '203.0.113.7']", &["203.0.113.7"], &[]);
    check("[ipv4-addr:value='203.0.113.0/24']", &["203.0.113.0/24"], &[]);
    check(
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
        &["203.0.113.0/24"],
        &[],
    );
    check("[ipv6-addr:value = '2001:db8::1']", &["2001:db8::1"], &[]);
    check(
        "[ipv4-addr:value IN ('203.0.113.7', '203.0.113.8')]",
        &["203.0.113.7", "203.0.113.8"],
        &[],
    );
    check("[domain-name:value = 'Evil.example']", &["evil.example"], &[]);
    check(
        "[domain-name:value LIKE '%.evil.example']",
        &["*.evil.example"],
        &[],
    );
    check(
        "[url:value = 'http://evil.example/it\\'s']",
        &["http://evil.example/it's"],
        &[],
    );
    check(&format!("[file:hashes.'SHA-256' = '{sha256}']"), &[&sha256], &[]);
    check(
        &format!(
            "[file:hashes.MD5 = '{}' OR file:hashes.'SHA-1' = '{}']",
            &sha256[..32],
            &sha256[..40]
        ),
        &[&sha256[..32], &sha256[..40]],
        &[],
    );
    check(
        "([ipv4-addr:value = '203.0.113.7']) OR [ipv4-addr:value = '203.0.113.8']",
        &["203.0.113.7", "203.0.113.8"],
        &[],
    );
    check(
        "[(ipv4-addr:value = '203.0.113.7' OR (ipv4-addr:value = '203.0.113.8'))]",
        &["203.0.113.7", "203.0.113.8"],
        &[],
    );
}

#[test]
fn leaves_out_what_a_look_up_cannot_answer() {
    let ip = "ipv4-addr:value = '203.0.113.7'";
    check(&format!("[{ip} AND file:name = 'x']"), &[], &["pattern with AND"]);
    check(&format!("[{ip}] AND [{ip}]"), &[], &["pattern with AND"]);
    check(
        &format!("[{ip}] FOLLOWEDBY [url:value = 'x']"),
        &[],
        &["pattern with FOLLOWEDBY"],
    );
    check(&format!("[{ip}] WITHIN 5 SECONDS"), &[], &["pattern with WITHIN"]);
    check(
        &format!("([{ip}] REPEATS 5 TIMES) OR [{ip}]"),
        &[],
        &["pattern with REPEATS"],
    );
    check(
        &format!("[{ip}] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'"),
        &[],
        &["pattern with START"],
    );
    check(
        &format!("[NOT {ip} OR {ip}]"),
        &["203.0.113.7"],
        &["pattern with NOT, != or EXISTS"],
    );
    check(
        "[EXISTS ipv4-addr:value]",
        &[],
        &["pattern with NOT, != or EXISTS"],
    );
    check(
        &format!("[{ip} OR email-addr:value = 'a@b.example']"),
        &["203.0.113.7"],
        &["pattern with `email-addr:value =`"],
    );
    check(
        "[network-traffic:dst_ref.value = '203.0.113.7']",
        &[],
        &["pattern with `network-traffic:dst_ref.value =`"],
    );
    check("[process:pid >= 5]", &[], &["pattern with `process:pid >=`"]);
    check(
        "[domain-name:value MATCHES 'evil.*']",
        &[],
        &["pattern with `domain-name:value MATCHES`"],
    );
    check(
        "[file:hashes.SSDEEP = 'x']",
        &[],
        &["pattern with `file:hashes.SSDEEP =`"],
    );
    check(
        "[x:refs[*].name = 'y']",
        &[],
        &["pattern with `x:refs[*].name =`"],
    );
}

#[test]
fn mistakes_have_a_column() {
    let check =
        |text: &str, expected: &str| assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    check("", "column 1 of the pattern: expected `[`");
    check(
        "[ipv4-addr:value]",
        "column 17 of the pattern: expected an operator such as `=`",
    );
    check(
        "[ipv4-addr = '1']",
        "column 2 of the pattern: expected an object path such as `ipv4-addr:value`",
    );
    check(
        "[ipv4-addr:value = '1",
        "column 20 of the pattern: expected the `'` that ends this text",
    );
    check(
        "[a:b = '1'",
        "column 11 of the pattern: expected `OR`, `AND` or `]`",
    );
    check(
        "[a:b = '1'] x",
        "column 13 of the pattern: expected `OR` or the end",
    );
    check(
        &"(".repeat(100),
        "column 66 of the pattern: expected fewer parentheses",
    );
    let refused = parse("[ipv4-addr:value = '10.0.0.1']").unwrap().refused;
    assert_eq!(
        refused[0].to_string(),
        "`10.0.0.1` is refused: the address is private or local"
    );
}
