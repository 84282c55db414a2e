//! What the logs of each provider may lead to (S16); an administrator may widen it.

use crate::source::Provider;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the logs of one provider may lead to, beside alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Its alerts may become events.
    pub events: bool,
    /// Its alerts and events may trigger automatic response.
    pub automatic_response: bool,
}

/// The table of all providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capabilities(BTreeMap<Provider, Capability>);

impl Default for Capabilities {
    fn default() -> Self {
        let row = |provider| {
            let cloud = matches!(provider, Provider::Alibaba | Provider::Huawei | Provider::Tencent);
            let events = cloud || provider == Provider::SelfHosted;
            (
                provider,
                Capability {
                    events,
                    automatic_response: cloud,
                },
            )
        };
        Self(Provider::ALL.into_iter().map(row).collect())
    }
}

impl Capabilities {
    /// The row of a provider; nothing is allowed for one without a row.
    pub fn of(&self, provider: Provider) -> Capability {
        self.0.get(&provider).copied().unwrap_or(Capability {
            events: false,
            automatic_response: false,
        })
    }

    /// Changes the row of a provider.
    pub fn set(&mut self, provider: Provider, capability: Capability) {
        self.0.insert(provider, capability);
    }

    /// Whether an alert of these providers may become an event: any may.
    pub fn allow_event<'a>(&self, mut providers: impl Iterator<Item = &'a Provider>) -> bool {
        providers.any(|p| self.of(*p).events)
    }

    /// Whether automatic response may follow: all may, and there is one.
    pub fn allow_response<'a>(&self, providers: impl Iterator<Item = &'a Provider>) -> bool {
        let mut providers = providers.peekable();
        providers.peek().is_some() && providers.all(|p| self.of(*p).automatic_response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_clouds_respond_by_default() {
        let table = Capabilities::default();
        let check = |providers: &[Provider], events, response| {
            assert_eq!(table.allow_event(providers.iter()), events, "{providers:?}");
            assert_eq!(table.allow_response(providers.iter()), response, "{providers:?}");
        };
        check(&[Provider::Alibaba], true, true);
        check(&[Provider::SelfHosted], true, false);
        check(&[Provider::Other], false, false);
        check(&[Provider::Other, Provider::Huawei], true, false);
        check(&[], false, false);
    }
}
