//! An attacker who comes from the address behind which the whole office is.

use super::steps::{attack_site, call_back, commands, drop_web_shell};
use crate::scenario::{
    signal::Signal::{CredentialSearch, HashesRead, LogWiping, Tunnel},
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let from = estate.office_ip.clone();
    let server = story.random.public_ip();
    let number = story.random.place(estate.sites.len());
    attack_site(&mut story, &from, &estate.sites[number]);
    let shell = drop_web_shell(&mut story, &from, &estate.sites[number], &estate.hosts[number]);
    call_back(&mut story, &shell, &server);
    commands(
        &mut story,
        &shell,
        "work",
        &[
            (CredentialSearch, "/usr/bin/grep"),
            (HashesRead, "/usr/bin/cat"),
            (Tunnel, "/tmp/frpc"),
            (LogWiping, "/usr/bin/shred"),
        ],
    );
    stage.close(story);
}
