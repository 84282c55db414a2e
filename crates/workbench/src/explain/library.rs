//! The documents explanations are about, with what parsing does not keep: the condition as it is written.

use detect::RuleSource;
use sigma::{Body, Detection, Document, Report, yaml};

/// A document of a rule file.
pub struct Page {
    /// The file it is in.
    pub file: String,
    /// The document.
    pub document: Document,
    /// Its condition as written.
    pub condition: Option<String>,
}

/// All documents of some rule files.
pub struct Library(pub Vec<Page>);

impl Library {
    /// Reads rule files; files that cannot be read are told.
    pub fn new(sources: &[RuleSource]) -> (Self, Vec<sigma::Error>) {
        let (mut pages, mut errors) = (Vec::new(), Vec::new());
        for source in sources {
            match sigma::parse(&source.text, &source.file) {
                Ok(documents) => {
                    let written = conditions(source);
                    let written = written.into_iter().chain(std::iter::repeat(None));
                    pages.extend(
                        documents
                            .into_iter()
                            .zip(written)
                            .map(|(document, condition)| Page {
                                file: source.file.clone(),
                                document,
                                condition,
                            }),
                    );
                }
                Err(mut found) => errors.append(&mut found),
            }
        }
        (Self(pages), errors)
    }

    /// The document a name means in a file: one of the file itself before one of another.
    pub fn find(&self, file: &str, name: &str) -> Option<&Page> {
        let named = || {
            self.0
                .iter()
                .filter(|page| page.document.metadata.is_called(name))
        };
        named().find(|page| page.file == file).or_else(|| named().next())
    }

    /// The filters that are for a rule: page and detection.
    pub fn filters_of(&self, rule: &Document) -> impl Iterator<Item = (&Page, &Detection)> {
        self.0
            .iter()
            .filter_map(|page| match (&page.document.body, &rule.body) {
                (
                    Body::Filter {
                        logsource,
                        rules,
                        detection,
                    },
                    Body::Rule { logsource: own, .. },
                ) => rules
                    .covers(logsource, &rule.metadata, own)
                    .then_some((page, detection)),
                _ => None,
            })
    }
}

/// The condition of each document of a file, as written.
fn conditions(source: &RuleSource) -> Vec<Option<String>> {
    let mut report = Report::new(&source.file);
    let nodes = yaml::load(&source.text, &mut report);
    let condition = |node: &yaml::Node| {
        let body = member(node, "detection").or_else(|| member(node, "filter"))?;
        match &member(body, "condition")?.data {
            yaml::Data::Scalar(_, text) => Some(text.clone()),
            _ => None,
        }
    };
    nodes.iter().map(condition).collect()
}

fn member<'n>(node: &'n yaml::Node, key: &str) -> Option<&'n yaml::Node> {
    match &node.data {
        yaml::Data::Map(entries) => entries
            .iter()
            .find(|entry| entry.key.text == key)
            .map(|entry| &entry.value),
        _ => None,
    }
}
