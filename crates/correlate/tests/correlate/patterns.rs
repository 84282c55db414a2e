//! Expert patterns: what an alert may be of, what ties alerts, and what completes.

use crate::build::{Shape, alert};
use correlate::pattern::{Pattern, PatternIx, Patterns, StepIx, find};
use model::{Alert, EntityKind, Role, condition::Condition, whitelist::AlertFacts};
use proptest::prelude::*;

const GUESSED: &str = r"
id: guessed_then_miner
title: {en: Guessed then mined, zh: 爆破后挖矿}
description: {en: Guessing then login then miner., zh: 爆破、登录与挖矿。}
within: 1h
join: [host]
steps:
  - name: {en: Guessing, zh: 爆破}
    at_least: 2
    join: [ip: attacker]
    when: {conditions: [{left: technique, operator: equals, right: [T1110]}]}
  - name: {en: Login, zh: 登录}
    gap: 10m
    join: [ip: attacker]
    when: {conditions: [{left: technique, operator: equals, right: [T1078]}]}
  - name: {en: Miner, zh: 挖矿}
    when: {conditions: [{left: technique, operator: equals, right: [T1496]}]}
";

const SPREADS: &str = r"
id: spreads
title: {en: Spreads, zh: 扩散}
description: {en: A victim attacks another., zh: 受害者攻击他人。}
within: 1h
join: [ip: {from: victim, to: attacker}]
steps:
  - name: {en: Hit, zh: 命中}
    when: {conditions: [{left: category, operator: in, right: [a, b]}, {left: side, operator: equals, right: [network]}]}
  - name: {en: Hits, zh: 命中他人}
    another: host
    when: {conditions: [{left: victim.host, operator: exists}]}
";

fn read(text: &str) -> Pattern {
    serde_saphyr::from_str(text).unwrap()
}

fn patterns() -> Patterns {
    Patterns::new(vec![read(GUESSED), read(SPREADS)]).unwrap()
}

fn technique(id: u128, secs: i64, technique: &str) -> Alert {
    let mut alert = alert(id, secs, "r");
    alert.techniques.push(technique.to_owned());
    alert
}

#[test]
fn an_alert_is_of_the_steps_it_meets() {
    let patterns = patterns();
    let steps = |alert: &Alert| {
        let steps = patterns.steps_of(alert).into_iter();
        steps.map(|(p, s)| (p.0, s.0)).collect::<Vec<_>>()
    };
    assert_eq!(steps(&technique(1, 0, "T1110")), [(0, 0)]);
    assert_eq!(steps(&technique(1, 0, "T1078").on("h1")), [(0, 1), (1, 1)]);
    assert_eq!(steps(&technique(1, 0, "T1190")), []);
    let mut hit = alert(1, 0, "r");
    "b".clone_into(&mut hit.category);
    assert_eq!(steps(&hit), [(1, 0)]);
    assert_eq!(steps(&hit.graph()), []);
    assert!(Patterns::default().steps_of(&alert(1, 0, "r")).is_empty());
}

#[test]
fn alerts_are_tied_in_the_roles_asked_for() {
    let patterns = patterns();
    let check = |(pattern, step): (usize, usize), earlier: Alert, later: Alert, expected: Option<&str>| {
        let tie = patterns.joins(
            PatternIx(pattern),
            StepIx(step),
            &earlier.entities,
            &later.entities,
        );
        assert_eq!(tie.map(|key| key.to_string()).as_deref(), expected, "{later:?}");
    };
    let new = || alert(1, 0, "r");
    let victim = |ip| new().with(EntityKind::Ip, ip, Role::Victim);
    // The step's own join, then the pattern's.
    check(
        (0, 1),
        new().by("10.0.0.1"),
        new().by("10.0.0.1"),
        Some("ip 10.0.0.1"),
    );
    check((0, 1), new().on("h1"), new().on("h1"), None);
    check((0, 2), new().on("h1"), new().on("h1"), Some("host h1"));
    check((0, 2), new().on("h1"), new().on("h2"), None);
    check((0, 1), victim("10.0.0.1"), new().by("10.0.0.1"), None);
    // From victim to attacker, and elsewhere.
    check(
        (1, 1),
        victim("10.0.0.1"),
        new().by("10.0.0.1").on("h2"),
        Some("ip 10.0.0.1"),
    );
    check((1, 1), victim("10.0.0.1"), victim("10.0.0.1").on("h2"), None);
    check((1, 1), victim("10.0.0.1"), new().by("10.0.0.1"), None);
    check(
        (1, 1),
        victim("10.0.0.1").on("h2"),
        new().by("10.0.0.1").on("h2"),
        None,
    );
    check((7, 0), new().on("h1"), new().on("h1"), None);
    check((0, 9), new().by("10.0.0.1"), new().by("10.0.0.1"), None);
}

/// Alerts as (seconds, technique, attacker, host), and the ids of each match's steps.
#[track_caller]
fn completes(alerts: &[(i64, &str, &str, &str)], expected: &[&[&[u128]]]) {
    let alerts: Vec<Alert> = alerts
        .iter()
        .enumerate()
        .map(|(id, (secs, t, ip, host))| technique(id as u128, *secs, t).by(ip).on(host))
        .collect();
    let matches = find(&read(GUESSED), &alerts);
    let found: Vec<Vec<Vec<u128>>> = matches
        .iter()
        .map(|m| {
            let ids = |step: &Vec<model::AlertId>| step.iter().map(|id| id.bits()).collect();
            m.steps.iter().map(ids).collect()
        })
        .collect();
    assert_eq!(found, expected);
    for m in &matches {
        assert_eq!(m.shared.len() + 1, m.steps.iter().map(Vec::len).sum::<usize>());
    }
    // Whatever order they are given in.
    let backwards: Vec<Alert> = alerts.into_iter().rev().collect();
    assert_eq!(find(&read(GUESSED), &backwards), matches);
}

#[test]
fn a_pattern_completes_in_order_in_time_and_tied() {
    let (guess, login, miner) = ("T1110", "T1078", "T1496");
    let all = [
        (0, guess, "x", "h"),
        (60, guess, "x", "h"),
        (120, login, "x", "h"),
        (180, miner, "y", "h"),
    ];
    completes(&all, &[&[&[0, 1], &[2], &[3]]]);
    // One guess is too few; two of different attackers are not two.
    completes(&all[1..], &[]);
    completes(&[(0, guess, "y", "h"), all[1], all[2], all[3]], &[]);
    // The wrong order, also of one step alone.
    completes(&[(200, guess, "x", "h"), all[1], all[2], all[3]], &[]);
    completes(&[all[0], all[1], (190, login, "x", "h"), all[3]], &[]);
    // Too late for the step, and for the pattern; the bounds belong to it.
    completes(
        &[all[0], all[1], (661, login, "x", "h"), (700, miner, "y", "h")],
        &[],
    );
    completes(
        &[all[0], all[1], (660, login, "x", "h"), (3600, miner, "y", "h")],
        &[&[&[0, 1], &[2], &[3]]],
    );
    completes(&[all[0], all[1], all[2], (3601, miner, "y", "h")], &[]);
    // Another host.
    completes(&[all[0], all[1], all[2], (180, miner, "x", "g")], &[]);
}

#[test]
fn the_newest_that_fit_are_taken() {
    let (guess, login, miner) = ("T1110", "T1078", "T1496");
    let alerts = [
        (0, guess, "x", "h"),
        (10, guess, "x", "h"),
        (20, guess, "x", "h"),
        (30, guess, "z", "h"),
        (40, login, "x", "h"),
        (50, login, "x", "h"),
        (60, miner, "y", "h"),
        (70, miner, "y", "h"),
    ];
    completes(&alerts, &[&[&[1, 2], &[5], &[6]], &[&[1, 2], &[5], &[7]]]);
    // A window that slides: the first guess is over an hour before the miner, the last two are not.
    completes(
        &[
            (0, guess, "x", "h"),
            (1800, guess, "x", "h"),
            (1900, guess, "x", "h"),
            (2000, login, "x", "h"),
            (3700, miner, "x", "h"),
        ],
        &[&[&[1, 2], &[3], &[4]]],
    );
}

#[test]
fn tenants_are_apart_and_one_alert_is_a_match_of_one_step() {
    let mut one = read(GUESSED);
    one.steps.truncate(1);
    one.steps[0].at_least = 1;
    one.steps[0].join.clear();
    assert_eq!(one.check(), []);
    let guess = technique(4, 0, "T1110");
    assert_eq!(find(&one, std::slice::from_ref(&guess)).len(), 1);
    let mut two = read(SPREADS);
    two.steps[0].when = two.steps[1].when.clone();
    let hit = technique(1, 0, "T1")
        .on("h1")
        .with(EntityKind::Ip, "10.0.0.1", Role::Victim);
    let mut next = technique(2, 5, "T1").on("h2").by("10.0.0.1");
    assert_eq!(find(&two, &[hit.clone(), next.clone()]).len(), 1);
    next.tenant = model::TenantId::new("another");
    assert_eq!(find(&two, &[hit, next]).len(), 0);
}

#[test]
fn mistakes_of_all_patterns_are_told_with_their_ids() {
    let mut wrong = read(SPREADS);
    wrong.join.clear();
    let mistakes = Patterns::new(vec![read(GUESSED), wrong, read(GUESSED)]).unwrap_err();
    let told: Vec<(&str, &str)> = mistakes
        .iter()
        .map(|(id, m)| (id.as_str(), m.path.as_str()))
        .collect();
    assert_eq!(told, [("spreads", "steps[1].join"), ("guessed_then_miner", "id")]);
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let name = prop::sample::select(vec!["rule", "technique", "tactic", "category", "side"]);
    let operator = prop::sample::select(vec!["equals", "in", "contains"]);
    let value = prop::sample::select(vec!["a", "b", "4", "network"]);
    let predicate = (name, operator, value, any::<bool>()).prop_map(
        |(left, operator, right, not)| serde_json::json!({"left": left, "operator": operator, "right": [right], "not": not}),
    );
    let formula = prop::sample::select(vec!["1&2&3", "1|2|3", "1&(2|3)", "(1&2)|3", "!1|2&3", "!(1|2)&3"]);
    (prop::collection::vec(predicate, 3), formula).prop_map(|(conditions, formula)| {
        serde_json::from_value(serde_json::json!({"conditions": conditions, "formula": formula})).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::build::cases(256)))]
    /// The prefilter leaves nothing out: an alert is of a step exactly if the step's condition holds.
    #[test]
    fn the_prefilter_loses_nothing(
        condition in any_condition(),
        values in prop::collection::vec(prop::sample::select(vec!["a", "b", "4", "4.0", "c"]), 4),
    ) {
        let mut pattern = read(SPREADS);
        pattern.steps[0].when = condition.clone();
        pattern.steps.truncate(1);
        let patterns = Patterns::new(vec![pattern]).unwrap();
        let mut alert = alert(1, 0, values[0]).tactic(values[1]);
        alert.techniques.push(values[2].to_owned());
        values[3].clone_into(&mut alert.category);
        let holds = condition.compile().unwrap().holds(&AlertFacts(&alert));
        prop_assert_eq!(!patterns.steps_of(&alert).is_empty(), holds);
    }
}
