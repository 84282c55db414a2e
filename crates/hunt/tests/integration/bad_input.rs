//! What attackers and broken collectors write: bounded time, bounded memory, and a word about it.

use crate::folder::{Folder, RULE, found};
use flate2::{Compression, write::GzEncoder};
use hunt::input::LARGEST;
use std::{fs::File, io::Write as _};

fn event(inside: &str) -> Vec<u8> {
    format!("{{\"a\":\"x\",\"b\":{inside}}}\n").into_bytes()
}

#[test]
fn an_event_of_five_megabytes_is_read() {
    let large = event(&format!("\"{}\"", "y".repeat(5 << 20)));
    let mut table = b"b,a\n".to_vec();
    table.extend_from_slice(&b"y".repeat(5 << 20));
    table.extend_from_slice(b",x\nz,x\n");
    for (name, content) in [
        ("e.jsonl", [&large[..], &event("1")].concat()),
        ("e.json", [b"[", &large[..], b",", &event("1"), b"]"].concat()),
        ("e.csv", table),
    ] {
        let found = found(name, &content);
        assert_eq!(found.records(), [0, 1], "{name}: {:?}", found.problems);
    }
}

#[test]
fn an_event_that_is_too_large_is_passed_over() {
    let large = event(&format!("\"{}\"", "y".repeat(LARGEST + (1 << 20))));
    for (name, content) in [
        ("e.jsonl.gz", [&event("1")[..], &large, &event("2")].concat()),
        (
            "e.json.gz",
            [b"[", &event("1")[..], b",", &large, b",", &event("2"), b"]"].concat(),
        ),
    ] {
        let found = found(name, &content);
        assert_eq!(found.records(), [0, 2], "{name}");
        assert_eq!(
            found.problems,
            [format!("{name}: record 1: larger than {LARGEST} bytes")]
        );
    }
    let mut table = b"a,b\nx,1\nx,\"".to_vec();
    table.resize(2 * LARGEST, b'y');
    let found = found("e.csv.gz", &table);
    assert_eq!((found.records(), found.summary.files_cut), (vec![0], 1));
    assert!(
        found.problems[0].contains("expected a closing quote"),
        "{found:?}"
    );
}

/// A gigabyte of one line in a file of a megabyte: it is passed over without ever being held.
#[test]
fn a_line_that_expands_to_a_gigabyte_is_passed_over() {
    let folder = Folder::new();
    let path = folder.path().join("e.jsonl.gz");
    let mut encoder = GzEncoder::new(File::create(&path).unwrap(), Compression::new(1));
    encoder.write_all(b"{\"a\":\"x\"}\n{\"a\":\"").unwrap();
    let part = vec![b'y'; 16 << 20];
    for _ in 0..64 {
        encoder.write_all(&part).unwrap();
    }
    encoder.write_all(b"\"}\n{\"a\":\"x\"}\n").unwrap();
    encoder.finish().unwrap();
    let found = folder.hunt(RULE, &path);
    assert_eq!(found.records(), [0, 2]);
    assert_eq!(
        found.problems,
        [format!("e.jsonl.gz: record 1: larger than {LARGEST} bytes")]
    );
}

#[test]
fn a_compressed_file_that_is_cut_short_is_told() {
    let folder = Folder::new();
    let events = event("1").repeat(10_000);
    for name in ["e.jsonl.gz", "e.jsonl.zst", "e.json.gz"] {
        let content = if name == "e.json.gz" {
            [b"[", &events[..]].concat()
        } else {
            events.clone()
        };
        let path = folder.write(name, &content);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let found = folder.hunt(RULE, &path);
        assert_eq!(found.summary.files_cut, 1, "{name}");
        let start = format!("cannot read `{name}`: ");
        assert!(found.problems[0].starts_with(&start), "{:?}", found.problems);
        assert_eq!(found.summary.matches, found.summary.events, "only whole events");
    }
}

#[test]
fn ten_thousand_brackets_are_told_and_the_next_event_is_read() {
    let deep = event(&("[".repeat(10_000) + &"]".repeat(10_000)));
    for (name, content) in [
        ("e.jsonl", [&deep[..], &event("1")].concat()),
        ("e.json", [b"[", &deep[..], b",", &event("1"), b"]"].concat()),
    ] {
        let found = found(name, &content);
        assert_eq!(found.records(), [1], "{name}");
        assert_eq!(
            found.problems,
            [format!("{name}: record 0: byte 140: nested deeper than 128")]
        );
    }
}

#[test]
fn a_key_that_stands_twice_has_both_values() {
    let found = found(
        "e.jsonl",
        b"{\"a\":\"y\",\"a\":\"x\"}\n{\"a\":\"x\",\"a\":\"y\"}\n",
    );
    assert_eq!(found.records(), [0, 1]);
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let found = found(
        "e.jsonl",
        b"{\"a\":\"x\",\"b\":\"\xff\xc3\"}\n{\"a\":\"\xff\"}\n{\"a\":\"x\"}\n",
    );
    assert_eq!((found.records(), found.summary.unreadable), (vec![0, 2], 0));
}

/// The rules of one text, or what is wrong with them.
fn load(rules: &str) -> Result<(), String> {
    let folder = Folder::new();
    let path = folder.write("rules.yml", rules.as_bytes());
    let loaded = hunt::rules::load(&[path]).unwrap();
    match loaded.failed.first() {
        Some(error) => Err(error.to_string()),
        None => Ok(()),
    }
}

#[test]
fn a_regular_expression_that_grows_without_bound_is_refused() {
    let rule = RULE.replace("{a: x}", "{'a|re': '(((a{1,99}){1,99}){1,99}){1,99}'}");
    let error = load(&rule).unwrap_err();
    assert!(error.contains("too large"), "{error}");
    // What is slow elsewhere is not: these take time in proportion to the event.
    let rule = RULE.replace("{a: x}", "{'a|re': '^(y+)+$'}");
    let folder = Folder::new();
    let file = folder.write(
        "e.jsonl",
        format!("{{\"a\":\"{}x\"}}\n{{\"a\":\"yy\"}}", "y".repeat(1 << 20)).as_bytes(),
    );
    assert_eq!(folder.hunt(&rule, &file).records(), [1]);
}

#[test]
fn ten_thousand_alternatives_are_one_question() {
    let names: Vec<String> = (0..10_000).map(|number| format!("n{number}n")).collect();
    let folder = Folder::new();
    let file = folder.write(
        "e.jsonl",
        b"{\"a\":\"..n9999n..\"}\n{\"a\":\"n10000n\"}\n{\"a\":\"n7N\"}\n",
    );
    let list = RULE.replace("{a: x}", &format!("{{'a|contains': [{}]}}", names.join(", ")));
    assert_eq!(folder.hunt(&list, &file).records(), [0, 2]);
    let regex = RULE.replace("{a: x}", &format!("{{'a|re': '{}'}}", names.join("|")));
    assert_eq!(folder.hunt(&regex, &file).records(), [0]);
}

#[test]
fn rules_that_refer_to_themselves_over_and_over_are_refused() {
    let level = |level: u32| format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1);
    let bomb: String = (1..40).map(level).collect();
    let error = load(&("a0: &a0 [x, x]\n".to_owned() + &bomb + RULE.trim_start())).unwrap_err();
    assert!(error.contains("rules.yml:"), "{error}");
}
