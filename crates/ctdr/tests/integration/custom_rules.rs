//! Rules of the user: checked, tested and explained before they are saved, taken in from a file, switched many at
//! once, and given out again.

use crate::stage::{PASSWORD, PATIENCE, Stage};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use testkit::Client;

const ID: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b11";
const SECOND: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b12";
const HIT: &str =
    r#"203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /secret-door HTTP/1.1" 200 15 "-" "curl/8.5.0""#;
const MISS: &str =
    r#"203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /front-door HTTP/1.1" 200 15 "-" "curl/8.5.0""#;

fn rule(id: &str, title: &str) -> String {
    format!(
        "title: {title}
id: {id}
description: Somebody asked for a page that nothing links to.
logsource: {{product: nginx, service: access}}
detection:
  asked:
    http_request.url.path: /secret-door
  condition: asked
level: low
ctdr:
  category: abnormal_web_access
  aggregation: none
  entities:
    - {{type: ip, field: src_endpoint.ip, role: attacker}}
  tests:
    - name: it is asked for
      source: self_hosted/nginx
      logs: ['{HIT}']
      alerts: 1
    - name: another page is asked for
      source: self_hosted/nginx
      logs: ['{MISS}']
      alerts: 0
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_linted_tested_and_explained_before_it_is_saved() {
    let stage = Stage::empty().await;
    let client = &stage.client;
    let text = rule(ID, "Secret door");
    let ask = async |path: &str, text: &str| client.post(path, &json!({"text": text})).await.unwrap();

    assert_eq!(ask("/rules:lint", &text).await["ok"], true);
    let mistaken = text.replace("http_request.url.path:", "http_request.url.path|startwith:");
    let lint = ask("/rules:lint", &mistaken).await;
    assert_eq!(
        (&lint["ok"], &lint["findings"][0]["severity"]),
        (&json!(false), &json!("error"))
    );
    let finding = &lint["findings"][0];
    assert!(finding["place"].as_str().unwrap().starts_with("7:"), "{lint}");
    let mistake = json!({"kind": "unknown-word", "word": "startwith", "near": "startswith"});
    assert_eq!(
        (&finding["code"], &finding["mistake"]),
        (&json!("does-not-load"), &mistake)
    );

    let tested = ask("/rules:test", &text).await;
    assert_eq!(
        (&tested["ok"], tested["tests"].as_array().unwrap().len()),
        (&json!(true), 2)
    );
    let tested = ask(
        "/rules:test",
        &text.replace("path: /secret-door", "path: /cellar-door"),
    )
    .await;
    let first = &tested["tests"][0];
    assert_eq!(
        (&tested["ok"], &first["expected"], &first["got"]),
        (&json!(false), &json!(1), &json!(0))
    );
    assert!(first["why"].to_string().contains("/cellar-door"), "{first}");

    let explain = async |raw: &str| {
        let asked = json!({"text": text, "product": "self_hosted/nginx", "raw": raw});
        client.post("/rules:explain", &asked).await.unwrap()["rules"][0].clone()
    };
    let (hit, miss) = (explain(HIT).await, explain(MISS).await);
    assert_eq!((&hit["matches"], &miss["matches"]), (&json!(true), &json!(false)));
    let item = &miss["selections"][0]["alternatives"][0][0];
    assert_eq!(
        (&item["holds"], &item["values"]),
        (&json!(false), &json!(["/front-door"]))
    );
    let listed = client.get("/rules?origin=custom").await.unwrap();
    assert_eq!(listed["items"], json!([]), "nothing was saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_rule_is_explained_by_its_id_and_a_log_that_cannot_be_read_is_refused() {
    let stage = Stage::empty().await;
    let client = &stage.client;
    client
        .post("/rules", &json!({"text": rule(ID, "Secret door")}))
        .await
        .unwrap();
    let asked = json!({"rule": ID, "product": "self_hosted/nginx", "raw": HIT});
    let explained = client.post("/rules:explain", &asked).await.unwrap();
    assert_eq!(explained["rules"][0]["matches"], true, "{explained}");
    let refused = async |rule: &str, product: &str, raw: &str| {
        let asked = json!({"rule": rule, "product": product, "raw": raw});
        client
            .call(Method::POST, "/rules:explain", Some(&asked))
            .await
            .unwrap()
            .status
    };
    assert_eq!(
        refused(ID, "self_hosted/nginx", "no log").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        refused(ID, "nobody/nothing", HIT).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        refused("nothing", "self_hosted/nginx", HIT).await,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_rules_is_taken_in_switched_at_once_and_given_out_again() {
    let stage = Stage::empty().await;
    let client = &stage.client;
    let (first, second) = (rule(ID, "Secret door"), rule(SECOND, "Secret door too"));
    let broken = first.replace("level: low", "level: lowest");
    let file = format!("{first}---\n{broken}---\n{second}---\n{first}");
    let import = client
        .post("/rules:import", &json!({"text": file}))
        .await
        .unwrap();
    let accepted: Vec<&Value> = import["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["accepted"])
        .collect();
    assert_eq!(accepted, [true, false, true, false], "{import}");
    let line = import["rules"][1]["errors"][0]["place"]
        .as_str()
        .unwrap()
        .split(':')
        .next()
        .unwrap();
    assert_eq!(
        file.lines().nth(line.parse::<usize>().unwrap() - 1),
        Some("level: lowest")
    );

    let change = json!({"ids": [ID, SECOND, "nothing"], "op": {"enabled": true, "testing": true}});
    let switched = client.post("/rules:bulk", &change).await.unwrap();
    assert_eq!(switched["changed"], 2, "{switched}");
    assert_eq!(
        (&switched["results"][0]["ok"], &switched["results"][2]["ok"]),
        (&json!(true), &json!(false))
    );
    let list = client.get("/rules?origin=custom&enabled=true").await.unwrap();
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rule| rule["testing"] == true)
    );

    let export = client
        .send(
            Method::GET,
            "/rules:export",
            HeaderMap::new(),
            bytes::Bytes::new(),
        )
        .await
        .unwrap();
    assert_eq!(export.status, StatusCode::OK);
    let exported = export.body.as_str().unwrap().to_owned();
    assert!(
        first
            .lines()
            .chain(second.lines())
            .all(|line| exported.contains(line)),
        "{exported}"
    );
    for id in [ID, SECOND] {
        client
            .call(Method::DELETE, &format!("/rules/{id}"), None)
            .await
            .unwrap();
    }
    let again = client
        .post("/rules:import", &json!({"text": exported}))
        .await
        .unwrap();
    assert_eq!(
        again["accepted"], 2,
        "what was given out can be taken in: {again}"
    );
    let audit = client.get("/audit").await.unwrap().to_string();
    for action in ["rule.import", "rule.switch_many", "rule.delete"] {
        assert!(audit.contains(action), "{action} is not in the audit log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_starts_from_a_real_log_of_its_product() {
    let stage = Stage::empty().await;
    let client = &stage.client;
    let start = async |product: &str| {
        let path = format!("/rules:skeleton?product={product}");
        client.call(Method::GET, &path, None).await.unwrap()
    };
    let first = start("self_hosted/nginx").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let text = json!({"text": first.body["text"]});
    let tested = client.post("/rules:test", &text).await.unwrap();
    assert_eq!(
        (&tested["ok"], tested["tests"].as_array().unwrap().len()),
        (&json!(true), 2)
    );
    client.post("/rules", &text).await.unwrap();
    let second = start("self_hosted/nginx").await;
    client
        .post("/rules", &json!({"text": second.body["text"]}))
        .await
        .unwrap();
    let listed = client.get("/rules?origin=custom").await.unwrap();
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        2,
        "each has its own id"
    );
    assert_eq!(start("nobody/nothing").await.status, StatusCode::BAD_REQUEST);
}

/// A rule on how often the rule called `other` matches.
fn often(id: &str, other: &str) -> String {
    format!(
        "title: Often\nid: {id}\ncorrelation:\n  type: event_count\n  rules: [{other}]\n  group-by: [src_endpoint.ip]\n  \
         timespan: 10m\n  condition: {{gte: 3}}\nlevel: low\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rules_are_deleted_but_those_of_the_product_and_those_in_use_stay() {
    let stage = Stage::empty().await;
    let client = &stage.client;
    for text in [rule(ID, "Secret door"), often(SECOND, ID)] {
        client.post("/rules", &json!({"text": text})).await.unwrap();
    }
    let shipped = client.get("/rules?origin=predefined&limit=1").await.unwrap();
    let shipped = shipped["items"][0]["id"].as_str().unwrap().to_owned();
    let delete = async |ids: Value| {
        let change = json!({"ids": ids, "op": {"delete": true}});
        client.post("/rules:bulk", &change).await.unwrap()
    };
    let told = delete(json!([ID, shipped, "nothing"])).await;
    assert_eq!(told["changed"], 0, "{told}");
    let statuses: Vec<&Value> = told["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["problem"]["status"])
        .collect();
    assert_eq!(statuses, [409, 409, 404], "{told}");
    assert_eq!(told["results"][0]["used_by"], json!([SECOND]), "{told}");
    let alone = client
        .call(Method::DELETE, &format!("/rules/{ID}"), None)
        .await
        .unwrap();
    assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.body);

    let told = delete(json!([ID, SECOND])).await;
    assert_eq!(told["changed"], 2, "both go at once: {told}");
    let listed = client.get("/rules?origin=custom").await.unwrap();
    assert_eq!(listed["items"], json!([]));
    let both = json!({"ids": [ID], "op": {"delete": true, "enabled": true}});
    let refused = client
        .call(Method::POST, "/rules:bulk", Some(&both))
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_tries_rules_and_changes_none() {
    let stage = Stage::empty().await;
    let viewer = json!({"name": "viewer", "role": "viewer", "password": PASSWORD});
    stage.client.post("/users", &viewer).await.unwrap();
    let viewer = Client::log_in(&stage.server.url, "viewer", PASSWORD)
        .await
        .unwrap();
    let text = json!({"text": rule(ID, "Secret door")});
    viewer.post("/rules:test", &text).await.unwrap();
    let status =
        async |path: &str, body: &Value| viewer.call(Method::POST, path, Some(body)).await.unwrap().status;
    assert_eq!(status("/rules:import", &text).await, StatusCode::FORBIDDEN);
    let change = json!({"ids": [], "op": {"enabled": true}});
    assert_eq!(status("/rules:bulk", &change).await, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_on_what_came_in() {
    let stage = Stage::empty().await;
    stage.push_source().await;
    let lines = |path: &'static str| {
        (1..=3).map(move |client| {
            HIT.replace("203.0.113.7", &format!("203.0.113.{client}"))
                .replace("/secret-door", path)
        })
    };
    let pushed: Vec<String> = lines("/secret-door").chain(lines("/front-door")).collect();
    stage.push(&pushed).await;
    let text = rule(ID, "Secret door");
    let asked = json!({"text": text, "days": 7, "alerts_per_day": 2});
    let started = stage
        .client
        .call(Method::POST, "/rules:backtest", Some(&asked))
        .await
        .unwrap();
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.body);
    let path = format!("/jobs/{}", started.body["id"].as_str().unwrap());
    let ended = |job: &Value| job["state"] != "running";
    let job = stage.client.until(&path, PATIENCE, ended).await.unwrap();
    let told = &job["report"];
    let figures = ["complete", "records", "alerts"].map(|name| told[name].clone());
    assert_eq!(figures, [json!(true), json!(6), json!(3)], "{job}");
    assert_eq!(told["entities"].as_array().unwrap().len(), 3, "{told}");
    assert_eq!(
        (&told["budget"]["most"], &told["budget"]["exceeded"]),
        (&json!(3), &json!(true))
    );
    let listed = stage.client.get("/alerts").await.unwrap();
    assert_eq!(listed["items"], json!([]), "a backtest raises nothing");
}
