//! Reports for readers: everything that is known is in them, in the language asked for, and hostile text stays text.

use crate::scene::Scene;
use model::Language;
use report::{Format, write};

/// What attackers put where it may be shown.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style><style>*{display:none}",
    "<!-- --><iframe src=//evil.example>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "a | b\n# heading\n- item\n```",
    "\u{202e}gpj.exe\u{200b}\0\u{1b}[31m",
    "&lt;b&gt; <http://evil.example> www.evil.example",
];

#[test]
fn a_report_says_what_is_known_in_either_language() {
    let scene = Scene::new("shop.example");
    let check = |language, expected: &[&str]| {
        for format in [Format::Markdown, Format::Html] {
            let text = scene.tell(|story| write(story, format, language));
            for part in expected {
                assert!(text.contains(part), "{format:?} lacks `{part}`:\n{text}");
            }
        }
    };
    check(
        Language::En,
        &[
            "Intrusion on shop.example",
            "A host was reached.",
            "Exploit shop.example",
            "2026-11-23 00:01:00 UTC",
            "1 of the 4 alerts follows from it",
            "reconnaissance or attempts",
            "a gap in what was seen",
            "T1190 Exploit Public-Facing Application",
            "It has the same attacker",
            "Block the address",
            "Blocked (shop.example)",
            "line one",
            "40 before folding",
            "v18.1",
            "Related events",
            "Scan of shop.example",
            "Both name shop.example.",
        ],
    );
    check(
        Language::Zh,
        &[
            "shop.example 被入侵",
            "攻击入口",
            "4 条告警中有 1 条由它引出",
            "攻击者相同",
            "封禁 IP",
            "可见性的缺口",
            "资源开发",
            "关联事件",
            "shop.example 被扫描",
            "两者均涉及 shop.example。",
        ],
    );
}

#[test]
fn hostile_text_stays_text_in_html() {
    for hostile in HOSTILE {
        let scene = Scene::new(hostile);
        let html = scene.tell(|story| write(story, Format::Html, Language::En));
        let known = [
            "!doctype html",
            "html",
            "html lang=\"en\"",
            "head",
            "meta charset=\"utf-8\"",
            "meta name=",
            "meta http-equiv=",
            "title",
            "style",
            "body",
            "h1",
            "h2",
            "h3",
            "section",
            "dl",
            "dt",
            "dd",
            "p",
            "ul",
            "li",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "blockquote",
            "footer",
        ];
        for tag in html.split('<').skip(1) {
            let tag = tag.trim_start_matches('/');
            let ours = known.iter().any(|known| {
                tag.strip_prefix(known)
                    .is_some_and(|rest| rest.starts_with('>') || known.ends_with('='))
            });
            assert!(
                ours,
                "`<{}` is not ours, from {hostile:?}",
                &tag[..tag.len().min(40)]
            );
        }
        assert_eq!(html.matches("<style>").count(), 1);
        assert!(!html.contains(['\0', '\u{202e}', '\u{200b}', '\u{1b}']));
    }
}

#[test]
fn hostile_text_stays_text_in_markdown() {
    for hostile in HOSTILE {
        let scene = Scene::new(hostile);
        let text = scene.tell(|story| write(story, Format::Markdown, Language::Zh));
        // A mark counts where no backslash takes its meaning away.
        let unescaped = |mark: &str| {
            text.match_indices(mark)
                .any(|(at, _)| !text[..at].ends_with('\\'))
        };
        for mark in ["<", "[", "`", "://", "www.", "&lt"] {
            assert!(!unescaped(mark), "`{mark}` from {hostile:?} in\n{text}");
        }
        assert!(!text.contains(['\0', '\u{202e}', '\u{200b}', '\u{1b}']));
        // Eleven sections, whatever the texts say.
        assert_eq!(text.lines().filter(|line| line.starts_with("## ")).count(), 11);
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let cells = line
                .match_indices('|')
                .filter(|(at, _)| !line[..*at].ends_with('\\'))
                .count()
                - 1;
            assert!([4, 5, 6, 7, 3].contains(&cells), "{cells} cells: {line}");
        }
    }
}
