//! Whether an alert may become an event, and by which method. The gates are asked in this order: testing →
//! whitelist → vendor capability → side and method.

use model::{
    Aggregation, Alert, Capabilities, NoEventReason, Origin, Side, Time,
    condition::Compiled,
    whitelist::{AlertFacts, Whitelist, WhitelistScope},
};

/// Why an alert is in no event, and the whitelist that says so.
pub(crate) type Refusal = (NoEventReason, Option<String>);

/// The gates.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    whitelists: Vec<(Whitelist, Option<Compiled>)>,
}

impl Gate {
    /// Conditions are checked when they are saved; one that does not compile would hide nothing.
    pub(crate) fn new(whitelists: Vec<Whitelist>) -> Self {
        let compiled = whitelists.into_iter().map(|whitelist| {
            let condition = whitelist.condition.compile().ok();
            (whitelist, condition)
        });
        Self {
            whitelists: compiled.collect(),
        }
    }

    pub(crate) fn whitelists(&self) -> impl Iterator<Item = &Whitelist> {
        self.whitelists.iter().map(|(whitelist, _)| whitelist)
    }

    /// The method by which the alert becomes an event.
    pub(crate) fn pass(
        &self,
        alert: &Alert,
        capabilities: &Capabilities,
        now: Time,
    ) -> Result<Aggregation, Refusal> {
        if alert.testing {
            return Err((NoEventReason::Testing, None));
        }
        if let Some(whitelist) = self.hit(alert, now) {
            return Err((NoEventReason::Whitelisted, Some(whitelist.id.clone())));
        }
        if !capabilities.allow_event(alert.providers()) {
            return Err((NoEventReason::Vendor, None));
        }
        match (method(alert), alert.side) {
            // S4: nothing of the network side becomes an event unless a rule says how.
            (Aggregation::None, Side::Network) => Err((NoEventReason::NoPolicy, None)),
            // S3: everything of the host side does; without a method it stays alone.
            (method, _) => Ok(method),
        }
    }

    fn hit(&self, alert: &Alert, now: Time) -> Option<&Whitelist> {
        let applies = |(whitelist, condition): &&(Whitelist, Option<Compiled>)| {
            let current = whitelist.expires_at.is_none_or(|end| now < end);
            // S14: only host-agent alerts can be whitelisted as alerts.
            let in_scope = match whitelist.scope {
                WhitelistScope::Event => true,
                WhitelistScope::Alert => alert.origin == Origin::Vendor && alert.side == Side::Host,
            };
            current && in_scope && condition.as_ref().is_some_and(|c| c.holds(&AlertFacts(alert)))
        };
        self.whitelists
            .iter()
            .find(applies)
            .map(|(whitelist, _)| whitelist)
    }
}

/// The method the alert's rule asks for, as far as its origin allows it (S6). A vendor's own host-side alerts count
/// as hitting a graph rule; its network-side ones give events only through a rule that refers to them.
fn method(alert: &Alert) -> Aggregation {
    match (alert.origin, alert.side) {
        (Origin::Vendor, Side::Host) => Aggregation::GraphCompute,
        (Origin::Vendor, Side::Network) => Aggregation::None,
        _ if alert.aggregation.allowed_for(alert.origin) => alert.aggregation,
        _ => Aggregation::None,
    }
}
