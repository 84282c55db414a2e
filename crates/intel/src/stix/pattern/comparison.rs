//! What one comparison looks for, or why it cannot be used.

use super::Pattern;
use crate::observable::{FileHash, Observable, Refusal};

/// One comparison, read and not yet judged.
pub(super) struct Comparison<'t> {
    pub object: &'t str,
    pub property: String,
    pub negated: bool,
    pub operator: &'t str,
    pub values: Vec<String>,
}

impl Comparison<'_> {
    /// Adds what the comparison looks for, or why it cannot be used.
    pub(super) fn judge(&self, pattern: &mut Pattern) {
        if self.negated || matches!(self.operator, "!=" | "EXISTS") {
            return pattern
                .unsupported
                .push("pattern with NOT, != or EXISTS".to_owned());
        }
        for value in &self.values {
            match self.observable(value) {
                None => {
                    let reason = format!(
                        "pattern with `{}:{} {}`",
                        self.object, self.property, self.operator
                    );
                    pattern.unsupported.push(reason);
                }
                Some(Ok(observable)) => pattern.observables.push(observable),
                Some(Err(refusal)) => pattern.refused.push(refusal),
            }
        }
    }

    fn observable(&self, value: &str) -> Option<Result<Observable, Refusal>> {
        let equals = matches!(self.operator, "=" | "IN");
        match (self.object, self.property.as_str()) {
            ("ipv4-addr" | "ipv6-addr", "value") if equals || self.operator == "ISSUBSET" => {
                Some(Observable::network(value))
            }
            // An equality says one name; only a LIKE says the names below it.
            ("domain-name", "value") if equals => Some(Observable::domain(value, false)),
            ("domain-name", "value") if self.operator == "LIKE" => {
                let name = value
                    .strip_prefix("%.")
                    .filter(|name| !name.contains(['%', '_']))?;
                Some(Observable::domain(name, true))
            }
            ("url", "value") if equals => Some(Observable::url(value)),
            ("file", property) if equals && property.starts_with("hashes.") => {
                let algorithm = property["hashes.".len()..].replace('-', "").to_ascii_uppercase();
                let right = |hash: &FileHash| {
                    matches!(
                        (algorithm.as_str(), hash),
                        ("MD5", FileHash::Md5(_))
                            | ("SHA1", FileHash::Sha1(_))
                            | ("SHA256", FileHash::Sha256(_))
                    )
                };
                let known = matches!(algorithm.as_str(), "MD5" | "SHA1" | "SHA256");
                known.then(|| match FileHash::parse(value).filter(right) {
                    Some(hash) => Ok(Observable::Hash(hash)),
                    None => Err(Refusal::Malformed {
                        value: value.chars().take(80).collect(),
                        expected: "a hash of this algorithm in hexadecimal digits",
                    }),
                })
            }
            _ => None,
        }
    }
}
