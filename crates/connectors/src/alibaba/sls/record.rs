//! A pulled log as one raw JSON line, flattened the way every tool of the log service does it: `__time__`,
//! `__time_ns_part__`, `__topic__`, `__source__`, `__tag__:<key>`, then the contents.
//!
//! The line is what the journal keeps and what an analyst sees, so no byte is lost: quotes, backslashes and controls
//! are escaped, all others stay as they are, also where they are no UTF-8.

use super::proto::{Log, LogGroup};

/// Writes the line, without a line feed at its end.
pub fn json_line(group: &LogGroup, log: &Log) -> Vec<u8> {
    let mut line = Line::new(log);
    line.number("__time__", log.time);
    if let Some(nanos) = log.time_ns {
        line.number("__time_ns_part__", nanos);
    }
    for (key, value) in [("__topic__", &group.topic), ("__source__", &group.source)] {
        if let Some(value) = value {
            line.text(&[key.as_bytes()], value);
        }
    }
    for tag in &group.tags {
        line.text(&[b"__tag__:", &tag.key], &tag.value);
    }
    for content in &log.contents {
        line.text(&[&content.key], &content.value);
    }
    line.finish()
}

struct Line {
    bytes: Vec<u8>,
}

impl Line {
    fn new(log: &Log) -> Self {
        let contents: usize = log.contents.iter().map(|c| c.key.len() + c.value.len() + 6).sum();
        let mut bytes = Vec::with_capacity(contents + 160);
        bytes.push(b'{');
        Self { bytes }
    }

    fn number(&mut self, key: &str, value: u32) {
        self.key(&[key.as_bytes()]);
        self.bytes.extend_from_slice(value.to_string().as_bytes());
    }

    fn text(&mut self, key: &[&[u8]], value: &[u8]) {
        self.key(key);
        self.bytes.push(b'"');
        escape(value, &mut self.bytes);
        self.bytes.push(b'"');
    }

    fn key(&mut self, parts: &[&[u8]]) {
        if self.bytes.len() > 1 {
            self.bytes.push(b',');
        }
        self.bytes.push(b'"');
        for part in parts {
            escape(part, &mut self.bytes);
        }
        self.bytes.extend_from_slice(b"\":");
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'}');
        self.bytes
    }
}

/// Appends `text` with quotes, backslashes and control characters escaped; runs without any are copied whole.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
    {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::alibaba::sls::{LogContent, LogTag};

    fn group(tags: &[(&str, &str)]) -> LogGroup {
        LogGroup {
            logs: vec![],
            topic: Some(Bytes::from_static(b"waf_access_log")),
            source: Some(Bytes::from_static(b"log_service")),
            tags: tags
                .iter()
                .map(|(key, value)| LogTag {
                    key: Bytes::copy_from_slice(key.as_bytes()),
                    value: Bytes::copy_from_slice(value.as_bytes()),
                })
                .collect(),
        }
    }

    fn log(contents: &[(&[u8], &[u8])]) -> Log {
        let contents = contents
            .iter()
            .map(|(key, value)| LogContent {
                key: Bytes::copy_from_slice(key),
                value: Bytes::copy_from_slice(value),
            })
            .collect();
        Log {
            time: 1_756_888_215,
            contents,
            time_ns: Some(123),
        }
    }

    #[test]
    fn flattens_in_the_services_own_way() {
        let log = log(&[
            (b"real_client_ip", b"203.0.113.7"),
            (b"querystring", b"q=\"\\\n\x01"),
        ]);
        assert_eq!(
            String::from_utf8(json_line(&group(&[("__receive_time__", "1756888216")]), &log)).unwrap(),
            concat!(
                r#"{"__time__":1756888215,"__time_ns_part__":123,"__topic__":"waf_access_log","#,
                r#""__source__":"log_service","__tag__:__receive_time__":"1756888216","#,
                r#""real_client_ip":"203.0.113.7","querystring":"q=\"\\\n\u0001"}"#
            )
        );
    }

    #[test]
    fn keeps_bytes_that_are_no_utf8() {
        let line = json_line(
            &LogGroup::default(),
            &log(&[(b"request_path", b"/\xff\xfe\"/\xe4")]),
        );
        let expected =
            b"{\"__time__\":1756888215,\"__time_ns_part__\":123,\"request_path\":\"/\xff\xfe\\\"/\xe4\"}";
        assert_eq!(line, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_value_comes_back(key in "[a-z\"\\\\\n]{1,8}", value in prop::collection::vec(any::<u8>(), 0..64)) {
            let line = json_line(&LogGroup::default(), &log(&[(key.as_bytes(), &value)]));
            prop_assert!(!line.contains(&b'\n'));
            // Replacing what is no UTF-8 before and after reading is the same, as escapes are ASCII.
            let read: Value = serde_json::from_str(&String::from_utf8_lossy(&line)).unwrap();
            prop_assert_eq!(read[&key].as_str().unwrap(), String::from_utf8_lossy(&value));
        }
    }
}
