//! All public rules of SigmaHQ, where the test data is at hand.

use crate::fixture::lists;
use std::io::Read;

#[test]
fn every_public_rule_is_read() {
    let Ok(folder) = std::env::var("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA is not set");
        return;
    };
    let path = format!("{folder}/sigma/sigmahq-rules.tar.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let (mut read, mut with_lists, mut refused) = (0, 0, Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let name = path.display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        match sigma::parse(&text, &name) {
            Ok(documents) => {
                read += 1;
                sigma::lint::lint(&text, &name, &documents);
            }
            Err(errors) if errors.iter().all(|e| e.message.contains("unknown placeholder")) => {
                with_lists += 1;
                sigma::parse_with(&text, &name, &lists()).unwrap_or_else(|e| panic!("{}", e[0]));
            }
            Err(errors) => refused.push(errors[0].to_string()),
        }
    }
    eprintln!("{read} read as they are, {with_lists} with lists of the site");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert_eq!((read, with_lists), (3_752, 2));
}
