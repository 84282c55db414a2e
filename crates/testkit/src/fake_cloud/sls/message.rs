//! The log service's wire messages, written from the vendor's published schema and independent of the connector's,
//! so that a mistake in one is not repeated in the other. Values are bytes: attack records hold any.

/// One log: a time and its fields.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Log {
    /// Unix seconds.
    #[prost(uint32, required, tag = "1")]
    pub time: u32,
    /// The fields, in order.
    #[prost(message, repeated, tag = "2")]
    pub contents: Vec<Content>,
    /// The nanosecond part of the time.
    #[prost(fixed32, optional, tag = "4")]
    pub time_ns: Option<u32>,
}

/// One field.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Content {
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub key: String,
    /// Its value, any bytes.
    #[prost(bytes = "vec", required, tag = "2")]
    pub value: Vec<u8>,
}

/// A tag of a group, which readers flatten as `__tag__:<key>`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogTag {
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub key: String,
    /// Its value.
    #[prost(string, required, tag = "2")]
    pub value: String,
}

/// Logs that were written together.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogGroup {
    /// The logs.
    #[prost(message, repeated, tag = "1")]
    pub logs: Vec<Log>,
    /// `__topic__`.
    #[prost(string, optional, tag = "3")]
    pub topic: Option<String>,
    /// `__source__`.
    #[prost(string, optional, tag = "4")]
    pub source: Option<String>,
    /// Tags.
    #[prost(message, repeated, tag = "6")]
    pub tags: Vec<LogTag>,
}

/// What one pull brings.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogGroupList {
    /// The groups.
    #[prost(message, repeated, tag = "1")]
    pub groups: Vec<LogGroup>,
}

impl Log {
    /// A log of these fields.
    pub fn new<K: Into<String>, V: Into<Vec<u8>>>(
        time: model::Time,
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let contents = fields.into_iter().map(|(key, value)| Content {
            key: key.into(),
            value: value.into(),
        });
        Self {
            time: time.millis().div_euclid(1000) as u32,
            contents: contents.collect(),
            time_ns: Some(time.millis().rem_euclid(1000) as u32 * 1_000_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Time;
    use prost::Message;

    /// Written by the vendor's Python SDK.
    const VECTOR: &str = "0ab3020a7b0897f9dfc506121d0a0e7265616c5f636c69656e745f6970120b3230332e302e3131332e37\
        12150a0c66696e616c5f616374696f6e1205626c6f636b12130a0c66696e616c5f706c7567696e120377616612230a0c6d617463\
        6865645f686f737412137777772e6578616d706c652e636f6d2d7761662515cd5b070a770897f9dfc506121e0a0e7265616c5f63\
        6c69656e745f6970120c3139382e35312e3130302e3912100a0c66696e616c5f616374696f6e120012130a0c66696e616c5f706c\
        7567696e120377616612230a0c6d6174636865645f686f737412137777772e6578616d706c652e636f6d2d7761662515cd5b071a\
        0e7761665f6163636573735f6c6f67220b6c6f675f73657276696365321e0a105f5f726563656976655f74696d655f5f120a3137\
        3536383838323136";

    #[test]
    fn encodes_what_the_vendors_sdk_encodes() {
        let log = |address: &str, action: &str| {
            let fields = [
                ("real_client_ip", address),
                ("final_action", action),
                ("final_plugin", "waf"),
                ("matched_host", "www.example.com-waf"),
            ];
            Log {
                time_ns: Some(123_456_789),
                ..Log::new(Time::from_secs(1_756_888_215), fields)
            }
        };
        let list = LogGroupList {
            groups: vec![LogGroup {
                logs: vec![log("203.0.113.7", "block"), log("198.51.100.9", "")],
                topic: Some("waf_access_log".to_owned()),
                source: Some("log_service".to_owned()),
                tags: vec![LogTag {
                    key: "__receive_time__".to_owned(),
                    value: "1756888216".to_owned(),
                }],
            }],
        };
        assert_eq!(hex::encode(list.encode_to_vec()), VECTOR);
    }
}
