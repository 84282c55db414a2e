//! A random number generator of our own: the same seed gives the same numbers on every machine and for ever, which no
//! crate of random numbers promises. `SplitMix64`, as published by Steele, Lea and Flood in 2014.

/// Random numbers from a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for one part of the work, so that a change in one part does not move the others.
    pub fn fork(&self, name: &str) -> Self {
        let start = self.0 ^ 0x6a09_e667_f3bc_c908;
        Self(name.bytes().fold(start, |state, byte| {
            (state ^ u64::from(byte))
                .wrapping_mul(0x0000_0100_0000_01b3)
                .rotate_left(23)
        }))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to, but not including, `high`; `low` if there is none.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).max(1);
        low + (self.bits() % span) as i64
    }

    /// A place in a list of `length`.
    pub fn place(&mut self, length: usize) -> usize {
        (self.bits() % length.max(1) as u64) as usize
    }

    /// True once in a while: with `per_mille` of 1,000.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.bits() % 1_000 < per_mille
    }

    /// One of a list that is not empty.
    pub fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }

    /// Different places in a list of `length`: as many as asked for, or all.
    pub fn places(&mut self, length: usize, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..length).collect();
        for at in 0..count.min(length) {
            let other = at + self.place(length - at);
            places.swap(at, other);
        }
        places.truncate(count);
        places
    }

    /// Puts a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.place(at + 1));
        }
    }

    /// `length` hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(b"0123456789abcdef"[self.place(16)]))
            .collect()
    }

    /// A public address: one of the blocks that are for documentation has only 254, too few for weeks of scanners, so
    /// these come from ranges that are routed, and nobody is ever sent anything.
    pub fn public_ip(&mut self) -> String {
        let first = *self.one(&[
            23, 37, 45, 61, 77, 89, 103, 118, 139, 146, 159, 171, 185, 194, 212,
        ]);
        let mut part = || self.between(1, 255);
        format!("{first}.{}.{}.{}", part(), part(), part())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_published_ones() {
        // The first values of SplitMix64 for the seed 1234567, as other implementations give them.
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn forks_differ_and_repeat() {
        let random = Random::new(7);
        assert_eq!(random.fork("a").bits(), random.fork("a").bits());
        assert_ne!(random.fork("a").bits(), random.fork("b").bits());
    }

    #[test]
    fn places_are_different_ones() {
        let mut random = Random::new(3);
        let mut places = random.places(10, 10);
        places.sort_unstable();
        assert_eq!(places, (0..10).collect::<Vec<_>>());
        assert_eq!(random.places(2, 5).len(), 2);
        assert_eq!(random.between(5, 5), 5);
    }
}
