//! The `ctdr:` key of a rule: everything an alert needs that Sigma has no words for. Typed, and strict:
//! an unknown key is an error that names the nearest known one.

use crate::rule_test::RuleTest;
use model::{Aggregation, EntityKind, LocalText, Role};
use sigma::{
    Position, Report,
    correlation::Name,
    reader::{MapReader, timespan},
    yaml::{Data, Entry, Node},
};
use std::time::Duration;

/// The kinds of threat an alert may be of.
pub const CATEGORIES: [&str; 7] = [
    "abnormal_process",
    "successful_web_attack",
    "malicious_domain",
    "abnormal_login",
    "abnormal_flow",
    "malicious_network_access",
    "abnormal_web_access",
];

const AGGREGATIONS: [(&str, Aggregation); 5] = [
    ("graph_compute", Aggregation::GraphCompute),
    ("expert", Aggregation::Expert),
    ("passthrough", Aggregation::Passthrough),
    ("window", Aggregation::Window),
    ("none", Aggregation::None),
];

const ROLES: [(&str, Role); 3] = [
    ("attacker", Role::Attacker),
    ("victim", Role::Victim),
    ("artefact", Role::Artefact),
];

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub at: Position,
}

/// The `ctdr:` key. Names of fields are not resolved yet.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Where it stands.
    pub at: Position,
    /// The rule's title in Chinese; Sigma's own is in English.
    pub name: Option<String>,
    /// What happened, with `$field$`.
    pub title: Option<Placed<LocalText>>,
    /// What the rule detects.
    pub description: Option<LocalText>,
    /// One of [`CATEGORIES`].
    pub category: Option<String>,
    /// How alerts become events.
    pub aggregation: Option<Placed<Aggregation>>,
    /// The window of the similar-item method.
    pub window: Option<Placed<Duration>>,
    /// The rule imports a vendor's own alerts.
    pub import: Option<Placed<bool>>,
    /// The entities an alert mentions.
    pub entities: Vec<EntitySpec>,
    /// Where the record says whether the device blocked it itself.
    pub defended: Option<Defended>,
    /// Which repeats are left out.
    pub suppress: Option<Suppress>,
    /// Raw logs and how many alerts they raise.
    pub tests: Vec<RuleTest>,
}

/// An entity an alert mentions.
#[derive(Clone, Debug)]
pub struct EntitySpec {
    /// Its kind.
    pub kind: EntityKind,
    /// The field that holds it.
    pub field: Name,
    /// Its part in the alert.
    pub role: Role,
    /// The fields that say what it is local to.
    pub scope: Vec<Name>,
    /// It is known to be malicious.
    pub malicious: bool,
}

/// Where a record says whether the device blocked it itself.
#[derive(Clone, Debug)]
pub struct Defended {
    /// The field.
    pub field: Name,
    /// The values that mean it did.
    pub values: Vec<String>,
}

/// Which repeats are left out.
#[derive(Clone, Debug)]
pub struct Suppress {
    /// Repeats are equal in these fields.
    pub by: Vec<Name>,
    /// For so long after an alert.
    pub span: Duration,
}

impl Extension {
    /// Reads the key.
    pub fn read(entry: &Entry, report: &mut Report<'_>) -> Option<Self> {
        let mut map = MapReader::new(&entry.value, "`ctdr`", report)?;
        let extension = Self {
            at: entry.key.position(),
            name: map.get("name").and_then(|n| n.text("`name`", report)),
            title: map
                .get("title")
                .and_then(|n| placed(n, local_text("title", n, report))),
            description: map
                .get("description")
                .and_then(|n| local_text("description", n, report)),
            category: map
                .get("category")
                .and_then(|n| n.word("category", &CATEGORIES.map(|c| (c, c)), report))
                .map(str::to_owned),
            aggregation: map
                .get("aggregation")
                .and_then(|n| placed(n, n.word("aggregation", &AGGREGATIONS, report))),
            window: map
                .get("window")
                .and_then(|n| placed(n, timespan(n, "window", report))),
            import: map
                .get("import")
                .and_then(|n| placed(n, n.truth("`import`", report))),
            entities: each(map.get("entities"), "`entities`", report, entity),
            defended: map.get("defended").and_then(|n| defended(n, report)),
            suppress: map.get("suppress").and_then(|n| suppress(n, report)),
            tests: each(map.get("tests"), "`tests`", report, RuleTest::read),
        };
        map.deny_unknown(report);
        Some(extension)
    }
}

fn placed<T>(node: &Node, value: Option<T>) -> Option<Placed<T>> {
    value.map(|value| Placed {
        value,
        at: node.position(),
    })
}

/// What the items of a list are; none if there is no list.
pub fn each<T>(
    list: Option<&Node>,
    what: &str,
    report: &mut Report<'_>,
    read: impl Fn(&Node, &mut Report<'_>) -> Option<T>,
) -> Vec<T> {
    let items = list.map(|node| node.items(what, report)).unwrap_or_default();
    items.iter().filter_map(|item| read(item, report)).collect()
}

fn local_text(what: &str, node: &Node, report: &mut Report<'_>) -> Option<LocalText> {
    let mut map = MapReader::new(node, what, report)?;
    let en = map.need("en", report).and_then(|n| n.text("en", report));
    let zh = map.need("zh", report).and_then(|n| n.text("zh", report));
    map.deny_unknown(report);
    Some(LocalText::new(en?, zh?))
}

fn name(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Name> {
    Some(Name {
        text: node.text(what, report)?,
        position: node.position(),
    })
}

fn names(node: Option<&Node>, what: &str, report: &mut Report<'_>) -> Vec<Name> {
    match node {
        Some(node) if !matches!(node.data, Data::List(_)) => name(node, what, report).into_iter().collect(),
        node => each(node, what, report, |item, report| name(item, what, report)),
    }
}

fn entity(node: &Node, report: &mut Report<'_>) -> Option<EntitySpec> {
    let mut map = MapReader::new(node, "an entity", report)?;
    let kinds: Vec<(&'static str, EntityKind)> = EntityKind::all().map(|k| (k.code(), k)).collect();
    let kind = map
        .need("type", report)
        .and_then(|n| n.word("entity type", &kinds, report));
    let field = map.need("field", report).and_then(|n| name(n, "`field`", report));
    let role = map
        .need("role", report)
        .and_then(|n| n.word("role", &ROLES, report));
    let scope = names(map.get("scope"), "`scope`", report);
    let malicious = map.get("malicious");
    let is_malicious = malicious
        .and_then(|n| n.truth("`malicious`", report))
        .unwrap_or(false);
    map.deny_unknown(report);
    if let (Some(kind), Some(node), true) = (kind, malicious, is_malicious)
        && !kind.can_be_malicious()
    {
        let able: Vec<&str> = EntityKind::all()
            .filter(|k| k.can_be_malicious())
            .map(EntityKind::code)
            .collect();
        let message = format!("an entity of type `{kind}` cannot be malicious");
        report.expected(node.position(), message, sigma::error::one_of(able));
    }
    Some(EntitySpec {
        kind: kind?,
        field: field?,
        role: role?,
        scope,
        malicious: is_malicious,
    })
}

fn defended(node: &Node, report: &mut Report<'_>) -> Option<Defended> {
    let mut map = MapReader::new(node, "`defended`", report)?;
    let field = map.need("field", report).and_then(|n| name(n, "`field`", report));
    let values = map
        .need("values", report)
        .map(|n| n.texts("`values`", report))
        .unwrap_or_default();
    map.deny_unknown(report);
    Some(Defended {
        field: field?,
        values,
    })
}

fn suppress(node: &Node, report: &mut Report<'_>) -> Option<Suppress> {
    let mut map = MapReader::new(node, "`suppress`", report)?;
    let by = names(map.get("by"), "`by`", report);
    let span = map
        .need("for", report)
        .and_then(|n| timespan(n, "time span", report));
    map.deny_unknown(report);
    Some(Suppress { by, span: span? })
}
