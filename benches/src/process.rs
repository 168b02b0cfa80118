//! What the system says about a process.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::param::clock_ticks_per_second;

/// Resident bytes of a process.
pub(crate) fn resident(process: u32) -> Result<u64> {
    memory(process, "VmRSS:")
}

/// The most resident bytes that a process has had.
pub(crate) fn peak_resident(process: u32) -> Result<u64> {
    memory(process, "VmHWM:")
}

fn memory(process: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.context("a process has resident memory")?.parse::<u64>()? * 1024)
}

/// The processor time of a process and of all its threads, those that ended too.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; proc(5) counts fields from 1.
    let (_, fields) = text.rsplit_once(')').context("a process has a name")?;
    let fields: Vec<_> = fields.split_whitespace().collect();
    let field = |number: usize| -> Result<u64> {
        Ok(fields.get(number - 3).context("proc(5) has this field")?.parse()?)
    };
    let ticks = field(14)? + field(15)?;
    Ok(Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn work_is_counted_and_memory_is_held() {
        let process = std::process::id();
        let (before, began) = (processor_time(process).unwrap(), clock::instant());
        let mut held = Vec::new();
        while processor_time(process).unwrap() < before + Duration::from_millis(50) {
            held.push(std::hint::black_box(1_u8));
            assert!(began.elapsed() < Duration::from_secs(60), "no time was counted");
        }
        assert!(resident(process).unwrap() > 100 * 1024);
        assert!(peak_resident(process).unwrap() >= resident(process).unwrap() / 2);
    }
}
