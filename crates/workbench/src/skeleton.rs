//! A rule to start from, made of a real record of the product whose logs it reads: it loads, and its tests pass.

use crate::{
    bench::{Bench, Sample, custom},
    logs,
    read::{self, Feed},
    test::test,
};
use model::{LogRecord, LogSource, ProductId, RecordView, Schema};

const TEMPLATE: &str = include_str!("skeleton.yml");

/// What it is called while its tests are tried.
const UNNAMED: &str = "rule.yml";

/// What rules on logs with a certain field usually say.
struct Start {
    /// The field the rule looks at.
    field: &'static str,
    /// A value it does not match.
    other: &'static str,
    category: &'static str,
    tags: &'static str,
}

/// What to start from, best first: a request, a process by its command line or its file, a call to a cloud, a login or connection.
const STARTS: [Start; 5] = [
    Start {
        field: "http_request.url.path",
        other: "/other",
        category: "abnormal_web_access",
        tags: "attack.initial-access, attack.t1190",
    },
    Start {
        field: "process.cmd_line",
        other: "true",
        category: "abnormal_process",
        tags: "attack.execution, attack.t1059",
    },
    Start {
        field: "process.path",
        other: "/usr/bin/true",
        category: "abnormal_process",
        tags: "attack.execution, attack.t1059",
    },
    Start {
        field: "api.operation",
        other: "AnotherCall",
        category: "abnormal_login",
        tags: "attack.persistence, attack.t1098",
    },
    Start {
        field: "src_endpoint.ip",
        other: "192.0.2.1",
        category: "abnormal_login",
        tags: "attack.initial-access, attack.t1078",
    },
];

/// Entities a log may have, and the field each needs.
const ENTITIES: [(&str, &str); 4] = [
    (
        "src_endpoint.ip",
        "{type: ip, field: src_endpoint.ip, role: attacker}",
    ),
    ("device.uid", "{type: host, field: device.uid, role: victim}"),
    (
        "dst_endpoint.hostname",
        "{type: domain, field: dst_endpoint.hostname, role: victim}",
    ),
    (
        "actor.user.name",
        "{type: cloud_account, field: actor.user.name, role: victim}",
    ),
];

/// What the new rule is to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The product whose logs it reads.
    pub product: &'w ProductId,
    /// The sample to start from; otherwise the first that serves.
    pub sample: Option<&'w str>,
    /// Its title.
    pub title: &'w str,
    /// Its id.
    pub id: &'w str,
    /// The file it will be in; its first line then says how the command line goes on.
    pub file: Option<&'w str>,
}

/// Why no rule can be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkeletonError {
    /// No source declares the product.
    #[error("no source reads logs of `{product}`; known are {known}")]
    UnknownProduct {
        /// The product asked for.
        product: ProductId,
        /// Those there are.
        known: String,
    },
    /// There is no sample of that name.
    #[error("`{product}` has no sample `{sample}`; known are {known}")]
    UnknownSample {
        /// The product.
        product: ProductId,
        /// The sample asked for.
        sample: String,
        /// Those there are.
        known: String,
    },
    /// No sample shows a path, command line, operation or address.
    #[error("no sample of `{0}` shows a field to start from")]
    NothingToStartFrom(ProductId),
}

/// Starts a rule.
pub fn skeleton(bench: &Bench, wanted: &Wanted<'_>) -> Result<String, SkeletonError> {
    let product = wanted.product;
    if bench.catalogue.product(product).is_none() {
        let known = bench
            .catalogue
            .products()
            .map(|known| format!("`{}`", known.id()));
        return Err(SkeletonError::UnknownProduct {
            product: product.clone(),
            known: known.collect::<Vec<_>>().join(", "),
        });
    }
    let own = || bench.samples.iter().filter(|sample| sample.product == *product);
    let samples: Vec<&Sample> = own()
        .filter(|sample| wanted.sample.is_none_or(|name| sample.name == name))
        .collect();
    if let Some(sample) = wanted.sample.filter(|_| samples.is_empty()) {
        let known = own().map(|known| format!("`{}`", known.name));
        return Err(SkeletonError::UnknownSample {
            product: product.clone(),
            sample: sample.to_owned(),
            known: known.collect::<Vec<_>>().join(", "),
        });
    }
    for start in &STARTS {
        for sample in &samples {
            let Some(text) = write(bench, wanted, start, sample) else {
                continue;
            };
            // A value that occurs twice in a record may make it another one; then another sample serves better.
            let report = test(bench, &[custom(UNNAMED, text.as_str())]);
            if report.ok() && report.tests.len() == 2 {
                return Ok(text);
            }
        }
    }
    Err(SkeletonError::NothingToStartFrom(product.clone()))
}

fn write(bench: &Bench, wanted: &Wanted<'_>, start: &Start, sample: &Sample) -> Option<String> {
    let schema = bench.catalogue.schema();
    let raw: String = sample.raw.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let record = read::record(
        &bench.catalogue,
        &Feed::of(wanted.product.clone()),
        read::some_day(),
        b"1",
        raw.as_bytes(),
    )
    .ok()?;
    let value = text_of(&record, schema, start.field)?;
    if value.len() < 2 || !raw.contains(&value) {
        return None;
    }
    let entities = ENTITIES
        .iter()
        .filter(|(field, _)| text_of(&record, schema, field).is_some());
    let entities: Vec<&str> = entities.map(|(_, entity)| *entity).collect();
    if entities.is_empty() {
        return None;
    }
    let subject = ["src_endpoint.ip", "device.ip", "device.uid", start.field];
    let subject = subject
        .into_iter()
        .find(|field| text_of(&record, schema, field).is_some())?;
    let next = wanted.file.map_or_else(String::new, |file| {
        format!("# A rule of your own. Change it, then: ctdr rule test {file}\n")
    });
    let text = TEMPLATE
        .replace("{next}", &next)
        .replace("{title}", &quoted(wanted.title))
        .replace("{id}", wanted.id)
        .replace("{tags}", start.tags)
        .replace("{logsource}", &logsource(&record.meta().log.logsource))
        .replace("{field}", start.field)
        .replace("{subject}", subject)
        .replace("{category}", start.category)
        .replace("{entities}", &entities.join("\n    - "))
        .replace("{product}", &wanted.product.to_string())
        .replace("{value}", &quoted(&literal(&value)))
        .replace("{other}", &quoted(&raw.replace(&value, start.other)))
        .replace("{matching}", &quoted(&raw));
    Some(text)
}

fn text_of(record: &LogRecord<'_>, schema: &Schema, field: &str) -> Option<String> {
    let text = record.text(schema.slot(field)?)?;
    (!text.is_empty()).then(|| text.into_owned())
}

fn logsource(logsource: &LogSource) -> String {
    let parts = logs::shown(logsource);
    let parts: Vec<String> = parts.split(' ').map(|part| part.replace('=', ": ")).collect();
    format!("{{{}}}", parts.join(", "))
}

/// A value in which Sigma sees no wildcards.
fn literal(value: &str) -> String {
    value.replace('\\', r"\\").replace('*', r"\*").replace('?', r"\?")
}

/// A YAML string that needs no escapes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
