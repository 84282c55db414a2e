//! A rule that raises alerts, compiled: what people may know of it, and what its alerts are made of.

use crate::{
    correlation::counter::Counter, entities::EntityRule, extension::Extension, field::Address,
    rule_test::RuleTest, template::LocalTemplate,
};
use model::{Aggregation, Level, LocalText, LogSource, Origin, RecordView, Schema, Slot, Tactic};
use sigma::{Document, ErrorKind, Metadata, Position, Report, Status};
use std::time::Duration;

/// The window of the similar-item method when a custom rule names none.
const DEFAULT_WINDOW: Duration = Duration::from_hours(1);
/// The category of a custom rule that names none.
const UNCATEGORISED: &str = "other";
/// The field a vendor's own alert has its level in.
const SEVERITY: &str = "severity_id";

/// What people may know of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleInfo {
    /// Its Sigma id.
    pub id: String,
    /// Digest of its file.
    pub version: String,
    /// The file it is in.
    pub file: String,
    /// The text of its file.
    pub text: String,
    /// What it detects, in a few words; `…` stands for what only an alert knows.
    pub title: LocalText,
    /// What it detects.
    pub description: LocalText,
    /// How bad it is.
    pub level: Level,
    /// Who wrote it.
    pub origin: Origin,
    /// It is on.
    pub enabled: bool,
    /// It is being tried.
    pub testing: bool,
    /// How its alerts become events.
    pub aggregation: Aggregation,
    /// The window of the similar-item method.
    pub window: Option<Duration>,
    /// The category of the threat.
    pub category: String,
    /// The logs it reads.
    pub logsources: Vec<LogSource>,
    /// ATT&CK tactics.
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques, such as `T1190`.
    pub techniques: Vec<String>,
    /// How mature it is.
    pub status: Option<Status>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Harmless things that look the same.
    pub falsepositives: Vec<String>,
    /// The tests it carries.
    pub tests: Vec<RuleTest>,
}

/// A rule that raises alerts.
#[derive(Debug)]
pub struct Rule {
    pub(crate) info: RuleInfo,
    pub(crate) title: LocalTemplate,
    pub(crate) entities: Vec<EntityRule>,
    pub(crate) defended: Option<(Address, Vec<String>)>,
    /// Where the level is read from, for a vendor's own alerts.
    pub(crate) severity: Option<Slot>,
    pub(crate) suppress: Option<(Vec<Address>, Duration)>,
    /// For rules that count.
    pub(crate) counter: Option<Counter>,
    /// It raises no alerts: others count its windows.
    pub(crate) silent: bool,
}

/// The file a rule stands in.
#[derive(Clone, Debug)]
pub struct RuleSource {
    /// Its name, for errors.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Who wrote it: `Predefined` or `Custom`.
    pub origin: Origin,
    /// Its rules are on.
    pub enabled: bool,
    /// Its rules are being tried: alerts, but no events and no response.
    pub testing: bool,
}

impl RuleSource {
    /// A digest of the text: which version of the rule this is.
    pub fn version(&self) -> String {
        let bits = model::id::ContentHash::new("rule").part(&self.text).finish();
        format!("{:016x}", bits >> 64)
    }
}

/// A document, with what is around it.
pub struct Context<'c> {
    /// Its file.
    pub source: &'c RuleSource,
    /// Where it starts.
    pub at: Position,
    /// What Sigma says of it.
    pub metadata: &'c Metadata,
    /// The fields there are.
    pub schema: &'c Schema,
    /// It raises no alerts, so it need not say what they are made of.
    pub silent: bool,
}

impl Rule {
    /// Puts a rule together; `counter` for one that counts. Everything that is wrong is reported.
    pub fn compile(
        context: &Context<'_>,
        extension: Option<&Extension>,
        logsources: Vec<LogSource>,
        counter: Option<Counter>,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        let Context {
            source,
            at,
            metadata,
            schema,
            silent,
        } = context;
        require(context, extension, report);
        let import = extension.and_then(|e| e.import.as_ref());
        let origin = if import.is_some_and(|i| i.value) {
            Origin::Vendor
        } else {
            source.origin
        };
        if let Some(import) = import.filter(|i| i.value && source.origin == Origin::Custom) {
            report.expected(import.at, "`import` in a custom rule", "a rule without it");
        }
        let aggregation = aggregation(extension, origin, report);
        let title_at = extension.and_then(|e| e.title.as_ref()).map_or(*at, |t| t.at);
        let title = extension
            .and_then(|e| e.title.as_ref())
            .map_or_else(|| LocalText::same(&metadata.title), |t| t.value.clone());
        let groups = counter.as_ref().map_or(&[][..], |counter| &counter.group_by);
        let title = LocalTemplate::compile(&title, title_at, groups, schema, report);
        let outputs = extension
            .map(|e| Outputs::compile(e, schema, report))
            .unwrap_or_default();
        let severity = (origin == Origin::Vendor)
            .then(|| schema.slot(SEVERITY))
            .flatten();
        if origin == Origin::Vendor && severity.is_none() {
            report.error(
                *at,
                format!("`import` needs the field `{SEVERITY}`, which the dictionary lacks"),
            );
        }
        let (tactics, techniques) = attack(&metadata.tags);
        let title = title?;
        let info = RuleInfo {
            id: metadata.id.clone()?,
            version: source.version(),
            file: source.file.clone(),
            text: source.text.clone(),
            title: name(metadata, extension),
            description: description(metadata, extension),
            level: metadata.level.map_or(Level::Medium, level),
            origin,
            enabled: source.enabled,
            testing: source.testing,
            aggregation,
            window: (aggregation == Aggregation::Window).then(|| {
                extension
                    .and_then(|e| e.window.as_ref())
                    .map_or(DEFAULT_WINDOW, |w| w.value)
            }),
            category: extension
                .and_then(|e| e.category.clone())
                .unwrap_or_else(|| UNCATEGORISED.to_owned()),
            logsources,
            tactics,
            techniques,
            status: metadata.status,
            author: metadata.author.clone(),
            references: metadata.references.clone(),
            falsepositives: metadata.falsepositives.clone(),
            tests: extension.map(|e| e.tests.clone()).unwrap_or_default(),
        };
        Some(Self {
            info,
            title,
            entities: outputs.entities,
            defended: outputs.defended,
            severity,
            suppress: outputs.suppress,
            counter,
            silent: *silent,
        })
    }

    /// What people may know of it.
    pub const fn info(&self) -> &RuleInfo {
        &self.info
    }

    /// How bad the match of a record is: the rule's level, or the vendor's if its alert is imported.
    pub(crate) fn level(&self, record: &impl RecordView) -> Level {
        let severity = self
            .severity
            .and_then(|slot| record.fields(slot).first())
            .and_then(|field| field.value.to_number());
        // OCSF: 1 informational … 5 critical, 6 fatal; 0 and 99 say nothing.
        match severity {
            Some(6.0) => Level::Serious,
            Some(number) => Level::try_from(number as i64).unwrap_or(self.info.level),
            None => self.info.level,
        }
    }

    /// Whether the device blocked what the record tells of; none if it does not say.
    pub(crate) fn defended(&self, record: &impl RecordView) -> Option<bool> {
        let (address, values) = self.defended.as_ref()?;
        let value = address.first_text(record)?;
        Some(values.iter().any(|v| v.eq_ignore_ascii_case(&value)))
    }
}

/// What an alert of a rule needs and a predefined rule must say; a user's rule may come as it is.
fn require(context: &Context<'_>, extension: Option<&Extension>, report: &mut Report<'_>) {
    let metadata = context.metadata;
    if metadata.id.is_none() {
        let message = "key `id` is missing: alerts name their rule by it";
        report.tell(context.at, missing("id"), message, None);
    }
    if context.source.origin == Origin::Custom || context.silent {
        return;
    }
    if metadata.level.is_none() {
        report.missing(context.at, "level");
    }
    let Some(extension) = extension else {
        return report.missing(context.at, "ctdr");
    };
    let asked = [
        ("name", extension.name.is_none()),
        ("title", extension.title.is_none()),
        ("description", extension.description.is_none()),
        ("category", extension.category.is_none()),
        ("aggregation", extension.aggregation.is_none()),
        ("entities", extension.entities.is_empty()),
        ("tests", extension.tests.is_empty()),
    ];
    for (key, _) in asked.into_iter().filter(|(_, absent)| *absent) {
        let message = format!("key `{key}` is missing in `ctdr`");
        report.tell(extension.at, missing(key), message, None);
    }
}

/// What a document is called, in both languages; also one that raises no alerts and so is in no list.
pub fn title(document: &Document) -> LocalText {
    // What is wrong with the extension was told when its file was compiled.
    let read = |entry| Extension::read(entry, &mut Report::new(""));
    let extension = document.extension.as_ref().and_then(read);
    name(&document.metadata, extension.as_ref())
}

fn missing(key: &str) -> ErrorKind {
    ErrorKind::MissingKey { key: key.to_owned() }
}

fn name(metadata: &Metadata, extension: Option<&Extension>) -> LocalText {
    let title = &metadata.title;
    let chinese = extension.and_then(|e| e.name.as_ref());
    LocalText::new(title.clone(), chinese.unwrap_or(title).clone())
}

fn aggregation(extension: Option<&Extension>, origin: Origin, report: &mut Report<'_>) -> Aggregation {
    let default = if origin == Origin::Custom {
        Aggregation::Window
    } else {
        Aggregation::None
    };
    let chosen = extension.and_then(|e| e.aggregation.as_ref());
    let aggregation = chosen.map_or(default, |a| a.value);
    if let Some(chosen) = chosen.filter(|a| !a.value.allowed_for(origin)) {
        let all = [
            Aggregation::GraphCompute,
            Aggregation::Expert,
            Aggregation::Passthrough,
            Aggregation::Window,
            Aggregation::None,
        ];
        let allowed = all
            .into_iter()
            .filter(|a| a.allowed_for(origin))
            .map(Aggregation::as_str);
        let who = if origin == Origin::Custom {
            "custom"
        } else {
            "predefined"
        };
        let message = format!("`{}` is not for {who} rules", chosen.value.as_str());
        report.expected(chosen.at, message, sigma::error::one_of(allowed));
    }
    if let Some(window) = extension.and_then(|e| e.window.as_ref())
        && aggregation != Aggregation::Window
    {
        report.expected(
            window.at,
            "`window` without its method",
            "`aggregation: window` beside it",
        );
    }
    aggregation
}

#[derive(Default)]
struct Outputs {
    entities: Vec<EntityRule>,
    defended: Option<(Address, Vec<String>)>,
    suppress: Option<(Vec<Address>, Duration)>,
}

impl Outputs {
    fn compile(extension: &Extension, schema: &Schema, report: &mut Report<'_>) -> Self {
        Self {
            entities: extension
                .entities
                .iter()
                .filter_map(|spec| EntityRule::compile(spec, schema, report))
                .collect(),
            defended: extension.defended.as_ref().and_then(|d| {
                let address = Address::resolve(&d.field.text, d.field.position, schema, report)?;
                Some((address, d.values.clone()))
            }),
            suppress: extension.suppress.as_ref().map(|s| {
                let by = s.by.iter();
                let by = by.filter_map(|name| Address::resolve(&name.text, name.position, schema, report));
                (by.collect(), s.span)
            }),
        }
    }
}

fn description(metadata: &Metadata, extension: Option<&Extension>) -> LocalText {
    extension
        .and_then(|e| e.description.clone())
        .unwrap_or_else(|| LocalText::same(metadata.description.clone().unwrap_or_default()))
}

const fn level(level: sigma::Level) -> Level {
    match level {
        sigma::Level::Informational => Level::Reminder,
        sigma::Level::Low => Level::Low,
        sigma::Level::Medium => Level::Medium,
        sigma::Level::High => Level::High,
        sigma::Level::Critical => Level::Serious,
    }
}

/// The tactics and techniques among the tags; groups (`attack.g…`) and software (`attack.s…`) are neither.
fn attack(tags: &[String]) -> (Vec<Tactic>, Vec<String>) {
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for tag in tags.iter().filter_map(|tag| tag.strip_prefix("attack.")) {
        let number = tag.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        match tag.chars().next() {
            Some('t' | 'T') if number => techniques.push(tag.to_uppercase()),
            Some('g' | 's' | 'c' | 'm' | 'G' | 'S' | 'C' | 'M') if number => {}
            Some(_) => tactics.push(Tactic::new(tag)),
            None => {}
        }
    }
    (tactics, techniques)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_apart() {
        let tags = [
            "attack.initial_access",
            "attack.t1059.001",
            "attack.g0016",
            "cve.2021-44228",
        ];
        let (tactics, techniques) = attack(&tags.map(str::to_owned));
        assert_eq!(tactics, [Tactic::new("initial-access")]);
        assert_eq!(techniques, ["T1059.001"]);
    }
}
