//! `cargo xtask attack <enterprise.json>`: our ATT&CK files from a list of its tactics and techniques.
//!
//! What is written is ids, names and which technique serves which tactic. Chinese names of tactics are written by
//! hand in the same file and stay; a tactic without one stops the work, so that none is shown in one language only.

use crate::{root, run};
use anyhow::{Context as _, bail};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// Facts about ATT&CK, as the file has them.
#[derive(Deserialize)]
struct Attack {
    /// Says the version: "… ATT&CK v18.1".
    source: String,
    tactics: Vec<Tactic>,
    techniques: Vec<Technique>,
}

#[derive(Deserialize)]
struct Tactic {
    id: String,
    short: String,
    name: String,
    order: u32,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct Technique {
    id: String,
    name: String,
    tactics: Vec<String>,
    #[serde(default)]
    deprecated: bool,
}

/// Our two files.
#[derive(Debug, PartialEq, Eq)]
struct Files {
    tactics: String,
    techniques: String,
}

/// Writes both files.
pub fn run(list: &Path) -> anyhow::Result<()> {
    run::step("ATT&CK");
    let text = fs::read_to_string(list).with_context(|| format!("cannot read `{}`", list.display()))?;
    let folder = root::path().join("content/attack");
    let before = fs::read_to_string(folder.join("tactics.yml"))?;
    let files = generate(&text, &before)?;
    fs::write(folder.join("tactics.yml"), files.tactics)?;
    fs::write(folder.join("techniques.yml"), files.techniques)?;
    Ok(())
}

fn generate(list: &str, tactics_before: &str) -> anyhow::Result<Files> {
    let mut attack: Attack = serde_json::from_str(list).context("the list of tactics and techniques")?;
    attack.tactics.retain(|tactic| !tactic.deprecated);
    attack.techniques.retain(|technique| !technique.deprecated);
    attack.tactics.sort_by_key(|tactic| tactic.order);
    attack.techniques.sort_by(|a, b| a.id.cmp(&b.id));
    let version = version(&attack.source)?;
    Ok(Files {
        tactics: tactics(&attack.tactics, &version, &chinese(tactics_before))?,
        techniques: techniques(&attack, &version)?,
    })
}

/// `18.1` of "… ATT&CK v18.1)".
fn version(source: &str) -> anyhow::Result<String> {
    let after = source
        .rsplit_once('v')
        .map(|(_, after)| after)
        .unwrap_or_default();
    let version: String = after
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    match version.trim_end_matches('.') {
        "" => bail!("`source` is `{source}`: expected the version at its end, such as `v18.1`"),
        version => Ok(version.to_owned()),
    }
}

/// The Chinese names of a file of ours, by the tactic's short name.
fn chinese(file: &str) -> BTreeMap<&str, &str> {
    let name = |line| {
        let (_, rest): (&str, &str) = str::split_once(line, "short: ")?;
        let (short, rest) = rest.split_once(',')?;
        let (_, zh) = rest.split_once("zh: ")?;
        Some((short, zh.trim_end_matches('}').trim()))
    };
    file.lines().filter_map(name).collect()
}

fn head(what: &str, version: &str) -> String {
    let major = version.split('.').next().unwrap_or(version);
    format!(
        "# {what}\n\
         # Facts from https://attack.mitre.org/versions/v{major}/matrices/enterprise/ (c) The MITRE Corporation.\n\
         # Written by `cargo xtask attack`; Chinese names, where there are any, are by hand.\n\
         version: '{version}'\n"
    )
}

fn tactics(tactics: &[Tactic], version: &str, chinese: &BTreeMap<&str, &str>) -> anyhow::Result<String> {
    let mut file = head(
        "Tactics of the ATT&CK enterprise matrix in its order: the lanes of an attack chain.",
        version,
    );
    file.push_str("tactics:\n");
    for Tactic { id, short, name, .. } in tactics {
        let Some(zh) = chinese.get(&**short) else {
            bail!("content/attack/tactics.yml has no Chinese name of `{short}`: add its line there first");
        };
        writeln!(
            file,
            "  - {{id: {id}, short: {short}, name: {{en: {}, zh: {zh}}}}}",
            scalar(name)
        )?;
    }
    Ok(file)
}

fn techniques(attack: &Attack, version: &str) -> anyhow::Result<String> {
    let mut file = head(
        "Techniques of the ATT&CK enterprise matrix; a sub-technique is called by its parent's name and its own.",
        version,
    );
    file.push_str("techniques:\n");
    let names: BTreeMap<&str, &str> = (attack.techniques.iter())
        .map(|technique| (&*technique.id, &*technique.name))
        .collect();
    for Technique {
        id, name, tactics, ..
    } in &attack.techniques
    {
        for tactic in tactics {
            if !attack.tactics.iter().any(|known| known.short == *tactic) {
                bail!("`{id}` serves `{tactic}`, which is no tactic of the list");
            }
        }
        let full = match id.split_once('.') {
            Some((parent, _)) => {
                let parent = names
                    .get(parent)
                    .with_context(|| format!("`{id}` has no parent `{parent}` in the list"))?;
                format!("{parent}: {name}")
            }
            None => name.clone(),
        };
        writeln!(
            file,
            "  - {{id: {id}, name: {}, tactics: [{}]}}",
            scalar(&full),
            tactics.join(", ")
        )?;
    }
    Ok(file)
}

/// A name as YAML writes it within braces: quoted where a character of it would say something else.
fn scalar(name: &str) -> String {
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '/' | '-' | '(' | ')' | '.' | '_'));
    let starts = name.starts_with(char::is_alphanumeric);
    if plain && starts && name.parse::<f64>().is_err() {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use super::*;

    fn list(tactic: &str, technique: &str) -> String {
        format!(
            r#"{{"source": "ATT&CK v9.1 (some list)", "tactics": [{{"id": "TA1", "short": "{tactic}", "name": "Ex, \"one\"", "order": 1}}],
               "techniques": [{technique}]}}"#
        )
    }

    #[test]
    fn names_are_joined_and_quoted_and_chinese_is_kept() {
        let list = list(
            "one",
            r#"{"id": "T1.001", "name": "Child", "tactics": ["one"]}, {"id": "T1", "name": "Parent", "tactics": ["one"]},
               {"id": "T2", "name": "Old", "tactics": ["one"], "deprecated": true}"#,
        );
        let files = generate(&list, "  - {id: TA1, short: one, name: {en: x, zh: 一}}").unwrap();
        assert!(files.tactics.ends_with(
            "version: '9.1'\ntactics:\n  - {id: TA1, short: one, name: {en: \"Ex, \\\"one\\\"\", zh: 一}}\n"
        ));
        assert!(files.techniques.ends_with(
            "techniques:\n  - {id: T1, name: Parent, tactics: [one]}\n  - {id: T1.001, name: \"Parent: Child\", tactics: [one]}\n"
        ));
    }

    #[test]
    fn what_would_be_wrong_is_not_written() {
        let check = |list: &str, before: &str, expected: &str| {
            let error = generate(list, before).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        let known = "short: one, name: {en: x, zh: 一}}";
        check(&list("one", ""), "", "no Chinese name of `one`");
        check(
            &list("one", r#"{"id": "T1.001", "name": "Child", "tactics": []}"#),
            known,
            "no parent `T1`",
        );
        check(
            &list("one", r#"{"id": "T1", "name": "P", "tactics": ["two"]}"#),
            known,
            "serves `two`",
        );
        check(
            &list("one", "").replace("v9.1", ""),
            known,
            "expected the version",
        );
    }

    #[test]
    fn our_files_are_what_the_list_gives() {
        let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
            println!("skipped: CTDR_TEST_DATA is not set");
            return;
        };
        let list = fs::read_to_string(Path::new(&data).join("attack/enterprise.json")).unwrap();
        let read = |name| fs::read_to_string(root::path().join("content/attack").join(name)).unwrap();
        let (tactics, techniques) = (read("tactics.yml"), read("techniques.yml"));
        let files = generate(&list, &tactics).unwrap();
        assert!(files == Files { tactics, techniques }, "run `cargo xtask attack`");
    }
}
