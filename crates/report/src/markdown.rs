//! A report in Markdown (that of `CommonMark`, and tables), every value escaped: nothing in it becomes a link, a tag or a mark.

use crate::{
    outline::{Block, Document},
    visible,
};

/// The document.
pub fn render(document: &Document) -> String {
    let mut out = format!("# {}\n", escape(&document.title));
    for section in &document.sections {
        out.push_str(&format!("\n## {}\n", escape(&section.title)));
        for block in &section.blocks {
            out.push('\n');
            out.push_str(&render_block(block));
        }
    }
    out.push_str(&format!("\n---\n\n{}\n", escape(&document.foot)));
    out
}

fn render_block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("{}\n", escape(text)),
        Block::Quote(text) => visible::lines(text)
            .lines()
            .map(|line| format!("> {}  \n", escape(line)))
            .collect(),
        Block::Facts(facts) => facts
            .iter()
            .map(|(name, value)| format!("- **{}**: {}\n", escape(name), escape(value)))
            .collect(),
        Block::List(items) => items.iter().map(|item| format!("- {}\n", escape(item))).collect(),
        Block::Heading(text) => format!("### {}\n", escape(text)),
        Block::Table { head, rows } => {
            let rule = head.iter().map(|_| "---".to_owned()).collect();
            let body = rows
                .iter()
                .map(|row| row.iter().map(|cell| escape(cell)).collect());
            std::iter::once(head.iter().map(|cell| escape(cell)).collect())
                .chain([rule])
                .chain(body)
                .map(|cells: Vec<String>| format!("| {} |\n", cells.join(" | ")))
                .collect()
        }
    }
}

/// The text on one line, each character that Markdown might read as a mark behind a backslash.
fn escape(text: &str) -> String {
    let text = visible::line(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let mark = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '@' | '!' | '#' => true,
            // What would be made a link by itself.
            ':' => rest.starts_with("://"),
            '.' => text[..at].to_lowercase().ends_with("www") || is_number(&text[..at]),
            ')' => is_number(&text[..at]),
            // What would begin a list, a rule or a heading.
            '-' | '+' | '=' => before.is_none(),
            _ => false,
        };
        if mark {
            escaped.push('\\');
        }
        escaped.push(c);
        before = Some(c);
    }
    escaped
}

/// Digits and nothing else: with a dot behind them, they begin a list.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_escaped() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("203.0.113.7 → web-1", "203\\.0.113.7 → web-1");
        check("web.example", "web.example");
        check("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>");
        check("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))");
        check("http://evil.example", "http\\://evil.example");
        check("www.evil.example", "www\\.evil.example");
        check("a | b\n# c", "a \\| b \\# c");
        check("- x", "\\- x");
        check("12) x", "12\\) x");
        check("a\u{202e}b", "a\\\\u{202e}b");
    }
}
