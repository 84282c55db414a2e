//! Reads a rule file: all its documents, or everything that is wrong with it.

use crate::{
    correlation,
    document::{Body, Document, Level, Metadata, Related, Relation, Status},
    error::{Error, Report, nearest},
    filter,
    placeholder::Placeholders,
    reader::MapReader,
    scope::Scope,
    selection,
    yaml::{self, Entry, Node},
};

/// The key under which a product keeps what Sigma has no words for.
const EXTENSION: &str = "ctdr";

/// Top-level keys a rule may add to those of the specification.
const MAX_CUSTOM: usize = 100;

/// Parses the text of `file`, which may hold several documents. No placeholder is known.
pub fn parse(text: &str, file: &str) -> Result<Vec<Document>, Vec<Error>> {
    parse_with(text, file, &Placeholders::none())
}

/// Parses the text of `file`, and puts the values of `placeholders` where it names them.
pub fn parse_with(text: &str, file: &str, placeholders: &Placeholders) -> Result<Vec<Document>, Vec<Error>> {
    let scope = Scope::new(placeholders);
    let mut report = Report::new(file);
    let nodes = yaml::load(text, &mut report);
    if nodes.is_empty() && report.is_empty() {
        report.expected(crate::Position::START, "the file holds no rule", "a Sigma rule");
    }
    let documents: Vec<Document> = nodes
        .iter()
        .filter_map(|node| document(node, &scope, &mut report))
        .collect();
    if report.is_empty() {
        Ok(documents)
    } else {
        Err(report.into_errors())
    }
}

fn document(node: &Node, scope: &Scope<'_>, report: &mut Report<'_>) -> Option<Document> {
    let mut map = MapReader::new(node, "a rule", report)?;
    let metadata = metadata(&mut map, report);
    let logsource = map.entry("logsource");
    let detection = map.entry("detection");
    let correlation = map.entry("correlation");
    let generate = map.get("generate");
    let filter = map.entry("filter");
    let extension = map.entry(EXTENSION).cloned();
    let custom = custom(&map, report);
    let body = match (correlation, filter) {
        (Some(entry), other) => {
            deny([logsource, detection, other], "a correlation", report);
            correlation::read(&entry.value, generate, report).map(Body::Correlation)
        }
        (None, Some(entry)) => {
            deny([None, detection, None], "a filter", report);
            filter_body(&map, logsource, entry, scope, report)
        }
        (None, None) => rule_body(&map, [logsource, detection], scope, report),
    };
    Some(Document {
        position: node.position(),
        metadata,
        body: body?,
        extension,
        custom,
    })
}

/// Reports what does not go with the kind of document.
fn deny(entries: [Option<&Entry>; 3], kind: &str, report: &mut Report<'_>) {
    for entry in entries.into_iter().flatten() {
        let message = format!("`{}` in {kind}", entry.key.text);
        report.expected(entry.key.position(), message, "it in a document of its own");
    }
}

fn rule_body(
    map: &MapReader<'_>,
    [logsource, detection]: [Option<&Entry>; 2],
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Option<Body> {
    for (name, entry) in [("logsource", logsource), ("detection", detection)] {
        if entry.is_none() {
            report.missing(map.position(), name);
        }
    }
    let logsource = logsource.and_then(|e| selection::logsource(&e.value, report));
    let detection = detection.and_then(|e| selection::detection(&e.value, scope, report));
    Some(Body::Rule {
        logsource: logsource?,
        detection: detection?,
    })
}

fn filter_body(
    map: &MapReader<'_>,
    logsource: Option<&Entry>,
    filter: &Entry,
    scope: &Scope<'_>,
    report: &mut Report<'_>,
) -> Option<Body> {
    if logsource.is_none() {
        report.missing(map.position(), "logsource");
    }
    let logsource = logsource.and_then(|e| selection::logsource(&e.value, report));
    let (rules, detection) = filter::read(&filter.value, scope, report)?;
    Some(Body::Filter {
        logsource: logsource?,
        rules,
        detection,
    })
}

fn metadata(map: &mut MapReader<'_>, report: &mut Report<'_>) -> Metadata {
    let title = map.need("title", report);
    let mut text = |key, report: &mut Report<'_>| map.get(key).and_then(|n| n.text(key, report));
    let id = text("id", report);
    let name = text("name", report);
    let description = text("description", report);
    let license = text("license", report);
    let author = text("author", report);
    let date = text("date", report);
    let modified = text("modified", report);
    let taxonomy = text("taxonomy", report);
    let sigma_version = text("sigma-version", report);
    let related = map.get("related").map(|n| related(n, report)).unwrap_or_default();
    let mut texts =
        |key, report: &mut Report<'_>| map.get(key).map(|n| n.texts(key, report)).unwrap_or_default();
    Metadata {
        title: title.and_then(|n| n.text("title", report)).unwrap_or_default(),
        id,
        name,
        description,
        license,
        author,
        date,
        modified,
        references: texts("references", report),
        tags: texts("tags", report),
        falsepositives: texts("falsepositives", report),
        fields: texts("fields", report),
        scope: texts("scope", report),
        related,
        taxonomy,
        sigma_version,
        status: map
            .get("status")
            .and_then(|n| n.word("status", &Status::WORDS, report)),
        level: map
            .get("level")
            .and_then(|n| n.word("level", &Level::WORDS, report)),
    }
}

fn related(node: &Node, report: &mut Report<'_>) -> Vec<Related> {
    let mut one = |node: &Node| {
        let mut map = MapReader::new(node, "an entry of `related`", report)?;
        let id = map.need("id", report).and_then(|n| n.text("id", report));
        let relation = map
            .need("type", report)
            .and_then(|n| n.word("relation", &Relation::WORDS, report));
        map.deny_unknown(report);
        Some(Related {
            id: id?,
            relation: relation?,
        })
    };
    match &node.data {
        yaml::Data::List(items) => items.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}

/// The specification lets rules carry keys of their own, so only what looks misspelt is refused.
fn custom(map: &MapReader<'_>, report: &mut Report<'_>) -> Vec<Entry> {
    let count = map.rest().count();
    if count > MAX_CUSTOM {
        let expected = format!("at most {MAX_CUSTOM}");
        report.expected(
            map.position(),
            format!("{count} keys that are not Sigma's"),
            expected,
        );
        return Vec::new();
    }
    for entry in map.rest() {
        let word = &entry.key.text;
        if let Some(near) = nearest(word, map.asked().iter().copied())
            && strsim::osa_distance(word, near) <= 2
        {
            report.unknown(entry.key.position(), "key", word, [near]);
        }
    }
    map.rest().cloned().collect()
}
