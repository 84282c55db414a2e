//! Lists and tables as feeds write them.

use super::*;

fn shown(reading: &Reading) -> Vec<String> {
    reading
        .indicators
        .iter()
        .map(|i| i.observable.to_string())
        .collect()
}

fn problems(reading: &Reading) -> Vec<String> {
    reading.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_list_is_read_whatever_is_in_it() {
    let text = "\u{feff}# a feed\n203.0.113.7\n\n203.0.113.0/24 ; SBL1\n; x\n// y\nevil.example,high\n\
                0.0.0.0 ads.example # remark\nhttp://evil.example/a;b,c\nnonsense!\n10.0.0.1\r\n";
    let reading = read(text.as_bytes(), &Layout::default());
    assert_eq!(
        shown(&reading),
        [
            "203.0.113.7",
            "203.0.113.0/24",
            "*.evil.example",
            "*.ads.example",
            "http://evil.example/a;b,c"
        ]
    );
    assert_eq!(
        problems(&reading),
        [
            "line 10: `nonsense!` is not an address, a network, a domain, a URL or a hash",
            "line 11: `10.0.0.1` is refused: the address is private or local"
        ]
    );
}

fn layout(columns: serde_json::Value) -> Layout {
    Layout {
        columns: Some(serde_json::from_value(columns).unwrap()),
        ..Layout::default()
    }
}

#[test]
fn a_table_with_a_header_is_read_by_names() {
    let layout = layout(serde_json::json!({
        "value": "ioc", "name": "malware", "confidence": "score", "last_seen": "seen", "reference": "link",
        "label": "tag", "valid_until": "end", "first_seen": "first",
    }));
    let text = "# published daily\n# first,ioc,malware,score,seen,link,tag,end\n\
                2026-11-01,\"evil.example\",\"Emotet, loader\",90,2026-11-20 10:00:00,https://x.example/1,c2,1800000000\n\
                # a remark\n,203.0.113.7,,101,never,,,\n";
    let reading = read(text.as_bytes(), &layout);
    let first = &reading.indicators[0];
    assert_eq!(first.about.names, ["Emotet, loader"]);
    assert_eq!(first.about.labels, ["c2"]);
    assert_eq!(first.about.references, ["https://x.example/1"]);
    assert_eq!(first.confidence, Some(90));
    assert_eq!(
        first.first_seen,
        Some(Time::parse("2026-11-01T00:00:00Z").unwrap())
    );
    assert_eq!(
        first.last_seen,
        Some(Time::parse("2026-11-20T10:00:00Z").unwrap())
    );
    assert_eq!(first.valid_until, Some(Time::from_secs(1_800_000_000)));
    assert_eq!(shown(&reading), ["*.evil.example", "203.0.113.7"]);
    assert_eq!(
        problems(&reading),
        [
            "line 5: `never` is no time: expected RFC 3339, a date, or seconds since 1970",
            "line 5: confidence `101` is not a number from 0 to 100"
        ]
    );
}

#[test]
fn a_table_without_a_header_is_read_by_numbers() {
    let layout = Layout {
        separator: Some(';'),
        kind: Some(Kind::Ip),
        ..layout(serde_json::json!({"value": "2"}))
    };
    let reading = read(b"# x\n1;203.0.113.7\n2;evil.example\n3\n", &layout);
    assert_eq!(shown(&reading), ["203.0.113.7"]);
    assert_eq!(
        problems(&reading),
        [
            "line 3: `evil.example` is not an address or a network",
            "line 4: there is no column 2"
        ]
    );
}

#[test]
fn a_header_without_the_column_says_so() {
    let reading = read(
        b"a,b\n1,2\n",
        &layout(serde_json::json!({"value": "ioc", "name": "b"})),
    );
    assert_eq!(problems(&reading), ["header: there is no column `ioc`"]);
    let mistake = |value: &str| {
        Columns {
            value: value.to_owned(),
            ..Columns::default()
        }
        .mistake()
    };
    assert!(mistake("ioc").is_none() && mistake("0").is_some() && mistake(" ").is_some());
}
