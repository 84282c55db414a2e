//! Time and randomness for signed requests: the one place of this provider that asks the machine for either.

use jiff::Timestamp;

/// The moment and the nonce a request is signed with.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    pub time: Timestamp,
    pub nonce: String,
}

impl Stamp {
    /// Now, with 128 random bits. Without randomness the nonce is the time, which still is unique to the nanosecond.
    pub fn now() -> Self {
        let time = Timestamp::now();
        let mut random = [0_u8; 16];
        if getrandom::fill(&mut random).is_err() {
            random = time.as_nanosecond().to_be_bytes();
        }
        Self {
            time,
            nonce: hex::encode(random),
        }
    }

    /// `2025-09-03T08:30:15Z`, as `x-acs-date`.
    pub fn iso(&self) -> String {
        self.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `20250903T083015Z`, as the log service's `x-log-date`.
    pub fn compact(&self) -> String {
        self.time.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// `Wed, 03 Sep 2025 08:30:15 GMT`, as `Date`.
    pub fn http_date(&self) -> String {
        self.time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn prints_the_three_forms_the_schemes_want() {
        let stamp = Stamp {
            time: "2025-09-03T08:30:15.987Z".parse().unwrap(),
            nonce: String::new(),
        };
        assert_eq!(stamp.iso(), "2025-09-03T08:30:15Z");
        assert_eq!(stamp.compact(), "20250903T083015Z");
        assert_eq!(stamp.http_date(), "Wed, 03 Sep 2025 08:30:15 GMT");
    }

    #[test]
    fn nonces_differ() {
        assert_ne!(Stamp::now().nonce, Stamp::now().nonce);
    }
}
