//! Which crate may depend on which: the layers of `docs/ARCHITECTURE.md`.

use super::Finding;
use serde_json::Value;

/// Each crate of the workspace and the crates of the workspace it may use. Stages never know one another.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sigma", &[]),
    ("normalise", &["model"]),
    ("detect", &["model", "sigma"]),
    ("hunt", &["detect", "sigma"]),
    ("intel", &["model"]),
    ("correlate", &["model"]),
    (
        "workbench",
        &["correlate", "detect", "model", "normalise", "sigma"],
    ),
    ("respond", &["model"]),
    ("report", &["correlate", "model"]),
    ("journal", &["model"]),
    ("store", &["model"]),
    ("connectors", &["model", "normalise", "respond"]),
    (
        "server",
        &[
            "connectors",
            "correlate",
            "detect",
            "intel",
            "journal",
            "model",
            "normalise",
            "report",
            "respond",
            "sigma",
            "store",
            "workbench",
        ],
    ),
    ("ctdr", &["connectors", "hunt", "model", "server", "workbench"]),
    ("testkit", &["connectors", "model"]),
    ("xtask", &["testkit"]),
    ("bench", &[]),
];

/// Arrows for tests only: test data has to come from somewhere.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("detect", &["normalise"]),
    ("ctdr", &["testkit"]),
    ("testkit", &["correlate", "normalise", "respond"]),
    (
        "bench",
        &[
            "correlate",
            "detect",
            "intel",
            "journal",
            "model",
            "normalise",
            "sigma",
            "store",
            "testkit",
            "workbench",
        ],
    ),
];

/// Crates that must not do I/O, and what would let them.
const PURE: &[&str] = &[
    "model",
    "normalise",
    "sigma",
    "detect",
    "intel",
    "correlate",
    "respond",
    "report",
    "workbench",
];
const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "reqwest",
    "axum",
    "hyper",
    "getrandom",
    "rand",
    "ureq",
];

/// Checks every arrow of `cargo metadata`.
pub(super) fn check() -> anyhow::Result<Vec<Finding>> {
    let text = crate::run::output("cargo", &["metadata", "--format-version", "1", "--no-deps"])?;
    Ok(judge(&serde_json::from_str(&text)?))
}

fn judge(metadata: &Value) -> Vec<Finding> {
    let packages = list(&metadata["packages"]);
    let names: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(allowed) = row(ARROWS, name) else {
            findings.push(Finding::new(
                name,
                "is not in the table of crates in `xtask/src/tidy/arrows.rs`",
            ));
            continue;
        };
        for dependency in list(&package["dependencies"]) {
            let target = dependency["name"].as_str().unwrap_or_default();
            let test = dependency["kind"].as_str() == Some("dev");
            let inside = names.contains(&target);
            let granted = allowed.contains(&target)
                || test && row(TEST_ARROWS, name).is_some_and(|extra| extra.contains(&target));
            if inside && !granted {
                findings.push(Finding::new(name, format!("must not depend on `{target}`")));
            }
            if !test && PURE.contains(&name) && IMPURE.contains(&target) {
                findings.push(Finding::new(name, format!("is pure and must not use `{target}`")));
            }
        }
    }
    findings
}

fn row(table: &[(&str, &'static [&'static str])], name: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(name: &str, dependency: &str, kind: Option<&str>) -> Value {
        json!({"packages": [
            {"name": name, "dependencies": [{"name": dependency, "kind": kind}]},
            {"name": "correlate", "dependencies": []},
            {"name": "normalise", "dependencies": []},
        ]})
    }

    #[test]
    fn arrows_between_stages_are_refused() {
        let found = |metadata: Value| {
            judge(&metadata)
                .into_iter()
                .map(|f| f.message)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(metadata("detect", "correlate", None)),
            ["must not depend on `correlate`"]
        );
        assert_eq!(
            found(metadata("detect", "normalise", None)),
            ["must not depend on `normalise`"]
        );
        assert!(found(metadata("detect", "normalise", Some("dev"))).is_empty());
        assert_eq!(
            found(metadata("detect", "tokio", None)),
            ["is pure and must not use `tokio`"]
        );
        assert_eq!(found(metadata("newcomer", "serde", None)).len(), 1);
    }
}
