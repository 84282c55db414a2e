//! A program that pushes an access log, batch after batch, and each batch again until it is acknowledged.

use crate::{
    access_log::{Access, BROWSER, TOOL},
    stage::{PATIENCE, ingest},
};
use std::time::Duration;
use testkit::Client;
use tokio::{sync::watch, task::JoinHandle};

/// Lines in a batch.
pub const LINES: u64 = 20;
/// Milliseconds between two requests of the log: much faster than the clock, so that windows open and close.
const STEP: i64 = 50;
/// When the log begins: far enough in the past that it does not overtake the clock.
const BEFORE: i64 = 24 * 3600 * 1000;
/// Requests for which one attacker attacks.
const SHIFT: u64 = 2_000;
/// Between two batches.
const PAUSE: Duration = Duration::from_millis(25);

/// How far it is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Batches acknowledged; all before them are too.
    acknowledged: u64,
    /// A batch was sent and there is no answer yet.
    sending: bool,
    /// It has noticed that it is to pause.
    paused: bool,
}

/// What it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Push,
    Pause,
    Stop,
}

/// A program that pushes.
pub struct Pusher {
    orders: watch::Sender<Order>,
    progress: watch::Receiver<Progress>,
    log: Log,
    task: JoinHandle<()>,
}

/// The access log, as a function of its batch.
#[derive(Clone, Copy)]
pub struct Log {
    begin: i64,
}

impl Log {
    fn ending_about_now() -> Self {
        let now = testkit::Clock::System.now().millis();
        Self { begin: now - BEFORE }
    }

    /// A batch. One request in five is an attacker's search for hidden paths, one in a hundred names a tool.
    pub fn batch(self, number: u64) -> Vec<String> {
        (number * LINES..(number + 1) * LINES)
            .map(|number| self.line(number))
            .collect()
    }

    fn line(self, number: u64) -> String {
        let attacker = format!("198.51.100.{}", 1 + number / SHIFT % 250);
        let visitor = format!("192.0.2.{}", 1 + number % 200);
        let hidden = format!("/hidden/{number}");
        let at = self.begin + number as i64 * STEP;
        let request = match number {
            n if n % 100 == 7 => Access {
                at,
                client: &attacker,
                path: "/",
                status: 200,
                agent: TOOL,
            },
            n if n % 5 == 0 => Access {
                at,
                client: &attacker,
                path: &hidden,
                status: 404,
                agent: BROWSER,
            },
            _ => Access {
                at,
                client: &visitor,
                path: "/",
                status: 200,
                agent: BROWSER,
            },
        };
        request.json(&format!("crash-{number}"))
    }

    /// The attackers of the first batches.
    pub fn attackers(batches: u64) -> Vec<String> {
        let lines = batches * LINES;
        (0..lines.div_ceil(SHIFT))
            .map(|shift| format!("198.51.100.{}", 1 + shift % 250))
            .collect()
    }
}

impl Pusher {
    /// Starts to push.
    pub fn start(client: Client) -> Self {
        let (orders, received) = watch::channel(Order::Push);
        let (reported, progress) = watch::channel(Progress::default());
        let log = Log::ending_about_now();
        let task = tokio::spawn(push(client, log, received, reported));
        Self {
            orders,
            progress,
            log,
            task,
        }
    }

    /// Batches acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.progress.borrow().acknowledged
    }

    /// Returns the moment more than `batches` are acknowledged.
    pub async fn acknowledged_more_than(&self, batches: u64) {
        self.reaches(|progress| progress.acknowledged > batches).await;
    }

    /// Returns while a batch after the first `batches` is on its way.
    pub async fn sending_after(&self, batches: u64) {
        self.reaches(|progress| progress.sending && progress.acknowledged >= batches)
            .await;
    }

    /// Lets it pause between two batches.
    pub async fn pause(&self) {
        self.orders.send_replace(Order::Pause);
        self.reaches(|progress| progress.paused).await;
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.orders.send_replace(Order::Push);
    }

    /// Stops it and gives back everything it has pushed.
    pub async fn stop(self) -> Vec<Vec<String>> {
        self.orders.send_replace(Order::Stop);
        self.task.await.unwrap();
        (0..self.progress.borrow().acknowledged)
            .map(|number| self.log.batch(number))
            .collect()
    }

    /// The log it pushes.
    pub fn log(&self) -> Log {
        self.log
    }

    async fn reaches(&self, wanted: impl FnMut(&Progress) -> bool) {
        let mut progress = self.progress.clone();
        let reached = tokio::time::timeout(PATIENCE, progress.wait_for(wanted)).await;
        reached.expect("the pusher gets on").expect("the pusher runs");
    }
}

async fn push(
    mut client: Client,
    log: Log,
    mut orders: watch::Receiver<Order>,
    progress: watch::Sender<Progress>,
) {
    loop {
        let order = *orders.borrow_and_update();
        progress.send_modify(|progress| progress.paused = order == Order::Pause);
        match order {
            Order::Stop => return,
            Order::Pause => {
                if orders.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Order::Push => {}
        }
        let number = progress.borrow().acknowledged;
        loop {
            progress.send_modify(|progress| progress.sending = true);
            let answer = ingest(&client, "", log.batch(number).join("\n").into()).await;
            progress.send_modify(|progress| progress.sending = false);
            match answer {
                Ok(answer) if answer.status.is_success() => break,
                // While it stops or starts it may say that it cannot take anything: that is no acknowledgement.
                Ok(answer) => assert!(answer.status.is_server_error(), "{answer:?}"),
                Err(_) => client = client.reconnected().unwrap(),
            }
            tokio::time::sleep(PAUSE).await;
        }
        progress.send_modify(|progress| progress.acknowledged += 1);
        tokio::time::sleep(PAUSE).await;
    }
}
