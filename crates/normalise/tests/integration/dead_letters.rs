//! What cannot be read says why, where, and in time bounded by its size; and what makes two records one.

use crate::content::{catalogue, context};
use model::{RecordId, RecordView, TenantId};
use normalise::{Catalogue, DeadLetterReason};

fn refuse(raw: &[u8], product: &str) -> (DeadLetterReason, Option<usize>) {
    let tenant = TenantId::default();
    let product = product.parse().unwrap();
    let letter = catalogue()
        .normalise(raw, &context(&tenant, &product, b"0"))
        .unwrap_err();
    assert!(!letter.detail.is_empty());
    (letter.reason, letter.offset)
}

#[test]
fn every_reason_is_given() {
    let check = |raw: &[u8], reason: DeadLetterReason, offset: Option<usize>| {
        let found = refuse(raw, "self_hosted/nginx");
        assert_eq!(
            found,
            (reason, offset),
            "{}",
            String::from_utf8_lossy(&raw[..raw.len().min(80)])
        );
    };
    check(b" \n", DeadLetterReason::Empty, None);
    check(b"{\"a\":1", DeadLetterReason::NotJson, Some(5));
    check(b"[{}]", DeadLetterReason::NotAnObject, Some(0));
    check(b"kernel: oops", DeadLetterReason::NotALogLine, Some(8));
    check(b"{\"a\":1}", DeadLetterReason::UnknownLogKind, None);
    check(
        br#"{"remote_addr":"203.0.113.7","status":200}"#,
        DeadLetterReason::NoTime,
        None,
    );
    let no_time = br#"{"remote_addr":"203.0.113.7","status":200,"msec":"soon"}"#;
    check(no_time, DeadLetterReason::UnreadableTime, Some(50));
    let limit = Catalogue::MAX_RECORD_BYTES;
    check(&vec![b'x'; limit + 1], DeadLetterReason::TooLarge, Some(limit));
    let open = b"{\"a\":"
        .iter()
        .copied()
        .chain(std::iter::repeat_n(b'[', limit / 2));
    let deep: Vec<u8> = open.chain(std::iter::repeat_n(b']', limit / 2 - 8)).collect();
    assert_eq!(refuse(&deep, "self_hosted/nginx").0, DeadLetterReason::NotJson);
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(limit / 4), "]".repeat(limit / 4));
    check(deep.as_bytes(), DeadLetterReason::TooDeep, Some(36));
    let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(Catalogue::MAX_VALUES));
    check(wide.as_bytes(), DeadLetterReason::TooManyValues, Some(5));
    assert_eq!(refuse(b"{}", "other/nobody").0, DeadLetterReason::UnknownProduct);
}

#[test]
fn a_record_is_the_same_by_its_own_id_or_by_its_position() {
    let catalogue = catalogue();
    let id = |raw: &str, position: &[u8]| -> RecordId {
        let tenant = TenantId::default();
        let product = "self_hosted/nginx".parse().unwrap();
        let record = catalogue
            .normalise(raw.as_bytes(), &context(&tenant, &product, position))
            .unwrap();
        record.meta().id
    };
    let with = |request: &str| {
        format!(
            r#"{{"msec":"1795356660.8","remote_addr":"203.0.113.7","status":200,"request_id":"{request}"}}"#
        )
    };
    assert_eq!(id(&with("a"), b"1"), id(&with("a"), b"2"));
    assert_ne!(id(&with("a"), b"1"), id(&with("b"), b"1"));
    assert_ne!(id(&with("-"), b"1"), id(&with("-"), b"2"));
    assert_eq!(id(&with("-"), b"1"), id(&with("-"), b"1"));
}

#[test]
fn a_zone_applies_to_times_without_one() {
    let catalogue = catalogue();
    let time = |product: &str, raw: &str| {
        let tenant = TenantId::default();
        let product = product.parse().unwrap();
        let mut context = context(&tenant, &product, b"0");
        context.utc_offset_minutes = 480;
        catalogue
            .normalise(raw.as_bytes(), &context)
            .unwrap()
            .meta()
            .time
            .to_string()
    };
    let audit = r#"{"transaction":{"client_ip":"203.0.113.7","time_stamp":"Sun Nov 22 22:11:00 2026"}}"#;
    assert_eq!(time("self_hosted/modsecurity", audit), "2026-11-22T14:11:00.000Z");
    let access = r#"{"time":"2026-11-22T14:11:00Z","remote_addr":"203.0.113.7","status":200}"#;
    assert_eq!(time("self_hosted/nginx", access), "2026-11-22T14:11:00.000Z");
}
