//! Opens a file: takes its compression off, looks at its first bytes, and picks the source that reads it.

use super::{
    Source,
    evtx::EventLog,
    invalid,
    lines::JsonLines,
    read_full,
    sniff::{Format, Sniffed, sniff},
    table::Table,
    values::Values,
};
use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

/// Bytes from the start of a file that say what it is.
const START: usize = 4 << 10;

/// What is read from, without its compression.
pub(super) type Reader = Box<dyn Read + Send>;

/// The source that reads a file.
pub(super) fn source(path: &Path, guess_logs: bool) -> io::Result<Box<dyn Source>> {
    let mut reader = decompressed(path)?;
    let mut start = vec![0; START];
    let known = read_full(&mut reader, &mut start)?;
    start.truncate(known);
    let Sniffed { format, skip } = sniff(&start, path).map_err(invalid)?;
    start.drain(..skip);
    let whole: Reader = Box::new(Cursor::new(start).chain(reader));
    Ok(match format {
        Format::Lines => Box::new(JsonLines::new(whole)),
        Format::Values => Box::new(Values::new(whole)),
        Format::Table { delimiter } => Box::new(Table::new(whole, delimiter)?),
        Format::EventLog => Box::new(EventLog::new(whole, guess_logs)?),
    })
}

fn decompressed(path: &Path) -> io::Result<Reader> {
    let mut file = File::open(path)?;
    let mut magic = [0; 4];
    let known = read_full(&mut file, &mut magic)?;
    let whole = Cursor::new(magic[..known].to_vec()).chain(file);
    Ok(match magic {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(whole)?),
        _ => Box::new(whole),
    })
}
