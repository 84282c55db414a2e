//! What a tenant has: hosts, sites, users with their keys, buckets. The tenants' private addresses and host names
//! repeat, as they do in life, where everybody has a `web-1` at 10.0.1.11.

use super::{random::Random, record::Record, signal::Watch};
use model::TenantId;

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    /// What its agent calls it: an id of the cloud, or with agents of one's own just its name.
    pub uid: String,
    /// The instance.
    pub instance: String,
    /// Its name, the same in every tenant.
    pub name: String,
    /// Its private address, the same in every tenant.
    pub private_ip: String,
    /// Its public address.
    pub public_ip: String,
}

/// A user of the cloud console and API.
#[derive(Clone, Debug)]
pub struct User {
    /// The name.
    pub name: String,
    /// The AccessKey.
    pub key: String,
    /// Where this user usually works.
    pub office_ip: String,
}

/// What a tenant has.
#[derive(Clone, Debug)]
pub struct Estate {
    /// Its number.
    pub number: usize,
    /// Whose it is.
    pub tenant: TenantId,
    /// Whose products watch it.
    pub watch: Watch,
    /// The cloud account.
    pub account: String,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// The users; the last one is the build server's.
    pub users: Vec<User>,
    /// The web sites; the site of each number runs on the host of the same number.
    pub sites: Vec<String>,
    /// The buckets.
    pub buckets: Vec<String>,
    /// The address behind which everybody in the office is.
    pub office_ip: String,
    /// The address from which the WAF asks the sites.
    pub origin_ip: String,
}

impl Estate {
    /// The estate of the tenant of this number.
    pub fn new(number: usize, hosts: usize, random: &Random) -> Self {
        let mut random = random.fork(&format!("estate {number}"));
        let watch = [
            Watch::Alibaba,
            Watch::OwnAgents,
            Watch::Tencent,
            Watch::Huawei,
            Watch::Alibaba,
        ][number % 5];
        let office_ip = random.public_ip();
        let host = |place: usize, random: &mut Random| {
            let name = format!(
                "{}-{}",
                ["web", "app", "db", "node", "job"][place % 5],
                place / 5 + 1
            );
            let uid = match watch {
                Watch::OwnAgents => name.clone(),
                _ => format!("{}-{}-{}", random.hex(8), random.hex(4), random.hex(12)),
            };
            Host {
                uid,
                instance: format!("i-{}", random.hex(16)),
                private_ip: format!("10.0.{}.{}", place / 200, 11 + place % 200),
                public_ip: random.public_ip(),
                name,
            }
        };
        let names = [
            "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory",
            "ci",
        ];
        let user = |name: &&str, random: &mut Random| User {
            name: (*name).to_owned(),
            key: format!("LTAI{}", random.hex(20)),
            office_ip: office_ip.clone(),
        };
        Self {
            number,
            tenant: TenantId::new(format!("tenant-{number}")),
            watch,
            account: format!("10{:014}", random.between(0, 100_000_000_000_000)),
            hosts: (0..hosts.max(10)).map(|place| host(place, &mut random)).collect(),
            users: names.iter().map(|name| user(name, &mut random)).collect(),
            sites: ["www", "shop", "api", "login", "blog", "static"]
                .iter()
                .map(|name| format!("{name}.tenant{number}.example"))
                .collect(),
            buckets: (0..6)
                .map(|place| {
                    format!(
                        "{}-{number}-{}",
                        ["backup", "media", "logs"][place % 3],
                        random.hex(6)
                    )
                })
                .collect(),
            origin_ip: random.public_ip(),
            office_ip,
        }
    }

    /// The user whose key the build servers hold.
    pub fn builder(&self) -> &User {
        &self.users[self.users.len() - 1]
    }

    /// Any other user.
    pub fn person(&self, random: &mut Random) -> &User {
        &self.users[random.place(self.users.len() - 1)]
    }

    /// A request that came from an address to a site.
    pub fn web(&self, from: &str, site: &str) -> Record {
        let product = match self.watch {
            Watch::Alibaba => "alibaba/waf",
            Watch::OwnAgents => "self_hosted/nginx",
            Watch::Tencent => "tencent/waf",
            Watch::Huawei => "huawei/waf",
        };
        let record = Record::of(product)
            .with("src_endpoint.ip", from)
            .with("dst_endpoint.hostname", site)
            .with("http_request.url.path", "/index.php");
        let Some(origin) = self.origin(site) else {
            return record;
        };
        match self.watch {
            // The server writes its own name into its log.
            Watch::OwnAgents => record.with("device.uid", &origin.uid),
            // In front of the load balancer, within the network.
            Watch::Tencent => record
                .with("upstream.ip", &origin.private_ip)
                .in_account(&self.account),
            // In front of everything: it asks the origin by its public address.
            Watch::Alibaba | Watch::Huawei => record
                .with("upstream.ip", &origin.public_ip)
                .in_account(&self.account),
        }
    }

    /// The host behind a site, or behind the site that it is a name of.
    fn origin(&self, site: &str) -> Option<&Host> {
        let number = self
            .sites
            .iter()
            .position(|known| site.ends_with(known.as_str()))?;
        self.hosts.get(number)
    }

    fn firewall(&self) -> Record {
        let product = match self.watch {
            Watch::Alibaba | Watch::OwnAgents => "alibaba/cloud_firewall",
            Watch::Tencent => "tencent/cfw",
            Watch::Huawei => "huawei/cfw",
        };
        Record::of(product).in_account(&self.account)
    }

    /// A connection from outside to a host, as the firewall saw it.
    pub fn inbound(&self, from: &str, host: &Host) -> Record {
        self.firewall()
            .with("src_endpoint.ip", from)
            .with("dst_endpoint.ip", &host.public_ip)
            .with("device.instance_uid", &host.instance)
    }

    /// A connection of a host to an address outside, as the firewall saw it.
    pub fn outbound(&self, host: &Host, to: &str) -> Record {
        self.firewall()
            .with("src_endpoint.ip", &host.private_ip)
            .with("dst_endpoint.ip", to)
            .with("device.instance_uid", &host.instance)
    }

    /// Something on a host, as its agent saw it.
    pub fn on(&self, host: &Host) -> Record {
        let product = match self.watch {
            Watch::Alibaba => "alibaba/security_center",
            Watch::OwnAgents => "self_hosted/auditd",
            Watch::Tencent => "tencent/cwp",
            Watch::Huawei => "huawei/hss",
        };
        let record = Record::of(product)
            .with("device.uid", &host.uid)
            .with("device.name", &host.name)
            .with("device.instance_uid", &host.instance);
        match self.watch {
            // Agents of one's own know of no account, nor of addresses.
            Watch::OwnAgents => record,
            Watch::Tencent => record
                .with("device.ip", &host.private_ip)
                .in_account(&self.account),
            Watch::Alibaba | Watch::Huawei => record
                .with("device.ip", &host.private_ip)
                .with("device.public_ip", &host.public_ip)
                .in_account(&self.account),
        }
    }

    /// A login, or an attempt, on a host.
    pub fn login(&self, host: &Host, from: &str, user: &str) -> Record {
        let mut record = self
            .on(host)
            .with("src_endpoint.ip", from)
            .with("user.name", user);
        if self.watch == Watch::OwnAgents {
            record.product = "self_hosted/sshd";
        }
        record
    }

    /// A call of the cloud's API.
    pub fn call(&self, user: &User, from: &str) -> Record {
        let product = match self.watch {
            Watch::Alibaba | Watch::OwnAgents => "alibaba/actiontrail",
            Watch::Tencent => "tencent/cloudaudit",
            Watch::Huawei => "huawei/cts",
        };
        Record::of(product)
            .in_account(&self.account)
            .with("src_endpoint.ip", from)
            .with("actor.user.name", &user.name)
            .with("actor.user.uid", &user.name)
            .with("actor.user.credential_uid", &user.key)
    }

    /// A login to the console, or an attempt: there is no key.
    pub fn console(&self, user: &User, from: &str) -> Record {
        self.call(user, from)
            .without("actor.user.credential_uid")
            .with("user.name", &user.name)
    }
}
