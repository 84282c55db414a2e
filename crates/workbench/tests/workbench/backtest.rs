//! Backtests: counts, samples, events, budgets, and logs side by side.

use crate::fixture::{LOGIN, SILENCE, bench, nginx, request};
use detect::RuleSource;
use model::{ProductId, SourceId, Time};
use std::convert::Infallible;
use workbench::{Backtest, BacktestReport, Budget, Compiled, Feed, Merged, Origin, RawRecord, custom};

fn received() -> Time {
    Time::parse("2026-01-01T00:00:00Z").unwrap()
}

fn run(rules: &[RuleSource], budget: Budget, lines: &[String]) -> BacktestReport {
    let (mut backtest, errors) = Backtest::new(bench(), rules, budget);
    assert!(errors.is_empty(), "{errors:#?}");
    for (number, line) in lines.iter().enumerate() {
        backtest.record(&RawRecord {
            feed: &Feed::of(nginx()),
            position: &number.to_be_bytes(),
            received: received(),
            raw: line.as_bytes(),
        });
    }
    backtest.finish()
}

/// Three matches on one day by two addresses, one on the next, and things that do not match.
fn two_days() -> Vec<String> {
    vec![
        request("203.0.113.7", "03/Sep/2025:10:00:00", "/login", "x"),
        request("203.0.113.7", "03/Sep/2025:11:00:00", "/login", "y"),
        request("203.0.113.8", "03/Sep/2025:12:00:00", "/login", "x"),
        request("203.0.113.8", "03/Sep/2025:13:00:00", "/", "x"),
        "not a line of a log".to_owned(),
        request("203.0.113.7", "04/Sep/2025:10:00:00", "/login", "x"),
    ]
}

#[test]
fn what_is_absent_to_the_end_of_the_log_is_counted() {
    let lines = [request("203.0.113.7", "03/Sep/2025:10:00:00", "/door", "x")];
    let report = run(&[custom("silence.yml", SILENCE)], Budget::default(), &lines);
    assert_eq!((report.alerts, report.days[0].alerts), (1, 1));
}

fn alerts_per_day(limit: u64) -> Budget {
    Budget {
        alerts_per_day: Some(limit),
        events_per_day: None,
    }
}

#[test]
fn alerts_are_counted_by_day_rule_and_entity() {
    let report = run(&[custom("login.yml", LOGIN)], Budget::default(), &two_days());
    let records = &report.records;
    assert_eq!((records.received, records.read, records.unread), (6, 5, 1));
    assert!(
        records
            .unread_because
            .as_ref()
            .unwrap()
            .starts_with("self_hosted/nginx: ")
    );
    assert_eq!(report.alerts, 4);
    let days: Vec<(&str, u64, u64)> = report
        .days
        .iter()
        .map(|d| (d.day.as_str(), d.records, d.alerts))
        .collect();
    assert_eq!(days, [("2025-09-03", 4, 3), ("2025-09-04", 1, 1)]);
    assert_eq!((report.rules[0].alerts, report.rules[0].most_per_day), (4, 3));
    let top = &report.entities[0];
    assert_eq!(
        (top.value.as_str(), top.alerts, top.exact),
        ("203.0.113.7", 3, true)
    );
    assert_eq!(report.first.unwrap().to_string(), "2025-09-03T10:00:00.000Z");
    assert_eq!(report.last.unwrap().to_string(), "2025-09-04T10:00:00.000Z");
    assert!(report.verdicts.is_empty() && !report.exceeded());
}

#[test]
fn alerts_become_the_events_they_would_have_become() {
    let rule = LOGIN.replace("ctdr:\n", "ctdr:\n  aggregation: passthrough\n");
    // Only vendors that may lead to events do: nginx of one's own may.
    let report = run(&[custom("login.yml", rule)], Budget::default(), &two_days());
    let opened: u64 = report.days.iter().map(|day| day.events).sum();
    assert_eq!((report.events, opened), (4, 4));
    let sample = &report.samples[0];
    assert!(
        report
            .top_events
            .iter()
            .any(|event| Some(&event.id) == sample.event.as_ref())
    );
    assert_eq!(
        sample.matched[0],
        ("http_request.url.path".to_owned(), "/login".to_owned())
    );
    assert!(
        sample.raw.contains("GET /login") && sample.entities == ["ip:203.0.113.7"],
        "{sample:#?}"
    );
    let none = LOGIN.replace("ctdr:\n", "ctdr:\n  aggregation: none\n");
    assert_eq!(
        run(&[custom("login.yml", none)], Budget::default(), &two_days()).events,
        0
    );
}

#[test]
fn a_budget_is_exceeded_by_its_worst_day() {
    let over = run(&[custom("login.yml", LOGIN)], alerts_per_day(2), &two_days());
    let verdict = &over.verdicts[0];
    assert_eq!(
        (verdict.what, verdict.most, verdict.day.as_deref()),
        ("alerts/day", 3, Some("2025-09-03"))
    );
    assert!(verdict.exceeded && over.exceeded());
    assert!(!run(&[custom("login.yml", LOGIN)], alerts_per_day(3), &two_days()).exceeded());
    let quiet = run(&[custom("login.yml", LOGIN)], alerts_per_day(0), &[]);
    assert!(!quiet.exceeded() && quiet.verdicts[0].day.is_none());
}

#[test]
fn a_record_that_comes_twice_counts_once() {
    let line = r#"{"msec": 1756902600.5, "request_id": "abc", "remote_addr": "203.0.113.7", "status": 200, "request_uri": "/login"}"#;
    let report = run(
        &[custom("login.yml", LOGIN)],
        Budget::default(),
        &[line.to_owned(), line.to_owned()],
    );
    assert_eq!((report.alerts, report.records.duplicate), (1, 1));
}

#[test]
fn times_too_old_to_be_believed_on_arrival_are_believed_here() {
    let lines = [request("203.0.113.7", "03/Sep/2009:10:00:00", "/login", "x")];
    let report = run(&[custom("login.yml", LOGIN)], Budget::default(), &lines);
    assert_eq!(report.days[0].day, "2009-09-03");
}

#[test]
fn what_does_not_load_is_told_and_the_rest_runs() {
    let rules = [custom("login.yml", LOGIN), custom("b.yml", "title: b")];
    let (_, errors) = Backtest::new(bench(), &rules, Budget::default());
    assert!(!errors.is_empty() && errors.iter().all(|error| error.file == "b.yml"));
}

/// Of two stored files that name one another only the rule asked for runs, and one that is not there is not made up.
#[test]
fn stored_rules_run_by_their_ids_among_all_others() {
    const MANY: &str = "8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f19";
    let login = "8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11";
    let many = format!(
        "title: Many\nid: {MANY}\ncorrelation:\n  type: event_count\n  rules: [{login}]\n  \
         group-by: [src_endpoint.ip]\n  timespan: 10h\n  condition: {{gte: 2}}\nlevel: low\n"
    );
    let stored = [custom("login.yml", LOGIN), custom("many.yml", many)];
    let ids = [MANY, "nothing"].map(str::to_owned).into();
    let compiled = Compiled::stored(bench(), &stored, &ids);
    let own: Vec<&str> = compiled.own().map(|rule| rule.id.as_str()).collect();
    assert_eq!(own, [MANY]);
    let mut backtest = Backtest::of(bench(), compiled, Budget::default());
    for (number, line) in two_days().iter().enumerate() {
        backtest.record(&RawRecord {
            feed: &Feed::of(nginx()),
            position: &number.to_be_bytes(),
            received: received(),
            raw: line.as_bytes(),
        });
    }
    let report = backtest.finish();
    let counts: Vec<(&str, u64)> = report
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.alerts))
        .collect();
    assert_eq!(counts, [(MANY, 1)]);
}

#[test]
fn logs_are_read_side_by_side_in_the_order_of_their_times() {
    let sshd: ProductId = "self_hosted/sshd".parse().unwrap();
    let web = [
        request("203.0.113.7", "03/Sep/2025:10:00:00", "/a", "x"),
        "no time here".to_owned(),
        request("203.0.113.7", "03/Sep/2025:12:00:00", "/b", "x"),
    ];
    let host = [
        "Sep  3 09:00:00 web1 sshd[7]: Failed password for root from 203.0.113.9 port 4242 ssh2",
        "Sep  3 11:00:00 web1 sshd[7]: Failed password for root from 203.0.113.9 port 4242 ssh2",
    ];
    let lines = |texts: Vec<String>| {
        texts
            .into_iter()
            .map(|text| Ok::<_, Infallible>(text.into_bytes()))
    };
    let origin = |product: ProductId| Origin {
        feed: Feed::of(product),
        received: received(),
    };
    let logs = vec![
        (origin(nginx()), lines(web.to_vec())),
        (origin(sshd), lines(host.map(str::to_owned).to_vec())),
    ];
    let mut merged = Merged::new(&bench().catalogue, logs).unwrap();
    let mut order = Vec::new();
    while merged
        .next(|raw| {
            order.push(
                String::from_utf8_lossy(raw.raw)
                    .chars()
                    .take(60)
                    .collect::<String>(),
            );
        })
        .unwrap()
    {}
    let marks: Vec<&str> = order
        .iter()
        .map(|line| {
            ["09:00", "10:00", "no time", "11:00", "12:00"]
                .into_iter()
                .find(|m| line.contains(m))
                .unwrap()
        })
        .collect();
    assert_eq!(marks, ["09:00", "10:00", "no time", "11:00", "12:00"]);
}

/// What a source is decides how its records are read, and two sources number their records alike.
#[test]
fn records_are_read_as_their_source_says() {
    let line = "Sep  3 09:00:00 web1 sshd[7]: Failed password for root from 203.0.113.9 port 4242 ssh2";
    let feed = |number: u128, utc_offset_minutes: i32| Feed {
        source: SourceId::from_bits(number),
        utc_offset_minutes,
        ..Feed::of("self_hosted/sshd".parse().unwrap())
    };
    let (mut backtest, _) = Backtest::new(bench(), &[], Budget::default());
    for feed in [feed(1, 480), feed(2, 0), feed(2, 0)] {
        backtest.record(&RawRecord {
            feed: &feed,
            position: b"1",
            received: received(),
            raw: line.as_bytes(),
        });
    }
    let report = backtest.finish();
    assert_eq!((report.records.read, report.records.duplicate), (2, 1));
    assert_eq!(report.first, Time::parse("2025-09-03T01:00:00Z").ok());
    assert_eq!(report.last, Time::parse("2025-09-03T09:00:00Z").ok());
}

/// Two access logs carry no ids of their own: the n-th line of one is not the n-th line of the other.
#[test]
fn two_files_of_one_product_are_two_logs() {
    let file = |target: &str| {
        let line = request("203.0.113.7", "03/Sep/2025:12:00:00", target, "x");
        vec![Ok::<_, Infallible>(line.into_bytes())].into_iter()
    };
    let origin = Origin {
        feed: Feed::of(nginx()),
        received: received(),
    };
    let logs = vec![(origin.clone(), file("/a")), (origin, file("/b"))];
    let mut merged = Merged::new(&bench().catalogue, logs).unwrap();
    let (mut backtest, _) = Backtest::new(bench(), &[], Budget::default());
    while merged.next(|raw| backtest.record(raw)).unwrap() {}
    let records = backtest.finish().records;
    assert_eq!((records.read, records.duplicate), (2, 0));
}
