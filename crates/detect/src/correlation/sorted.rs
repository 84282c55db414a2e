//! Numbers in order, of which any can be added, removed and looked up by its rank without moving all the others.

/// Numbers of a block; a full one is cut in two.
const BLOCK: usize = 1_024;

/// Numbers in order, in blocks that are never empty.
#[derive(Debug, Default)]
pub struct Sorted {
    blocks: Vec<Vec<f64>>,
    count: usize,
}

impl Sorted {
    /// How many there are.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The number of this rank, from 0.
    pub fn get(&self, rank: usize) -> Option<f64> {
        let mut rest = rank;
        for block in &self.blocks {
            match block.get(rest) {
                Some(number) => return Some(*number),
                None => rest -= block.len(),
            }
        }
        None
    }

    /// Adds a number.
    pub fn add(&mut self, number: f64) {
        self.count += 1;
        let at = self.block_of(number).min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(vec![number]);
            return;
        };
        let place = block.partition_point(|known| known.total_cmp(&number).is_lt());
        block.insert(place, number);
        if block.len() == BLOCK {
            let upper = block.split_off(BLOCK / 2);
            self.blocks.insert(at + 1, upper);
        }
    }

    /// Removes a number once; nothing happens if it is not there.
    pub fn remove(&mut self, number: f64) {
        let at = self.block_of(number);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        if let Ok(place) = block.binary_search_by(|known| known.total_cmp(&number)) {
            block.remove(place);
            self.count -= 1;
            if block.is_empty() {
                self.blocks.remove(at);
            }
        }
    }

    /// The first block whose last number is not less.
    fn block_of(&self, number: f64) -> usize {
        let is_less = |block: &Vec<f64>| block.last().is_some_and(|last| last.total_cmp(&number).is_lt());
        self.blocks.partition_point(is_less)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_a_sorted_list() {
        // Many more than a block, each of them several times, in no order.
        let numbers: Vec<f64> = (0..5_000_u64).map(|n| (n * 7_919 % 1_999) as f64).collect();
        let mut sorted = Sorted::default();
        for number in &numbers {
            sorted.add(*number);
        }
        for gone in [0, 2_500, 5_000] {
            for number in &numbers[gone / 2..gone] {
                sorted.remove(*number);
            }
            for number in &numbers[gone / 2..gone] {
                sorted.add(*number);
            }
        }
        for number in &numbers[..1_234] {
            sorted.remove(*number);
        }
        sorted.remove(0.5);
        let mut rest = numbers[1_234..].to_vec();
        rest.sort_by(f64::total_cmp);
        let found: Vec<f64> = (0..=rest.len()).map_while(|rank| sorted.get(rank)).collect();
        assert_eq!((found, sorted.count()), (rest.clone(), rest.len()));
        for number in &rest {
            sorted.remove(*number);
        }
        assert_eq!((sorted.count(), sorted.get(0)), (0, None));
    }
}
