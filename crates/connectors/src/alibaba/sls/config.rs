//! Which log store to read, and how to sign.

use serde::Deserialize;

use crate::alibaba::{Credentials, Endpoint};

/// Which of the log service's two signatures to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureVersion {
    /// HMAC-SHA1, accepted everywhere but in a few newer regions.
    V1,
    /// Scoped by region and day.
    #[default]
    V4,
}

/// A log store and the key to read it with.
#[derive(Debug, Clone)]
pub struct SlsConfig {
    endpoint: Endpoint,
    region: String,
    project: String,
    logstore: String,
    signature: SignatureVersion,
    credentials: Credentials,
}

/// A configuration that cannot name a log store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlsConfigError {
    /// The project becomes part of a host name.
    #[error("`{0}` is not a project name: 3 to 63 of a-z, 0-9 and -, not at either end")]
    Project(String),
    /// The log store becomes part of a path.
    #[error("`{0}` is not a log store name: 2 to 63 of a-z, 0-9, - and _, not at either end")]
    LogStore(String),
    /// The region becomes part of the signature's scope.
    #[error("`{0}` is not a region: a-z, 0-9 and -, such as cn-hangzhou")]
    Region(String),
}

impl SlsConfig {
    /// Checks the names, so that they can go into a host name and a path as they are.
    pub fn new(
        endpoint: Endpoint,
        region: &str,
        project: &str,
        logstore: &str,
        signature: SignatureVersion,
        credentials: Credentials,
    ) -> Result<Self, SlsConfigError> {
        if !is_name(project, 3, "-") {
            return Err(SlsConfigError::Project(project.to_owned()));
        }
        if !is_name(logstore, 2, "-_") {
            return Err(SlsConfigError::LogStore(logstore.to_owned()));
        }
        if !is_name(region, 2, "-") {
            return Err(SlsConfigError::Region(region.to_owned()));
        }
        Ok(Self {
            endpoint,
            region: region.to_owned(),
            project: project.to_owned(),
            logstore: logstore.to_owned(),
            signature,
            credentials,
        })
    }

    /// Address of the region's log service.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Region, part of the signature's scope.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Project.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Log store.
    pub fn logstore(&self) -> &str {
        &self.logstore
    }

    /// Signature to send.
    pub fn signature(&self) -> SignatureVersion {
        self.signature
    }

    /// Key to sign with.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

/// The vendor's naming rule: <https://www.alibabacloud.com/help/en/sls/product-overview/resource-naming>.
fn is_name(text: &str, shortest: usize, inner: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (shortest..=63).contains(&text.len())
        && text.chars().all(|c| letter(c) || inner.contains(c))
        && text.starts_with(letter)
        && text.ends_with(letter)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config(region: &str, project: &str, logstore: &str) -> Result<SlsConfig, SlsConfigError> {
        let credentials = Credentials {
            access_key_id: "id".to_owned(),
            access_key_secret: "s".into(),
            security_token: None,
        };
        let endpoint = "cn-hangzhou.log.aliyuncs.com".parse().unwrap();
        SlsConfig::new(
            endpoint,
            region,
            project,
            logstore,
            SignatureVersion::V4,
            credentials,
        )
    }

    #[test]
    fn takes_the_names_the_vendor_gives() {
        let project = "wafnew-project-1234567890123456-cn-hangzhou";
        assert!(config("cn-hangzhou", project, "wafnew-logstore").is_ok());
        assert!(config("cn-hangzhou", project, "cloud_siem").is_ok());
    }

    #[test]
    fn refuses_names_that_would_change_the_host_or_the_path() {
        for project in ["", "evil.example/", "a.b.c", "-abc", "Upper", "a@b"] {
            assert!(
                matches!(
                    config("cn-hangzhou", project, "ls"),
                    Err(SlsConfigError::Project(_))
                ),
                "{project}"
            );
        }
        for logstore in ["", "../x", "a/b", "a?b", "_a"] {
            assert!(
                matches!(
                    config("cn-hangzhou", "proj", logstore),
                    Err(SlsConfigError::LogStore(_))
                ),
                "{logstore}"
            );
        }
        assert!(matches!(
            config("cn/hangzhou", "proj", "ls"),
            Err(SlsConfigError::Region(_))
        ));
    }
}
