//! Lines of an access log as nginx writes them, made up.

use serde_json::json;

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// Milliseconds since the epoch.
    pub at: i64,
    pub client: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub agent: &'a str,
}

/// An agent that one of the predefined rules takes for an attack tool.
pub const TOOL: &str = "sqlmap/1.8.11#stable (https://sqlmap.org)";
/// One that none does.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
/// A moment in the past: 2026-11-22T14:00:00Z.
pub const MOMENT: i64 = 1_795_356_000_000;

impl Access<'_> {
    /// As a JSON line with its request id.
    pub fn json(&self, request_id: &str) -> String {
        json!({
            "msec": format!("{}.{:03}", self.at / 1000, self.at % 1000),
            "request_id": request_id,
            "remote_addr": self.client,
            "host": "www.example.com",
            "method": "GET",
            "uri": self.path,
            "protocol": "HTTP/1.1",
            "status": self.status,
            "bytes": 153,
            "user_agent": self.agent,
        })
        .to_string()
    }
}

/// A small attack by `client` from `at` on: a tool introduces itself, then looks for 25 paths that do not exist.
pub fn attack(client: &str, at: i64) -> Vec<String> {
    let hello = Access {
        at,
        client,
        path: "/",
        status: 200,
        agent: TOOL,
    };
    let search = (1..=25_i64).map(|number| {
        let path = format!("/hidden/{number}");
        let request = Access {
            at: at + number * 1000,
            client,
            path: &path,
            status: 404,
            agent: BROWSER,
        };
        request.json(&format!("{client}-{at}-{number}"))
    });
    std::iter::once(hello.json(&format!("{client}-{at}-0")))
        .chain(search)
        .collect()
}
