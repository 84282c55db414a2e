//! What can go wrong on the way out, and whether trying again can help.

use std::net::IpAddr;

use super::address::AddressKind;

/// A request that was not answered. An answer of any status is not an error here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// An address the policy refuses; nothing was sent to it.
    #[error("address `{address}` of `{host}` is refused ({kind})")]
    Denied {
        /// The host asked for.
        host: String,
        /// The address it stands for.
        address: IpAddr,
        /// Why it is refused.
        kind: AddressKind,
    },
    /// A URL this client does not follow: not http(s), with a user name, or without a host.
    #[error("url `{url}` is refused: {reason}")]
    Url {
        /// The URL without its query, which may hold secrets.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The name has no address.
    #[error("name `{host}` does not resolve")]
    Resolve {
        /// The host asked for.
        host: String,
    },
    /// No connection: refused, unreachable, or no trusted TLS.
    #[error("no connection to `{host}`: {reason}")]
    Connect {
        /// The host asked for.
        host: String,
        /// The lowest cause.
        reason: String,
    },
    /// No complete answer in time. The request may have been carried out.
    #[error("no answer from `{host}` in time")]
    Timeout {
        /// The host asked for.
        host: String,
    },
    /// The connection broke after it was made. The request may have been carried out.
    #[error("connection to `{host}` broke: {reason}")]
    Broken {
        /// The host asked for.
        host: String,
        /// The lowest cause.
        reason: String,
    },
    /// The answer is larger than allowed.
    #[error("answer of `{host}` exceeds {limit} bytes")]
    TooLarge {
        /// The host asked for.
        host: String,
        /// The limit it exceeds.
        limit: usize,
    },
    /// The client could not be set up (no TLS roots, for instance).
    #[error("http client could not be set up: {reason}")]
    Setup {
        /// The lowest cause.
        reason: String,
    },
}

impl EgressError {
    /// Whether the same request may succeed later.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Resolve { .. } | Self::Connect { .. } | Self::Timeout { .. } | Self::Broken { .. } => true,
            Self::Denied { .. } | Self::Url { .. } | Self::TooLarge { .. } | Self::Setup { .. } => false,
        }
    }

    /// Whether the request may have been carried out although there was no answer; a caller that writes has to look
    /// before it writes again.
    pub fn outcome_unknown(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Broken { .. } | Self::TooLarge { .. }
        )
    }
}
