//! The attacks, one file each, told from how such attacks go: what the attacker does, and what is seen of it.

mod behind_nat;
mod bucket_ransom;
mod console_spray;
mod container_escape;
mod flood;
mod guessed_miner;
mod insider;
mod leaked_key;
mod many_addresses;
mod slow;
mod steps;
mod supply_chain;
mod trail_stopped;
mod two_on_one;
mod web_shell;
mod worm;

use super::story::Stage;

/// A kind of attack: its name, and how it is told.
pub type Kind = (&'static str, fn(&mut Stage<'_>));

/// All kinds. The flood is not among them: it is large, and asked for by its size.
pub const KINDS: &[Kind] = &[
    ("web_shell", web_shell::tell),
    ("guessed_miner", guessed_miner::tell),
    ("leaked_key", leaked_key::tell),
    ("container_escape", container_escape::tell),
    ("bucket_ransom", bucket_ransom::tell),
    ("trail_stopped", trail_stopped::tell),
    ("console_spray", console_spray::tell),
    ("supply_chain", supply_chain::tell),
    ("worm", worm::tell),
    ("slow", slow::tell),
    ("behind_nat", behind_nat::tell),
    ("many_addresses", many_addresses::tell),
    ("two_on_one", two_on_one::tell),
    ("insider", insider::tell),
];

/// The floods: one scan of very many names, one guessing of very many accounts.
pub const FLOODS: &[Kind] = &[
    ("flood_of_sites", flood::sites),
    ("flood_of_logins", flood::logins),
];
