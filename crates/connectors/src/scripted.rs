//! Test support: an HTTP server on this machine that answers what it is told, in order, and keeps what it was asked.
//! It knows nothing of any cloud; the fake cloud of `testkit`, which does, stands above this crate.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::egress::{Egress, EgressLimits, EgressPolicy};

/// A request as it came over the wire: its head, one line each, and its body.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub head: Vec<String>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.iter().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// The server; it ends when its answers are used up.
pub(crate) struct Scripted {
    pub address: SocketAddr,
    server: JoinHandle<Vec<Seen>>,
}

impl Scripted {
    /// Answers each connection with the next of these, raw bytes of HTTP; an empty one closes without answering.
    pub fn raw(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serve = move || {
            answers
                .into_iter()
                .map(|answer| serve(&listener.accept().unwrap().0, &answer))
                .collect()
        };
        Self {
            address,
            server: std::thread::spawn(serve),
        }
    }

    /// Answers with a status, extra headers (each with its line end) and a body.
    pub fn new(answers: &[(u16, &str, &str)]) -> Self {
        let raw = answers.iter().map(|(status, headers, body)| {
            let length = body.len();
            format!(
                "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .into_bytes()
        });
        Self::raw(raw.collect())
    }

    /// What was asked; all answers must have been used.
    pub fn seen(self) -> Vec<Seen> {
        self.server.join().unwrap()
    }

    /// A client that may reach this machine.
    pub fn egress(limits: EgressLimits) -> Egress {
        Egress::new(
            EgressPolicy {
                allow: vec!["127.0.0.0/8".parse().unwrap()],
            },
            limits,
        )
        .unwrap()
    }
}

fn serve(mut stream: &TcpStream, answer: &[u8]) -> Seen {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut seen = Seen {
        head,
        body: String::new(),
    };
    let length: u64 = seen
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    reader.take(length).read_to_string(&mut seen.body).unwrap();
    // The client may have hung up, which is its right.
    let _ = stream.write_all(answer);
    seen
}
