//! Passwords of hosts are guessed, one is found, and a miner runs there.

use super::steps::commands;
use crate::scenario::{
    shell::Shell,
    signal::Signal::{
        AgentStopped, Cron, DownloadRun, FirewallGuessing, FirewallMining, GuessedIn, Guessing, HistoryOff,
        MaliciousFile, Miner, PoolDomain, RivalsKilled, RootLogin, TemporaryProgram, UnusualLogin,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let (from, pool) = (story.random.public_ip(), story.random.public_ip());
    let places = story.random.places(estate.hosts.len(), 8);
    let tried = story.random.between(1, 8) as usize;
    for round in 0..story.random.between(1, 4) {
        for place in &places[..tried] {
            let host = &estate.hosts[*place];
            if story.takes() {
                story.see(Guessing, "guessing", estate.login(host, &from, "root"));
            }
            if story.takes() && round == 0 {
                let records = (0..4).map(|_| estate.inbound(&from, host)).collect();
                story.see_all(FirewallGuessing, "guessing", records, 300);
            }
            story.wait(30, 300);
        }
        story.wait(600, 1_200);
    }
    let host = &estate.hosts[places[0]];
    let login = estate.login(host, &from, "root");
    story.see_all(GuessedIn, "login", vec![login.clone(), login.clone()], 900);
    story.wait(1, 30);
    if story.takes() {
        story.see(RootLogin, "login", login.clone());
    }
    story.see_as(UnusualLogin, "login", login, model::Level::Medium);
    story.wait(60, 1_200);
    let shell = Shell::new(host, "root", story.now, &mut story.random);
    commands(
        &mut story,
        &shell,
        "set up",
        &[
            (HistoryOff, "/usr/bin/bash"),
            (DownloadRun, "/usr/bin/sh"),
            (TemporaryProgram, "/tmp/.x/a"),
            (RivalsKilled, "/usr/bin/pkill"),
            (AgentStopped, "/usr/bin/systemctl"),
            (Cron, "/usr/bin/crontab"),
        ],
    );
    let hash = story.random.hex(32);
    let miner = shell
        .runs(estate, "/tmp/.x/xmrig", story.now, &mut story.random)
        .with("file.hashes.md5", &hash)
        .with("file.hashes.sha256", format!("{hash}{hash}"))
        .with("dns_query.hostname", "pool.miner.example");
    story.see_as(Miner, "mining", miner.clone(), model::Level::High);
    story.wait(1, 60);
    if story.takes() {
        story.see(PoolDomain, "mining", miner.clone());
    }
    if story.takes() {
        story.see_as(MaliciousFile, "mining", miner, model::Level::High);
    }
    for _ in 0..story.random.between(1, 6) {
        story.see(FirewallMining, "mining", estate.outbound(host, &pool));
        story.wait(3_600, 5_400);
    }
    stage.close(story);
}
