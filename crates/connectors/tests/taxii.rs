//! The TAXII client against `medallion`, the server that OASIS wrote beside the standard. Skipped, and said so, where
//! Python or medallion is not installed: `pip install medallion`; `CTDR_PYTHON` names another python than `python3`.
#![allow(clippy::unwrap_used)]

use connectors::{
    Secret,
    egress::{Egress, EgressPolicy},
    intel::{Auth, LIMITS, TaxiiError, collect},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A server that ends with the test.
struct Medallion {
    process: Child,
    url: String,
}

impl Drop for Medallion {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

fn python() -> String {
    std::env::var_os("CTDR_PYTHON").map_or_else(
        || "python3".to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
}

fn has_medallion() -> bool {
    let mut import = Command::new(python());
    import.args(["-c", "import medallion"]).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success())
}

fn object(number: u32) -> Value {
    json!({
        "type": "indicator", "spec_version": "2.1",
        "id": format!("indicator--00000000-0000-4000-8000-00000000000{number}"),
        "created": format!("2026-01-0{number}T00:00:00.000Z"), "modified": format!("2026-01-0{number}T00:00:00.000Z"),
        "pattern": format!("[ipv4-addr:value = '203.0.113.{number}']"), "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
    })
}

fn manifest(number: u32) -> Value {
    json!({
        "id": object(number)["id"], "version": object(number)["modified"],
        "date_added": format!("2026-01-0{number}T00:00:00.000000Z"), "media_type": "application/stix+json;version=2.1",
    })
}

/// A server with five indicators, two on a page.
fn start(folder: &Path) -> Medallion {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let root = format!("{url}/root/");
    let numbers = 1..=5_u32;
    let data = json!({
        "/discovery": {"title": "test", "default": root, "api_roots": [root]},
        "root": {
            "information": {"title": "root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9_000_000},
            "status": [],
            "collections": [{
                "id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "title": "Indicators", "can_read": true, "can_write": false,
                "media_types": ["application/stix+json;version=2.1"],
                "objects": numbers.clone().map(object).collect::<Vec<_>>(),
                "manifest": numbers.map(manifest).collect::<Vec<_>>(),
            }],
        },
    });
    let config = json!({
        "backend": {
            "module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
            "filename": folder.join("data.json"),
        },
        "users": {"ann": "pass"},
        "taxii": {"max_page_size": 2},
    });
    std::fs::write(folder.join("data.json"), data.to_string()).unwrap();
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let mut process = Command::new(python())
        .args(["-m", "medallion.scripts.run", "--port", &port.to_string()])
        .arg(folder.join("config.json"))
        .env("PYTHONUNBUFFERED", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
    let running = said
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("Running on"));
    assert!(running, "medallion did not start");
    // Or it would wait for somebody to read on.
    std::thread::spawn(move || said.for_each(drop));
    Medallion { process, url }
}

#[tokio::test]
async fn a_collection_of_medallion_is_read_page_by_page_and_then_only_what_is_new() {
    if !has_medallion() {
        eprintln!(
            "skipped: `{}` has no medallion (`pip install medallion`)",
            python()
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let policy = EgressPolicy {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
    };
    let egress = Egress::new(policy, LIMITS).unwrap();
    let auth = Auth::Basic {
        user: "ann".into(),
        password: Secret::new("pass"),
    };
    let all = collect(&egress, &server.url, &auth, None, None).await.unwrap();
    assert_eq!(all.objects.len(), 5);
    assert_eq!(all.added_after.as_deref(), Some("2026-01-05T00:00:00.000000Z"));
    let read: Value = serde_json::from_str(all.objects[4].get()).unwrap();
    assert_eq!(read["pattern"], object(5)["pattern"]);

    let after = Some("2026-01-04T00:00:00.000000Z");
    let new = collect(&egress, &server.url, &auth, Some("Indicators"), after)
        .await
        .unwrap();
    assert_eq!(new.objects.len(), 1);
    assert_eq!(new.added_after.as_deref(), Some("2026-01-05T00:00:00.000000Z"));
    let none = collect(&egress, &server.url, &auth, None, new.added_after.as_deref())
        .await
        .unwrap();
    assert!(none.objects.is_empty());
    assert_eq!(none.added_after, new.added_after);

    // From any place and to its end, although pages are shorter than asked for; by the address of the root, too.
    let after = Some("2026-01-01T00:00:00.000000Z");
    let root = format!("{}/root/", server.url);
    let id = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
    let rest = collect(&egress, &root, &auth, Some(id), after).await.unwrap();
    let patterns: Vec<Value> = rest
        .objects
        .iter()
        .map(|object| serde_json::from_str::<Value>(object.get()).unwrap()["pattern"].clone())
        .collect();
    assert_eq!(
        patterns,
        [2, 3, 4, 5].map(|number| object(number)["pattern"].clone())
    );
    let missing = collect(&egress, &server.url, &auth, Some("Malware"), None).await;
    assert!(
        matches!(missing, Err(TaxiiError::NoCollection { .. })),
        "{missing:?}"
    );
    let nobody = collect(&egress, &server.url, &Auth::None, None, None).await;
    assert!(matches!(nobody, Err(TaxiiError::Fetch(_))), "{nobody:?}");

    let wrong = Auth::Basic {
        user: "ann".into(),
        password: Secret::new("guess"),
    };
    let refused = collect(&egress, &server.url, &wrong, None, None).await;
    assert!(matches!(refused, Err(TaxiiError::Fetch(_))), "{refused:?}");
}
