//! `kill -9` wherever it hurts: nothing acknowledged is lost, nothing is doubled, and the firewall holds exactly the
//! rules it should.
//!
//! One server lives through all rounds on one data folder. In each, an attacker attacks the web site and a program
//! pushes batches of an access log; the server is killed at the round's point and started again; then the books are
//! checked. Every block expires on its own, some while the server is being killed.

mod books;
mod kill;
mod pusher;

use crate::stage::{PATIENCE, Stage, attacker, connected, rules_against, until};
use books::Books;
use kill::Kill;
use pusher::Pusher;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testkit::{FakeCloud, actors::Attacker};

/// How long an attacker stays blocked: longer than a restart, so that rounds overlap with blocks of the rounds before.
const BLOCK: Duration = Duration::from_secs(8);

/// Rounds, unless `CTDR_CRASH_ROUNDS` says otherwise.
const ROUNDS: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_doubled_however_often_the_server_is_killed() {
    let rounds = std::env::var_os("CTDR_CRASH_ROUNDS").map_or(ROUNDS, |text| {
        text.to_str()
            .and_then(|text| text.parse().ok())
            .expect("CTDR_CRASH_ROUNDS is a number")
    });
    let started = Instant::now();
    let mut play = Play::start().await;
    for number in 0..rounds {
        let kill = Kill::of(number);
        let round = Instant::now();
        play.round(number, kill).await;
        eprintln!(
            "round {number}: killed {kill:?}, ready again after {} ms, done after {:.1} s",
            play.stage.server.ready_after.as_millis(),
            round.elapsed().as_secs_f64()
        );
    }
    play.end().await;
    eprintln!("{rounds} rounds in {:.1} s", started.elapsed().as_secs_f64());
}

/// Everybody who plays a part.
struct Play {
    cloud: Arc<FakeCloud>,
    stage: Stage,
    pusher: Pusher,
    books: Books,
    attackers: Vec<(String, Attacker)>,
    most_rules: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Play {
    async fn start() -> Self {
        let (cloud, stage) = connected(BLOCK).await;
        let cloud = Arc::new(cloud);
        let push_source = stage.push_source().await;
        stage.enable_rules().await;
        let pusher = Pusher::start(stage.client.clone());
        let books = Books::open(&stage, push_source).await;
        let most_rules = Arc::default();
        tokio::spawn(watch_rules(Arc::clone(&cloud), Arc::clone(&most_rules)));
        Self {
            cloud,
            stage,
            pusher,
            books,
            attackers: Vec::new(),
            most_rules,
        }
    }

    async fn round(&mut self, number: u32, kill: Kill) {
        let address = address(number);
        let before = self.pusher.acknowledged();
        let calls = kill.prepare(&self.cloud);
        self.attackers
            .push((address.clone(), attacker(&self.cloud, &address)));
        self.books.attackers.push(address.clone());
        kill.reached(self, &address, &calls, before + 1 + u64::from(number * 7 % 11))
            .await;
        self.stage.server.kill().unwrap();
        self.cloud.clear_faults();
        self.stage.restart().await;
        if kill == Kill::AtRest {
            self.stage.crash().await;
        }
        let attacker = &self.attackers[number as usize].1;
        let blocked = attacker.blocked(PATIENCE).await;
        assert!(
            blocked.is_some(),
            "{address} is not blocked\n{}",
            self.stage.server.log()
        );
        self.check(before).await;
    }

    /// Lets everybody pause and checks the books; `since` is the first batch of this round.
    async fn check(&self, since: u64) {
        self.pusher.pause().await;
        self.attackers
            .iter()
            .for_each(|(_, attacker)| attacker.pause(true));
        let batches = self.pusher.acknowledged();
        self.books.check(&self.stage, &self.cloud, batches).await;
        self.books
            .check_resend(&self.stage, self.pusher.log(), since..batches)
            .await;
        for (address, _) in &self.attackers {
            self.rule_and_lease_agree(address).await;
        }
        self.attackers
            .iter()
            .for_each(|(_, attacker)| attacker.pause(false));
        self.pusher.go_on();
    }

    /// The firewall has one rule against an address while there is a lease on it, and none otherwise.
    async fn rule_and_lease_agree(&self, address: &str) {
        let path = format!("/blocked?value={address}");
        let agree = |blocked: &serde_json::Value| {
            let leases = blocked.as_array().map_or(0, Vec::len);
            leases == rules_against(&self.cloud, address)
        };
        self.stage
            .client
            .until(&path, PATIENCE, agree)
            .await
            .unwrap_or_else(|error| panic!("{error:#}"));
    }

    /// All blocks expire, and the books are closed.
    async fn end(self) {
        for (address, attacker) in &self.attackers {
            assert!(
                attacker.unblocked(PATIENCE).await.is_some(),
                "{address} stays blocked"
            );
        }
        until("no rule is left", || self.cloud.state().rules.is_empty()).await;
        self.check(self.pusher.acknowledged()).await;
        let most = self.most_rules.lock().unwrap().clone();
        for (address, _) in &self.attackers {
            assert_eq!(most.get(address), Some(&1), "rules against {address} at one time");
        }
        let batches = self.pusher.stop().await;
        self.books.check_against_reference(&self.stage, batches).await;
    }
}

/// The attacker of a round: nobody attacks in two rounds, as the second event would be the first's.
fn address(round: u32) -> String {
    let network = ["203.0.113", "192.0.2"][round as usize / 250];
    format!("{network}.{}", 1 + round % 250)
}

/// Notes the most rules there ever are against one address.
async fn watch_rules(cloud: Arc<FakeCloud>, most: Arc<Mutex<BTreeMap<String, usize>>>) {
    let mut pause = tokio::time::interval(Duration::from_millis(5));
    loop {
        pause.tick().await;
        let mut now: BTreeMap<String, usize> = BTreeMap::new();
        for address in cloud.state().rules.into_iter().flat_map(|rule| rule.addresses) {
            let address = address.split('/').next().unwrap_or_default().to_owned();
            *now.entry(address).or_default() += 1;
        }
        let mut most = most.lock().unwrap();
        for (address, count) in now {
            let most = most.entry(address).or_default();
            *most = count.max(*most);
        }
    }
}
