//! Lists that are never moved while they grow: what is moved is in memory twice, and leaves holes that the system cannot
//! give large pages for.

/// Bytes of a piece.
const PIECE: usize = 1 << 21;

/// Values one after the other, each as a whole in one piece.
#[derive(Debug, Default)]
pub(super) struct Values {
    pieces: Vec<Vec<u8>>,
}

impl Values {
    /// Keeps a value that is shorter than a piece, and answers where it begins; none if there is no room.
    pub(super) fn push(&mut self, value: &[u8]) -> Option<u32> {
        debug_assert!(value.len() <= PIECE);
        if self
            .pieces
            .last()
            .is_none_or(|last| last.len() + value.len() > PIECE)
        {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let number = self.pieces.len() - 1;
        let piece = self.pieces.last_mut()?;
        let start = u32::try_from(number * PIECE + piece.len()).ok()?;
        piece.extend_from_slice(value);
        Some(start)
    }

    /// What begins at a place, of some length.
    pub(super) fn get(&self, start: u32, length: usize) -> &[u8] {
        let (piece, start) = (start as usize / PIECE, start as usize % PIECE);
        &self.pieces[piece][start..start + length]
    }

    /// Gives back what the last piece does not need.
    pub(super) fn close(&mut self) {
        if let Some(last) = self.pieces.last_mut() {
            last.shrink_to_fit();
        }
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.pieces.iter().map(Vec::capacity).sum()
    }
}

/// Entries that are only gone through, once.
#[derive(Debug)]
pub(super) struct Queue<T> {
    pieces: Vec<Vec<T>>,
    length: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            length: 0,
        }
    }
}

impl<T> Queue<T> {
    /// Adds an entry.
    pub(super) fn push(&mut self, entry: T) {
        let most = PIECE / size_of::<T>();
        match self.pieces.last_mut() {
            Some(last) if last.len() < most => last.push(entry),
            _ => {
                let mut piece = Vec::with_capacity(most);
                piece.push(entry);
                self.pieces.push(piece);
            }
        }
        self.length += 1;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.length
    }
}

impl<T> IntoIterator for Queue<T> {
    type Item = T;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<T>>>;

    /// Each piece is dropped as soon as all of it was given.
    fn into_iter(self) -> Self::IntoIter {
        self.pieces.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_whichever_piece_they_are() {
        let mut values = Values::default();
        let written: Vec<Vec<u8>> = (0..300_u32)
            .map(|n| vec![n as u8; (n as usize * 977) % 65_536])
            .collect();
        let places: Vec<u32> = written.iter().map(|value| values.push(value).unwrap()).collect();
        values.close();
        assert!(values.pieces.len() > 2);
        for (value, place) in written.iter().zip(places) {
            assert_eq!(values.get(place, value.len()), value);
        }
    }

    #[test]
    fn a_queue_gives_what_came_in_its_order() {
        let most = (PIECE / size_of::<u64>()) as u64;
        let mut queue = Queue::default();
        (0..most * 2 + 3).for_each(|n| queue.push(n));
        assert_eq!((queue.len() as u64, queue.pieces.len()), (most * 2 + 3, 3));
        assert!(queue.into_iter().eq(0..most * 2 + 3));
    }
}
