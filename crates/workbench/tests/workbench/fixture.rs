//! The shipped content, read from disk, and a rule to spoil.

use detect::RuleSource;
use model::ProductId;
use normalise::{Catalogue, ContentFile};
use std::{
    path::Path,
    sync::{Arc, LazyLock},
};
use workbench::{Bench, Sample, custom, predefined};

/// A custom rule that loads, has tests that pass, and about which nobody finds anything.
pub const LOGIN: &str = r#"title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11
description: Somebody asks for the login page.
logsource: {product: nginx, service: access}
detection:
  selection:
    http_request.url.path: /login
  tools:
    http_request.user_agent|contains: curl
  condition: selection and not tools
level: low
ctdr:
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
  tests:
    - name: it is asked for
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /login HTTP/1.1" 200 15 "-" "Mozilla/5.0"']
      alerts: 1
    - name: a tool asks for it
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /login HTTP/1.1" 200 15 "-" "curl/8.5.0"']
      alerts: 0
"#;

/// A custom rule that asks for what is absent, with tests whose logs end before its window does.
pub const SILENCE: &str = r#"title: Request for the door
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f12
name: door
logsource: {product: nginx, service: access}
detection: {selection: {http_request.url.path: /door}, condition: selection}
---
title: Request for the bell
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f13
name: bell
logsource: {product: nginx, service: access}
detection: {selection: {http_request.url.path: /bell}, condition: selection}
---
title: A door without a bell
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f14
correlation:
  type: temporal
  rules: [door, bell]
  group-by: [src_endpoint.ip]
  timespan: 1m
  condition: door and not bell
ctdr:
  tests:
    - name: nobody rings
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /door HTTP/1.1" 200 15 "-" "x"']
      alerts: 1
    - name: somebody rings
      source: self_hosted/nginx
      logs:
        - '203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /door HTTP/1.1" 200 15 "-" "x"'
        - '203.0.113.7 - - [03/Sep/2025:16:30:20 +0000] "GET /bell HTTP/1.1" 200 15 "-" "x"'
      alerts: 0
"#;

/// The rule about the login page, changed; fails if there is nothing to change.
#[track_caller]
pub fn spoilt(what: &str, by: &str) -> RuleSource {
    assert!(LOGIN.contains(what), "`{what}` is not in the rule");
    custom("login.yml", LOGIN.replace(what, by))
}

/// The line of an nginx access log.
pub fn request(address: &str, time: &str, path: &str, agent: &str) -> String {
    format!(r#"{address} - - [{time} +0000] "GET {path} HTTP/1.1" 200 15 "-" "{agent}""#)
}

pub fn nginx() -> ProductId {
    "self_hosted/nginx".parse().unwrap()
}

/// The shipped content.
pub fn bench() -> &'static Bench {
    static BENCH: LazyLock<Bench> = LazyLock::new(load);
    &BENCH
}

fn load() -> Bench {
    let sources = files("sources");
    let samples = sources.iter().filter_map(|file| {
        let (product, name) = file.path.strip_prefix("sources/")?.split_once("/samples/")?;
        let name = name.strip_suffix(".json").or(name.strip_suffix(".txt"))?;
        Some(Sample {
            product: product.parse().unwrap(),
            name: name.to_owned(),
            raw: file.text.clone(),
        })
    });
    let catalogue = Catalogue::load(&sources).unwrap();
    let rules = files("rules").into_iter();
    Bench {
        known: Arc::default(),
        samples: samples.collect(),
        catalogue: Arc::new(catalogue),
        predefined: rules.map(|file| predefined(file.path, file.text)).collect(),
        tactics: Vec::new(),
        patterns: workbench::pattern::load(&files("correlation")).unwrap(),
    }
}

/// All text files under a folder of `content`, by their path from there, in order.
pub fn files(folder: &str) -> Vec<ContentFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push(ContentFile {
                path: path.strip_prefix(&root).unwrap().display().to_string(),
                text,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
