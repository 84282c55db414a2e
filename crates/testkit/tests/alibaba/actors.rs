//! The demo's people: the attacker notices its block and its end, the visitors notice nothing.

use crate::setup::{PATIENCE, actuator, cloud, ip};
use respond::Actuator;
use std::time::Duration;
use testkit::actors::{AttackPlan, Attacker, VisitPlan, Visitors};

#[tokio::test]
async fn the_attacker_is_blocked_and_let_in_again_and_no_visitor_is_refused() {
    let cloud = cloud().await;
    let actuator = actuator(&cloud);
    let visitors = Visitors::start(VisitPlan {
        pause: Duration::from_millis(1),
        ..VisitPlan::on(cloud.site_address())
    })
    .unwrap();
    let attacker = Attacker::start(AttackPlan {
        pause: Duration::from_millis(1),
        ..AttackPlan::on(cloud.site_address())
    })
    .unwrap();
    // All attacks at least once, each refused by basic protection, before there is a block.
    let attack = attacker
        .refused(14, PATIENCE)
        .await
        .expect("all attacks are made");
    assert_eq!(attack.passed, 0, "basic protection knows every attack");
    assert_eq!(attack.blocked, None);

    let object = actuator.create("ctdr-lse_1", &ip("203.0.113.7")).await.unwrap();
    let blocked = attacker.blocked(PATIENCE).await.expect("the block is noticed");
    actuator.delete(&object).await.unwrap();
    let unblocked = attacker
        .unblocked(PATIENCE)
        .await
        .expect("the end of the block is noticed");
    assert!(blocked <= unblocked);

    let visits = visitors.made(60, PATIENCE).await.expect("visits go on");
    assert_eq!(
        (visits.refusals, visits.failed),
        (0, 0),
        "{:?}",
        visits.last_refusal
    );
    let attack = attacker.stop().await;
    assert_eq!(attack.failed, 0);
    assert!(attack.refused_by_rule >= 1);
    visitors.stop().await;
    cloud.stop().await;
}

#[tokio::test]
async fn a_visitor_from_a_blocked_address_is_counted_as_refused() {
    let cloud = cloud().await;
    actuator(&cloud)
        .create("ctdr-lse_1", &ip("198.51.100.11"))
        .await
        .unwrap();
    let visitors = Visitors::start(VisitPlan {
        requests: 5,
        pause: Duration::ZERO,
        ..VisitPlan::on(cloud.site_address())
    })
    .unwrap();
    let visits = visitors.made(5, PATIENCE).await.expect("five visits are made");
    assert_eq!(visits.refusals, 1);
    assert!(
        visits
            .last_refusal
            .is_some_and(|who| who.starts_with("198.51.100.11 "))
    );
    cloud.stop().await;
}
