//! A request's body as something a thread can read: the connection feeds it piece by piece, and waits while the thread
//! is behind.

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use connectors::decompress::DecompressError;
use futures_util::StreamExt as _;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// Pieces under way between connection and thread.
const AHEAD: usize = 4;

/// Bytes of a refused body that are still received.
const THROWN_AWAY: usize = 64 << 20;

/// A piece of a body, or its end. Without an end the body was cut off, which must not look like one.
enum Piece {
    Data(Bytes),
    End,
}

/// Reads a body as it arrives.
pub struct BodyReader {
    pieces: mpsc::Receiver<Piece>,
    current: Bytes,
    ended: bool,
    left: u64,
    limit: u64,
}

impl BodyReader {
    /// A reader of at most `limit` bytes, and what feeds it: the two have to run side by side.
    pub fn new(body: Body, limit: u64) -> (Self, impl Future<Output = ()>) {
        let (sender, pieces) = mpsc::channel(AHEAD);
        (
            Self {
                pieces,
                current: Bytes::new(),
                ended: false,
                left: limit,
                limit,
            },
            feed(body, sender),
        )
    }
}

/// Feeds the reader until the body ends or breaks off. A reader that gave up has an answer that the sender should get
/// to read: whoever is still sending when the connection closes reads nothing.
async fn feed(body: Body, sender: mpsc::Sender<Piece>) {
    let mut data = body.into_data_stream();
    let mut thrown_away = 0;
    while let Some(piece) = data.next().await {
        let Ok(piece) = piece else { return };
        let length = piece.len();
        if sender.send(Piece::Data(piece)).await.is_err() {
            thrown_away += length;
            if thrown_away > THROWN_AWAY {
                return;
            }
        }
    }
    // Whoever gave up reading does not need to know.
    let _ = sender.send(Piece::End).await;
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.ended {
            match self.pieces.blocking_recv() {
                Some(Piece::Data(piece)) => {
                    // Compressed bytes are bounded too: a stream of empty frames decompresses to nothing, forever.
                    self.left = self
                        .left
                        .checked_sub(piece.len() as u64)
                        .ok_or_else(|| io::Error::other(DecompressError::TooLarge { limit: self.limit }))?;
                    self.current = piece;
                }
                Some(Piece::End) => self.ended = true,
                None => return Err(io::ErrorKind::ConnectionAborted.into()),
            }
        }
        let read = buffer.len().min(self.current.len());
        buffer[..read].copy_from_slice(&self.current[..read]);
        self.current.advance(read);
        Ok(read)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn read(pieces: Vec<io::Result<&'static str>>, limit: u64) -> io::Result<String> {
        let (mut reader, feed) = BodyReader::new(Body::from_stream(stream::iter(pieces)), limit);
        let reading = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        });
        let ((), read) = tokio::join!(feed, reading);
        read.unwrap()
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end() {
        assert_eq!(read(vec![Ok("ab"), Ok(""), Ok("c")], 3).await.unwrap(), "abc");
        assert_eq!(read(vec![], 3).await.unwrap(), "");
        assert_eq!(
            read((0..20).map(|_| Ok("x")).collect(), 20).await.unwrap().len(),
            20,
            "more pieces than go ahead"
        );
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_any_more_is_received_to_its_end_within_bounds() {
        let received = |pieces: usize| async move {
            let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
            let counted = std::sync::Arc::clone(&count);
            let pieces = stream::iter(0..pieces).map(move |_| {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok::<_, io::Error>(Bytes::from(vec![0; 1 << 20]))
            });
            let (reader, feed) = BodyReader::new(Body::from_stream(pieces), u64::MAX);
            drop(reader);
            feed.await;
            count.load(std::sync::atomic::Ordering::Relaxed)
        };
        assert_eq!(received(10).await, 10);
        assert_eq!(received(1_000).await, 65);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_or_goes_on_too_long_is_an_error() {
        let cut = read(vec![Ok("ab"), Err(io::Error::other("reset"))], 9)
            .await
            .unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::ConnectionAborted);
        let long = read(vec![Ok("ab"), Ok("cd")], 3).await.unwrap_err();
        assert_eq!(
            DecompressError::of(&long),
            Some(&DecompressError::TooLarge { limit: 3 })
        );
    }
}
