//! The correlator: one state per tenant behind the gates.

use crate::{
    arrival::Arrival,
    changes::{Changes, Refused},
    fold::Keys,
    gate::Gate,
    ledger::Ledger,
    settings::Settings,
    state::{Counters, State},
};
use model::{
    Aggregation, Alert, AlertId, Capabilities, CorrelationSettings, EventId, EventStatus, NoEventReason,
    TenantId, Time, whitelist::Whitelist,
};
use std::collections::BTreeMap;

/// Alerts in, changes out. Every input has to come in the order of the journal; `now` is the time of its receipt.
#[derive(Debug, Default)]
pub struct Correlator {
    pub(crate) settings: Settings,
    pub(crate) gate: Gate,
    pub(crate) tenants: BTreeMap<TenantId, State>,
    pub(crate) keys: Keys,
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
        self.arrivals(alerts.iter().map(|alert| Arrival::new(alert, now)))
    }

    /// The same, of alerts received at different times.
    pub fn arrivals<'a>(&mut self, arrivals: impl IntoIterator<Item = Arrival<'a>>) -> Changes {
        let mut ledgers: BTreeMap<&TenantId, Ledger> = BTreeMap::new();
        for arrival in arrivals {
            let ledger = ledgers.entry(&arrival.alert.tenant).or_default();
            self.take(&arrival, ledger);
        }
        let mut changes = Changes::default();
        for (tenant, ledger) in ledgers {
            if let Some(state) = self.tenants.get_mut(tenant) {
                changes.append(state.report(ledger));
                state.sweep();
            }
        }
        changes
    }

    fn take(&mut self, arrival: &Arrival<'_>, ledger: &mut Ledger) {
        let Arrival { alert, now, .. } = *arrival;
        if !self.tenants.contains_key(&alert.tenant) {
            let state = State::new(alert.tenant.clone(), &self.settings);
            self.tenants.insert(alert.tenant.clone(), state);
        }
        let Some(state) = self.tenants.get_mut(&alert.tenant) else {
            return;
        };
        if !state.arrives(arrival) {
            return;
        }
        let method = match self.gate.pass(alert, &self.settings.capabilities, now) {
            Ok(method) => method,
            // What gives no event by itself may be a step of an expert pattern.
            Err((NoEventReason::NoPolicy, _)) if !self.settings.steps_of(alert).is_empty() => {
                Aggregation::None
            }
            Err(refusal) => return ledger.refuse(arrival.id, refusal),
        };
        let key = self.keys.of(alert, method);
        state.take(arrival, (method, key), &self.settings, ledger);
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

    /// Makes one event of several, because an analyst says so.
    pub fn merge(&mut self, events: &[EventId], actor: &str) -> Result<(EventId, Changes), Refused> {
        let unknown = Refused::Unknown(events.first().copied().unwrap_or(EventId::from_bits(0)));
        let known = |state: &&mut State| events.first().is_some_and(|id| state.ids.contains_key(id));
        let state = self.tenants.values_mut().find(known).ok_or(unknown)?;
        let mut ledger = Ledger::default();
        let event = state.merge_by_hand(events, actor, &mut ledger)?;
        Ok((event, state.report(ledger)))
    }

    /// Cuts links between alerts of an event, because an analyst says that they do not belong together; answers the
    /// events that come off. What is cut is not merged again until [`Correlator::allow_link`].
    pub fn split(
        &mut self,
        event: EventId,
        cuts: &[(AlertId, AlertId)],
    ) -> Result<(Vec<EventId>, Changes), Refused> {
        let known = |state: &&mut State| state.ids.contains_key(&event);
        let state = self
            .tenants
            .values_mut()
            .find(known)
            .ok_or(Refused::Unknown(event))?;
        let mut ledger = Ledger::default();
        let events = state.split_by_hand(event, cuts, &mut ledger)?;
        Ok((events, state.report(ledger)))
    }

    /// Lets two alerts that were taken apart be merged again; answers whether they were.
    pub fn allow_link(&mut self, one: AlertId, other: AlertId) -> bool {
        self.tenants
            .values_mut()
            .any(|state| state.allow_link(one, other))
    }

    /// Takes in whose an event is: events of different owners are not merged.
    pub fn owner(&mut self, event: EventId, owner: Option<&str>) {
        for state in self.tenants.values_mut() {
            state.own(event, owner.map(ToOwned::to_owned));
        }
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

    /// Closes all folds, because what alerts to come say of their entities has changed: a repeat takes over the facts of
    /// the fold it joins.
    pub fn close_folds(&mut self) {
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
