//! Windows event logs: a header, then chunks of records, read one chunk at a time.
//!
//! <https://learn.microsoft.com/openspecs/windows_protocols/ms-even6>

use super::{BLOCK, Filled, Source, open::Reader, read_full, windows};
use evtx::{EvtxChunkData, ParserSettings};
use std::{collections::VecDeque, io, sync::Arc};

const HEADER: usize = 4 << 10;
const CHUNK: usize = 64 << 10;

/// Reads an event log.
pub(super) struct EventLog {
    reader: Reader,
    settings: Arc<ParserSettings>,
    guess_logs: bool,
    chunks: u64,
    /// Whether the last chunk was cut short.
    cut: bool,
    /// What is left of the chunk that was read: events, and what could not be read.
    rest: VecDeque<Result<Vec<u8>, String>>,
}

impl EventLog {
    pub(super) fn new(mut reader: Reader, guess_logs: bool) -> io::Result<Self> {
        let mut header = [0; HEADER];
        if read_full(&mut reader, &mut header)? < HEADER {
            return Err(cut("header"));
        }
        Ok(Self {
            reader,
            settings: Arc::new(ParserSettings::new().indent(false)),
            guess_logs,
            chunks: 0,
            cut: false,
            rest: VecDeque::new(),
        })
    }

    /// Reads a chunk; false at the end.
    fn chunk(&mut self) -> io::Result<bool> {
        let mut bytes = vec![0; CHUNK];
        let known = read_full(&mut self.reader, &mut bytes)?;
        if known == 0 {
            return Ok(false);
        }
        let number = self.chunks;
        self.chunks += 1;
        if bytes.iter().any(|byte| *byte != 0) {
            let read = self.records(bytes);
            self.rest.extend(
                read.map_err(|error| Err(format!("chunk {number}: {}", chain(&error))))
                    .err(),
            );
        }
        // What stands in front of the cut has been taken all the same.
        self.cut = known < CHUNK;
        Ok(true)
    }

    fn records(&mut self, bytes: Vec<u8>) -> Result<(), evtx::err::ChunkError> {
        let mut data = EvtxChunkData::new(bytes, false)?;
        let mut chunk = data.parse(Arc::clone(&self.settings))?;
        for record in chunk.iter() {
            let json = record.and_then(evtx::EvtxRecord::into_json_value);
            self.rest.push_back(
                json.map(|json| windows::event(&json.data, self.guess_logs))
                    .map_err(|error| chain(&error)),
            );
        }
        Ok(())
    }
}

/// An error with its causes: the crate's own words leave them out.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn cut(inside: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the file ends inside of its {inside}"),
    )
}

impl Source for EventLog {
    fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<Filled> {
        while text.len() < BLOCK {
            match self.rest.pop_front() {
                Some(Ok(mut event)) => {
                    text.append(&mut event);
                    text.push(b'\n');
                }
                Some(Err(message)) => return Ok(Filled::Broken(message)),
                None if self.cut => return Err(cut("last chunk")),
                None if self.chunk()? => {}
                None => return Ok(Filled::End),
            }
        }
        Ok(Filled::Events)
    }
}
