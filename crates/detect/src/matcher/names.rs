//! The fields that rules ask for, as numbers: what a reader looks keys up in.
//!
//! A name with dots is a path into nested objects, and also a key that is written with its dots; both lead
//! to the same slot.

/// Number of a field: a rule set may ask for any number of them.
pub type Slot = u32;

/// Names of fields and their slots, as a tree of the objects they stand in.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<String>,
    root: Node,
}

/// The keys of one object that lead to fields.
#[derive(Clone, Debug, Default)]
pub struct Node {
    entries: Vec<Entry>,
    /// Open addressing: number of an entry plus one, zero for free.
    table: Vec<u32>,
}

/// Where a key leads.
#[derive(Clone, Debug)]
pub struct Entry {
    key: Box<[u8]>,
    /// The field its scalars are values of.
    pub slot: Option<Slot>,
    /// The fields inside its objects.
    pub inside: Node,
}

impl Names {
    /// The slot of a field, new or known.
    pub fn intern(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.root.find(name.as_bytes()).and_then(|entry| entry.slot) {
            return slot;
        }
        let slot = self.names.len() as Slot;
        self.names.push(name.to_owned());
        self.root.entry(name).slot = Some(slot);
        if name.contains('.') {
            let mut node = &mut self.root;
            let mut parts = name.split('.').peekable();
            while let Some(part) = parts.next() {
                let entry = node.entry(part);
                if parts.peek().is_none() {
                    entry.slot.get_or_insert(slot);
                }
                node = &mut entry.inside;
            }
        }
        slot
    }

    /// The slot of a field that is known.
    pub fn get(&self, name: &str) -> Option<Slot> {
        self.root.find(name.as_bytes())?.slot
    }

    /// The name of a slot.
    pub fn name(&self, slot: Slot) -> &str {
        &self.names[slot as usize]
    }

    /// How many fields there are.
    pub const fn count(&self) -> usize {
        self.names.len()
    }

    /// The keys of the outermost object.
    pub const fn root(&self) -> &Node {
        &self.root
    }
}

impl Node {
    /// Where a key leads, if rules care.
    pub fn find(&self, key: &[u8]) -> Option<&Entry> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = hash(key) as usize & mask;
        loop {
            let number = (self.table[at] as usize).checked_sub(1)?;
            let entry = &self.entries[number];
            if *entry.key == *key {
                return Some(entry);
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether no key leads anywhere.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&mut self, key: &str) -> &mut Entry {
        let known = self
            .entries
            .iter()
            .position(|entry| *entry.key == *key.as_bytes());
        let number = known.unwrap_or_else(|| {
            self.entries.push(Entry {
                key: key.as_bytes().into(),
                slot: None,
                inside: Self::default(),
            });
            self.rebuild();
            self.entries.len() - 1
        });
        &mut self.entries[number]
    }

    /// Tables are at most a quarter full, so that most keys nobody asks for meet a free place at once.
    fn rebuild(&mut self) {
        let size = (self.entries.len() * 4).next_power_of_two();
        if size == self.table.len() {
            let number = self.entries.len();
            place(&mut self.table, &self.entries[number - 1].key, number as u32);
            return;
        }
        self.table = vec![0; size];
        for (number, entry) in self.entries.iter().enumerate() {
            place(&mut self.table, &entry.key, number as u32 + 1);
        }
    }
}

fn place(table: &mut [u32], key: &[u8], number: u32) {
    let mask = table.len() - 1;
    let mut at = hash(key) as usize & mask;
    while table[at] != 0 {
        at = (at + 1) & mask;
    }
    table[at] = number;
}

/// A hash of a short key, from its length and both ends: keys of logs seldom differ in their middle alone.
fn hash(key: &[u8]) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (first, last) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (key.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
    };
    let mixed = (first ^ last.rotate_left(23) ^ key.len() as u64).wrapping_mul(SPREAD);
    mixed ^ mixed >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_slot_by_both_spellings() {
        let mut names = Names::default();
        let flat = names.intern("EventID");
        let deep = names.intern("userIdentity.sessionContext.type");
        assert_eq!(names.intern("EventID"), flat);
        assert_eq!(names.root().find(b"EventID").and_then(|e| e.slot), Some(flat));
        let identity = names.root().find(b"userIdentity").expect("a node");
        assert_eq!(identity.slot, None);
        let session = identity.inside.find(b"sessionContext").expect("a node");
        assert_eq!(session.inside.find(b"type").and_then(|e| e.slot), Some(deep));
        assert_eq!(names.get("userIdentity.sessionContext.type"), Some(deep));
        assert!(names.root().find(b"EventId").is_none());
        assert_eq!(names.name(deep), "userIdentity.sessionContext.type");
    }

    #[test]
    fn many_names_are_all_found() {
        let mut names = Names::default();
        let all: Vec<String> = (0..2_000).map(|n| format!("field{n}.x")).collect();
        let slots: Vec<Slot> = all.iter().map(|name| names.intern(name)).collect();
        for (name, slot) in all.iter().zip(slots) {
            assert_eq!(names.get(name), Some(slot));
        }
    }
}
