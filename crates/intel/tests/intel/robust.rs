//! No input panics, and what is recognised prints as something that is recognised as the same.

use intel::{Observable, list, misp, stix};
use proptest::prelude::*;

/// Pieces that lead a parser somewhere.
fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just(" OR ".to_owned()),
        Just(" AND ".to_owned()),
        Just("ipv4-addr:value".to_owned()),
        Just(" = ".to_owned()),
        Just("'203.0.113.7'".to_owned()),
        Just("file:hashes.'MD5'".to_owned()),
        Just(" IN ".to_owned()),
        Just("'".to_owned()),
        Just(" WITHIN 5 SECONDS".to_owned()),
        Just("NOT ".to_owned()),
        Just("\\".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        stix::read(&bytes);
        misp::read(&bytes);
        let _ = misp::manifest(&bytes);
        list::read(&bytes, &list::Layout::default());
        let columns = list::Columns { value: "a".to_owned(), ..list::Columns::default() };
        list::read(&bytes, &list::Layout { columns: Some(columns), ..list::Layout::default() });
    }

    #[test]
    fn no_pattern_panics(pattern in pattern()) {
        let object = serde_json::json!({"type": "indicator", "id": "indicator--1", "pattern": pattern});
        let reading = stix::read(serde_json::json!({"objects": [object]}).to_string().as_bytes());
        prop_assert!(
            reading.indicators.len() + reading.problems.len() > 0 || !reading.unused.is_empty(),
            "nothing was said about {:?}", pattern
        );
    }

    #[test]
    fn no_misp_value_panics(kind in "(ip-src|domain\\|ip|filename\\|sha256|url|md5|hostname)", value in ".{0,40}") {
        let event = serde_json::json!({"Event": {"Attribute": [{"type": kind, "value": value, "to_ids": true}]}});
        let reading = misp::read(event.to_string().as_bytes());
        prop_assert!(reading.indicators.len() + reading.problems.len() > 0);
    }

    #[test]
    fn what_is_recognised_is_recognised_again(text in "[a-z0-9.:/*\\[\\]-]{0,40}") {
        if let Ok(observable) = Observable::guess(&text) {
            prop_assert_eq!(Observable::guess(&observable.to_string()), Ok(observable));
        }
    }
}
