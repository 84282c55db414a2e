//! Addresses that stand for many: the office's NAT, the load balancer, the WAF that asks the sites for its visitors.

use crate::scenario::{
    signal::Signal::{CodeExecution, Guessing, SqlInjection, UnusualLogin, WebGuessing},
    story::{DAY, HOUR, Stage},
};

pub fn tell(stage: &mut Stage<'_>) {
    let (begins, ends) = (stage.begins, stage.ends);
    let mut office = stage.open();
    let estate = office.estate;
    while office.now < ends {
        let hour = (office.now - begins) % DAY / HOUR;
        if (8..19).contains(&hour) {
            let host = &estate.hosts[office.random.place(estate.hosts.len())];
            let site = &estate.sites[office.random.place(estate.sites.len())];
            match office.random.place(4) {
                0 => office.see(WebGuessing, "a person", estate.web(&estate.office_ip, site)),
                1 => office.see(SqlInjection, "a person", estate.web(&estate.office_ip, site)),
                2 => office.see_as(
                    UnusualLogin,
                    "a person",
                    estate.login(host, &estate.office_ip, "deploy"),
                    model::Level::Low,
                ),
                _ => office.see(
                    Guessing,
                    "a person",
                    estate.login(host, &estate.office_ip, "deploy"),
                ),
            }
        }
        office.wait(900, 7_200);
    }
    stage.close(office);
    let mut origin = stage.open();
    while origin.now < ends {
        let site = &estate.sites[origin.random.place(estate.sites.len())];
        let signal = *origin.random.one(&[SqlInjection, CodeExecution, WebGuessing]);
        origin.see(signal, "a visitor", estate.web(&estate.origin_ip, site));
        origin.wait(1_200, 9_000);
    }
    stage.close(origin);
}
