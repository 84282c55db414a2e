//! The request as the signers see it: exactly what goes on the wire, before or after transport.

/// One HTTP request to sign or to verify.
///
/// `query` holds decoded names and values; `path` is used as sent. Header names may be in any case. `body` is the
/// body as sent (compressed where the request is compressed), empty where there is none.
#[derive(Debug, Clone, Copy)]
pub struct SignRequest<'a> {
    /// Upper-case method.
    pub method: &'a str,
    /// Path as sent, `/` for RPC calls.
    pub path: &'a str,
    /// Decoded query parameters, in any order.
    pub query: &'a [(String, String)],
    /// Headers, in any order; `Authorization` may be among them and is never signed.
    pub headers: &'a [(String, String)],
    /// Body as sent.
    pub body: &'a [u8],
}

impl SignRequest<'_> {
    /// The first value of a header, trimmed.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The headers whose lower-case name `wanted` accepts, as `(lower-case name, trimmed value)` sorted by name.
    /// A repeated header is one entry with its values sorted and joined by a comma.
    pub(super) fn canonical_headers(&self, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let mut chosen: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .filter(|(name, _)| wanted(name))
            .collect();
        chosen.sort();
        let mut merged: Vec<(String, String)> = Vec::with_capacity(chosen.len());
        for (name, value) in chosen {
            match merged.last_mut() {
                Some((last, values)) if *last == name => {
                    values.push(',');
                    values.push_str(&value);
                }
                _ => merged.push((name, value)),
            }
        }
        merged
    }
}

/// `name:value\n` for each header.
pub(super) fn header_lines(headers: &[(String, String)]) -> String {
    headers.iter().fold(String::new(), |mut lines, (name, value)| {
        lines.push_str(name);
        lines.push(':');
        lines.push_str(value);
        lines.push('\n');
        lines
    })
}

/// The header names joined by `;`.
pub(super) fn header_names(headers: &[(String, String)]) -> String {
    headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(";")
}
