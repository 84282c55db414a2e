//! Percent-encoding as every Alibaba scheme wants it: RFC 3986, unreserved characters kept, upper-case hex.
//! Form encoding (`+` for a space, `*` kept) gives a wrong signature, which is why it is written out here.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but `A-Z a-z 0-9 - _ . ~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Percent-encodes the UTF-8 bytes of `text`.
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Sorts `pairs` by raw name and joins them as `name=value&…`, both encoded; an empty value keeps its `=`.
/// This is the canonical query of ACS3 and of the older RPC signature, and what is put on the wire.
pub fn encode_query(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let encoded: Vec<_> = sorted
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)))
        .collect();
    encoded.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_unreserved_and_encodes_the_rest() {
        let check = |input: &str, expected: &str| assert_eq!(percent_encode(input), expected);
        check("azAZ09-_.~", "azAZ09-_.~");
        check("a b*c+d/e", "a%20b%2Ac%2Bd%2Fe");
        check("中文", "%E4%B8%AD%E6%96%87");
        check("", "");
    }

    #[test]
    fn sorts_by_raw_name_and_keeps_the_sign_of_an_empty_value() {
        let pairs = [("b", "2"), ("B", "1"), ("a", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(encode_query(&pairs), "B=1&a=&b=2");
    }
}
