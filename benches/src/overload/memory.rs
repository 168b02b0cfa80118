//! Memory while something goes on.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinHandle;

use crate::process::resident;

/// How often memory is looked at.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

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
