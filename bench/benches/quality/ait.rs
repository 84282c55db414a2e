//! The public AIT alert data set: four scenarios of real alerts with the phase of the attack for each.

use crate::live;
use anyhow::Context as _;
use correlate::{Arrival, Correlator};
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, Level, LocalText, Origin, ProductId, Provider, Role,
    RuleRef, Side, Tactic, TenantId, Time, id::ContentHash,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};
use testkit::score::{
    Verdict, Verdicts,
    ait::{Row, Score, score},
};

/// One scenario of the set.
pub struct File {
    /// Its name.
    pub name: String,
    /// Its rows, in the order of their times.
    pub rows: Vec<Row>,
    /// The alerts of the rows.
    pub alerts: Vec<Alert>,
}

/// The scenarios there are; none if the test data is not at hand.
#[allow(
    clippy::disallowed_methods,
    reason = "a program of ours, told by its environment where the data is"
)]
pub fn load() -> anyhow::Result<Vec<File>> {
    let Ok(data) = std::env::var("CTDR_TEST_DATA") else {
        return Ok(Vec::new());
    };
    let folder = Path::new(&data).join("ait-ads");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".csv.gz"));
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> anyhow::Result<File> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        let found = headers.iter().position(|header| header == name);
        found.with_context(|| format!("`{}` has no column `{name}`", path.display()))
    };
    let names = ["time", "short", "name", "host", "ip", "event_label"];
    let columns = names
        .map(column)
        .into_iter()
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let text = |place: usize| record.get(columns[place]).unwrap_or_default().to_owned();
        rows.push(Row {
            time: text(0).parse()?,
            rule: text(1),
            name: text(2),
            host: text(3),
            ip: text(4),
            phase: text(5),
        });
    }
    rows.sort_by(|a: &Row, b: &Row| a.time.total_cmp(&b.time));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(File {
        name: name.trim_end_matches(".csv.gz").to_owned(),
        alerts: rows
            .iter()
            .enumerate()
            .map(|(number, row)| alert(number, row))
            .collect(),
        rows,
    })
}

/// The alert of a row, as `ctdr replay --alerts` would read it.
fn alert(number: usize, row: &Row) -> Alert {
    let id = AlertId::from_bits(ContentHash::new("foreign").part(format!("a{number}")).finish());
    let mut entities = vec![
        Entity::new(EntityKind::Host, &row.host, Role::Victim, false),
        Entity::new(EntityKind::Ip, &row.ip, Role::Victim, false),
    ];
    entities.sort();
    let network = row.name.starts_with("Suricata");
    Alert {
        id,
        tenant: TenantId::default(),
        time: seconds(row.time),
        first_time: seconds(row.time),
        rule: RuleRef {
            id: row.rule.clone(),
            version: String::new(),
        },
        title: LocalText::same(row.name.clone()),
        origin: Origin::Predefined,
        testing: false,
        side: if network { Side::Network } else { Side::Host },
        level: Level::Low,
        aggregation: Aggregation::GraphCompute,
        window: None,
        category: String::new(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::from([ProductId {
            provider: Provider::SelfHosted,
            product: "alerts".to_owned(),
        }]),
        accounts: BTreeSet::new(),
        entities,
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

impl File {
    /// What the correlator makes of it in one pass, scored.
    pub fn score(&self, tactics: &[Tactic]) -> Score {
        let mut correlator = live::correlator(tactics);
        let verdicts = self.pass(&mut correlator);
        let mut numbers = BTreeMap::new();
        let events: Vec<Option<usize>> = self
            .alerts
            .iter()
            .map(|alert| {
                let verdict = verdicts.alerts.get(&(alert.tenant.clone(), alert.id));
                let Some(Verdict::Joined(membership)) = verdict else {
                    return None;
                };
                let next = numbers.len();
                Some(*numbers.entry(verdicts.standing(membership.event)).or_insert(next))
            })
            .collect();
        score(&self.rows, &events)
    }

    fn pass(&self, correlator: &mut Correlator) -> Verdicts {
        let mut verdicts = Verdicts {
            alerts: HashMap::with_capacity(self.alerts.len()),
            ..Verdicts::default()
        };
        let tenant = TenantId::default();
        for some in self.alerts.chunks(live::BATCH) {
            let arrivals = some.iter().map(|alert| Arrival::new(alert, alert.time));
            live::note(&mut verdicts, &tenant, correlator.arrivals(arrivals));
        }
        verdicts
    }
}

/// A time as the data sets have it, in seconds.
fn seconds(time: f64) -> Time {
    Time::from_millis((time * 1_000.0).floor() as i64)
}
