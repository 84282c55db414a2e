//! Which grams a value holds: a bitmap that is asked for each, and behind it a table that is asked for few.

use super::witness::GRAM;
use rustc_hash::FxHashMap;

/// Bits of the larger bitmap.
const LARGE: usize = 1 << 16;
/// Bits of the smaller one.
const SMALL: usize = 1 << 12;
/// From how many entries on the larger one is taken: one false yes in eight at worst.
const MANY: usize = SMALL / 8;
/// Makes lower case of ASCII letters, and something of everything else.
const FOLD: u32 = 0x2020_2020;
/// The bytes of a gram of three.
pub const THREE: u32 = 0x00ff_ffff;

/// The grams of a piece of a text that a pass may meet.
pub fn entries(piece: &[u8], at: usize, text: usize, mask: u32) -> impl Iterator<Item = Entry> {
    // A piece of four bytes has one gram of four, and two of three.
    let length = if mask == THREE { GRAM - 1 } else { GRAM };
    piece.windows(length).enumerate().map(move |(offset, window)| {
        let mut bytes = [0; GRAM];
        bytes[..length].copy_from_slice(window);
        Entry {
            gram: fold(bytes) & mask,
            text: text as u32,
            offset: (at + offset) as u32,
        }
    })
}

/// Four bytes of a text.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The bytes, folded.
    pub gram: u32,
    /// The text's number.
    pub text: u32,
    /// Where in the text they stand.
    pub offset: u32,
}

/// Grams of the bytes `MASK` that are met in steps of `STEP`.
#[derive(Debug, Default)]
pub struct Table<const STEP: usize, const MASK: u32> {
    bitmap: Bitmap,
    ranges: FxHashMap<u32, (u32, u32)>,
    /// By gram.
    entries: Vec<Entry>,
}

/// Which grams may be entered. The sizes are fixed so that no look-up has to be checked against them.
#[derive(Debug, Default)]
enum Bitmap {
    #[default]
    Empty,
    Small(Box<[u64; SMALL / 64]>),
    Large(Box<[u64; LARGE / 64]>),
}

impl<const STEP: usize, const MASK: u32> Table<STEP, MASK> {
    /// Builds the table.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.gram);
        let mut ranges: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
        for (number, entry) in entries.iter().enumerate() {
            ranges.entry(entry.gram).or_insert((number as u32, 0)).1 = number as u32 + 1;
        }
        let grams = || entries.iter().map(|entry| entry.gram);
        let bitmap = match entries.len() {
            0 => Bitmap::Empty,
            count if count < MANY => Bitmap::Small(Box::new(bitmap(grams()))),
            _ => Bitmap::Large(Box::new(bitmap(grams()))),
        };
        Self {
            bitmap,
            ranges,
            entries,
        }
    }

    /// All that was entered.
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Calls `hit` with every entry whose gram is met, and where.
    pub fn pass(&self, value: &[u8], hit: &mut dyn FnMut(&Entry, usize)) {
        match &self.bitmap {
            Bitmap::Empty => {}
            Bitmap::Small(bitmap) => self.pass_with(bitmap, value, hit),
            Bitmap::Large(bitmap) => self.pass_with(bitmap, value, hit),
        }
    }

    fn pass_with<const WORDS: usize>(
        &self,
        bitmap: &[u64; WORDS],
        value: &[u8],
        hit: &mut dyn FnMut(&Entry, usize),
    ) {
        let mut at = 0;
        for window in value.array_windows::<GRAM>().step_by(STEP) {
            let gram = fold(*window) & MASK;
            if is_set(bitmap, gram) {
                self.entries(gram, at, hit);
            }
            at += STEP;
        }
        // Three bytes at the end, which no window of four begins with.
        if MASK == THREE && at + GRAM - 1 == value.len() {
            let gram = fold([value[at], value[at + 1], value[at + 2], 0]) & MASK;
            if is_set(bitmap, gram) {
                self.entries(gram, at, hit);
            }
        }
    }

    /// Kept out of the loop, which has registers for little else.
    #[inline(never)]
    fn entries(&self, gram: u32, at: usize, hit: &mut dyn FnMut(&Entry, usize)) {
        if let Some((from, to)) = self.ranges.get(&gram) {
            self.entries[*from as usize..*to as usize]
                .iter()
                .for_each(|entry| hit(entry, at));
        }
    }
}

fn bitmap<const WORDS: usize>(grams: impl Iterator<Item = u32>) -> [u64; WORDS] {
    let mut bitmap = [0; WORDS];
    for gram in grams {
        let (word, bit) = place::<WORDS>(gram);
        bitmap[word] |= 1 << bit;
    }
    bitmap
}

fn is_set<const WORDS: usize>(bitmap: &[u64; WORDS], gram: u32) -> bool {
    let (word, bit) = place::<WORDS>(gram);
    bitmap[word] >> bit & 1 == 1
}

/// Where the bit of a gram is.
const fn place<const WORDS: usize>(gram: u32) -> (usize, u32) {
    let hash = gram.wrapping_mul(0x9e37_79b1);
    ((hash >> 16) as usize & (WORDS - 1), hash >> 26)
}

/// Every four bytes of a text, folded.
pub fn grams(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.array_windows::<GRAM>().map(|window| fold(*window))
}

const fn fold(gram: [u8; GRAM]) -> u32 {
    u32::from_le_bytes(gram) | FOLD
}
