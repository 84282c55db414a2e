//! The control API, as another process uses it.

use crate::setup::{actuator, cloud, ip, pairs, send};
use respond::{Actuator, ActuatorError};

#[tokio::test]
async fn faults_state_and_hand_edits_work_over_http() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    let url = |path: &str| format!("{}/_fake/{path}", cloud.api_url());
    let json = pairs(&[("content-type", "application/json")]);

    let faults = r#"[{"api":"CreateDefenseRule","kind":"error","status":503,"code":"ServiceUnavailable"}]"#;
    let planned = send("POST", &url("faults"), &json, faults).await.unwrap();
    assert_eq!(planned.status, 204);
    let error = actuator
        .create("ctdr-lse_1", &ip("203.0.113.7"))
        .await
        .unwrap_err();
    assert!(matches!(error, ActuatorError::Server { .. }), "{error}");
    let object = actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();

    let state = send("GET", &url("state"), &[], "").await.unwrap();
    let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["rules"][0]["name"], "ctdr-lse_1");
    assert_eq!(state["rules"][0]["addresses"][0], "203.0.113.7/32");
    assert_eq!(state["calls"]["CreateDefenseRule"], 2);

    let removed = send("DELETE", &url(&format!("rules/{}", object.id)), &[], "")
        .await
        .unwrap();
    assert_eq!(removed.status, 204);
    assert!(cloud.state().rules.is_empty());

    let misspelt = r#"{"api":"CreateRule","kind":"throttle"}"#;
    let refused = send("POST", &url("faults"), &json, misspelt).await.unwrap();
    assert_eq!(refused.status, 422);
    assert!(String::from_utf8_lossy(&refused.body).contains("`CreateRule` is not served here"));
    cloud.stop().await;
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let config = testkit::FakeCloudConfig::default();
    let error = testkit::FakeCloud::start("0.0.0.0:0".parse().unwrap(), config)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("not a loopback address"), "{error}");
}
