//! How texts look once they are encoded: UTF-16 in its orders, Base64 at any offset.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A form of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Utf16 {
    /// Little endian, as Windows has it.
    Little,
    /// Big endian.
    Big,
    /// Little endian behind a byte order mark.
    Marked,
}

/// Bytes in Base64.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A text in UTF-16.
pub fn utf16(text: &str, form: Utf16) -> Vec<u8> {
    let mark: &[u8] = match form {
        Utf16::Marked => &[0xff, 0xfe],
        Utf16::Little | Utf16::Big => &[],
    };
    let units = text.encode_utf16().flat_map(|unit| match form {
        Utf16::Big => unit.to_be_bytes(),
        Utf16::Little | Utf16::Marked => unit.to_le_bytes(),
    });
    mark.iter().copied().chain(units).collect()
}

/// The three forms a text takes inside a longer Base64 text, by its offset modulo three; the characters at
/// both ends that depend on what stands beside it are cut off.
pub fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    [(0, 0), (1, 2), (2, 3)]
        .into_iter()
        .map(|(shift, skip)| {
            let mut shifted = vec![0; shift];
            shifted.extend_from_slice(bytes);
            let encoded = STANDARD.encode(&shifted);
            let cut = match shifted.len() % 3 {
                1 => 3,
                2 => 2,
                _ => 0,
            };
            encoded[skip.min(encoded.len() - cut)..encoded.len() - cut].to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_three_forms() {
        // The example of pySigma's documentation.
        assert_eq!(base64_offsets(b"foobar"), ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
    }

    #[test]
    fn utf16_has_two_orders_and_a_mark() {
        let check = |form, expected: &[u8]| assert_eq!(utf16("a", form), expected);
        check(Utf16::Little, &[0x61, 0]);
        check(Utf16::Big, &[0, 0x61]);
        check(Utf16::Marked, &[0xff, 0xfe, 0x61, 0]);
    }
}
