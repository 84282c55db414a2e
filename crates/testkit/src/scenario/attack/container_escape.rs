//! Out of a container onto its node, and from there over the cluster.

use super::steps::{attack_site, commands};
use crate::scenario::{
    shell::Shell,
    signal::Signal::{
        AttackThenIntruder, ContainerEscape, CredentialSearch, Cron, InnerScan, KeyAdded, KubeconfigFetched,
        MetadataCredentials, PrivilegedContainer, UnusualLogin, WebServerShell,
    },
    story::Stage,
};

pub fn tell(stage: &mut Stage<'_>) {
    let mut story = stage.open();
    let estate = story.estate;
    let from = story.random.public_ip();
    let nodes: Vec<_> = estate
        .hosts
        .iter()
        .filter(|host| host.name.starts_with("node"))
        .collect();
    let first = story.random.place(nodes.len());
    let site = estate.sites[story.random.place(estate.sites.len())].clone();
    if story.takes() {
        attack_site(&mut story, &from, &site);
    }
    let shell = Shell::new(nodes[first], "root", story.now, &mut story.random);
    if story.random.chance(600) {
        let records = vec![
            estate.inbound(&from, nodes[first]),
            shell
                .runs(estate, "/usr/bin/sh", story.now, &mut story.random)
                .with("src_endpoint.ip", &from),
        ];
        story.see_all(AttackThenIntruder, "in the container", records, 60);
    }
    commands(
        &mut story,
        &shell,
        "in the container",
        &[
            (WebServerShell, "/bin/sh"),
            (CredentialSearch, "/bin/cat"),
            (PrivilegedContainer, "/usr/bin/docker"),
        ],
    );
    let escape = shell.runs(estate, "/usr/bin/nsenter", story.now, &mut story.random);
    story.see(ContainerEscape, "escape", escape);
    story.wait(30, 600);
    commands(
        &mut story,
        &shell,
        "on the node",
        &[(MetadataCredentials, "/usr/bin/curl"), (InnerScan, "/tmp/nmap")],
    );
    if story.takes() {
        // With the node's role, whose calls come from the node's own public address.
        let role = estate.builder().clone();
        let call = estate.call(&role, &nodes[first].public_ip);
        story.see(KubeconfigFetched, "cluster", call);
        story.wait(60, 600);
    }
    for next in 1..=story.random.between(1, 4) as usize {
        let node = nodes[(first + next) % nodes.len()];
        let login = estate.login(node, &nodes[first].private_ip, "root");
        story.see_as(UnusualLogin, "cluster", login, model::Level::Medium);
        let shell = Shell::new(node, "root", story.now, &mut story.random);
        story.wait(30, 300);
        commands(
            &mut story,
            &shell,
            "cluster",
            &[
                (PrivilegedContainer, "/usr/bin/kubectl"),
                (KeyAdded, "/usr/bin/tee"),
                (Cron, "/usr/bin/crontab"),
            ],
        );
    }
    stage.close(story);
}
