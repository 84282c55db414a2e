//! Where logs come from: provider, product, and the side of the wire the device stands on.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who runs the product that wrote a log. Capabilities are granted per provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Alibaba Cloud.
    Alibaba,
    /// Tencent Cloud.
    Tencent,
    /// Huawei Cloud.
    Huawei,
    /// What users run themselves: nginx, ModSecurity, sshd, auditd.
    SelfHosted,
    /// Any other vendor: alerts only, unless an administrator widens it.
    Other,
}

impl Provider {
    /// All providers.
    pub const ALL: [Self; 5] = [
        Self::Alibaba,
        Self::Tencent,
        Self::Huawei,
        Self::SelfHosted,
        Self::Other,
    ];

    /// The identifier used in paths and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alibaba => "alibaba",
            Self::Tencent => "tencent",
            Self::Huawei => "huawei",
            Self::SelfHosted => "self_hosted",
            Self::Other => "other",
        }
    }

    /// The provider of this identifier.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A product of a provider, such as `alibaba/waf`: the folder name in `content/sources`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId {
    /// Who runs it.
    pub provider: Provider,
    /// Its name within the provider, `[a-z0-9_]+`.
    pub product: String,
}

/// The text is not `<provider>/<product>`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a product: expected `<provider>/<product>`, such as `alibaba/waf`")]
pub struct ParseProductError(String);

impl std::str::FromStr for ProductId {
    type Err = ParseProductError;

    fn from_str(text: &str) -> Result<Self, ParseProductError> {
        let parsed = text.split_once('/').and_then(|(provider, product)| {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let product = (!product.is_empty() && product.chars().all(legal)).then(|| product.to_owned())?;
            Some(Self {
                provider: Provider::parse(provider)?,
                product,
            })
        });
        parsed.ok_or_else(|| ParseProductError(text.to_owned()))
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.product)
    }
}

crate::id::serde_as_text!(ProductId);

/// Which side of the wire the device that generated a log stands on (S1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A device on the network.
    Network,
    /// An agent on a host or in a container. Greater than `Network`: one host-side part makes the whole host-side.
    Host,
}

/// A Sigma logsource: a key of a rule matches when the record's is equal, or the rule leaves it out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct LogSource {
    /// Such as `alibaba`, `linux`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Such as `waf`, `sshd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Such as `webserver`, `process_creation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}
