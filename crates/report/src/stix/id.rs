//! Deterministic ids (version-5 UUIDs, RFC 9562).

use serde_json::{Map, Value};
use sha1::{Digest as _, Sha1};

/// The namespace of observables that STIX 2.1 prescribes (section 2.9).
const OBSERVABLES: u128 = 0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7;
/// Ours: made once at random, to be kept.
const OURS: u128 = 0x8b1f_7a52_0c3e_4d6b_9a64_5e2d_f7c8_1b93;

/// The id of an object of ours of this type, from what it stands for.
pub fn ours(kind: &str, parts: &[&str]) -> String {
    // Each part with its length, so that no two lists of parts meet.
    let mut name = format!("{kind}\n");
    for part in parts {
        name.push_str(&format!("{}:{part}\n", part.len()));
    }
    format!("{kind}--{}", uuid5(OURS, name.as_bytes()))
}

/// The id of an observable, from the properties STIX names for its type.
pub fn observable(kind: &str, contributing: &Map<String, Value>) -> String {
    // Canonical JSON (RFC 8785): sorted keys, no spaces. Ours hold only texts, whose escapes serde writes as asked.
    format!(
        "{kind}--{}",
        uuid5(OBSERVABLES, canonical(contributing).as_bytes())
    )
}

fn canonical(object: &Map<String, Value>) -> String {
    let mut keys: Vec<&String> = object.keys().collect();
    // RFC 8785 sorts by UTF-16 code units; property names of STIX are ASCII.
    keys.sort();
    let fields: Vec<String> = keys
        .into_iter()
        .map(|key| {
            let value = match &object[key] {
                Value::Object(inner) => canonical(inner),
                other => other.to_string(),
            };
            format!("{}:{value}", Value::String(key.clone()))
        })
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn uuid5(namespace: u128, name: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(namespace.to_be_bytes());
    hash.update(name);
    let digest = hash.finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_those_others_compute() {
        // The DNS namespace and the name of RFC 9562's example (appendix A.4).
        assert_eq!(
            uuid5(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8, b"www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
        // The ids that OASIS's own library (`stix2`) gives these.
        let check = |kind: &str, object: Value, uuid: &str| {
            let Value::Object(fields) = object else {
                panic!("an object")
            };
            assert_eq!(observable(kind, &fields), format!("{kind}--{uuid}"));
        };
        check(
            "ipv4-addr",
            json!({"value": "198.51.100.3"}),
            "28bb3599-77cd-5a82-a950-b5bc3caf07c4",
        );
        check(
            "user-account",
            json!({"account_login": "r\"oot"}),
            "51e22afd-ef54-501b-86c5-31f154800383",
        );
        check(
            "file",
            json!({"parent_directory_ref": "directory--93c0a9b0-520d-545d-9094-1a08ddf46b05", "name": "中x"}),
            "b68eb811-d683-5afd-97f7-d9053500e8ee",
        );
        check(
            "file",
            json!({"hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}}),
            "02fff920-f614-527c-81d1-6353633a6d21",
        );
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(ours("note", &["ab", "c"]), ours("note", &["a", "bc"]));
        assert_ne!(ours("note", &["a"]), ours("identity", &["a"]));
    }
}
