//! Finds a handful of short texts in a long one: by vector instructions, where a table would have to be asked for every
//! second byte.

use super::gram_table::Entry;
use aho_corasick::packed::{Config, Searcher};

/// How many texts are a handful: each is looked for in up to eight spellings.
pub const FEW: usize = 8;
/// Bytes that are looked for.
const PIECE: usize = 3;

/// Pieces of texts, in every spelling, and where in their texts they stand.
#[derive(Debug)]
pub struct Few {
    searcher: Searcher,
    /// By number of spelling: which pieces are spelt so.
    entries: Vec<Vec<Entry>>,
}

impl Few {
    /// Prepares to look for pieces of texts; none if this machine cannot do it well.
    pub fn new(pieces: &[(&[u8], Entry)]) -> Option<Self> {
        let mut spellings: Vec<Vec<u8>> = Vec::new();
        let mut entries: Vec<Vec<Entry>> = Vec::new();
        for (piece, entry) in pieces {
            for spelling in spell(&piece[..PIECE]) {
                let known = spellings.iter().position(|other| *other == spelling);
                let number = known.unwrap_or_else(|| {
                    spellings.push(spelling);
                    entries.push(Vec::new());
                    entries.len() - 1
                });
                entries[number].push(*entry);
            }
        }
        let searcher = Config::new().builder().extend(spellings).build()?;
        Some(Self { searcher, entries })
    }

    /// Calls `hit` with every entry whose piece is met, and where.
    pub fn pass(&self, value: &[u8], hit: &mut dyn FnMut(&Entry, usize)) {
        let mut from = 0;
        while let Some(found) = self.searcher.find_in(value, (from..value.len()).into()) {
            for entry in &self.entries[found.pattern().as_usize()] {
                hit(entry, found.start());
            }
            from = found.start() + 1;
        }
    }
}

/// A piece with each of its letters in both cases.
fn spell(piece: &[u8]) -> Vec<Vec<u8>> {
    piece.iter().fold(vec![Vec::new()], |spellings, byte| {
        let (lower, upper) = (byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
        let cases = if lower == upper {
            vec![lower]
        } else {
            vec![lower, upper]
        };
        let with = |spelling: &Vec<u8>| {
            let longer = cases.iter().map(|case| [spelling, &[*case][..]].concat());
            longer.collect::<Vec<_>>()
        };
        spellings.iter().flat_map(with).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_met_wherever_it_stands() {
        let entry = |text| Entry {
            gram: 0,
            text,
            offset: 0,
        };
        let few = Few::new(&[(b"drop", entry(1)), (b"dro.", entry(2)), (b"/a-b", entry(3))]);
        let Some(few) = few else { return };
        for shift in 0..70 {
            let value = format!("{}dRop /A- drDRO", "-".repeat(shift));
            let mut met = Vec::new();
            few.pass(value.as_bytes(), &mut |entry, at| {
                met.push((entry.text, at - shift));
            });
            assert_eq!(met, [(1, 0), (2, 0), (3, 5), (1, 11), (2, 11)], "{shift}");
        }
    }
}
