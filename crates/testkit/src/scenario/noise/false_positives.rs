//! Single alerts that mean nothing: a developer's one-liner, a strange but honest program, a test of a colleague.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{
        Behaviour, CredentialSearch, DatabaseCopied, DownloadRun, FirewallControl, LateralSsh,
        TemporaryProgram, Tunnel,
    },
    story::{DAY, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let days = (stage.ends - stage.begins) / DAY;
    for _ in 0..days * 6 {
        let mut story = stage.open();
        let estate = story.estate;
        story.now += story.random.between(0, stage.ends - stage.begins);
        let host = &estate.hosts[story.random.place(estate.hosts.len())];
        let user = *story.random.one(&["deploy", "root", "jenkins"]);
        let shell = Shell::new(host, user, story.now - 900_000, &mut story.random);
        let command = shell.runs(estate, "/usr/bin/python3", story.now, &mut story.random);
        match story.random.place(8) {
            0 => story.see(DownloadRun, "a one-liner", command),
            1 => story.see(CredentialSearch, "a search", command),
            2 => story.see(Tunnel, "a tunnel", command),
            3 => story.see_as(Behaviour, "a program", command, model::Level::Low),
            4 => story.see(TemporaryProgram, "a program", command),
            5 => {
                let to = story.random.public_ip();
                story.see(FirewallControl, "a port", estate.outbound(host, &to));
            }
            6 => {
                let person = estate.person(&mut story.random).clone();
                story.see(DatabaseCopied, "a copy", estate.call(&person, &person.office_ip));
            }
            _ => story.see(LateralSsh, "a colleague", command),
        }
        stage.close(story);
    }
}
