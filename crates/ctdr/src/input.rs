//! Short texts that a command is given in a file, or `-` for standard input.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// The text of a file, at most so many bytes of it.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    let mut text = String::new();
    if is_standard(path) {
        io::stdin().take(most).read_to_string(&mut text)?;
    } else {
        File::open(path)?.take(most).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// Whether standard input is meant.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}
