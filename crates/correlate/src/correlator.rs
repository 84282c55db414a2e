//! The correlator: one state per tenant behind the gates.

use crate::{
    changes::Changes,
    gate::Gate,
    ledger::Ledger,
    settings::Settings,
    state::{Counters, State},
};
use model::{
    Alert, Capabilities, CorrelationSettings, EventId, EventStatus, TenantId, Time, whitelist::Whitelist,
};
use std::collections::BTreeMap;

/// Alerts in, changes out. Every input has to come in the order of the journal; `now` is the time of its receipt.
#[derive(Debug, Default)]
pub struct Correlator {
    pub(crate) settings: Settings,
    pub(crate) gate: Gate,
    pub(crate) tenants: BTreeMap<TenantId, State>,
}

impl Correlator {
    /// A correlator that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Takes in one alert. An alert that was taken in within the last week changes nothing.
    pub fn alert(&mut self, alert: &Alert, now: Time) -> Changes {
        self.alerts(std::slice::from_ref(alert), now)
    }

    /// Takes in many alerts and tells the changes once: an event that many of them change is told of once. What
    /// is decided is the same as by one call for each.
    pub fn alerts(&mut self, alerts: &[Alert], now: Time) -> Changes {
        let mut ledgers: BTreeMap<&TenantId, Ledger> = BTreeMap::new();
        for alert in alerts {
            let ledger = ledgers.entry(&alert.tenant).or_default();
            self.take(alert, now, ledger);
        }
        let mut changes = Changes::default();
        for (tenant, ledger) in ledgers {
            if let Some(state) = self.tenants.get_mut(tenant) {
                let more = state.report(ledger);
                state.sweep();
                changes.alerts.extend(more.alerts);
                changes.events.extend(more.events);
            }
        }
        changes
    }

    fn take(&mut self, alert: &Alert, now: Time, ledger: &mut Ledger) {
        if !self.tenants.contains_key(&alert.tenant) {
            let state = State::new(alert.tenant.clone(), self.settings.caps);
            self.tenants.insert(alert.tenant.clone(), state);
        }
        let Some(state) = self.tenants.get_mut(&alert.tenant) else {
            return;
        };
        if !state.arrives(alert, now) {
            return;
        }
        match self.gate.pass(alert, &self.settings.capabilities, now) {
            Ok(method) => state.take(alert, method, now, &self.settings, ledger),
            Err(refusal) => ledger.refuse(alert.id, refusal),
        }
    }

    /// Takes in a status that an analyst or an action gave an event. An event that is merged away has none of its
    /// own, and one without activity for a week grows no more anyway: for both nothing changes.
    pub fn status(&mut self, event: EventId, status: EventStatus, _now: Time) -> Changes {
        for state in self.tenants.values_mut() {
            let mut ledger = Ledger::default();
            state.status(event, status, &mut ledger);
            let changes = state.report(ledger);
            if changes != Changes::default() {
                return changes;
            }
        }
        Changes::default()
    }

    /// Replaces the whitelists, for alerts to come. Open folds close, so that an event never grows by an alert that
    /// was not asked the new question.
    pub fn whitelists(&mut self, whitelists: &[Whitelist]) {
        self.gate = Gate::new(whitelists.to_vec());
        self.tenants.values_mut().for_each(State::close_folds);
    }

    /// Replaces the capability table, for alerts to come.
    pub fn capabilities(&mut self, capabilities: Capabilities) {
        self.settings.capabilities = capabilities;
        self.tenants.values_mut().for_each(State::close_folds);
    }

    /// Takes over what an administrator says of correlation, for alerts to come: what is linked stays linked.
    pub fn configure(&mut self, said: &CorrelationSettings) {
        self.settings = std::mem::take(&mut self.settings).with(said);
        for state in self.tenants.values_mut() {
            state.close_folds();
            state.configure(&self.settings);
        }
    }

    /// What happened that is worth watching, over all tenants.
    pub fn counters(&self) -> Counters {
        let sum = |of: fn(&Counters) -> u64| self.tenants.values().map(|state| of(&state.counters)).sum();
        Counters {
            reordered: sum(|c| c.reordered),
            unordered: sum(|c| c.unordered),
            forgotten: sum(|c| c.forgotten),
        }
    }
}
