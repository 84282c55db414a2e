//! The rules of the content folder, as far as their alerts show them: what a story sees becomes an alert exactly as
//! the rule says, so that the generated alerts follow the content and cannot drift from it.

use anyhow::Context as _;
use model::{Aggregation, EntityKind, Level, LocalText, Origin, Role, Tactic};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// The rules, by folder and file without its ending, such as `alibaba_waf/sql_injection`.
#[derive(Debug)]
pub struct Catalogue {
    rules: BTreeMap<String, Rule>,
    /// The tactics in matrix order, which the correlator is told.
    pub tactics: Vec<Tactic>,
}

/// A rule as its alerts show it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its alerts' title, with `$field$` in it.
    pub title: LocalText,
    /// How bad; an imported alert may say otherwise.
    pub level: Level,
    /// Who wrote it.
    pub origin: Origin,
    /// How its alerts become events.
    pub aggregation: Aggregation,
    /// The category of the threat.
    pub category: String,
    /// ATT&CK tactics.
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// Where entities are read from.
    pub entities: Vec<EntitySpec>,
    /// Repeats that are equal in these fields are left out for so long.
    pub suppress: Option<(Vec<String>, Duration)>,
}

/// Where an entity is read from.
#[derive(Clone, Debug, Deserialize)]
pub struct EntitySpec {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// The field that holds it.
    pub field: String,
    /// Its part in the alert.
    pub role: Role,
    /// The fields that say what it is local to.
    #[serde(default)]
    pub scope: Vec<String>,
    /// It is known to be malicious.
    #[serde(default)]
    pub malicious: bool,
}

/// One document of a rule file. A chain of correlations has several; one of them has the level.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    title: String,
    #[serde(default)]
    id: String,
    level: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    ctdr: Option<Extension>,
}

#[derive(Deserialize)]
struct Extension {
    title: Option<LocalText>,
    #[serde(default)]
    category: String,
    aggregation: Option<Aggregation>,
    #[serde(default)]
    import: bool,
    #[serde(default)]
    entities: Vec<EntitySpec>,
    suppress: Option<Suppress>,
}

#[derive(Deserialize)]
struct Suppress {
    by: Names,
    r#for: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Matrix {
    tactics: Vec<Lane>,
}

#[derive(Deserialize)]
struct Lane {
    short: String,
}

impl Catalogue {
    /// Reads the content folder of this project.
    pub fn load() -> anyhow::Result<Self> {
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
        let mut rules = BTreeMap::new();
        for folder in listed(&content.join("rules"))? {
            for file in listed(&folder)? {
                if file.extension().is_some_and(|ending| ending == "yml") {
                    let name =
                        [&folder, &file].map(|path| path.file_stem().unwrap_or_default().to_string_lossy());
                    rules.insert(name.join("/"), Rule::read(&file)?);
                }
            }
        }
        let file = content.join("attack/tactics.yml");
        let matrix: Matrix = serde_saphyr::from_str(&text(&file)?)
            .with_context(|| format!("`{}` is not the table of tactics", file.display()))?;
        Ok(Self {
            rules,
            tactics: matrix
                .tactics
                .iter()
                .map(|lane| Tactic::new(&lane.short))
                .collect(),
        })
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> anyhow::Result<&Rule> {
        let rule = self.rules.get(name);
        rule.with_context(|| format!("expected a rule in `content/rules/{name}.yml`"))
    }
}

fn listed(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))
}

impl Rule {
    fn read(file: &Path) -> anyhow::Result<Self> {
        let documents: Vec<Document> = serde_saphyr::from_multiple(&text(file)?)
            .with_context(|| format!("`{}` is not a rule", file.display()))?;
        // What the parts of a chain read from their own records is in the chain's alert as well.
        let of_parts = documents.iter().filter_map(|part| part.ctdr.as_ref());
        let entities = of_parts.flat_map(|part| part.entities.clone()).collect();
        let (rule, level) = documents
            .into_iter()
            .find_map(|document| document.level.clone().map(|level| (document, level)))
            .with_context(|| format!("`{}` has no `level`", file.display()))?;
        let shown = rule
            .ctdr
            .with_context(|| format!("`{}` has no `ctdr`", file.display()))?;
        let (tactics, techniques) = attack(&rule.tags);
        Ok(Self {
            id: rule.id,
            title: shown.title.unwrap_or_else(|| LocalText::same(rule.title)),
            level: self::level(&level).with_context(|| format!("`{level}` in `{}`", file.display()))?,
            origin: if shown.import {
                Origin::Vendor
            } else {
                Origin::Predefined
            },
            aggregation: shown.aggregation.unwrap_or(Aggregation::None),
            category: shown.category,
            tactics,
            techniques,
            entities,
            suppress: shown.suppress.map(Suppress::read).transpose()?,
        })
    }
}

impl Suppress {
    fn read(self) -> anyhow::Result<(Vec<String>, Duration)> {
        let by = match self.by {
            Names::One(name) => vec![name],
            Names::Many(names) => names,
        };
        let (number, unit) = self.r#for.split_at(self.r#for.len().saturating_sub(1));
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => anyhow::bail!("`{}` is not a time span", self.r#for),
        };
        Ok((by, Duration::from_secs(number.parse::<u64>()? * seconds)))
    }
}

fn level(text: &str) -> Option<Level> {
    Some(match text {
        "informational" => Level::Reminder,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Serious,
        _ => return None,
    })
}

/// Techniques begin with a `t` and a digit; what is neither that nor a group or software is a tactic.
fn attack(tags: &[String]) -> (Vec<Tactic>, Vec<String>) {
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for tag in tags.iter().filter_map(|tag| tag.strip_prefix("attack.")) {
        let numbered = tag.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        match tag.chars().next() {
            Some('t') if numbered => techniques.push(tag.to_uppercase()),
            Some('g' | 's') if numbered => {}
            _ => tactics.push(Tactic::new(tag)),
        }
    }
    (tactics, techniques)
}
