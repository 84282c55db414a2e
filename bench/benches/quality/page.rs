//! The page of the documentation that the tables go into, with what each number means.

use crate::Form;
use std::fmt::Write as _;

const HEAD: &str = "\
# Correlation quality

Written by `cargo xtask bench correlate`; do not edit. To see the same numbers again:

```sh
export CTDR_TEST_DATA=…    # a folder with `ait-ads/*.csv.gz`; without it the generated part runs alone
cargo xtask bench correlate
```

Everything is one pass, as live: alerts go to `correlate::Correlator` in the order of their arrival, with the time of
arrival as the time, with the server's default settings, and nothing is known beforehand.

";

const DEFINITIONS: &str = "\
## What the numbers mean
- **Unit**: one rule on one set of entities and one level, repeating within 60 s, is one thing that happened, however
  often it was told. Everything below counts units.
- **By design in no event**: a rule without a method of event generation on the network side gives alerts and no event.
  Such units count nowhere else.
- **Together**: in one event, or in events of which one continues the other because it was full.
- **Precision**: of all pairs that are together and of which one unit at least is of an attack, the part whose units are
  of one incident. A pair with noise is as wrong as a pair with another attack. Pairs of noise with noise do not count.
- **Recall**: of all pairs of units of one incident, the part that is together.
- Numbers in brackets are the mean over incidents, where each weighs the same; those before count each pair, so that
  large incidents weigh more.
- **Most that entities allow**: the recall of a judge who joins all units of an incident that a chain of equal entities
  joins, and who never errs. What is missing there no product saw, and nobody can know without guessing.
- **B³**: for each unit, of what is with it the part that is of its incident (P), and of its incident the part that is
  with it (R); the mean over the units of an incident, then over incidents.
- **Apart from the rest**: units outside of the event that holds most of their incident, by phase.
- **Reasons that are true**: of all alerts that joined an event, those whose reason names entities that both alerts
  have, an attacker that another alert of the event has, or an alert of the same event that it really repeats.

";

const LIMITS: &str = "\
## What limits the score
- Products see less than happens. A WAF knows the visitor and the site, a host agent the host and its processes; unless
  a rule over both fires, nothing they say has an entity in common. The column *most that entities allow* shows how much
  that is.
- Rules leave out repeats for minutes, and the mapping of a product may have no time of the process, so that alerts of
  one shell share no process (Tencent Cloud), or no process at all.
- An attacker from the address of one's own office, and an insider with a key of their own, look like everybody else.
- Two attackers on one host within a day are told apart by their addresses alone: what the agent sees names neither.
- For the first day nobody knows which addresses and which rules are busy all the time.
- A quiet attacker shows once in half a day, on a host where an honest program may raise the same alert meanwhile.
- The data set of AIT has host, address and rule name only, and two of its phases are scans that hold nearly all alerts.

";

const USUAL: &str = "\
## Generated cloud attacks
`testkit::scenario`: four weeks of alerts of tenants of 60 hosts as the rules in `content/rules` raise them, with an
incident a week in each, noise, wrong clocks, duplicates and late arrivals; the same seed gives the same alerts.
";

const CROWDED: &str = "\
## The same, with an incident every other day
The same incidents in a quarter of the tenants, so that they meet on the same hosts: what a worm left and what came
through the web server's hole a few hours later look like one story to everybody who was not told.
";

const FLOODS: &str = "\
## Floods
One scan, and one guessing of passwords, that fill an event more than once.
";

/// A page that grows by sections.
pub struct Page(String);

impl Page {
    /// The head.
    pub fn new() -> Self {
        Self([HEAD, DEFINITIONS, LIMITS].concat())
    }

    /// The generated scenarios of a form, if there are any.
    pub fn generated(&mut self, form: Form, totals: &str, kinds: &str, faults: &str) {
        if kinds.lines().count() <= 3 {
            return;
        }
        let head = match form {
            Form::Usual => USUAL,
            Form::Crowded => CROWDED,
            Form::Floods => FLOODS,
        };
        let _ = write!(self.0, "{head}\n{totals}\n{kinds}\n{faults}\n");
    }

    /// The public data set.
    pub fn ait(&mut self, table: &str) {
        let _ = write!(
            self.0,
            "## Public alerts: AIT Alert Data Set\n\
             The four scenarios fox, harrison, russellmitchell and santos of the AIT Alert Data Set (AIT-ADS, version 1, 2023,\n\
             CC BY-NC-SA 4.0; not part of this repository), phase-balanced B³ on folded alerts: a unit is one rule on one host\n\
             repeating within 60 s, and each phase of the attack weighs the same, because two scans hold nearly all of its\n\
             alerts. The `dnsteal` exfiltration, which runs all the time, is left out.\n\n{table}\n"
        );
    }

    /// How fast.
    pub fn speed(&mut self, table: &str) {
        let _ = write!(
            self.0,
            "## Speed\nOver the alerts of AIT, already parsed, on one thread. What it takes to commit them is measured by\n\
             `cargo xtask bench commit`.\n\n{table}\n"
        );
    }

    /// All of it.
    pub fn text(&self) -> &str {
        self.0.trim_end()
    }
}
