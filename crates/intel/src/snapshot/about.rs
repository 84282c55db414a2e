//! What indicators belong to, as bytes one after the other: feeds that give each of millions of indicators an address
//! to read more at would take gigabytes as lists of strings.

use crate::indicator::About;

/// Appends what it is, and answers where it begins.
pub(super) fn write(about: &About, bytes: &mut Vec<u8>) -> usize {
    let start = bytes.len();
    for list in [&about.names, &about.labels, &about.references] {
        number(list.len(), bytes);
        for text in list {
            number(text.len(), bytes);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    start
}

/// What stands at a place that [`write`] answered.
pub(super) fn read(bytes: &[u8]) -> About {
    let mut rest = bytes;
    let mut list = || -> Vec<String> {
        (0..take(&mut rest))
            .map(|_| {
                let length = take(&mut rest);
                let (text, after) = rest.split_at(length);
                rest = after;
                String::from_utf8_lossy(text).into_owned()
            })
            .collect()
    };
    About {
        names: list(),
        labels: list(),
        references: list(),
    }
}

/// Seven bits a byte, the lowest first, the highest bit for more.
fn number(mut value: usize, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> usize {
    let mut value = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let Some((byte, rest)) = bytes.split_first() else {
            break;
        };
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let long = "é".repeat(10_000);
        let abouts = [
            About::default(),
            About {
                names: vec!["Emotet".to_owned(), String::new()],
                labels: (0..200).map(|n| n.to_string()).collect(),
                references: vec![long],
            },
            About {
                references: vec!["https://example.org/1".to_owned()],
                ..About::default()
            },
        ];
        let mut bytes = Vec::new();
        let places: Vec<usize> = abouts.iter().map(|about| write(about, &mut bytes)).collect();
        for (about, place) in abouts.iter().zip(places) {
            assert_eq!(read(&bytes[place..]), *about);
        }
    }
}
