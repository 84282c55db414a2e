//! A YAML file cut into rules: each document by itself, but a correlation or a filter together with the rules it
//! names, because only together do they mean something.

use super::references::References;

/// One rule of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line its first document starts at, from 1.
    pub line: usize,
    /// Its documents.
    pub text: String,
    /// The same on the lines they have in the file, so that mistakes are found where they are.
    pub in_place: String,
}

struct Document<'t> {
    /// Lines of the file, from 0.
    lines: Vec<(usize, &'t str)>,
    /// What it is called, and what it refers to.
    read: References,
    /// The first document of the rule it belongs to.
    group: usize,
}

/// Cuts a file into its rules, in the order of their first documents.
pub fn split(text: &str) -> Vec<Part> {
    let mut documents = documents(text);
    for number in 0..documents.len() {
        for other in 0..documents.len() {
            let refers = |name: &String| documents[other].read.names.contains(name);
            if number != other && documents[number].read.refers.iter().any(refers) {
                join(&mut documents, number, other);
            }
        }
    }
    let groups = documents.iter().map(|document| document.group);
    let mut groups: Vec<usize> = groups.collect();
    groups.sort_unstable();
    groups.dedup();
    groups.into_iter().map(|group| part(&documents, group)).collect()
}

/// A line `---` starts a document: inside of one it cannot stand unindented.
fn documents(text: &str) -> Vec<Document<'_>> {
    let mut cut: Vec<Vec<(usize, &str)>> = vec![Vec::new()];
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("---") {
            Some(rest) if rest.trim().is_empty() || rest.starts_with([' ', '\t']) => {
                cut.push(vec![(number, rest.trim_start())]);
            }
            _ => cut
                .last_mut()
                .into_iter()
                .for_each(|last| last.push((number, line))),
        }
    }
    let says_something = |lines: &Vec<(usize, &str)>| {
        lines
            .iter()
            .any(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    };
    cut.retain(says_something);
    cut.into_iter().enumerate().map(Document::read).collect()
}

impl<'t> Document<'t> {
    fn read((group, lines): (usize, Vec<(usize, &'t str)>)) -> Self {
        let text = lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        Self {
            lines,
            read: References::of(&text),
            group,
        }
    }
}

fn join(documents: &mut [Document<'_>], one: usize, other: usize) {
    let (from, into) = (documents[one].group, documents[other].group);
    for document in documents.iter_mut() {
        if document.group == from || document.group == into {
            document.group = from.min(into);
        }
    }
}

fn part(documents: &[Document<'_>], group: usize) -> Part {
    let members = || documents.iter().filter(move |document| document.group == group);
    let (mut text, mut in_place, mut at) = (String::new(), String::new(), 0);
    for (number, document) in members().enumerate() {
        let first = document.lines.first().map_or(0, |(line, _)| *line);
        while at < first {
            at += 1;
            // The line before a later document is one of another document, or the separator itself.
            let separates = number > 0 && at == first;
            in_place.push_str(if separates { "---\n" } else { "\n" });
        }
        if number > 0 {
            text.push_str("---\n");
        }
        for (_, line) in &document.lines {
            in_place.push_str(line);
            in_place.push('\n');
            at += 1;
        }
        let lines: Vec<&str> = document.lines.iter().map(|(_, line)| *line).collect();
        text.push_str(lines.join("\n").trim());
        text.push('\n');
    }
    let first = members().next().into_iter().flat_map(|document| &document.lines);
    let line = first
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(line, _)| line + 1)
        .next();
    Part {
        line: line.unwrap_or(1),
        text,
        in_place,
    }
}
