//! An intruder's shell on a host: its commands are its children, which is what ties their alerts together.

use super::{
    estate::{Estate, Host},
    random::Random,
    record::Record,
    signal::Watch,
};

/// A shell, and what the products see of its commands.
#[derive(Clone, Debug)]
pub struct Shell {
    host: Host,
    user: &'static str,
    pid: i64,
    since: i64,
}

impl Shell {
    /// A shell that began at `since`, in milliseconds since the epoch.
    pub fn new(host: &Host, user: &'static str, since: i64, random: &mut Random) -> Self {
        Self {
            host: host.clone(),
            user,
            pid: random.between(1_000, 60_000),
            since,
        }
    }

    /// Where it runs.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// A command, by the path of its program.
    pub fn runs(&self, estate: &Estate, path: &str, at: i64, random: &mut Random) -> Record {
        let pid = self.pid + random.between(1, 4_000);
        let record = estate
            .on(&self.host)
            .with("process.pid", pid.to_string())
            .with("process.parent_process.pid", self.pid.to_string())
            .with("process.user", self.user)
            .with("process.path", path)
            // Rules leave out repeats of one command line.
            .with("process.cmd_line", format!("{path} {pid}"))
            .with("file.path", path);
        match estate.watch {
            // Its log of commands has no time of the process, and no parent.
            Watch::Tencent => record.without("process.parent_process.pid"),
            _ => record
                .with("process.created_time", (at / 1_000).to_string())
                .with(
                    "process.parent_process.created_time",
                    (self.since / 1_000).to_string(),
                ),
        }
    }
}
