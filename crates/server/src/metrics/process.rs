//! What the system knows of this process.

use std::fs;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

/// What `/proc` says; nothing where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    pub(super) virtual_bytes: u64,
    pub(super) resident_bytes: u64,
}

impl Process {
    pub(super) fn now() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    /// Spec: proc(5), `/proc/pid/stat`: numbers after a name in brackets, which may hold
    /// anything; processor time in ticks, memory in bytes and in pages.
    fn parse(stat: &str) -> Option<Self> {
        let (_, numbers) = stat.rsplit_once(')')?;
        let numbers: Vec<&str> = numbers.split_ascii_whitespace().collect();
        let number = |place: usize| numbers.get(place)?.parse::<u32>().ok().map(f64::from);
        let bytes = |place: usize| numbers.get(place)?.parse::<u64>().ok();
        let ticks = u32::try_from(clock_ticks_per_second()).ok()?;
        let page = u64::try_from(page_size()).ok()?;
        Some(Self {
            cpu_seconds: (number(11)? + number(12)?) / f64::from(ticks),
            virtual_bytes: bytes(20)?,
            resident_bytes: bytes(21)?.saturating_mul(page),
        })
    }
}

pub(super) fn open_files() -> Option<usize> {
    // The one that is read by is among them.
    Some(fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1))
}

/// `None` for no bound.
pub(super) fn open_files_max() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let text = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 99 4096 3 0";
        let process = Process::parse(text).unwrap();
        assert_eq!(process.virtual_bytes, 4096);
        assert_eq!(process.resident_bytes, 3 * u64::try_from(page_size()).unwrap());
        assert!(process.cpu_seconds > 0.0);
        for broken in
            ["", "7 (a", "7 (a) S 1 2", "7 (a) S 1 2 3 4 5 6 7 8 9 10 x y 0 0 20 0 4 0 9 9 9"]
        {
            assert_eq!(Process::parse(broken), None, "{broken}");
        }
    }
}
