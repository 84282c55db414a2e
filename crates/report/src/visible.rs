//! Text whose every character is seen: controls, and characters that reorder or hide text, as their escapes.

/// The text on one line, with nothing in it that hides.
pub fn line(text: &str) -> String {
    show(text, false)
}

/// The same with its line breaks.
pub fn lines(text: &str) -> String {
    show(text, true)
}

fn show(text: &str, breaks: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' if breaks => shown.push('\n'),
            '\n' | '\t' => shown.push(' '),
            '\r' => {}
            c if hides(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Controls, marks of direction, and characters of no width.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(line("a\u{202e}b\0\r\n中"), "a\\u{202e}b\\u{0} 中");
        assert_eq!(lines("a\r\nb\u{200b}"), "a\nb\\u{200b}");
    }
}
