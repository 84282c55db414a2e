//! Matches one string pattern without allocating: the plain shapes byte by byte, the rest as a glob.

use sigma::{
    Part, Pattern,
    pattern::{DASHES, fold},
};

/// A pattern ready to be matched.
#[derive(Clone, Debug)]
pub enum TextMatcher {
    /// `*`: any text.
    Anything,
    /// Text without inner wildcards.
    Plain {
        /// Where the needle must stand.
        shape: Shape,
        /// What must stand there; lower case unless `cased`.
        needle: Box<[u8]>,
        /// Whether case matters.
        cased: bool,
    },
    /// Anything else.
    Glob {
        /// The pattern, character by character.
        symbols: Box<[Symbol]>,
        /// Whether case matters.
        cased: bool,
    },
}

/// Where a needle must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It is the whole text.
    Equals,
    /// At the start.
    Starts,
    /// At the end.
    Ends,
    /// Anywhere.
    Contains,
}

/// One step of a glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// This character.
    Char(char),
    /// Any characters.
    Any,
    /// One character.
    One,
    /// One of the dashes.
    Dash,
}

impl TextMatcher {
    /// Compiles a pattern.
    pub fn new(pattern: &Pattern) -> Self {
        let cased = pattern.cased();
        let plain = match pattern.parts() {
            [Part::Any] => return Self::Anything,
            [] => Some((Shape::Equals, "")),
            [Part::Text(text)] => Some((Shape::Equals, text.as_str())),
            [Part::Text(text), Part::Any] => Some((Shape::Starts, text.as_str())),
            [Part::Any, Part::Text(text)] => Some((Shape::Ends, text.as_str())),
            [Part::Any, Part::Text(text), Part::Any] => Some((Shape::Contains, text.as_str())),
            _ => None,
        };
        match plain {
            Some((shape, text)) if cased || bytes_suffice(text) => Self::Plain {
                shape,
                needle: if cased {
                    text.into()
                } else {
                    text.to_ascii_lowercase()
                }
                .into_bytes()
                .into_boxed_slice(),
                cased,
            },
            _ => Self::Glob {
                symbols: symbols(pattern),
                cased,
            },
        }
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Plain { shape, needle, cased } => plain(*shape, needle, *cased, text.as_bytes()),
            Self::Glob { symbols, cased } => glob(symbols, *cased, text),
        }
    }
}

/// Whether comparing ASCII letters without case and all other bytes exactly is comparing folded characters:
/// so it is for ASCII, and for scripts without case, such as Chinese.
pub fn bytes_suffice(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii() || (fold(c) == c && !c.is_lowercase() && !c.is_uppercase()))
}

/// Whether `other` stands in `value` as the shape says.
pub fn compares(value: &str, other: &str, shape: sigma::Shape, cased: bool) -> bool {
    if !cased {
        let folded = |text: &str| text.chars().map(fold).collect::<String>();
        return compares(&folded(value), &folded(other), shape, true);
    }
    match shape {
        sigma::Shape::Equals => value == other,
        sigma::Shape::Starts => value.starts_with(other),
        sigma::Shape::Ends => value.ends_with(other),
        sigma::Shape::Contains => value.contains(other),
    }
}

fn symbols(pattern: &Pattern) -> Box<[Symbol]> {
    let mut symbols = Vec::new();
    for part in pattern.parts() {
        match part {
            Part::Text(text) if pattern.cased() => symbols.extend(text.chars().map(Symbol::Char)),
            Part::Text(text) => symbols.extend(text.chars().map(fold).map(Symbol::Char)),
            Part::Any => symbols.push(Symbol::Any),
            Part::One => symbols.push(Symbol::One),
            Part::Dash => symbols.push(Symbol::Dash),
        }
    }
    symbols.into_boxed_slice()
}

fn plain(shape: Shape, needle: &[u8], cased: bool, text: &[u8]) -> bool {
    let same = |part: &[u8]| {
        if cased {
            part == needle
        } else {
            part.eq_ignore_ascii_case(needle)
        }
    };
    match shape {
        Shape::Equals => same(text),
        Shape::Starts => text.get(..needle.len()).is_some_and(same),
        Shape::Ends => text
            .len()
            .checked_sub(needle.len())
            .is_some_and(|start| same(&text[start..])),
        Shape::Contains => find(needle, cased, text).is_some(),
    }
}

/// Where `needle` first stands in `text`; it is in lower case unless `cased`.
pub fn find(needle: &[u8], cased: bool, text: &[u8]) -> Option<usize> {
    if cased {
        return memchr::memmem::find(text, needle);
    }
    let Some(first) = needle.first() else {
        return Some(0);
    };
    let last_start = text.len().checked_sub(needle.len())?;
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..=last_start])
        .find(|start| text[*start..*start + needle.len()].eq_ignore_ascii_case(needle))
}

/// Matches from the left, going back to the last `*` only: time is at most text × pattern.
fn glob(symbols: &[Symbol], cased: bool, text: &str) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    let mut retry = None;
    loop {
        if symbols.get(at) == Some(&Symbol::Any) {
            at += 1;
            if at == symbols.len() {
                return true;
            }
            retry = Some((at, rest.clone()));
            continue;
        }
        match rest.next() {
            None => return at == symbols.len(),
            Some(c) if symbols.get(at).is_some_and(|symbol| accepts(*symbol, cased, c)) => at += 1,
            Some(_) => match &mut retry {
                None => return false,
                Some((after_star, from)) => {
                    // The star takes one character more.
                    from.next();
                    at = *after_star;
                    rest = from.clone();
                }
            },
        }
    }
}

fn accepts(symbol: Symbol, cased: bool, c: char) -> bool {
    match symbol {
        Symbol::Any => false,
        Symbol::One => true,
        Symbol::Dash => DASHES.contains(&c),
        Symbol::Char(expected) => (if cased { c } else { fold(c) }) == expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_shapes_and_globs() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let matcher = TextMatcher::new(&Pattern::parse(pattern));
            assert_eq!(matcher.matches(text), expected, "{pattern} on {text}");
        };
        check("", "", true);
        check("", "a", false);
        check("abc", "ABC", true);
        check("ab*", "a", false);
        check("*bc", "abC", true);
        check("*b*", "aBc", true);
        check("*b*", "", false);
        check("*aab*", "aaab", true);
        check("a*b*c", "aXbYbZc", true);
        check("a*b*c", "aXbYbZ", false);
        check("?", "中", true);
        check("*É*", "caféé", true);
        check("*攻击*", "一次攻击。", true);
        check("k", "\u{212a}", false);
        check("*?", "", false);
        check("*?a", "aa", true);
    }

    #[test]
    fn plain_needles_do_not_become_globs() {
        let check = |pattern: &str, expected: bool| {
            let matcher = TextMatcher::new(&Pattern::parse(pattern));
            assert_eq!(
                matches!(matcher, TextMatcher::Plain { .. }),
                expected,
                "{pattern}"
            );
        };
        check("*union select*", true);
        check("*攻击*", true);
        check("*é*", false);
        check("a*b", false);
    }
}
