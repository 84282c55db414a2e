//! What should not be, and is: alerts without entities, hosts whose clock is ten years off, a record with ten thousand
//! addresses in it.

use crate::scenario::{
    shell::Shell,
    signal::Signal::{Behaviour, CredentialSearch, FirewallSweep},
    story::{DAY, Stage},
};

/// Ten years in milliseconds.
const TEN_YEARS: i64 = 3_652 * DAY;

pub fn tell(stage: &mut Stage<'_>) {
    let days = (stage.ends - stage.begins) / DAY;
    for number in 0..days * 2 {
        let mut story = stage.open();
        let estate = story.estate;
        let happens = stage.begins + story.random.between(0, stage.ends - stage.begins);
        story.now = happens;
        let host = &estate.hosts[story.random.place(estate.hosts.len())];
        let shell = Shell::new(host, "root", happens, &mut story.random);
        let command = shell.runs(estate, "/usr/bin/python3", happens, &mut story.random);
        match number % 4 {
            0 => {
                let addresses = ["device.uid", "device.ip", "device.public_ip", "file.path"];
                let empty = addresses
                    .iter()
                    .fold(command, |command, field| command.without(field));
                story.see_as(Behaviour, "no entities", empty, model::Level::Low);
            }
            1 => story.see(CredentialSearch, "a clock behind", command),
            2 => story.see(CredentialSearch, "a clock ahead", command),
            _ => {
                let from = story.random.public_ip();
                story.see_all(FirewallSweep, "too many", vec![estate.inbound(&from, host)], 60);
            }
        }
        match number % 4 {
            1 => story.strays(-TEN_YEARS),
            2 => story.strays(TEN_YEARS),
            _ => {}
        }
        stage.close(story);
    }
    let mut story = stage.open();
    let estate = story.estate;
    story.now += 5 * DAY;
    let from = story.random.public_ip();
    let records = (0..10_000)
        .map(|number| {
            let record = estate.inbound(&from, &estate.hosts[0]);
            record.with(
                "dst_endpoint.ip",
                format!("198.18.{}.{}", number / 250, number % 250),
            )
        })
        .collect();
    story.see_all(FirewallSweep, "ten thousand", records, 200);
    stage.close(story);
}
