//! The whole state as bytes, so that a restart continues where the last commit stood.

use crate::{correlator::Correlator, gate::Gate, state::State};
use model::whitelist::Whitelist;
use serde::{Deserialize, Serialize};

/// The shape of the bytes; other versions are refused, and the inputs replayed instead.
const VERSION: u32 = 4;

/// Why bytes are not taken as a state.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// They are not a snapshot.
    #[error("the correlator's snapshot cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// They are a snapshot of another version of the program.
    #[error("the correlator's snapshot has version `{0}`, expected `{VERSION}`")]
    Version(u32),
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    whitelists: Vec<&'a Whitelist>,
    tenants: Vec<&'a State>,
}

#[derive(Deserialize)]
struct Read {
    whitelists: Vec<Whitelist>,
    tenants: Vec<State>,
}

/// Read first, because the rest of another version has another shape.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Correlator {
    /// The state, without the settings: equal states give equal bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let written = Written {
            version: VERSION,
            whitelists: self.gate.whitelists().collect(),
            tenants: self.tenants.values().collect(),
        };
        match serde_json::to_vec(&written) {
            Ok(bytes) => bytes,
            Err(error) => unreachable!("the state is plain data: {error}"),
        }
    }

    /// Replaces the state by one that [`Correlator::snapshot`] gave; the settings stay.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let Version { version } = serde_json::from_slice(bytes)?;
        if version != VERSION {
            return Err(RestoreError::Version(version));
        }
        let read: Read = serde_json::from_slice(bytes)?;
        self.gate = Gate::new(read.whitelists);
        self.tenants = read
            .tenants
            .into_iter()
            .map(|state| (state.tenant.clone(), state))
            .collect();
        for state in self.tenants.values_mut() {
            state.configure(&self.settings);
        }
        Ok(())
    }
}
