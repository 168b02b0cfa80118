//! Memory while something goes on, and whose processors are whose.

use std::time::Duration;

use anyhow::Result;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tokio::task::JoinHandle;

use crate::process::resident;

/// How often memory is looked at.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

/// Processors of the server and of the load. A generator of ten times what a server can
/// do would otherwise take the processors that the server is measured on.
pub(super) struct Cores {
    server: CpuSet,
    load: CpuSet,
}

/// Halves the processors; `None` where there is one only.
pub(super) fn separate() -> Result<Option<Cores>> {
    let all = sched_getaffinity(None)?;
    let numbers: Vec<_> = (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number)).collect();
    if numbers.len() < 2 {
        return Ok(None);
    }
    let (mut server, mut load) = (CpuSet::new(), CpuSet::new());
    for (place, number) in numbers.into_iter().enumerate() {
        if place % 2 == 0 { server.set(number) } else { load.set(number) }
    }
    Ok(Some(Cores { server, load }))
}

impl Cores {
    /// Starts the server on its processors, and leaves this thread on the others.
    pub(super) fn for_server<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        sched_setaffinity(None, &self.server)?;
        let started = start();
        sched_setaffinity(None, &self.load)?;
        started
    }
}

/// Looks at memory while something goes on.
pub(super) struct Sampler {
    end: tokio::sync::watch::Sender<bool>,
    task: JoinHandle<Result<u64>>,
}

impl Sampler {
    pub(super) fn start(process: u32) -> Self {
        let (end, mut ended) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move {
            let mut highest = 0;
            loop {
                highest = resident(process)?.max(highest);
                tokio::select! {
                    _ = ended.changed() => return Ok(highest),
                    () = tokio::time::sleep(SAMPLE_INTERVAL) => {}
                }
            }
        });
        Self { end, task }
    }

    /// The most that was seen.
    pub(super) async fn end(self) -> Result<u64> {
        let _ = self.end.send(true);
        self.task.await?
    }
}
