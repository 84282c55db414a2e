//! No bytes make the reader panic, lose a value's place, or give an id that depends on anything but them.

use crate::content::{catalogue, context};
use model::{RecordView, TenantId, Value};
use normalise::Catalogue;
use proptest::prelude::*;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(catalogue);

/// A record that is almost right: a real one with some bytes replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let real: &[u8] =
        include_bytes!("../../../../content/sources/self_hosted/modsecurity/samples/not_utf8.json");
    proptest::collection::vec((0..real.len(), any::<u8>()), 0..8).prop_map(move |changes| {
        let mut raw = real.to_vec();
        for (at, byte) in changes {
            raw[at] = byte;
        }
        raw
    })
}

fn check(raw: &[u8]) {
    let tenant = TenantId::default();
    for product in CATALOGUE.products() {
        let context = context(&tenant, product.id(), b"7");
        match CATALOGUE.normalise(raw, &context) {
            Ok(record) => {
                let again = CATALOGUE.normalise(raw, &context).unwrap();
                assert_eq!(record.meta().id, again.meta().id);
                let fields = record.iter().flat_map(|(_, fields)| fields);
                let unmapped = record.iter_unmapped().flat_map(|(_, fields)| fields);
                for field in fields.chain(unmapped) {
                    let Some(span) = field.span else { continue };
                    let place = &raw[span.start as usize..span.end as usize];
                    // Where nothing was escaped or unreadable, the bytes at the place are the value.
                    if let Value::Text(text) = &field.value
                        && place.is_ascii()
                        && !place.contains(&b'\\')
                        && place.len() == text.len()
                    {
                        assert_eq!(place, text.as_bytes());
                    }
                }
            }
            Err(letter) => assert!(
                letter.offset.is_none_or(|offset| offset <= raw.len()),
                "{letter:?}"
            ),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&raw);
    }

    #[test]
    fn damaged_records(raw in damaged()) {
        check(&raw);
    }

    #[test]
    fn syslog_lines(raw in "(<[0-9]{1,3}>)?Nov [ 0-9][0-9] [0-9:]{8} \\PC{1,9} sshd(\\[[0-9]{1,5}\\])?: (Failed password for \\PC{0,20} from )?\\PC{0,40}") {
        check(raw.as_bytes());
    }

    #[test]
    fn lines(raw in "[0-9.]{1,9} - - \\[\\PC{0,30}\\] \"\\PC{0,30}\" [0-9]{3} [0-9]{1,3}( \"\\PC{0,9}\")?") {
        check(raw.as_bytes());
    }
}

#[test]
fn a_value_borrows_from_the_record() {
    let raw = br#"{"time":"2026-11-22T14:11:00Z","remote_addr":"203.0.113.7","status":200,"uri":"/a?b=c"}"#;
    let tenant = TenantId::default();
    let product = "self_hosted/nginx".parse().unwrap();
    let record = CATALOGUE
        .normalise(raw, &context(&tenant, &product, b"7"))
        .unwrap();
    let slot = CATALOGUE.schema().slot("cs-uri-query").unwrap();
    let [field] = record.fields(slot) else {
        panic!("one value")
    };
    assert!(matches!(
        &field.value,
        Value::Text(std::borrow::Cow::Borrowed("b=c"))
    ));
    let span = field.span.unwrap();
    assert_eq!(&raw[span.start as usize..span.end as usize], b"b=c");
}
