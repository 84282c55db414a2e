//! Two attackers at one host on the same day, who have nothing to do with each other: they must stay apart.

use super::steps::{call_back, commands};
use crate::scenario::{
    shell::Shell,
    signal::Signal::{CredentialSearch, DownloadRun, GuessedIn, Guessing, HostUpload, Miner},
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let place = stage.random.place(stage.estate.hosts.len());
    let begins = stage.begins;
    for number in 0..2_i64 {
        let mut story = stage.open();
        let estate = story.estate;
        let host = &estate.hosts[place];
        let (from, server) = (story.random.public_ip(), story.random.public_ip());
        let user = ["root", "deploy"][number as usize];
        story.now = begins + number * story.random.between(2_400_000, 10_800_000);
        for _ in 0..story.random.between(1, 4) {
            story.see(Guessing, "guessing", estate.login(host, &from, user));
            story.wait(601, 900);
        }
        let login = estate.login(host, &from, user);
        story.see_all(GuessedIn, "login", vec![login.clone(), login], 600);
        story.wait(30, 300);
        let shell = Shell::new(host, user, story.now, &mut story.random);
        call_back(&mut story, &shell, &server);
        let work: &[_] = if number == 0 {
            &[(DownloadRun, "/usr/bin/sh"), (Miner, "/tmp/.x/xmrig")]
        } else {
            &[(CredentialSearch, "/usr/bin/grep"), (HostUpload, "/usr/bin/curl")]
        };
        commands(&mut story, &shell, "work", work);
        stage.close(story);
    }
}
