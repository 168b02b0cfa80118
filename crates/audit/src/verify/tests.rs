use stead_types::Timestamp;

use super::*;
use crate::head::AuditKey;

const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// A log of files, each with its lines.
#[derive(Clone)]
struct Log {
    files: Vec<Vec<Vec<u8>>>,
    link: Link,
}

impl Log {
    fn new() -> Self {
        Self { files: Vec::new(), link: Link::START }
    }

    fn file(&mut self) {
        let open = Mark::open(NOW, &self.link);
        self.files.push(Vec::new());
        self.mark(&open);
    }

    fn mark(&mut self, mark: &Mark) {
        self.line(&mark.to_json());
    }

    fn event(&mut self, text: &str) {
        self.line(format!("{{\"eventName\":\"{text}\"}}").as_bytes());
    }

    fn line(&mut self, line: &[u8]) {
        let mut out = Vec::new();
        self.link.seal(line, &mut out);
        self.files.last_mut().unwrap().push(out.trim_ascii_end().to_vec());
    }

    /// Two files with three events each, begun and ended by one server.
    fn usual() -> Self {
        let mut log = Self::new();
        log.file();
        log.mark(&start(HeadAtStart::New, 0));
        for text in ["a", "b", "c"] {
            log.event(text);
        }
        log.file();
        for text in ["d", "e", "f"] {
            log.event(text);
        }
        log.mark(&Mark::Stop { time: NOW.to_string() });
        log
    }

    fn head(&self) -> Head {
        Head { first: 1, last: self.link }
    }

    fn read(&self, verifier: &mut Verifier) {
        for (index, file) in self.files.iter().enumerate() {
            verifier.file(&format!("file-{index}"));
            for line in file {
                verifier.line(line);
            }
        }
    }

    fn report(&self, head: Head) -> Report {
        let mut verifier = Verifier::new(Some((head, Some(Authenticity::Authentic))));
        self.read(&mut verifier);
        verifier.finish()
    }
}

fn start(head: HeadAtStart, torn_bytes: u64) -> Mark {
    Mark::Start { time: NOW.to_string(), stead: "0.1.0".to_owned(), torn_bytes, head }
}

fn flaws(report: &Report) -> Vec<Flaw> {
    report.findings.iter().map(|finding| finding.flaw).collect()
}

#[test]
fn an_intact_log_holds() {
    let log = Log::usual();
    let report = log.report(log.head());
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.files, report.lines, report.events), (2, 10, 6));
    assert_eq!(report.range, Some((1, 10)));
    assert_eq!(report.notes, []);
}

#[test]
fn whatever_is_done_to_lines_shows() {
    let head = Log::usual().head();
    type Change = fn(&mut Log);
    let cases: [(Change, &[Flaw]); 9] = [
        (|log| drop(log.files[0].remove(3)), &[Flaw::Missing { first: 4, last: 4 }]),
        (|log| drop(log.files[0].pop()), &[Flaw::Missing { first: 5, last: 5 }]),
        (|log| log.files[0][3][14] = b'X', &[Flaw::Changed { sequence: 4 }]),
        (
            |log| log.files[1][1] = log.files[0][2].clone(),
            &[Flaw::OutOfOrder { sequence: 3, after: 6 }, Flaw::Missing { first: 7, last: 7 }],
        ),
        (
            |log| log.files[0].swap(2, 3),
            &[Flaw::Missing { first: 3, last: 3 }, Flaw::OutOfOrder { sequence: 3, after: 4 }],
        ),
        (|log| drop(log.files.remove(0)), &[Flaw::Missing { first: 1, last: 5 }]),
        (|log| drop(log.files.pop()), &[Flaw::Truncated { first: 6, last: 10 }]),
        (|log| drop(log.files[1].pop()), &[Flaw::Truncated { first: 10, last: 10 }]),
        (
            |log| log.files[1][2] = b"{}".to_vec(),
            &[Flaw::Unreadable(LineFault::NotSealed), Flaw::Missing { first: 8, last: 8 }],
        ),
    ];
    for (change, expected) in cases {
        let mut log = Log::usual();
        change(&mut log);
        assert_eq!(flaws(&log.report(head)), expected);
    }
}

/// Who cannot make a head can write the rest of the chain anew, and is found out by it.
#[test]
fn a_chain_that_was_written_anew_ends_elsewhere() {
    let mut forged = Log::new();
    forged.file();
    forged.mark(&start(HeadAtStart::New, 0));
    for text in ["a", "X", "c"] {
        forged.event(text);
    }
    forged.file();
    for text in ["d", "e", "f"] {
        forged.event(text);
    }
    forged.mark(&Mark::Stop { time: NOW.to_string() });
    let report = forged.report(Log::usual().head());
    assert_eq!(flaws(&report), [Flaw::OtherHead { sequence: 10 }]);
}

#[test]
fn the_oldest_files_may_go_when_the_head_says_so() {
    let mut log = Log::usual();
    let head = Head { first: 6, ..log.head() };
    assert!(log.report(head).holds(), "they were not deleted yet");
    log.files.remove(0);
    assert!(log.report(head).holds());
    // Its first line names the digest before it, and is changed with it.
    let other = String::from_utf8(log.files[0][0].clone()).unwrap();
    let (before, after) = other.split_once("\"previous\":\"").unwrap();
    let digit = if after.starts_with('0') { '1' } else { '0' };
    let rest: String = after.chars().skip(1).collect();
    let changed = format!("{before}\"previous\":\"{digit}{rest}");
    log.files[0][0] = changed.into_bytes();
    assert_eq!(flaws(&log.report(head)), [Flaw::Changed { sequence: 6 }]);
    log.files[0].remove(0);
    assert_eq!(flaws(&log.report(head)), [Flaw::NoBeginning, Flaw::Missing { first: 6, last: 6 }]);
}

#[test]
fn a_first_line_that_opens_nothing_is_checked_too() {
    let (mut link, mut out) = (Link::START, Vec::new());
    link.seal(b"{\"eventName\":\"a\"}", &mut out);
    let mut verifier = Verifier::new(Some((Head { first: 1, last: link }, None)));
    verifier.file("file");
    let changed = String::from_utf8(out).unwrap().replace("\"a\"", "\"b\"");
    verifier.line(changed.trim_end().as_bytes());
    assert_eq!(flaws(&verifier.finish()), [Flaw::NoBeginning, Flaw::Changed { sequence: 1 }]);
}

#[test]
fn a_head_that_is_not_the_servers_shows() {
    let log = Log::usual();
    for (authenticity, expected) in
        [(Authenticity::Forged, Flaw::ForgedHead), (Authenticity::OtherKey, Flaw::OtherKey)]
    {
        let mut verifier = Verifier::new(Some((log.head(), Some(authenticity))));
        log.read(&mut verifier);
        assert_eq!(flaws(&verifier.finish()), [expected]);
    }
    let mut verifier = Verifier::new(None);
    log.read(&mut verifier);
    assert_eq!(flaws(&verifier.finish()), [Flaw::NoHead]);
    let mut verifier = Verifier::new(Some((log.head(), None)));
    log.read(&mut verifier);
    let report = verifier.finish();
    assert!(report.holds());
    assert_eq!(report.notes, [Note::HeadUnchecked]);
}

#[test]
fn a_killed_server_is_told_from_a_cut_log() {
    let mut log = Log::usual();
    log.files[1].pop();
    let SealedLine { link, .. } = SealedLine::parse(log.files[1].last().unwrap()).unwrap();
    log.link = link;
    let head = log.head();
    log.event("written after the head");
    log.mark(&start(HeadAtStart::Agrees, 12));
    let report = log.report(head);
    assert!(report.holds(), "{report:?}");
    assert_eq!(
        report.notes,
        [Note::Killed { sequence: 11, torn_bytes: 12 }, Note::AfterHead { lines: 2 }]
    );
    log.mark(&start(HeadAtStart::Differs, 0));
    assert_eq!(flaws(&log.report(log.head())), [Flaw::FoundAtStart(HeadAtStart::Differs)]);
}

#[test]
fn only_the_end_of_the_log_may_be_unfinished() {
    let log = Log::usual();
    let mut verifier = Verifier::new(Some((log.head(), Some(Authenticity::Authentic))));
    for (index, file) in log.files.iter().enumerate() {
        verifier.file(&index.to_string());
        file.iter().for_each(|line| verifier.line(line));
        verifier.torn(5);
    }
    let report = verifier.finish();
    assert_eq!(flaws(&report), [Flaw::Torn { bytes: 5 }]);
    assert_eq!(report.notes, [Note::Unfinished { bytes: 5 }]);
}

#[test]
fn lost_events_are_told_and_are_no_flaw() {
    let mut log = Log::usual();
    log.mark(&Mark::Gap { time: NOW.to_string(), lost: 3 });
    let report = log.report(log.head());
    assert!(report.holds());
    assert_eq!(report.notes, [Note::Gap { sequence: 11, lost: 3 }]);
}

#[test]
fn findings_are_bounded() {
    let mut verifier = Verifier::new(None);
    verifier.file("file");
    for _ in 0..FINDINGS_MAX + 10 {
        verifier.line(b"{}");
    }
    let report = verifier.finish();
    assert_eq!((report.findings.len(), report.more_findings), (FINDINGS_MAX, 11));
}

#[test]
fn the_name_of_a_key_is_shown_and_the_key_is_not() {
    assert_eq!(format!("{:?}", AuditKey::new("k", &[7; 32])), "AuditKey { id: \"k\", .. }");
}
