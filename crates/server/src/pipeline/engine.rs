//! The stages in their order, without I/O.

use super::{
    action::{Action, RuleSelection},
    judge::{Judge, standing},
    outcome::{DeadLetterRow, Outcome},
    verdicts::Verdicts,
};
use crate::{clock, content::Content};
use correlate::{Adoption, Arrival, Changes, Correlator, KeptEvent};
use detect::{Budget, Detector, RuleError, RuleMetrics, RuleSet, RuleSource};
use model::{
    Alert, Capabilities, CorrelationSettings, LogRecord, Origin, ProductId, RecordId, RecordView, Slot,
    SourceId, TenantId, Time,
};
use normalise::{Catalogue, DeadLetter, SourceContext};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

/// How long a rule may take for one record on average: a hundred times what the slowest of ours takes.
const RULE_BUDGET: Duration = Duration::from_millis(2);

/// A connected source as far as the stages care.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// Its id.
    pub id: SourceId,
    /// The product that writes the log.
    pub product: ProductId,
    /// The account it belongs to.
    pub account: Option<String>,
    /// The zone of times that carry none.
    pub utc_offset_minutes: i32,
}

/// A raw record on its way in.
#[derive(Clone, Copy, Debug)]
pub struct RawRecord<'a> {
    /// Where it came from.
    pub source: &'a SourceInfo,
    /// Where it stands in its source.
    pub position: &'a [u8],
    /// When it arrived.
    pub received: Time,
    /// Its bytes.
    pub raw: &'a [u8],
}

/// What an engine is built from.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Whose engine it is.
    pub tenant: TenantId,
    /// What each provider's logs may lead to.
    pub capabilities: Capabilities,
    /// What an administrator says of correlation.
    pub correlation: CorrelationSettings,
    /// The rules that run.
    pub rules: RuleSelection,
}

/// The stages of one tenant and their state.
#[derive(Debug)]
pub struct Engine {
    tenant: TenantId,
    content: Arc<Content>,
    detector: Detector,
    judge: Judge,
    correlator: Correlator,
    verdicts: Verdicts,
    correlation: CorrelationSettings,
    counted: CountedSlots,
    selection: RuleSelection,
    rule_errors: Vec<RuleError>,
}

/// The state of an engine, as a snapshot holds it.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    rules: RuleSelection,
    #[serde(default)]
    verdicts: Verdicts,
    #[serde(default)]
    correlation: CorrelationSettings,
    detector: Box<RawValue>,
    correlator: Box<RawValue>,
}

/// The fields that client counters are made from.
#[derive(Debug)]
struct CountedSlots {
    client: Option<Slot>,
    disposition: Option<Slot>,
    status: Option<Slot>,
}

/// A record after normalisation, or why there is none.
pub type Normalised<'a> = Result<LogRecord<'a>, DeadLetter>;

impl Engine {
    /// An engine with empty state.
    pub fn new(content: Arc<Content>, settings: &EngineSettings) -> Self {
        let (rules, rule_errors) = compile(&content, &settings.rules);
        let schema = content.catalogue.schema();
        let counted = CountedSlots {
            client: schema.slot("src_endpoint.ip"),
            disposition: schema.slot("disposition"),
            status: schema.slot("http_response.code"),
        };
        let correlator = correlate::Settings {
            capabilities: settings.capabilities.clone(),
            tactic_order: content.tactic_order(),
            patterns: content.patterns.clone(),
            ..correlate::Settings::default()
        };
        let correlator = Correlator::new(correlator.with(&settings.correlation));
        Self {
            tenant: settings.tenant.clone(),
            detector: Detector::new(Arc::new(rules)),
            judge: Judge::default(),
            correlator,
            verdicts: Verdicts::default(),
            correlation: settings.correlation.clone(),
            counted,
            selection: settings.rules.clone(),
            rule_errors,
            content,
        }
    }

    /// Normalises one record; no state is touched.
    pub fn normalise<'r>(&self, record: &RawRecord<'r>) -> Normalised<'r> {
        normalise(&self.content.catalogue, &self.tenant, record)
    }

    /// Runs normalised records through the rest of the stages.
    ///
    /// `seen` holds the ids that had arrived before this batch. The result does not depend on how a stream of
    /// records is cut into batches.
    pub fn run(
        &mut self,
        batch: Vec<(RawRecord<'_>, Normalised<'_>)>,
        seen: &HashSet<RecordId>,
        outcome: &mut Outcome,
    ) {
        let mut fresh = HashSet::new();
        let mut records: Vec<LogRecord<'_>> = Vec::with_capacity(batch.len());
        let mut received = None;
        for (raw, normalised) in batch {
            if received.is_some_and(|time| time != raw.received) {
                self.detect(&records, received.unwrap_or_default(), outcome);
                records.clear();
            }
            received = Some(raw.received);
            let count = outcome.source(raw.source.id, raw.received);
            count.received += 1;
            count.bytes += raw.raw.len() as u64;
            match normalised {
                Err(dead) => {
                    count.dead_letter += 1;
                    outcome.dead_letters.push(dead_letter(&raw, dead));
                }
                Ok(record) if seen.contains(&record.meta().id) || !fresh.insert(record.meta().id) => {
                    count.duplicate += 1;
                }
                Ok(record) => {
                    count.stored += 1;
                    outcome.records.push(record.meta().id);
                    self.count_client(&record, outcome);
                    records.push(record);
                }
            }
        }
        self.detect(&records, received.unwrap_or_default(), outcome);
    }

    /// Who says from now on which entities of alerts are malicious, beside the rules.
    pub fn judge_by(&mut self, judge: Judge) {
        self.judge = judge;
    }

    /// Correlates an alert that was raised elsewhere.
    pub fn alert(&mut self, mut alert: Alert, now: Time, outcome: &mut Outcome) {
        let known = self.judge.alert(&mut alert, now);
        // What an analyst says stands above what feeds say.
        self.verdicts.judge(&mut alert);
        outcome.intel.extend(standing(known, &alert));
        outcome.add(self.correlator.alert(&alert, now));
        outcome.alerts.push(alert);
    }

    /// Correlates alerts that were raised elsewhere, and answers what changed.
    pub fn arrivals<'a>(&mut self, arrivals: impl IntoIterator<Item = Arrival<'a>>) -> Changes {
        self.correlator.arrivals(arrivals)
    }

    /// Looks at all windows that still wait for their end: no more records will come.
    pub fn finish(&mut self, now: Time, outcome: &mut Outcome) {
        for alert in self.detector.finish() {
            self.alert(alert, now, outcome);
        }
    }

    /// Takes in what people decided.
    pub fn apply(&mut self, action: &Action, now: Time, outcome: &mut Outcome) {
        match action {
            Action::EventStatus { event, status, .. } => {
                outcome.add(self.correlator.status(*event, *status, now));
            }
            Action::EventOwner { event, owner } => self.correlator.owner(*event, owner.as_deref()),
            Action::EventMerge {
                request,
                events,
                actor,
                ..
            } => {
                let merged = self.correlator.merge(events, actor);
                let merged = merged.map(|(event, changes)| outcome.regroup(vec![event], changes));
                outcome.answer(request, merged);
            }
            Action::EventSplit {
                request, event, cuts, ..
            } => {
                let split = self.correlator.split(*event, cuts);
                let split = split.map(|(events, changes)| outcome.regroup(events, changes));
                outcome.answer(request, split);
            }
            Action::AllowLink { one, other, .. } => {
                self.correlator.allow_link(*one, *other);
            }
            Action::EntityTag {
                entity, malicious, ..
            } => {
                self.verdicts.say(entity.clone(), *malicious);
                // A repeat takes over what its fold says of the entity.
                self.correlator.close_folds();
            }
            Action::Whitelists { whitelists } => self.correlator.whitelists(whitelists),
            Action::Rules { selection } => self.select(selection),
            Action::Capabilities { capabilities } => self.correlator.capabilities(capabilities.clone()),
            Action::Correlation { settings } => self.configure(settings),
        }
    }

    /// The state as bytes.
    pub fn snapshot(&self) -> Result<Vec<u8>, String> {
        let raw = |state: Vec<u8>| {
            let text = String::from_utf8(state).map_err(|error| error.to_string())?;
            RawValue::from_string(text).map_err(|error| error.to_string())
        };
        let snapshot = Snapshot {
            rules: self.selection.clone(),
            verdicts: self.verdicts.clone(),
            correlation: self.correlation.clone(),
            detector: raw(self.detector.snapshot())?,
            correlator: raw(self.correlator.snapshot())?,
        };
        serde_json::to_vec(&snapshot).map_err(|error| error.to_string())
    }

    /// Takes on the state of a snapshot, and the rules that ran then.
    pub fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let snapshot: Snapshot = serde_json::from_slice(state).map_err(|error| error.to_string())?;
        self.restore_detection(&snapshot)?;
        self.correlator
            .restore(snapshot.correlator.get().as_bytes())
            .map_err(|error| error.to_string())
    }

    /// Takes on what a snapshot says of everything but correlation.
    pub fn restore_without_correlator(&mut self, state: &[u8]) -> Result<(), String> {
        let snapshot: Snapshot = serde_json::from_slice(state).map_err(|error| error.to_string())?;
        self.restore_detection(&snapshot)
    }

    /// Begins to make the correlator's state anew, from what was stored of these events and their alerts.
    pub fn adopt(&mut self, events: impl IntoIterator<Item = KeptEvent>) -> Adoption<'_> {
        self.correlator.adopt(self.tenant.clone(), events)
    }

    fn restore_detection(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        // Rules take a while to compile.
        if snapshot.rules != self.selection {
            self.select(&snapshot.rules);
        }
        self.verdicts = snapshot.verdicts.clone();
        self.configure(&snapshot.correlation);
        self.detector
            .restore(snapshot.detector.get().as_bytes())
            .map_err(|error| error.to_string())
    }

    /// The rules that run, and those that are known but off.
    pub fn rules(&self) -> &Arc<RuleSet> {
        self.detector.rules()
    }

    /// What is wrong with rules that could not be compiled.
    pub fn rule_errors(&self) -> &[RuleError] {
        &self.rule_errors
    }

    /// From now on rules that take too long are paused. Not for what is run again or tried out: there the same
    /// records give the same alerts, however busy the machine is.
    pub fn limit_rules(&mut self) {
        self.detector.limit(Budget {
            per_record: RULE_BUDGET,
            clock: clock::running,
        });
    }

    /// What each rule did since the start, by its id.
    pub fn rule_metrics(&self) -> BTreeMap<String, RuleMetrics> {
        self.detector.metrics()
    }

    /// The attack matrix and the source catalogue.
    pub fn content(&self) -> &Arc<Content> {
        &self.content
    }

    fn select(&mut self, selection: &RuleSelection) {
        let (rules, errors) = compile(&self.content, selection);
        self.detector.replace_rules(Arc::new(rules));
        self.rule_errors = errors;
        self.selection = selection.clone();
    }

    fn configure(&mut self, said: &CorrelationSettings) {
        self.correlator.configure(said);
        self.correlation = said.clone();
    }

    fn detect(&mut self, records: &[LogRecord<'_>], now: Time, outcome: &mut Outcome) {
        for alert in self.detector.detect(records) {
            self.alert(alert, now, outcome);
        }
    }

    fn count_client(&self, record: &LogRecord<'_>, outcome: &mut Outcome) {
        if !record.meta().log.counts_requests {
            return;
        }
        let text = |slot: Option<Slot>| slot.and_then(|slot| record.text(slot));
        let Some(client) = text(self.counted.client).filter(|client| !client.is_empty()) else {
            return;
        };
        let refused = match text(self.counted.disposition) {
            Some(disposition) => disposition == "Blocked",
            None => matches!(text(self.counted.status).as_deref(), Some("403" | "405" | "429")),
        };
        let count = outcome
            .clients
            .entry((client.into_owned(), record.meta().time.day()))
            .or_default();
        count.requests += 1;
        count.refusals += u64::from(refused);
    }
}

/// Normalises one record of `tenant`.
fn normalise<'r>(catalogue: &Catalogue, tenant: &TenantId, record: &RawRecord<'r>) -> Normalised<'r> {
    catalogue.normalise(
        record.raw,
        &SourceContext {
            tenant,
            source: record.source.id,
            product: &record.source.product,
            account: record.source.account.as_deref(),
            utc_offset_minutes: record.source.utc_offset_minutes,
            received: record.received,
            position: record.position,
        },
    )
}

fn dead_letter(raw: &RawRecord<'_>, dead: DeadLetter) -> DeadLetterRow {
    DeadLetterRow {
        source: raw.source.id,
        received: raw.received,
        reason: dead.reason,
        detail: dead.detail,
        offset: dead.offset,
        raw: raw.raw.to_vec(),
    }
}

/// Compiles predefined and custom rules; a broken rule is reported and left out.
fn compile(content: &Content, selection: &RuleSelection) -> (RuleSet, Vec<RuleError>) {
    let custom = selection
        .custom
        .iter()
        .enumerate()
        .map(|(number, text)| RuleSource {
            file: format!("custom/{}.yml", number + 1),
            text: text.clone(),
            origin: Origin::Custom,
            enabled: true,
            testing: false,
        });
    let (mut rules, errors) = content.compile(custom);
    rules.select(
        |id| selection.enabled.contains(id),
        |id| selection.testing.contains(id),
    );
    (rules, errors)
}
