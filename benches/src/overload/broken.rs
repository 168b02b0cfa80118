//! Clients that are slow, broken or hostile.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::{connect, source};

const HEAD: &[u8] = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\n";

/// A request that is refused for want of a signature.
const UNSIGNED: &[u8] = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 43\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15";

/// All of them, until the end.
pub(super) struct Broken {
    tasks: JoinSet<()>,
    counts: Vec<(&'static str, Arc<AtomicU64>)>,
    /// How many there are, of the usual number.
    percent: usize,
}

impl Broken {
    pub(super) fn start(address: SocketAddr, percent: usize) -> Self {
        let mut broken = Self { tasks: JoinSet::new(), counts: Vec::new(), percent };
        broken.add("slow heads", 100, 100, address, |stream| trickle(stream, b"", 200));
        broken.add("slow bodies", 100, 100, address, |stream| trickle(stream, HEAD, 500));
        broken.add("slow readers", 50, 100, address, never_read);
        broken.add("silent connections", 1500, 100, address, stay);
        broken.add("garbage", 20, 50, address, garbage);
        broken.add("gone in the midst of a request", 20, 50, address, leave);
        broken
    }

    /// `count` clients of a kind, each with one connection after the other and a pause of
    /// so many milliseconds in between.
    fn add<F: Future<Output = Result<()>> + Send>(
        &mut self,
        name: &'static str,
        count: usize,
        pause: u64,
        address: SocketAddr,
        act: impl Fn(TcpStream) -> F + Clone + Send + Sync + 'static,
    ) {
        let opened = Arc::new(AtomicU64::new(0));
        let kind = u8::try_from(self.counts.len()).unwrap_or(0) + 2;
        for number in 0..(count * self.percent).div_ceil(100) {
            let (act, opened) = (act.clone(), Arc::clone(&opened));
            let source = source(kind, number / 500).unwrap_or(Ipv4Addr::LOCALHOST);
            self.tasks.spawn(async move {
                loop {
                    if let Ok(stream) = connect(source, address).await {
                        opened.fetch_add(1, Ordering::Relaxed);
                        // What such a client meets is its own affair.
                        let _ = act(stream).await;
                    }
                    sleep(Duration::from_millis(pause)).await;
                }
            });
        }
        self.counts.push((name, opened));
    }

    /// Ends them; gives how many connections each kind has opened.
    pub(super) fn end(mut self) -> Vec<(&'static str, u64)> {
        self.tasks.abort_all();
        self.counts.into_iter().map(|(name, it)| (name, it.load(Ordering::Relaxed))).collect()
    }
}

/// Sends a beginning, and then a byte at a time until the server has enough of it.
async fn trickle(mut stream: TcpStream, beginning: &'static [u8], every: u64) -> Result<()> {
    stream.write_all(beginning).await?;
    loop {
        stream.write_all(b"x").await?;
        sleep(Duration::from_millis(every)).await;
    }
}

/// Sends requests for as long as anybody takes them, and reads no answer.
async fn never_read(mut stream: TcpStream) -> Result<()> {
    loop {
        stream.write_all(UNSIGNED).await?;
        sleep(Duration::from_millis(20)).await;
    }
}

/// Says nothing until it is closed.
async fn stay(mut stream: TcpStream) -> Result<()> {
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

async fn garbage(mut stream: TcpStream) -> Result<()> {
    let bytes: Vec<u8> = (0..200_u8).map(|byte| byte.wrapping_mul(167)).collect();
    stream.write_all(&bytes).await?;
    stream.write_all(b"\r\n\r\n").await?;
    stay(stream).await
}

async fn leave(mut stream: TcpStream) -> Result<()> {
    stream.write_all(HEAD).await?;
    Ok(())
}
