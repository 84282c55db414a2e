//! Reads a rule file: all its documents, or everything that is wrong with it.

use crate::{
    correlation,
    document::{Body, Document, Level, Metadata, Status},
    error::{Error, Report, nearest},
    reader::MapReader,
    selection,
    yaml::{self, Entry, Node},
};

/// The key under which a product keeps what Sigma has no words for.
const EXTENSION: &str = "ctdr";

/// Keys of the specification that are for people and other tools only.
const UNREAD: [&str; 5] = ["fields", "related", "scope", "taxonomy", "sigma-version"];

/// Parses the text of `file`, which may hold several documents.
pub fn parse(text: &str, file: &str) -> Result<Vec<Document>, Vec<Error>> {
    let mut report = Report::new(file);
    let nodes = yaml::load(text, &mut report);
    if nodes.is_empty() && report.is_empty() {
        report.expected(crate::Position::START, "the file holds no rule", "a Sigma rule");
    }
    let documents: Vec<Document> = nodes
        .iter()
        .filter_map(|node| document(node, &mut report))
        .collect();
    if report.is_empty() {
        Ok(documents)
    } else {
        Err(report.into_errors())
    }
}

fn document(node: &Node, report: &mut Report<'_>) -> Option<Document> {
    let mut map = MapReader::new(node, "a rule", report)?;
    let metadata = metadata(&mut map, report);
    let logsource = map.entry("logsource");
    let detection = map.entry("detection");
    let correlation = map.entry("correlation");
    let generate = map.get("generate");
    if let Some(filter) = map.entry("filter") {
        let at = filter.key.position();
        report.expected(
            at,
            "filters are not supported yet",
            "`detection` or `correlation`",
        );
    }
    let extension = map.entry(EXTENSION).cloned();
    for key in UNREAD {
        map.get(key);
    }
    report_misspelt(&map, report);
    Some(Document {
        position: node.position(),
        metadata,
        body: match correlation {
            Some(entry) => correlation_body(entry, [logsource, detection], generate, report)?,
            None => rule_body(&map, [logsource, detection], report)?,
        },
        extension,
    })
}

fn rule_body(
    map: &MapReader<'_>,
    [logsource, detection]: [Option<&Entry>; 2],
    report: &mut Report<'_>,
) -> Option<Body> {
    for (name, entry) in [("logsource", logsource), ("detection", detection)] {
        if entry.is_none() {
            report.error(map.position(), format!("key `{name}` is missing"));
        }
    }
    let logsource = logsource.and_then(|e| selection::logsource(&e.value, report));
    let detection = detection.and_then(|e| selection::detection(&e.value, report));
    Some(Body::Rule {
        logsource: logsource?,
        detection: detection?,
    })
}

fn correlation_body(
    entry: &Entry,
    others: [Option<&Entry>; 2],
    generate: Option<&Node>,
    report: &mut Report<'_>,
) -> Option<Body> {
    for other in others.into_iter().flatten() {
        let message = format!("`{}` in a correlation", other.key.text);
        report.expected(other.key.position(), message, "it in the rules that are counted");
    }
    correlation::correlation(&entry.value, generate, report).map(Body::Correlation)
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
        status: map
            .get("status")
            .and_then(|n| n.word("status", &Status::WORDS, report)),
        level: map
            .get("level")
            .and_then(|n| n.word("level", &Level::WORDS, report)),
    }
}

/// The specification lets rules carry keys of their own, so only what looks misspelt is refused.
fn report_misspelt(map: &MapReader<'_>, report: &mut Report<'_>) {
    for entry in map.rest() {
        let word = &entry.key.text;
        if let Some(near) = nearest(word, map.asked().iter().copied())
            && strsim::osa_distance(word, near) <= 2
        {
            report.unknown(entry.key.position(), "key", word, [near]);
        }
    }
}
