//! Tactics and techniques our rules are tagged with are in our ATT&CK files, and these say what ATT&CK says.

use crate::content::{files_below, folder};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

#[derive(Deserialize)]
struct Tactics {
    version: String,
    tactics: Vec<Tactic>,
}

#[derive(Deserialize)]
struct Tactic {
    id: String,
    short: String,
    name: model::LocalText,
}

#[derive(Deserialize)]
struct Techniques {
    version: String,
    techniques: Vec<Technique>,
}

#[derive(Deserialize)]
struct Technique {
    id: String,
    name: String,
}

fn tactics() -> Tactics {
    serde_saphyr::from_str(&std::fs::read_to_string(folder().join("attack/tactics.yml")).unwrap()).unwrap()
}

fn techniques() -> Techniques {
    serde_saphyr::from_str(&std::fs::read_to_string(folder().join("attack/techniques.yml")).unwrap()).unwrap()
}

/// What follows `attack.` in the tags of every rule.
fn tags() -> Vec<String> {
    let rules = files_below(&folder().join("rules"));
    let texts = rules.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines
        .filter_map(|line| line.strip_prefix("tags: [")?.strip_suffix(']').map(str::to_owned))
        .flat_map(|tags| tags.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|tag| tag.strip_prefix("attack.").map(str::to_owned))
        .collect()
}

#[test]
fn every_tag_of_a_rule_is_known() {
    let (tactics, techniques) = (tactics(), techniques());
    let tags = tags();
    assert!(tags.len() > 50, "the rules are tagged");
    for tag in &tags {
        let id = tag.to_uppercase();
        let known = tactics.tactics.iter().any(|tactic| tactic.short == *tag)
            || techniques.techniques.iter().any(|technique| technique.id == id);
        assert!(known, "`{tag}` is in neither file");
    }
}

#[test]
fn our_files_say_what_attack_says() {
    let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
        println!("skipped: CTDR_TEST_DATA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&data).join("attack/enterprise.json")).unwrap();
    let attack: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (ours, techniques) = (tactics(), techniques());
    assert_eq!(ours.version, techniques.version);
    assert!(
        attack["source"]
            .as_str()
            .unwrap()
            .contains(&format!("v{}", ours.version))
    );

    let theirs: Vec<[&str; 3]> = attack["tactics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tactic| ["id", "short", "name"].map(|key| tactic[key].as_str().unwrap()))
        .collect();
    let ours: Vec<[&str; 3]> = ours
        .tactics
        .iter()
        .map(|tactic| [&*tactic.id, &*tactic.short, &*tactic.name.en])
        .collect();
    assert_eq!(ours, theirs);

    let names: BTreeMap<&str, &str> = attack["techniques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|technique| {
            (
                technique["id"].as_str().unwrap(),
                technique["name"].as_str().unwrap(),
            )
        })
        .collect();
    for technique in &techniques.techniques {
        // A sub-technique is called by its parent's name and its own.
        let parent = technique
            .id
            .split_once('.')
            .map(|(parent, _)| format!("{}: ", names[parent]));
        let expected = format!("{}{}", parent.unwrap_or_default(), names[&*technique.id]);
        assert_eq!(technique.name, expected, "{}", technique.id);
    }
}
