//! The engine finds what the reference evaluator finds: every public rule, over recorded events.

use crate::flat::Flat;
use detect::matcher::{Engine, Log, Scratch};
use flate2::read::GzDecoder;
use sigma::{Body, Detection, LogSource};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CTDR_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: CTDR_TEST_DATA is not set");
    }
    Some(folder?.join("sigma").join(name))
}

fn public_rules() -> Option<Vec<(LogSource, Detection)>> {
    let archive = File::open(data("sigmahq-rules.tar.gz")?).unwrap();
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut rules = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        if Path::new(&name)
            .extension()
            .is_none_or(|extension| extension != "yml")
        {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        for document in sigma::parse(&text, &name).unwrap_or_default() {
            if let Body::Rule { logsource, detection } = document.body {
                rules.push((logsource, detection));
            }
        }
    }
    Some(rules)
}

fn fits(rule: &LogSource, log: &Log) -> bool {
    let fits = |rule: &Option<String>, log: &Option<String>| rule.is_none() || log.is_none() || rule == log;
    fits(&rule.product, &log.product)
        && fits(&rule.service, &log.service)
        && fits(&rule.category, &log.category)
}

struct Oracle {
    rules: Vec<(LogSource, Detection)>,
    engine: Engine,
}

impl Oracle {
    /// Compares every `step`th event of a corpus, and one of `share` of those that match: the reference takes its
    /// time.
    fn compare(&self, corpus: &str, step: usize, share: usize, log_of: impl Fn(&str) -> Log) {
        let mut scratch = Scratch::default();
        let events = BufReader::new(GzDecoder::new(File::open(data(corpus).unwrap()).unwrap()));
        let mut matched = 0;
        for (number, event) in events.lines().map(Result::unwrap).enumerate() {
            let log = log_of(&event);
            self.engine.read(&event, &mut scratch).unwrap();
            let plan = self.engine.plan(&log);
            let found = self.engine.matches(&plan, &event, &mut scratch);
            matched += usize::from(!found.is_empty());
            let shared = !found.is_empty() && matched % share == 1;
            if number % step == 0 || shared {
                assert_eq!(found, self.expected(&event, &log), "{event}");
            }
        }
        assert!(matched > 0, "nothing matches in {corpus}");
    }

    fn expected(&self, event: &str, log: &Log) -> Vec<u32> {
        let flat = Flat::new(event);
        let rules = (0..).zip(&self.rules);
        rules
            .filter(|(_, (rule, detection))| fits(rule, log) && sigma::eval::matches(detection, &flat))
            .map(|(number, _)| number)
            .collect()
    }
}

#[test]
fn every_public_rule_matches_what_the_reference_says() {
    let Some(rules) = public_rules() else { return };
    let (engine, failed) = Engine::new(rules.iter().map(|(log, detection)| (log, detection)), &[]);
    assert!(failed.is_empty());
    let oracle = Oracle { rules, engine };
    let named = |event: &str| {
        let event = Flat::new(event);
        Log {
            product: event.text("product"),
            service: event.text("service"),
            category: event.text("category"),
        }
    };
    // The whole of it takes an hour: `cargo xtask soak` asks for it.
    if std::env::var_os("CTDR_ORACLE_ALL").is_some() {
        oracle.compare("windows-20k.jsonl.gz", 1, 1, named);
        oracle.compare("cloudtrail-2900.jsonl.gz", 1, 1, |_| cloudtrail());
        return;
    }
    oracle.compare("windows-20k.jsonl.gz", 999, 8, named);
    // Of no known log: every rule is asked, and nearly every event matches some rule that only says `not`.
    oracle.compare("windows-20k.jsonl.gz", 9_999, 10_000, |_| Log::default());
    oracle.compare("cloudtrail-2900.jsonl.gz", 199, 8, |_| cloudtrail());
}

fn cloudtrail() -> Log {
    Log {
        product: Some("aws".to_owned()),
        service: Some("cloudtrail".to_owned()),
        category: None,
    }
}
