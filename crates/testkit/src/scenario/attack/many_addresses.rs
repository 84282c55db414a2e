//! One attacker, many addresses: every few requests come from another one, and the host shows that it is one attack.

use super::steps::{call_back, commands};
use crate::scenario::{
    shell::Shell,
    signal::Signal::{CredentialSearch, GuessedIn, Guessing, HostUpload, KeyAdded, UserAdded},
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let addresses: Vec<String> = (0..story.random.between(4, 12))
        .map(|_| story.random.public_ip())
        .collect();
    let host = &estate.hosts[story.random.place(estate.hosts.len())];
    let server = story.random.public_ip();
    for _ in 0..story.random.between(6, 20) {
        let from = story.random.one(&addresses).clone();
        story.see(Guessing, "guessing", estate.login(host, &from, "root"));
        story.wait(20, 200);
    }
    let from = story.random.one(&addresses).clone();
    let login = estate.login(host, &from, "root");
    story.see_all(GuessedIn, "login", vec![login.clone(), login], 300);
    story.wait(20, 200);
    let shell = Shell::new(host, "root", story.now, &mut story.random);
    call_back(&mut story, &shell, &server);
    commands(
        &mut story,
        &shell,
        "work",
        &[
            (UserAdded, "/usr/sbin/useradd"),
            (KeyAdded, "/usr/bin/tee"),
            (CredentialSearch, "/usr/bin/grep"),
            (HostUpload, "/usr/bin/curl"),
        ],
    );
    stage.close(story);
}
