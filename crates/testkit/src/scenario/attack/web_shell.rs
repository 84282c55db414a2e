//! Web attack → web shell → reverse shell → other hosts → data out.

use super::steps::{attack_site, call_back, commands, drop_web_shell, move_on, take_data};
use crate::scenario::{
    signal::Signal::{
        CredentialSearch, Cron, HashesRead, HistoryOff, KeyAdded, LogWiping, PrivilegeSearch, UserAdded,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let (from, server) = (story.random.public_ip(), story.random.public_ip());
    let number = story.random.place(estate.sites.len());
    attack_site(&mut story, &from, &estate.sites[number]);
    let mut shell = drop_web_shell(&mut story, &from, &estate.sites[number], &estate.hosts[number]);
    call_back(&mut story, &shell, &server);
    commands(
        &mut story,
        &shell,
        "discovery",
        &[
            (PrivilegeSearch, "/tmp/linpeas.sh"),
            (CredentialSearch, "/usr/bin/grep"),
            (HashesRead, "/usr/bin/cat"),
        ],
    );
    for _ in 0..story.random.between(1, 5) {
        let next = story.random.place(estate.hosts.len());
        story.wait(300, 5_400);
        shell = move_on(&mut story, &shell, &estate.hosts[next]);
        commands(
            &mut story,
            &shell,
            "persistence",
            &[
                (HistoryOff, "/usr/bin/bash"),
                (KeyAdded, "/usr/bin/tee"),
                (UserAdded, "/usr/sbin/useradd"),
                (Cron, "/usr/bin/crontab"),
            ],
        );
    }
    take_data(&mut story, &shell, &server);
    if story.takes() {
        commands(&mut story, &shell, "traces", &[(LogWiping, "/usr/bin/shred")]);
    }
    stage.close(story);
}
