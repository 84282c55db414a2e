//! A report as one HTML file: no script, nothing from elsewhere, made to be printed. Everything is escaped, and a
//! policy in its head forbids what escaping might miss.

use crate::{
    outline::{Block, Document},
    visible, words,
};

/// Black on white, with tables that go on over pages.
const STYLE: &str = "\
:root{color-scheme:light}\
body{max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2129;background:#fff;\
font:14px/1.6 system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\
h1{font-size:1.5rem;line-height:1.35}h2{margin-top:2rem;border-bottom:1px solid #c9cdd4;font-size:1.15rem}h3{font-size:1rem}\
table{width:100%;border-collapse:collapse;font-size:12.5px}\
th,td{padding:4px 8px;border:1px solid #e5e6eb;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#f2f3f5}dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px}\
dt{color:#4e5969}dd{margin:0;overflow-wrap:anywhere}\
blockquote{margin:4px 0;padding:2px 12px;border-left:3px solid #c9cdd4;white-space:pre-wrap;overflow-wrap:anywhere}\
footer{margin-top:2rem;color:#4e5969;font-size:12px}\
@page{margin:16mm}@media print{body{max-width:none;margin:0;padding:0}thead{display:table-header-group}\
tr,blockquote{break-inside:avoid}h2,h3{break-after:avoid}}";

/// The document.
pub fn render(document: &Document) -> String {
    let title = escape(&document.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        words::pick(document.language, "en", "zh-CN"),
    );
    for section in &document.sections {
        out.push_str(&format!("<section>\n<h2>{}</h2>\n", escape(&section.title)));
        for block in &section.blocks {
            out.push_str(&render_block(block));
        }
        out.push_str("</section>\n");
    }
    out.push_str(&format!(
        "<footer>{}</footer>\n</body>\n</html>\n",
        escape(&document.foot)
    ));
    out
}

fn render_block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!("<p>{}</p>\n", escape(text)),
        Block::Quote(text) => format!("<blockquote>{}</blockquote>\n", entities(&visible::lines(text))),
        Block::Facts(facts) => {
            let rows: String = facts
                .iter()
                .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)))
                .collect();
            format!("<dl>\n{rows}</dl>\n")
        }
        Block::List(items) => format!("<ul>\n{}</ul>\n", each("li", items)),
        Block::Heading(text) => format!("<h3>{}</h3>\n", escape(text)),
        Block::Table { head, rows } => {
            let rows: String = rows
                .iter()
                .map(|row| format!("<tr>\n{}</tr>\n", each("td", row)))
                .collect();
            format!(
                "<table>\n<thead><tr>\n{}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n",
                each("th", head)
            )
        }
    }
}

fn each(tag: &str, texts: &[String]) -> String {
    texts
        .iter()
        .map(|text| format!("<{tag}>{}</{tag}>\n", escape(text)))
        .collect()
}

fn escape(text: &str) -> String {
    entities(&visible::line(text))
}

fn entities(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
