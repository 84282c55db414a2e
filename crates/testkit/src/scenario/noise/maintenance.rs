//! Administrators at work: they log in as root from the office, add users and keys, and open ports for a while.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{
        AdminGranted, GroupOpened, HistoryOff, KeyAdded, LateralSsh, RootLogin, UserAdded, UserCreated,
    },
    story::{DAY, HOUR, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let days = (stage.ends - stage.begins) / DAY;
    let begins = stage.begins;
    for day in 0..days {
        if day % 7 >= 5 {
            continue;
        }
        let mut story = stage.open();
        let estate = story.estate;
        story.now = begins + day * DAY + story.random.between(9 * HOUR, 17 * HOUR);
        let host = &estate.hosts[story.random.place(estate.hosts.len())];
        story.see(RootLogin, "work", estate.login(host, &estate.office_ip, "root"));
        story.wait(60, 600);
        let shell = Shell::new(host, "root", story.now, &mut story.random);
        for (signal, path) in [
            (UserAdded, "/usr/sbin/useradd"),
            (KeyAdded, "/usr/bin/tee"),
            (HistoryOff, "/usr/bin/bash"),
            (LateralSsh, "/usr/bin/ssh"),
        ] {
            if story.random.chance(400) {
                let command = shell.runs(estate, path, story.now, &mut story.random);
                story.see(signal, "work", command);
                story.wait(60, 900);
            }
        }
        if story.random.chance(400) {
            let person = estate.person(&mut story.random).clone();
            let call = estate.call(&person, &person.office_ip);
            let signal = *story.random.one(&[GroupOpened, AdminGranted, UserCreated]);
            story.see(signal, "work", call);
        }
        stage.close(story);
    }
}
