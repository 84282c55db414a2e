//! Floods: one scan that raises so many alerts that an event is full more than once.

use crate::scenario::{
    signal::Signal::{SqlInjection, UnusualLogin},
    story::Stage,
};

/// A scanner asks a web server for one name after the other; each name is another site to the rules. The raw alerts
/// are repeats that follow each other once a minute, which is as often as the rule lets them.
pub fn sites(stage: &mut Stage<'_>) {
    let raw = stage.flood;
    let mut story = stage.open();
    let estate = story.estate;
    let from = story.random.public_ip();
    // A third more names than an event of an expert rule holds, if the flood is as large as it can be.
    let names = (raw / 30).max(1);
    let begins = story.now;
    for number in 0..names {
        let site = format!("{number}.{}", estate.sites[0]);
        for round in 0..(raw / names) as i64 {
            story.now = begins + number as i64 * 100 + round * 60_000;
            story.see(SqlInjection, "scan", estate.web(&from, &site));
        }
    }
    stage.close(story);
}

/// One address tries one account after the other on one host, and the host agent tells of each try.
pub fn logins(stage: &mut Stage<'_>) {
    let size = stage.flood;
    let mut story = stage.open();
    let estate = story.estate;
    let from = story.random.public_ip();
    let host = &estate.hosts[story.random.place(estate.hosts.len())];
    let accounts = (size / 30).max(1);
    let begins = story.now;
    for number in 0..accounts {
        for round in 0..(size / accounts) as i64 {
            story.now = begins + number as i64 * 300 + round * 1_500;
            let login = estate.login(host, &from, &format!("user{number}"));
            story.see_as(UnusualLogin, "guessing", login, model::Level::Medium);
        }
    }
    stage.close(story);
}
