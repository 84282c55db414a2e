//! The firewall on a bad day: whatever it answers, or does not answer, there is one rule in the end.

use crate::setup::{actuator, cloud, ip};
use respond::{Actuator, ActuatorError};
use testkit::fake_cloud::{Fault, FaultKind};

const NAME: &str = "ctdr-lse_1";

#[tokio::test]
async fn a_timeout_after_applying_leaves_one_rule_however_often_it_is_tried() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    cloud
        .inject(Fault::once(
            "CreateDefenseRule",
            FaultKind::TimeoutAfter { hold_ms: 0 },
        ))
        .unwrap();
    let error = actuator.create(NAME, &ip("203.0.113.7")).await.unwrap_err();
    assert_eq!(error, ActuatorError::Timeout);
    assert!(!error.outcome_known());
    assert_eq!(cloud.state().rules.len(), 1, "it was applied");
    let object = actuator.create(NAME, &ip("203.0.113.7")).await.unwrap();
    let rules = cloud.state().rules;
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].id.to_string(), object.id);
    cloud.stop().await;
}

#[tokio::test]
async fn a_timeout_before_applying_leaves_none_and_the_next_try_one() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    cloud
        .inject(Fault::once(
            "CreateDefenseRule",
            FaultKind::TimeoutBefore { hold_ms: 0 },
        ))
        .unwrap();
    assert_eq!(
        actuator.create(NAME, &ip("203.0.113.7")).await,
        Err(ActuatorError::Timeout)
    );
    assert!(cloud.state().rules.is_empty());
    actuator.create(NAME, &ip("203.0.113.7")).await.unwrap();
    assert_eq!(cloud.state().rules.len(), 1);
    cloud.stop().await;
}

#[tokio::test]
async fn a_template_created_without_an_answer_is_found_again() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    cloud
        .inject(Fault::once(
            "CreateDefenseTemplate",
            FaultKind::TimeoutAfter { hold_ms: 0 },
        ))
        .unwrap();
    assert!(actuator.create(NAME, &ip("203.0.113.7")).await.is_err());
    actuator.create(NAME, &ip("203.0.113.7")).await.unwrap();
    let state = cloud.state();
    assert_eq!((state.rules.len(), state.calls["CreateDefenseTemplate"]), (1, 1));
    cloud.stop().await;
}

#[tokio::test]
async fn refusals_do_nothing_and_are_told_apart() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    let try_with = async |kind| {
        cloud.inject(Fault::once("CreateDefenseRule", kind)).unwrap();
        actuator.create(NAME, &ip("203.0.113.7")).await.unwrap_err()
    };
    let busy = try_with(FaultKind::Throttle).await;
    assert!(matches!(busy, ActuatorError::Throttled { .. }), "{busy}");
    let down = FaultKind::Error {
        status: 503,
        code: "ServiceUnavailable".to_owned(),
    };
    let down = try_with(down).await;
    assert!(matches!(down, ActuatorError::Server { .. }), "{down}");
    let denied = FaultKind::Error {
        status: 403,
        code: "NoPermission".to_owned(),
    };
    let denied = try_with(denied).await;
    assert!(matches!(denied, ActuatorError::Denied { .. }), "{denied}");
    assert!(cloud.state().rules.is_empty());
    cloud.stop().await;
}

#[tokio::test]
async fn a_half_answer_after_a_write_is_an_unknown_outcome() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    cloud
        .inject(Fault::once("CreateDefenseRule", FaultKind::Truncate))
        .unwrap();
    let error = actuator.create(NAME, &ip("203.0.113.7")).await.unwrap_err();
    assert!(!error.outcome_known() && error.retriable(), "{error}");
    actuator.create(NAME, &ip("203.0.113.7")).await.unwrap();
    assert_eq!(cloud.state().rules.len(), 1);
    cloud.stop().await;
}

#[tokio::test]
async fn a_stale_listing_is_one_change_behind_and_then_right() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    let object = actuator.create(NAME, &ip("203.0.113.7")).await.unwrap();
    cloud
        .inject(Fault::once("DescribeDefenseRules", FaultKind::Stale))
        .unwrap();
    assert_eq!(actuator.list().await.unwrap(), []);
    assert_eq!(actuator.list().await.unwrap(), std::slice::from_ref(&object));
    actuator.delete(&object).await.unwrap();
    cloud
        .inject(Fault::once("DescribeDefenseRules", FaultKind::Stale))
        .unwrap();
    assert_eq!(actuator.list().await.unwrap(), [object]);
    assert_eq!(actuator.list().await.unwrap(), []);
    cloud.stop().await;
}
