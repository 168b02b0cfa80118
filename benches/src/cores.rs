//! Whose processors are whose.

use anyhow::Result;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Processors of servers and of the load, until this is dropped. What is measured of a
/// server would else hold what the load took from it: a processor when it was needed, and
/// what that had in its caches.
pub(crate) struct Cores {
    all: CpuSet,
    /// Those of the servers and of the load; `None` where there is one only.
    parts: Option<(CpuSet, CpuSet)>,
}

impl Cores {
    /// Halves the processors.
    pub(crate) fn separate() -> Result<Self> {
        let all = sched_getaffinity(None)?;
        let numbers: Vec<_> = (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number)).collect();
        if numbers.len() < 2 {
            return Ok(Self { all, parts: None });
        }
        let (mut server, mut load) = (CpuSet::new(), CpuSet::new());
        for (place, number) in numbers.into_iter().enumerate() {
            if place % 2 == 0 { server.set(number) } else { load.set(number) }
        }
        sched_setaffinity(None, &load)?;
        Ok(Self { all, parts: Some((server, load)) })
    }

    /// Whether server and load have processors of their own.
    pub(crate) const fn are_apart(&self) -> bool {
        self.parts.is_some()
    }

    /// Starts a server on its processors.
    pub(crate) fn for_server<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        let Some((server, load)) = &self.parts else { return start() };
        sched_setaffinity(None, server)?;
        let started = start();
        sched_setaffinity(None, load)?;
        started
    }
}

impl Drop for Cores {
    fn drop(&mut self) {
        // What comes next is measured on all of them; should that fail, it says less.
        let _ = sched_setaffinity(None, &self.all);
    }
}
