//! STIX bundles follow the rules of STIX 2.1 that can be checked without its schemas, and Attack Flow's of its own.

use crate::scene::Scene;
use model::Language;
use report::{Format, write};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Stdio},
};

/// Properties an object of a type must have beside `type` and `id`.
const REQUIRED: &[(&str, &[&str])] = &[
    ("identity", &["name"]),
    ("incident", &["name"]),
    ("grouping", &["context", "object_refs"]),
    ("attack-pattern", &["name"]),
    (
        "observed-data",
        &[
            "first_observed",
            "last_observed",
            "number_observed",
            "object_refs",
        ],
    ),
    ("indicator", &["pattern", "pattern_type", "valid_from"]),
    ("note", &["content", "object_refs"]),
    ("relationship", &["relationship_type", "source_ref", "target_ref"]),
    (
        "extension-definition",
        &["name", "schema", "version", "extension_types", "created_by_ref"],
    ),
    ("attack-flow", &["name", "scope", "start_refs", "extensions"]),
    ("attack-action", &["name", "extensions"]),
    ("attack-asset", &["name", "extensions"]),
    ("attack-condition", &["description", "extensions"]),
];
/// Observables: no `created`, no `modified`.
const OBSERVABLES: &[(&str, &[&str])] = &[
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("domain-name", &["value"]),
    ("url", &["value"]),
    ("directory", &["path"]),
    ("file", &[]),
    ("windows-registry-key", &["key"]),
    ("user-account", &[]),
];

fn bundle(scene: &Scene, format: Format, language: Language) -> Value {
    serde_json::from_str(&scene.tell(|story| write(story, format, language))).unwrap()
}

fn check_id(id: &str, kind: &str) {
    let (prefix, uuid) = id.split_once("--").unwrap();
    assert_eq!(prefix, kind, "{id}");
    let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert!(
        uuid.bytes()
            .all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    );
    // A deterministic id; the extension's and its maker's are not of our making.
    let given = uuid == "fb9c968a-745b-4ade-9b25-c324172197f4";
    assert!(given || uuid.as_bytes()[14] == b'5', "{id}");
    assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
}

/// Nothing is null or empty, and every reference is to an object of the bundle.
fn check_values(name: &str, value: &Value, ids: &BTreeSet<&str>, place: &str) {
    match value {
        Value::Null => panic!("{place}: `{name}` is null"),
        Value::Array(items) => {
            assert!(!items.is_empty(), "{place}: `{name}` is empty");
            for item in items {
                check_values(name, item, ids, place);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                check_values(name, value, ids, place);
            }
        }
        Value::String(text) => {
            assert!(!text.is_empty(), "{place}: `{name}` is empty");
            if name.ends_with("_ref") || name.ends_with("_refs") {
                assert!(
                    ids.contains(text.as_str()),
                    "{place}: `{name}` names `{text}`, which is not there"
                );
            }
        }
        _ => {}
    }
}

fn check_bundle(bundle: &Value) -> BTreeMap<String, usize> {
    assert_eq!(bundle["type"], "bundle");
    check_id(bundle["id"].as_str().unwrap(), "bundle");
    let objects = bundle["objects"].as_array().unwrap();
    let ids: BTreeSet<&str> = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), objects.len(), "an id stands for one object");
    let mut counts = BTreeMap::new();
    for object in objects {
        let (kind, id) = (object["type"].as_str().unwrap(), object["id"].as_str().unwrap());
        *counts.entry(kind.to_owned()).or_insert(0) += 1;
        check_id(id, kind);
        assert_eq!(object["spec_version"], "2.1");
        let find = |table: &[(&str, &'static [&'static str])]| {
            table
                .iter()
                .find(|(name, _)| *name == kind)
                .map(|(_, required)| *required)
        };
        let required = match (find(REQUIRED), find(OBSERVABLES)) {
            (Some(required), _) => {
                let time = |name: &str| model::Time::parse(object[name].as_str().unwrap()).unwrap();
                assert!(time("created") <= time("modified"), "{id}");
                required
            }
            (None, Some(required)) => {
                assert!(object.get("created").is_none(), "{id}");
                required
            }
            (None, None) => panic!("`{kind}` is no type we write"),
        };
        for name in required {
            assert!(object.get(*name).is_some(), "{id} lacks `{name}`");
        }
        check_values("", object, &ids, id);
        if kind == "file" {
            assert!(object.get("name").is_some() || object.get("hashes").is_some());
        }
        if kind == "observed-data" {
            assert!((1..=999_999_999).contains(&object["number_observed"].as_u64().unwrap()));
            assert!(object["first_observed"].as_str() <= object["last_observed"].as_str());
        }
        for reference in ["external_references"]
            .iter()
            .filter_map(|name| object[*name].as_array())
            .flatten()
        {
            assert!(reference["source_name"].is_string(), "{id}");
        }
    }
    counts
}

#[test]
fn an_incident_is_a_valid_bundle_with_all_that_was_seen() {
    for text in ["shop.example", "a' OR [x] \\ \u{202e}\n<b>", "\""] {
        let scene = Scene::new(text);
        let counts = check_bundle(&bundle(&scene, Format::Stix, Language::En));
        let expected = [
            // The alert without any entity is a note.
            ("attack-pattern", 3),
            ("directory", 1),
            ("domain-name", 1),
            ("file", 1),
            ("grouping", 1),
            ("identity", 3),
            // The event, and one near it.
            ("incident", 2),
            ("indicator", 1),
            ("ipv4-addr", 1),
            ("note", 1),
            ("observed-data", 3),
        ];
        for (kind, count) in expected {
            assert_eq!(counts.get(kind), Some(&count), "{kind} of {counts:?}");
        }
    }
}

#[test]
fn an_event_near_it_is_the_object_that_its_own_bundle_has() {
    let scene = Scene::new("shop.example");
    let mut other = Scene::new("shop.example");
    other.event = scene.related[0].event.clone();
    other.related.clear();
    let find = |bundle: &Value, kind: &str, of: &str| {
        let objects = bundle["objects"].as_array().unwrap();
        let found = objects
            .iter()
            .find(|o| o["type"] == kind && o.to_string().contains(of));
        found.unwrap_or_else(|| panic!("no {kind} of {of}")).clone()
    };
    for (language, why) in [
        (Language::En, "Both name shop.example."),
        (Language::Zh, "两者均涉及 shop.example。"),
    ] {
        let (told, own) = (
            bundle(&scene, Format::Stix, language),
            bundle(&other, Format::Stix, language),
        );
        let id = other.event.id.to_string();
        let near = find(&told, "incident", &id);
        assert_eq!(near, find(&own, "incident", &id));
        let tie = find(&told, "relationship", why);
        assert_eq!(
            (&tie["target_ref"], &tie["relationship_type"]),
            (&near["id"], &Value::from("related-to"))
        );
        assert_eq!(
            tie["source_ref"],
            find(&told, "incident", &scene.event.id.to_string())["id"]
        );
    }
}

#[test]
fn the_same_event_is_the_same_bytes_and_a_language_has_ids_of_its_own() {
    let scene = Scene::new("shop.example");
    let first = scene.tell(|story| write(story, Format::Stix, Language::En));
    assert_eq!(
        first,
        scene.tell(|story| write(story, Format::Stix, Language::En))
    );
    let (en, zh) = (
        bundle(&scene, Format::Stix, Language::En),
        bundle(&scene, Format::Stix, Language::Zh),
    );
    let by_id = |bundle: &Value| -> BTreeMap<String, Value> {
        let objects = bundle["objects"].as_array().unwrap().iter();
        objects
            .map(|object| (object["id"].as_str().unwrap().to_owned(), object.clone()))
            .collect()
    };
    let zh = by_id(&zh);
    for (id, object) in by_id(&en) {
        assert!(
            zh.get(&id).is_none_or(|other| *other == object),
            "{id} stands for two contents"
        );
    }
}

#[test]
fn an_attack_flow_follows_the_causal_edges() {
    let scene = Scene::new("shop.example");
    let bundle = bundle(&scene, Format::AttackFlow, Language::En);
    let counts = check_bundle(&bundle);
    for (kind, count) in [
        ("attack-flow", 1),
        ("attack-action", 4),
        ("attack-asset", 2),
        ("attack-condition", 1),
        ("extension-definition", 1),
        ("attack-pattern", 3),
    ] {
        assert_eq!(counts.get(kind), Some(&count), "{kind} of {counts:?}");
    }
    let objects = bundle["objects"].as_array().unwrap();
    let named = |name: &str| {
        objects
            .iter()
            .find(|object| object["name"] == name && object["type"] == "attack-action")
    };
    let (scan, exploit) = (
        named("Scan shop.example").unwrap(),
        named("Exploit shop.example").unwrap(),
    );
    assert_eq!(scan["effect_refs"][0], exploit["id"]);
    assert_eq!(exploit["technique_id"], "T1190");
    assert_eq!(exploit["tactic_id"], "TA0001");
    // The shell calls the attacker: a condition stands before it.
    let condition = objects
        .iter()
        .find(|object| object["type"] == "attack-condition")
        .unwrap();
    assert_eq!(exploit["effect_refs"][0], condition["id"]);
    assert_eq!(
        condition["on_true_refs"][0],
        named("Reverse shell shop.example").unwrap()["id"]
    );
    assert_eq!(condition["pattern"], "[ipv4-addr:value = '203.0.113.7']");
    let flow = objects
        .iter()
        .find(|object| object["type"] == "attack-flow")
        .unwrap();
    assert_eq!(flow["scope"], "incident");
    let starts = flow["start_refs"].as_array().unwrap();
    assert!(starts.contains(&scan["id"]) && !starts.contains(&exploit["id"]));
}

/// The reference implementation reads what we write. It is a Python package; without it the test says so and passes.
#[test]
fn the_reference_parser_reads_both() {
    let found = Command::new("python3")
        .args(["-c", "import stix2"])
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        println!("skipped: `python3 -c 'import stix2'` fails; `pip install stix2` to run this test");
        return;
    }
    let folder = std::env::temp_dir().join(format!("report-stix-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for format in [Format::Stix, Format::AttackFlow] {
        for text in ["shop.example", "a' OR [x] \\ \"\n<b>"] {
            let file = folder.join(format.extension());
            let scene = Scene::new(text);
            std::fs::write(&file, scene.tell(|story| write(story, format, Language::Zh))).unwrap();
            let script = "import stix2, sys\n\
                bundle = stix2.parse(open(sys.argv[1], encoding='utf-8'), allow_custom=sys.argv[2] == 'attack_flow')\n\
                assert len(bundle.objects) > 5\n\
                for o in bundle.objects:\n    \
                    stix2.parse(o.serialize() if hasattr(o, 'serialize') else o, allow_custom=True)\n";
            let output = Command::new("python3")
                .args(["-c", script])
                .arg(&file)
                .arg(format.as_str())
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
