//! The kinds of files: what is in them is found under the same numbers, however they are written.

use crate::folder::found;

/// Whether the events with these numbers match, and these problems are told.
fn check(name: &str, content: &[u8], records: &[u64], events: u64, problems: &[&str]) {
    let shown = || String::from_utf8_lossy(&content[..content.len().min(200)]).into_owned();
    let found = found(name, content);
    assert_eq!(found.problems, problems, "{} in {name}", shown());
    assert_eq!(found.records(), records, "{} in {name}", shown());
    assert_eq!(found.summary.events, events, "{} in {name}", shown());
}

#[test]
fn every_format_is_known_by_its_content_and_may_be_compressed() {
    for ending in ["", ".gz", ".zst"] {
        let check = |name: &str, content: &str| {
            check(&format!("{name}{ending}"), content.as_bytes(), &[0, 2], 3, &[]);
        };
        check("e.jsonl", "{\"a\":\"x\"}\n{\"a\":\"y\"}\n{\"a\":\"x\"}");
        check(
            "e.csv",
            "\u{feff}{\"a\":\"x\"}\r\n\r\n{\"a\":\"y\"}\r\n{\"a\":\"x\"}\r\n",
        );
        check("e.log", "[{\"a\":\"x\"},{\"a\":\"y\"},\n{\"a\":\"x\"}]");
        check(
            "e.json",
            "[\n  {\n    \"a\": \"x\"\n  },\n  {\"a\": \"]}y\\\"\"},\n  {\"b\": [{}, []], \"a\": \"x\"}\n]\n",
        );
        check(
            "e.json",
            "{\"Records\":[{\"a\":\"x\"},{\"a\":\"y\"},{\"a\":\"x\"}]}",
        );
        check(
            "e.json",
            "{\"Records\":[{\"a\":\"x\"}]}\n{\"Records\":[{\"a\":\"y\"},{\"a\":\"x\"}]}\n",
        );
        check("e.json", "{\n\"a\": \"x\"\n}\n{\n\"a\": \"y\"\n}\n{\"a\":\"x\"}");
        check("e.csv", "a,b\nx,1\n\"y\",2\nx,\"a \"\"b\"\"\nc\"\n");
        check("e.txt", "\u{feff}b;a\r\n1;x\r\n;y\r\n;x\r\n");
        check("e.tsv", "b\ta\n\tx\n\ty\n1\tx\n");
    }
}

#[test]
fn an_empty_file_holds_nothing() {
    for content in [
        "",
        "\n\r\n",
        "\u{feff}",
        "[]",
        " [ ] ",
        "{\"Records\":[]}",
        "a,b\n",
    ] {
        for name in ["e.txt", "e.csv", "e.log.gz"] {
            check(name, content.as_bytes(), &[], 0, &[]);
        }
    }
}

#[test]
fn a_broken_record_is_told_and_the_rest_goes_on() {
    check(
        "e.jsonl",
        b"{\"a\":\"x\"}\n{\"a\":\n\n{\"a\":\"x\"}\n",
        &[0, 2],
        3,
        &["e.jsonl: record 1: byte 5: expected a value"],
    );
    check(
        "e.json",
        b"[{\"a\":\"x\"},\n3,\n{\"a\":\"x\"},\n{\"a\":\"x}\n,{\"a\":\"x\"},{\"a\":[}},\n{\"a\":\"x\"}]",
        &[0, 2, 4, 6],
        7,
        &[
            "e.json: record 1: expected an object",
            "e.json: record 3: expected a closing `\"` in the line",
            "e.json: record 5: expected another closing bracket",
        ],
    );
    // What stands deeper is not taken for the next event.
    check(
        "e.json",
        b"[\n  {\n    \"a\": \"x,\n    \"b\": [\n      {\"a\": \"x\"}\n    ]\n  },\n  {\"a\": \"x\"}\n]\n",
        &[1],
        2,
        &["e.json: record 0: expected a closing `\"` in the line"],
    );
    check(
        "e.json",
        b"[{\"a\":\"x\"\n{\"a\":\"x\"}]",
        &[1],
        2,
        &["e.json: record 0: the object is not closed"],
    );
    check(
        "e.csv",
        b"a,b\nx,1\nx\nx,3\n",
        &[0, 2],
        3,
        &["e.csv: record 1: 1 fields; expected 2, as in the first line"],
    );
}

#[test]
fn a_file_that_is_cut_short_is_told_and_what_is_whole_is_read() {
    let check = |name: &str, content: &[u8], records: &[u64], problem: &str| {
        let found = found(name, content);
        assert_eq!(found.records(), records, "{name}");
        assert_eq!(found.problems, [problem]);
        assert_eq!(found.summary.files_cut, 1);
    };
    check(
        "e.json",
        b"[{\"a\":\"x\"},{\"a\":\"x\"},{\"a",
        &[0, 1],
        "cannot read `e.json`: the file ends inside of a string, behind record 1",
    );
    check(
        "e.json",
        b"{\"Records\":[{\"a\":\"x\"},",
        &[0],
        "cannot read `e.json`: the file ends inside of a list, behind record 0",
    );
    check(
        "e.json",
        b"[{\"a\":\"x\"}] more",
        &[0],
        "cannot read `e.json`: expected the end of the file behind the list, behind record 0",
    );
    check(
        "e.evtx",
        b"ElfFile\0\0\0",
        &[],
        "cannot read `e.evtx`: the file ends inside of its header",
    );
    check(
        "e.jsonl",
        b"\xff\xfe{\0\"\0",
        &[],
        "cannot read `e.jsonl`: the file is UTF-16; expected UTF-8",
    );
}

#[test]
fn an_event_log_whose_chunks_are_broken_is_told() {
    let mut log = b"ElfFile\0".to_vec();
    log.resize(4096, 0);
    log.resize(log.len() + 65536, 7);
    log.resize(log.len() + 65536 + 100, 0);
    let found = found("e.evtx", &log);
    assert_eq!((found.summary.unreadable, found.summary.files_cut), (1, 1));
    assert!(
        found.problems[1].starts_with("cannot read `e.evtx`: the file ends inside of its last chunk"),
        "{:?}",
        found.problems
    );
    assert!(
        found.problems[0].starts_with("e.evtx: record 0: chunk 0: "),
        "{:?}",
        found.problems
    );
}
