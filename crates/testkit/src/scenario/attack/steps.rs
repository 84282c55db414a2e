//! Steps that several attacks have in common.

use crate::scenario::{
    estate::Host,
    shell::Shell,
    signal::Signal::{
        self, AttackThenIntruder, Behaviour, CodeExecution, FirewallControl, FirewallUpload, HostUpload,
        InnerScan, LateralSsh, ReverseShell, RootLogin, ShellConnects, SqlInjection, UnusualLogin,
        WebAttackPassed, WebProbes, WebScan, WebServerShell, WebShellCalled, WebShellFile,
    },
    story::Story,
};

/// A web site is looked over and attacked from an address.
pub fn attack_site(story: &mut Story<'_>, from: &str, site: &str) {
    if story.takes() {
        for _ in 0..story.random.between(1, 6) {
            story.see(WebScan, "scan", story.estate.web(from, site));
            story.wait(61, 180);
        }
    }
    if story.takes() {
        let probes = (0..8).map(|_| story.estate.web(from, site)).collect();
        story.see_all(WebProbes, "scan", probes, 240);
        story.wait(60, 900);
    }
    for _ in 0..story.random.between(2, 8) {
        let attack = *story.random.one(&[SqlInjection, CodeExecution]);
        story.see(attack, "web attack", story.estate.web(from, site));
        story.wait(20, 240);
    }
    story.see(WebAttackPassed, "web attack", story.estate.web(from, site));
    story.wait(30, 300);
}

/// A web shell is written to a host and used: what comes of it is a shell of the web server's user.
pub fn drop_web_shell(story: &mut Story<'_>, from: &str, site: &str, host: &Host) -> Shell {
    let path = format!("/var/www/html/uploads/{}.php", story.random.hex(6));
    let hash = story.random.hex(32);
    let shell = Shell::new(host, "www-data", story.now - 3_600_000, &mut story.random);
    if story.takes() {
        let written = shell
            .runs(story.estate, "/usr/sbin/php-fpm", story.now, &mut story.random)
            .with("file.path", &path)
            .with("file.hashes.md5", &hash);
        story.see_as(WebShellFile, "web shell", written, model::Level::High);
        story.wait(10, 120);
    }
    if story.takes() {
        story.see(WebShellCalled, "web shell", story.estate.web(from, site));
        story.wait(10, 120);
    }
    // Firewall, site and agent know the instance by the same name, so a chain of both fires.
    if story.random.chance(600) {
        let records = vec![
            story.estate.inbound(from, host),
            shell
                .runs(story.estate, &path, story.now, &mut story.random)
                .with("src_endpoint.ip", from),
        ];
        story.see_all(AttackThenIntruder, "web shell", records, 60);
    }
    let first = shell.runs(story.estate, "/usr/bin/sh", story.now, &mut story.random);
    story.see(WebServerShell, "web shell", first);
    story.wait(20, 300);
    shell
}

/// Commands of a shell, each seen by its own rule; some are left out.
pub fn commands(story: &mut Story<'_>, shell: &Shell, phase: &'static str, list: &[(Signal, &str)]) {
    for (signal, path) in list {
        if story.takes() {
            let record = shell.runs(story.estate, path, story.now, &mut story.random);
            story.see(*signal, phase, record);
            story.wait(15, 400);
        }
    }
}

/// A reverse shell to the attacker's own server.
pub fn call_back(story: &mut Story<'_>, shell: &Shell, server: &str) {
    let record = shell
        .runs(story.estate, "/usr/bin/bash", story.now, &mut story.random)
        .with("dst_endpoint.ip", server);
    story.see(ReverseShell, "reverse shell", record.clone());
    story.wait(1, 20);
    if story.takes() {
        story.see(ShellConnects, "reverse shell", record.clone());
    }
    if story.takes() {
        story.wait(1, 60);
        // The agent's own alert knows the process, but not when it began.
        story.see_as(Behaviour, "reverse shell", record, model::Level::Serious);
    }
    if story.takes() {
        story.wait(5, 60);
        let seen = story.estate.outbound(shell.host(), server);
        story.see(FirewallControl, "reverse shell", seen);
    }
    story.wait(60, 900);
}

/// From one host to another, by a key found on the first.
pub fn move_on(story: &mut Story<'_>, shell: &Shell, to: &Host) -> Shell {
    commands(
        story,
        shell,
        "lateral movement",
        &[(InnerScan, "/tmp/.s/fscan"), (LateralSsh, "/usr/bin/ssh")],
    );
    let login = story.estate.login(to, &shell.host().private_ip, "root");
    story.see_as(
        UnusualLogin,
        "lateral movement",
        login.clone(),
        model::Level::Medium,
    );
    story.see(RootLogin, "lateral movement", login);
    story.wait(30, 600);
    Shell::new(to, "root", story.now, &mut story.random)
}

/// Data leaves a host for a server of the attacker.
pub fn take_data(story: &mut Story<'_>, shell: &Shell, server: &str) {
    let record = shell
        .runs(story.estate, "/usr/bin/curl", story.now, &mut story.random)
        .with("dst_endpoint.ip", server);
    story.see(HostUpload, "data out", record);
    story.wait(30, 900);
    let seen = story.estate.outbound(shell.host(), server);
    story.see(FirewallUpload, "data out", seen);
    story.wait(30, 600);
}
