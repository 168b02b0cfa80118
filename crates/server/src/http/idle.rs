use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::places::Visit;
use crate::limits::{HEAD_SENT_WAIT_MAX, SILENCE_MAX, WRITE_WAIT_MAX};

/// A connection that is given up when its client is too slow:
///
/// - silent for [`SILENCE_MAX`], such as an HTTP/2 connection that never says a word;
/// - over HTTP/1.1, more than [`HEAD_SENT_WAIT_MAX`] for a head that it has begun to send;
/// - more than [`WRITE_WAIT_MAX`] for taking the answers that are to be written.
///
/// HTTP has its own timers for bodies and for the time between requests. A timer is set
/// again for each read and otherwise left alone; writing has one only while it is stuck.
pub(super) struct IdleBound<T> {
    stream: T,
    visit: Arc<Visit>,
    heads: Heads,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

/// Whether a head's first byte can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heads {
    /// One after the other.
    InTurn {
        /// The head that is arriving, counted from 0.
        arriving: Option<u32>,
    },
    /// Several at a time.
    Interleaved,
}

impl<T> IdleBound<T> {
    pub(super) fn new(stream: T, visit: Arc<Visit>, heads: Heads) -> Self {
        Self { stream, visit, heads, reading: Box::pin(sleep(SILENCE_MAX)), writing: None }
    }

    /// Bytes have come.
    fn heard(&mut self) {
        let wait = match (&mut self.heads, self.visit.awaited_head()) {
            (Heads::InTurn { arriving }, Some(head)) if *arriving == Some(head) => return,
            (Heads::InTurn { arriving }, Some(head)) => {
                *arriving = Some(head);
                HEAD_SENT_WAIT_MAX
            }
            (Heads::InTurn { .. }, None) | (Heads::Interleaved, _) => SILENCE_MAX,
        };
        self.reading.as_mut().reset(Instant::now() + wait);
    }

    /// Whether it is too late for bytes to come.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        if self.reading.as_mut().poll(context).is_pending() {
            return false;
        }
        match &mut self.heads {
            // The head came in time. What is waited for is the answer, or the next one.
            Heads::InTurn { arriving } if arriving.is_some_and(|it| it != self.visit.heads()) => {
                *arriving = None;
                self.reading.as_mut().reset(Instant::now() + SILENCE_MAX);
                self.reading.as_mut().poll(context).is_ready()
            }
            Heads::InTurn { .. } | Heads::Interleaved => true,
        }
    }

    /// What became of writing, unless it has been stuck for too long. The time ends when
    /// everything is written, so that taking a byte now and then does not prolong it.
    fn within<D>(
        &mut self,
        written: Poll<io::Result<D>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<D>> {
        if written.is_ready() {
            return written;
        }
        let writing = self.writing.get_or_insert_with(|| Box::pin(sleep(WRITE_WAIT_MAX)));
        match writing.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for IdleBound<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(done) => {
                self.heard();
                Poll::Ready(done)
            }
            Poll::Pending if self.is_over(context) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for IdleBound<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.within(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.within(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.writing = None;
        }
        self.within(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(shut, context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::super::places::{Counting, Place, Places};
    use super::*;

    /// The server's side of a connection, its client's, and its place.
    fn connection(heads: Heads) -> (IdleBound<DuplexStream>, DuplexStream, Place) {
        let (server, client) = duplex(16);
        let place = Places::new(1, 1).take(Ipv4Addr::LOCALHOST.into(), Counting::ByAddress);
        let place = place.ok().unwrap();
        (IdleBound::new(server, Arc::clone(place.visit()), heads), client, place)
    }

    const IN_TURN: Heads = Heads::InTurn { arriving: None };

    /// A byte every other second.
    async fn trickle(mut client: DuplexStream) {
        while client.write_all(b"x").await.is_ok() {
            sleep(Duration::from_secs(2)).await;
        }
    }

    /// Reads until nothing comes any more; says when that was, and why.
    async fn read(server: &mut IdleBound<DuplexStream>) -> (Duration, io::ErrorKind) {
        let began = Instant::now();
        let ended = server.read_to_end(&mut Vec::new()).await;
        (began.elapsed(), ended.map_or_else(|error| error.kind(), |_| io::ErrorKind::Other))
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_in_is_not_waited_for() {
        let (mut server, client, _place) = connection(IN_TURN);
        tokio::spawn(trickle(client));
        let (after, why) = read(&mut server).await;
        assert_eq!(why, io::ErrorKind::TimedOut);
        assert!(after >= HEAD_SENT_WAIT_MAX && after < HEAD_SENT_WAIT_MAX * 2, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_a_connection_later_and_bytes_prolong_it() {
        for heads in [IN_TURN, Heads::Interleaved] {
            let (mut server, _client, _place) = connection(heads);
            let (after, why) = read(&mut server).await;
            assert_eq!((after.as_secs(), why), (SILENCE_MAX.as_secs(), io::ErrorKind::TimedOut));
        }
        let (mut server, client, _place) = connection(Heads::Interleaved);
        tokio::spawn(trickle(client));
        let reading = tokio::time::timeout(SILENCE_MAX * 3, read(&mut server));
        assert!(reading.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_in_time_leaves_time_for_its_body_answer_and_the_next() {
        let (mut server, mut client, place) = connection(IN_TURN);
        client.write_all(b"head").await.unwrap();
        let mut head = [0; 4];
        server.read_exact(&mut head).await.unwrap();
        place.visit().note_head();
        // The answer is being made.
        let reading = tokio::time::timeout(HEAD_SENT_WAIT_MAX * 3, server.read_u8());
        assert!(reading.await.is_err());
        client.write_all(b"body").await.unwrap();
        server.read_exact(&mut head).await.unwrap();
        place.visit().note_answer();
        let reading = tokio::time::timeout(HEAD_SENT_WAIT_MAX * 3, server.read_u8());
        assert!(reading.await.is_err());
        tokio::spawn(trickle(client));
        let (after, _) = read(&mut server).await;
        assert!(after < HEAD_SENT_WAIT_MAX * 2, "the next has its own time: {after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_too_slowly_is_not_waited_for() {
        let (mut server, mut client, _place) = connection(IN_TURN);
        tokio::spawn(async move {
            while client.read_u8().await.is_ok() {
                sleep(Duration::from_secs(2)).await;
            }
        });
        let began = Instant::now();
        // What is taken at once never has to wait, however much it is.
        server.write_all(b"answer").await.unwrap();
        server.flush().await.unwrap();
        let stuck = server.write_all(&[b'x'; 1024]).await.unwrap_err();
        assert_eq!(stuck.kind(), io::ErrorKind::TimedOut);
        let after = began.elapsed();
        assert!(after >= WRITE_WAIT_MAX && after < WRITE_WAIT_MAX * 2, "{after:?}");
    }
}
