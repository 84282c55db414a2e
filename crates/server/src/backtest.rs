//! Rules over what the journal still holds of the last days, as a job: in a thread of its own, as long as it takes, and
//! until somebody cancels it.

use crate::{
    app::App,
    clock,
    jobs::{Done, Job, Outcome, Progress},
    old_records::OldRecords,
};
use journal::{Error, Journal};
use model::{SourceId, TenantId, Time};
use std::{collections::HashMap, sync::Arc, time::Duration};
use workbench::{Backtest, BacktestReport, Feed, RawRecord};

/// How long one may take; what it found by then is told.
pub const LONGEST: Duration = Duration::from_hours(1);

/// What to run.
pub struct Plan {
    /// The rules, ready.
    pub backtest: Backtest,
    /// Records received since then.
    pub since: Time,
    /// How each source's records are read. Those of sources that are gone are left out: nobody knows how to read them.
    pub feeds: HashMap<SourceId, Feed>,
}

/// What came of it.
#[derive(Debug)]
pub struct Tested {
    /// What the rules made of the records.
    pub report: BacktestReport,
    /// All records were looked at.
    pub complete: bool,
}

/// Runs a plan for a job that was taken in. The server waits for it when it stops, which cancels it.
pub fn spawn(app: &Arc<App>, plan: Plan, job: &Arc<Job<Done>>) {
    let (shared, worked) = (Arc::clone(app), Arc::clone(job));
    let work = move || {
        let until = worked.started.plus(LONGEST);
        let goes_on = || !worked.cancel.is_cancelled() && clock::now() < until;
        run(&*shared.journal, &shared.tenant, plan, &worked.progress, goes_on)
    };
    let job = Arc::clone(job);
    app.tasks.spawn(async move {
        let outcome = match tokio::task::spawn_blocking(work).await {
            Ok(Ok(_)) if job.cancel.is_cancelled() => Outcome::Cancelled,
            Ok(Ok(tested)) => Outcome::Done(Done::Tested(tested)),
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, job.id, "a backtest cannot read the journal");
                Outcome::Failed("what came in cannot be read right now; the server's log says why")
            }
            Err(error) => {
                tracing::error!(%error, job.id, "a backtest ended early");
                Outcome::Failed("the backtest ended early; the server's log says why")
            }
        };
        job.end(outcome, clock::now());
    });
}

/// Runs a plan over the journal, for as long as `goes_on` says.
fn run(
    journal: &dyn Journal,
    tenant: &TenantId,
    plan: Plan,
    progress: &Progress,
    goes_on: impl Fn() -> bool,
) -> Result<Tested, Error> {
    let Plan {
        mut backtest,
        since,
        feeds,
    } = plan;
    let take = |raw: &RawRecord<'_>| {
        backtest.record(raw);
        backtest.alerts()
    };
    let records = OldRecords { since, feeds };
    let walked = records.walk(journal, tenant, progress, goes_on, take)?;
    Ok(Tested {
        report: backtest.finish(),
        complete: walked.complete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bench, content::Content};
    use journal::{Entry, EntryKind, LocalJournal, Options};
    use std::sync::atomic::Ordering;
    use workbench::Budget;

    const RULE: &str = "
title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f31
logsource: {product: nginx, service: access}
detection:
  s: {http_request.url.path: /login}
  condition: s
level: low
";

    fn minute(number: i64) -> Time {
        Time::from_secs(1_795_392_000 + 60 * number)
    }

    /// A journal with a record of two sources each minute, the second of which is not connected any more.
    async fn journal(folder: &std::path::Path) -> LocalJournal {
        let journal = LocalJournal::open(folder, Options::default()).unwrap();
        let line = r#"203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /login HTTP/1.1" 200 15 "-" "x""#;
        let entry = |number: i64| Entry {
            kind: EntryKind::Record {
                source: SourceId::from_bits(1 + (number % 2) as u128),
                position: number.to_be_bytes().into(),
            },
            received: minute(number / 2),
            body: line.into(),
        };
        journal
            .append(&TenantId::default(), (0..20).map(entry).collect())
            .await
            .unwrap();
        journal
    }

    fn plan() -> Plan {
        let bench = bench::of(&Content::load().unwrap());
        let rules = [workbench::custom("rule.yml", RULE)];
        let (backtest, errors) = Backtest::new(&bench, &rules, Budget::default());
        assert!(errors.is_empty(), "{errors:#?}");
        let feed = Feed::of("self_hosted/nginx".parse().unwrap());
        Plan {
            backtest,
            since: minute(4),
            feeds: HashMap::from([(SourceId::from_bits(1), feed)]),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn records_of_the_days_and_of_sources_that_are_there_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path()).await;
        let (tenant, progress) = (TenantId::default(), Progress::default());
        let tested = run(&journal, &tenant, plan(), &progress, || true).unwrap();
        assert!(tested.complete);
        assert_eq!((tested.report.records.received, tested.report.alerts), (6, 6));
        let total = journal.head(&tenant).0 - journal.oldest(&tenant).0;
        let figures = [
            &progress.total,
            &progress.done,
            &progress.records,
            &progress.alerts,
        ];
        let figures = figures.map(|figure| figure.load(Ordering::Relaxed));
        assert_eq!(figures, [total, total, 6, 6]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_may_not_go_on_is_incomplete() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path()).await;
        let progress = Progress::default();
        let tested = run(&journal, &TenantId::default(), plan(), &progress, || false).unwrap();
        assert!(!tested.complete);
        assert_eq!((tested.report.records.received, progress.percent()), (0, 0));
    }
}
