//! A new rule, started from a sample of the source whose logs it reads: the raw record of its tests is then one the
//! source really writes, which is the part that is hard to make up.

use super::write as write_file;
use crate::root;
use anyhow::{Context as _, bail};
use std::{fs, path::Path};

/// A field to start from, and what a rule on such logs usually says.
struct Start {
    /// The field the rule looks at.
    field: &'static str,
    /// A value it does not match.
    other: &'static str,
    /// The field the title names.
    subject: &'static str,
    category: &'static str,
    tags: &'static str,
    aggregation: &'static str,
    entities: &'static [&'static str],
}

/// What to start from, best first: a request, a process, a login or connection.
const STARTS: [Start; 3] = [
    Start {
        field: "http_request.url.path",
        other: "/other",
        subject: "src_endpoint.ip",
        category: "abnormal_web_access",
        tags: "attack.initial-access, attack.t1190",
        aggregation: "expert",
        entities: &[
            "{type: ip, field: src_endpoint.ip, role: attacker}",
            "{type: domain, field: dst_endpoint.hostname, role: victim}",
        ],
    },
    Start {
        field: "process.cmd_line",
        other: "true",
        subject: "device.ip",
        category: "abnormal_process",
        tags: "attack.execution, attack.t1059",
        aggregation: "graph_compute",
        entities: &[
            "{type: host, field: device.uid, role: victim}",
            "{type: process, field: process.pid, role: artefact, scope: [device.uid, process.created_time]}",
        ],
    },
    Start {
        field: "src_endpoint.ip",
        other: "192.0.2.1",
        subject: "src_endpoint.ip",
        category: "abnormal_login",
        tags: "attack.initial-access, attack.t1078",
        aggregation: "expert",
        entities: &[
            "{type: ip, field: src_endpoint.ip, role: attacker}",
            "{type: host, field: device.uid, role: victim}",
        ],
    },
];

/// A sample of a source: the raw record, and what it is expected to give.
struct Sample {
    name: String,
    raw: String,
    expected: String,
}

/// Writes the rule and says what to do next.
pub(super) fn write(place: [&str; 3], wanted: Option<&str>) -> anyhow::Result<()> {
    let [provider, product, rule] = place;
    let source = format!("content/sources/{provider}/{product}");
    let folder = root::path().join(&source);
    let mapping = fs::read_to_string(folder.join("source.yml")).with_context(|| {
        format!("there is no source `{provider}/{product}`: `{source}/source.yml` cannot be read")
    })?;
    let mut samples = samples(&folder.join("samples"))?;
    samples.retain(|sample| wanted.is_none_or(|name| sample.name == name));
    let Some((start, sample, value)) = choose(&samples) else {
        let which = wanted.map_or_else(String::new, |name| format!(" called `{name}`"));
        bail!(
            "`{source}/samples` has no sample{which} with a path, a command line or a client address to start from"
        );
    };
    let log = value_of(&sample.expected, "log:").context("the sample does not say of which log it is")?;
    let logsource =
        logsource(&mapping, log).with_context(|| format!("`{source}/source.yml` has no log `{log}`"))?;
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid").context("cannot get a UUID")?;
    let matching = sample.raw.trim_end();
    let text = include_str!("rule.yml")
        .replace("{rule}", rule)
        .replace("{id}", id.trim())
        .replace("{tags}", start.tags)
        .replace("{logsource}", logsource)
        .replace("{field}", start.field)
        .replace("{value}", &quoted(value))
        .replace("{subject}", start.subject)
        .replace("{category}", start.category)
        .replace("{aggregation}", start.aggregation)
        .replace("{entities}", &start.entities.join("\n    - "))
        .replace("{source}", &format!("{provider}/{product}"))
        .replace("{matching}", &quoted(matching))
        .replace("{other}", &quoted(&matching.replace(value, start.other)));
    let folder = if provider == "self_hosted" {
        product.to_owned()
    } else {
        format!("{provider}_{product}")
    };
    write_file(&format!("content/rules/{folder}/{rule}.yml"), &text)?;
    eprintln!(
        "next: write the detection and its tests, run `cargo test -p detect`; see docs/how-to-add-a-rule.md"
    );
    Ok(())
}

/// The samples of a source that are text and give a record, in the order of their names.
fn samples(folder: &Path) -> anyhow::Result<Vec<Sample>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    let readable = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension != "yml"));
    Ok(readable
        .filter_map(|file| {
            let name = file.file_stem()?.to_string_lossy().into_owned();
            let raw = fs::read_to_string(file).ok()?;
            let expected = fs::read_to_string(file.with_extension("expected.yml")).ok()?;
            Some(Sample { name, raw, expected })
        })
        .collect())
}

/// The best field that a sample has and shows as it was written: replacing it makes the record that does not match.
fn choose(samples: &[Sample]) -> Option<(&'static Start, &Sample, &str)> {
    STARTS.iter().find_map(|start| {
        samples.iter().find_map(|sample| {
            let value = first_value(&sample.expected, start.field)?;
            (value.len() > 1 && sample.raw.contains(value)).then_some((start, sample, value))
        })
    })
}

/// The value after a key of an expected record.
fn value_of<'a>(expected: &'a str, key: &str) -> Option<&'a str> {
    expected
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .map(str::trim)
}

/// The first value of a field of an expected record, which has one field or value a line.
fn first_value<'a>(expected: &'a str, field: &str) -> Option<&'a str> {
    let head = format!("  {field}:");
    let mut lines = expected.lines().skip_while(|line| *line != head).skip(1);
    Some(lines.next()?.strip_prefix("  - ")?.trim_matches('"'))
}

/// The logsource of a log as its mapping writes it.
fn logsource<'a>(mapping: &'a str, log: &str) -> Option<&'a str> {
    let head = format!("- name: {log}");
    let lines = mapping.lines().map(str::trim).skip_while(|line| *line != head);
    lines
        .skip(1)
        .find_map(|line| line.strip_prefix("logsource:"))
        .map(str::trim)
}

/// A YAML string that needs no escapes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_can_be_started_from_every_source() {
        let sources = root::path().join("content/sources");
        for product in [
            "alibaba/waf",
            "alibaba/security_center",
            "self_hosted/nginx",
            "self_hosted/modsecurity",
        ] {
            let samples = samples(&sources.join(product).join("samples")).unwrap();
            let (_, sample, _) = choose(&samples).unwrap_or_else(|| panic!("{product}"));
            let mapping = fs::read_to_string(sources.join(product).join("source.yml")).unwrap();
            let log = value_of(&sample.expected, "log:").unwrap();
            assert!(
                logsource(&mapping, log).is_some_and(|l| l.starts_with('{')),
                "{product}: {log}"
            );
        }
    }

    #[test]
    fn yaml_quotes_only_quotes() {
        assert_eq!(quoted(r#"it's "so" \x22"#), r#"'it''s "so" \x22'"#);
    }
}
