//! Many requests, answered by as many threads as there are processors.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use stead_analysis::{Inquiry, InquiryError, Simulated, Simulation};

type Answer = Result<Simulated, InquiryError>;

/// Requests that one thread answers before it takes the next.
const CHUNK: usize = 64;

/// From how many requests on their number is shown while they are answered.
const SHOWN_FROM: usize = 2_000;

/// The answers, in the order of the requests.
pub(super) fn answers(simulation: &Simulation, inquiries: &[&Inquiry]) -> Vec<Answer> {
    let chunks: Vec<&[&Inquiry]> = inquiries.chunks(CHUNK).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(chunks.len());
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, Vec<Answer>)> = Vec::with_capacity(chunks.len());
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, chunks) = (sender.clone(), &next, &chunks);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(chunk) = chunks.get(index) else { return };
                    let answers = chunk.iter().map(|inquiry| simulation.answer(inquiry)).collect();
                    if sender.send((index, answers)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut progress = Progress::new(inquiries.len());
        for (index, answers) in receiver {
            progress.add(Vec::len(&answers));
            done.push((index, answers));
        }
        progress.end();
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().flat_map(|(_, answers)| answers).collect()
}

/// One line on a terminal, written again for each whole percent.
struct Progress {
    is_shown: bool,
    all: usize,
    done: usize,
    percent: usize,
}

impl Progress {
    fn new(all: usize) -> Self {
        let is_shown = all >= SHOWN_FROM && std::io::stderr().is_terminal();
        Self { is_shown, all, done: 0, percent: 0 }
    }

    fn add(&mut self, count: usize) {
        self.done += count;
        let percent = self.done * 100 / self.all.max(1);
        if self.is_shown && percent != self.percent {
            self.percent = percent;
            let filled = "#".repeat(percent / 4);
            let line = format!("\r[{filled:<25}] {} of {} requests", self.done, self.all);
            // Whoever does not see it misses nothing.
            let _ = std::io::stderr().lock().write_all(line.as_bytes());
        }
    }

    fn end(&self) {
        if self.is_shown {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
