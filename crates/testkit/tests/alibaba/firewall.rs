//! The firewall: what our actuator writes is enforced on the site, for the objects it is bound to, until it
//! is gone.

use crate::setup::{actuator, cloud, cloud_with, credentials, ip, sls, visit, waf, waf_of};
use connectors::alibaba::{
    validity::{check_store, check_waf},
    waf::{Resources, WafActuator},
};
use respond::{Actuator, ActuatorError};
use testkit::{FakeCloudConfig, fake_cloud::Limits};

const SITE: &str = "www.example.com";
const ATTACK: &str = "/product?id=1%27%20union%20select%201--";

#[tokio::test]
async fn a_block_refuses_its_address_until_it_is_lifted_and_nobody_else() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    assert_eq!(visit(&cloud, "203.0.113.7", SITE, "/").await, (200, None));
    let object = actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    assert_eq!(
        visit(&cloud, "203.0.113.7", SITE, "/").await,
        (405, Some("acl".to_owned()))
    );
    assert_eq!(visit(&cloud, "203.0.113.7", "shop.example.com", "/").await.0, 405);
    assert_eq!(visit(&cloud, "198.51.100.9", SITE, "/").await, (200, None));
    assert_eq!(actuator.list().await.unwrap(), std::slice::from_ref(&object));
    actuator.delete(&object).await.unwrap();
    assert_eq!(visit(&cloud, "203.0.113.7", SITE, "/").await, (200, None));
    assert!(cloud.state().rules.is_empty());
    // Gone already is as good.
    actuator.delete(&object).await.unwrap();
    cloud.stop().await;
}

#[tokio::test]
async fn only_bound_objects_are_protected() {
    let cloud = cloud().await;
    let named = Resources::Named(vec!["shop.example.com-waf".to_owned()]);
    let actuator = WafActuator::new(waf(&cloud), None, named);
    actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    assert_eq!(visit(&cloud, "203.0.113.7", SITE, "/").await, (200, None));
    assert_eq!(visit(&cloud, "203.0.113.7", "shop.example.com", "/").await.0, 405);

    let missing = Resources::Named(vec!["other.example.com-waf".to_owned()]);
    let actuator = WafActuator::new(waf(&cloud), None, missing);
    let error = actuator
        .create("ctdr-lse_2", &ip("203.0.113.8"))
        .await
        .unwrap_err();
    assert!(matches!(error, ActuatorError::Refused { .. }), "{error}");
    cloud.stop().await;
}

#[tokio::test]
async fn creating_twice_by_name_makes_one_rule_and_drift_is_repaired() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    let first = actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    // A name that only begins the same is another block, though the listing by name brings both.
    let longer = actuator.create("ctdr-lse_12", &ip("203.0.113.8")).await.unwrap();
    assert_eq!(
        actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap(),
        first
    );
    assert_ne!(first.id, longer.id);
    assert_eq!(cloud.state().rules.len(), 2);

    assert!(cloud.disable_rule_by_hand(first.id.parse().unwrap()));
    assert_eq!(visit(&cloud, "203.0.113.7", SITE, "/").await.0, 200);
    assert!(!actuator.list().await.unwrap()[0].intact);
    let repaired = actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    assert!(repaired.intact);
    assert_eq!(cloud.state().rules.len(), 2);
    assert_eq!(visit(&cloud, "203.0.113.7", SITE, "/").await.0, 405);

    assert!(cloud.remove_rule_by_hand(repaired.id.parse().unwrap()));
    assert_eq!(actuator.list().await.unwrap(), [longer]);
    cloud.stop().await;
}

#[tokio::test]
async fn a_full_template_is_a_quota_error() {
    let cloud = cloud_with(FakeCloudConfig {
        limits: Limits {
            rules_per_template: 1,
            ..Limits::default()
        },
        ..FakeCloudConfig::default()
    })
    .await;
    let actuator = actuator(&cloud);
    actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    let error = actuator
        .create("ctdr-lse_2", &ip("203.0.113.8"))
        .await
        .unwrap_err();
    assert!(matches!(error, ActuatorError::Quota { .. }), "{error}");
    cloud.stop().await;
}

#[tokio::test]
async fn basic_protection_refuses_attacks_and_says_so() {
    let cloud = cloud().await;
    assert_eq!(
        visit(&cloud, "203.0.113.7", SITE, ATTACK).await,
        (405, Some("waf".to_owned()))
    );
    assert_eq!(
        visit(&cloud, "198.51.100.9", SITE, "/search?q=O%27Brien").await,
        (200, None)
    );
    let state = cloud.state();
    assert_eq!((state.site.requests, state.site.refused["waf"]), (2, 1));
    cloud.stop().await;
}

#[tokio::test]
async fn the_validity_check_passes_and_names_a_site_that_is_not_protected() {
    let cloud = cloud().await;
    let found = check_waf(&waf(&cloud), Some(SITE)).await.unwrap();
    assert_eq!(found.project, cloud.config().waf_project());
    assert_eq!(check_store(&sls(&cloud)).await.unwrap().shards, [0, 1]);
    let unmet = check_waf(&waf(&cloud), Some("other.example.com"))
        .await
        .unwrap_err();
    assert!(unmet.message.en.contains("not behind the WAF"), "{unmet}");

    let mut key = credentials(&cloud);
    key.access_key_secret = "wrong".into();
    let unmet = check_waf(&waf_of(&cloud, key), None).await.unwrap_err();
    assert!(unmet.message.en.contains("AccessKey is wrong"), "{unmet}");
    cloud.stop().await;
}
