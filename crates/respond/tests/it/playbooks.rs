//! The playbooks that ship: they parse, they can run, they do what they say, and they are valid CACAO.

use jsonschema::{Registry, Validator};
use model::{EntityKey, EntityKind, RunId, TenantId, Time, playbook::RunState, policy::PolicySource};
use respond::{
    cacao::{self, Next, Outcome, Playbook, StartRequest},
    component::BlockArguments,
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

fn shipped() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/playbooks");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let playbooks: Vec<(PathBuf, String)> = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| (path.clone(), fs::read_to_string(path).expect("readable")))
        .collect();
    assert!(playbooks.len() >= 2, "{} holds the playbooks", folder.display());
    playbooks
}

fn parse(path: &Path, text: &str) -> Playbook {
    Playbook::parse(text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display()))
}

#[test]
fn shipped_playbooks_can_run() {
    let mut ids = BTreeSet::new();
    for (path, text) in shipped() {
        let playbook = parse(&path, &text);
        assert_eq!(cacao::lint(&playbook), [], "{}", path.display());
        assert!(
            ids.insert(playbook.id.clone()),
            "{} has an id of its own",
            path.display()
        );
        for text in [&playbook.title, &playbook.summary] {
            assert!(
                !text.en.is_empty() && text.en != text.zh,
                "{} is in both languages",
                path.display()
            );
        }
        for (id, step) in &playbook.workflow {
            assert_ne!(
                step.title.en,
                step.title.zh,
                "{}: {id} is in both languages",
                path.display()
            );
        }
        assert!(
            !playbook.offer().components.is_empty(),
            "{} can be recommended",
            path.display()
        );
    }
}

#[test]
fn shipped_playbooks_block_addresses_and_leave_the_rest_alone() {
    let run = |playbook: &Playbook, entity: EntityKey, seconds: Option<u64>| {
        let request = StartRequest {
            id: RunId::from_bits(1),
            tenant: TenantId::default(),
            version: 1,
            trigger: PolicySource::SoarManual,
            rule: None,
            event: None,
            inputs: cacao::inputs(Some(&entity), seconds),
            entity: Some(entity),
            now: Time::from_secs(0),
            time_limit: Duration::from_secs(100),
        };
        let run = cacao::start(playbook, request).expect("the inputs are right");
        cacao::next(playbook, &run, None, Time::from_secs(1))
    };
    for (path, text) in shipped() {
        let playbook = parse(&path, &text);
        let turn = run(&playbook, EntityKey::new(EntityKind::Ip, "203.0.113.7"), Some(20));
        let Next::Perform(work) = &turn.next else {
            panic!("{}: {turn:?}", path.display())
        };
        let arguments = BlockArguments::read(&work.call.arguments).expect("the arguments are right");
        assert_eq!(arguments.entity.value, "203.0.113.7");
        assert_eq!(arguments.duration, Duration::from_secs(20), "{}", path.display());
        let output = json!({"blocked": true, "policy": "pol_1"})
            .as_object()
            .cloned()
            .expect("an object");
        let end = cacao::next(
            &playbook,
            &turn.run,
            Some(&Outcome::Succeeded(output)),
            Time::from_secs(2),
        );
        assert_eq!(
            end.next,
            Next::Finished(RunState::Succeeded),
            "{}: {:?}",
            path.display(),
            end.run.error
        );
        let domain = run(
            &playbook,
            EntityKey::new(EntityKind::Domain, "evil.example"),
            None,
        );
        assert_eq!(
            domain.next,
            Next::Finished(RunState::Succeeded),
            "{}",
            path.display()
        );
    }
}

/// The published schemas. They declare draft-07, where a keyword they use to forbid unknown members means nothing;
/// `strict` reads them as the draft that has it.
fn schema(folder: &Path, strict: bool) -> Validator {
    let mut registry = Registry::new();
    let mut root = None;
    for path in schema_files(folder) {
        let text = fs::read_to_string(&path).expect("readable");
        let mut schema: Json = serde_json::from_str(&text).expect("the schema is JSON");
        if strict {
            schema["$schema"] = json!("https://json-schema.org/draft/2019-09/schema");
        }
        let id = schema["$id"].as_str().expect("the schema has an id").to_owned();
        if path.ends_with("playbook.json") {
            root = Some(id.clone());
        }
        registry = registry.add(id, schema).expect("the id is a URI");
    }
    let registry = registry.prepare().expect("every reference is there");
    let reference = json!({"$ref": root.expect("there is a playbook schema")});
    let options = jsonschema::options().with_registry(&registry).offline();
    options.build(&reference).expect("the schemas are right")
}

fn schema_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                schema_files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn shipped_playbooks_are_valid_by_the_published_schemas() {
    let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA names no folder with the CACAO schemas");
        return;
    };
    let folder = Path::new(&data).join("cacao");
    let example = fs::read_to_string(folder.join("basic-example-1.json")).expect("readable");
    let example: Json = serde_json::from_str(&example).expect("it is JSON");
    for strict in [false, true] {
        let schema = schema(&folder.join("schemas"), strict);
        // Read strictly, the schemas refuse even their own example: a command may have no member of its own.
        assert_eq!(schema.is_valid(&example), !strict);
        for (path, text) in shipped() {
            let playbook: Json = serde_json::from_str(&text).expect("it is JSON");
            let errors: Vec<String> = schema
                .iter_errors(&playbook)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(
                errors.is_empty(),
                "{} (strict: {strict}): {errors:#?}",
                path.display()
            );
            let mut broken = playbook;
            broken["workflow_start"] = json!("somewhere");
            assert!(!schema.is_valid(&broken), "the schema is really applied");
        }
    }
}

#[test]
fn the_published_example_is_read_and_refused_for_its_ssh_command_only() {
    let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA names no folder with the CACAO example");
        return;
    };
    let path = Path::new(&data).join("cacao/basic-example-1.json");
    let playbook = parse(&path, &fs::read_to_string(&path).expect("readable"));
    let problems: Vec<(cacao::Code, String)> = cacao::lint(&playbook)
        .into_iter()
        .map(|p| (p.code, p.message))
        .collect();
    let expected = (
        cacao::Code::UnsupportedCommand,
        "commands of type `ssh` cannot run yet".to_owned(),
    );
    assert_eq!(problems, [expected]);
}
