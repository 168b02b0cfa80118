use std::fs;
use std::ops::ControlFlow;

use stead_audit::limits::SEQUENCE_MAX;
use stead_audit::{Authenticity, ClaimedHead, Flaw, HeadAtStart, Mark, Note, Report};
use stead_types::Timestamp;

use super::directory::{Form, HEAD_NAME, Segment, segments};
use super::*;
use crate::clock::AdjustableClock;
use crate::config::AuditTarget;
use crate::scratch::Scratch;

fn settings() -> Audit {
    Audit {
        target: AuditTarget::Directory,
        demand: Demand::Required,
        file_bytes_max: 1024 * 1024,
        file_age_max: Duration::from_secs(3600),
        files_max: 3,
    }
}

fn some_key() -> AuditKey {
    AuditKey::new("key", &[7; 32])
}

fn keys(current: AuditKey) -> AuditKeys {
    AuditKeys { current, replaced: None }
}

fn open(scratch: &Scratch, settings: &Audit, clock: &Arc<AdjustableClock>) -> AuditLog {
    let clock: Arc<dyn Clock> = Arc::<AdjustableClock>::clone(clock);
    AuditLog::in_directory(scratch.path().to_owned(), settings, keys(some_key()), clock).unwrap()
}

fn event(number: u32) -> Vec<u8> {
    format!("{{\"eventName\":\"{number}\"}}").into_bytes()
}

/// What a server writes from its start to its end.
async fn written(scratch: &Scratch, settings: &Audit, numbers: std::ops::Range<u32>) {
    let log = open(scratch, settings, &Arc::default());
    for number in numbers {
        log.admit().await.unwrap();
        log.accept(&event(number));
    }
    log.stop().await;
}

fn check(scratch: &Scratch) -> Report {
    verify(scratch.path(), &[some_key()]).unwrap()
}

fn flaws(scratch: &Scratch) -> Vec<Flaw> {
    check(scratch).findings.iter().map(|finding| finding.flaw).collect()
}

fn lines(scratch: &Scratch) -> Vec<String> {
    let mut lines = Vec::new();
    each_line::<io::Error>(scratch.path(), |line| {
        lines.push(String::from_utf8(line.to_vec()).unwrap());
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    lines
}

fn only_file(scratch: &Scratch) -> PathBuf {
    scratch.path().join(Segment::plain(1).name())
}

#[tokio::test]
async fn events_are_written_in_their_order_and_the_log_holds() {
    let scratch = Scratch::new("audit-order");
    written(&scratch, &settings(), 0..100).await;
    written(&scratch, &settings(), 100..120).await;
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.files, report.events, report.lines), (1, 120, 125));
    assert_eq!(report.notes, []);
    let events = lines(&scratch).into_iter().filter(|line| line.starts_with("{\"eventName\""));
    let names: Vec<_> = events.map(|line| line.split('"').nth(3).unwrap().to_owned()).collect();
    assert_eq!(names, (0..120).map(|number| number.to_string()).collect::<Vec<_>>());
    let mode = fs::metadata(only_file(&scratch)).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
}

#[tokio::test]
async fn a_full_file_is_closed_and_compressed_and_the_oldest_go() {
    let scratch = Scratch::new("audit-rotation");
    let small = Audit { file_bytes_max: 1, ..settings() };
    for start in 0..5 {
        written(&scratch, &small, start..start + 1).await;
    }
    // Every server began a file, and another one for its event.
    // Files are compressed meanwhile; one that is dropped then is there again for a moment.
    let forms = || -> Vec<_> {
        segments(scratch.path()).unwrap().iter().map(|segment| segment.form).collect()
    };
    let settles = async {
        while forms() != [Form::Compressed, Form::Compressed, Form::Plain] {
            tokio::task::yield_now().await;
        }
    };
    let settled = timeout(Duration::from_secs(60), settles).await;
    assert!(settled.is_ok(), "{:?}", forms());
    let kept = segments(scratch.path()).unwrap();
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    assert!(kept[0].first > 1 && report.range.unwrap().0 == kept[0].first);
    // A compressed file that is no longer what it was.
    let path = scratch.path().join(segments(scratch.path()).unwrap()[1].name());
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    assert!(!check(&scratch).holds());
}

#[tokio::test]
async fn an_old_file_is_closed_with_the_next_event() {
    let scratch = Scratch::new("audit-age");
    let clock = Arc::new(AdjustableClock::default());
    let log = open(&scratch, &settings(), &clock);
    log.accept(&event(1));
    while lines(&scratch).len() < 3 {
        tokio::task::yield_now().await;
    }
    clock.set_ahead(Duration::from_secs(3601));
    log.accept(&event(2));
    log.stop().await;
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.files, report.events), (2, 2));
}

#[tokio::test]
async fn whatever_is_done_to_a_file_shows() {
    type Change = fn(&mut Vec<String>);
    let cases: [(&str, Change, Flaw); 4] = [
        ("removed", |lines| drop(lines.remove(3)), Flaw::Missing { first: 4, last: 4 }),
        (
            "changed",
            |lines| lines[3] = lines[3].replace(":\"1\"", ":\"9\""),
            Flaw::Changed { sequence: 4 },
        ),
        ("swapped", |lines| lines.swap(3, 4), Flaw::Missing { first: 4, last: 4 }),
        ("cut", |lines| lines.truncate(5), Flaw::Truncated { first: 6, last: 13 }),
    ];
    for (name, change, expected) in cases {
        let scratch = Scratch::new(&format!("audit-{name}"));
        written(&scratch, &settings(), 0..10).await;
        let path = only_file(&scratch);
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        assert_eq!(flaws(&scratch).first(), Some(&expected), "{name}");
        // A server that goes on does not make it good.
        written(&scratch, &settings(), 10..11).await;
        let after = flaws(&scratch);
        assert!(after.contains(&Flaw::FoundAtStart(HeadAtStart::Differs)), "{name}: {after:?}");
    }
}

#[tokio::test]
async fn files_and_heads_that_are_gone_show() {
    let scratch = Scratch::new("audit-gone");
    written(&scratch, &settings(), 0..3).await;
    let head = scratch.path().join(HEAD_NAME);
    let signed = fs::read(&head).unwrap();
    fs::remove_file(&head).unwrap();
    assert_eq!(flaws(&scratch), [Flaw::NoHead]);
    fs::write(&head, &signed).unwrap();
    assert!(check(&scratch).holds());
    fs::remove_file(only_file(&scratch)).unwrap();
    assert_eq!(flaws(&scratch), [Flaw::Truncated { first: 1, last: 6 }]);
    written(&scratch, &settings(), 3..4).await;
    let after = flaws(&scratch);
    assert!(after.contains(&Flaw::FoundAtStart(HeadAtStart::Differs)), "{after:?}");
    assert!(after.contains(&Flaw::Missing { first: 1, last: 6 }), "{after:?}");
    let other = AuditKey::new("other", &[8; 32]);
    let report = verify(scratch.path(), &[other]).unwrap();
    assert!(report.findings.iter().any(|finding| finding.flaw == Flaw::OtherKey));
    assert!(verify(scratch.path(), &[]).unwrap().notes.contains(&Note::HeadUnchecked));
}

#[tokio::test]
async fn the_head_of_somebody_without_the_key_moves_no_number() {
    let scratch = Scratch::new("audit-forged-head");
    written(&scratch, &settings(), 0..3).await;
    let forger = AuditKey::new(some_key().id(), &[9; 32]);
    let mut last = stead_audit::Link::START;
    last.sequence = SEQUENCE_MAX;
    let forged = stead_audit::Head { first: 1, last }.sign(&forger);
    fs::write(scratch.path().join(HEAD_NAME), forged).unwrap();
    written(&scratch, &settings(), 3..4).await;
    let report = check(&scratch);
    assert_eq!(report.range.unwrap(), (1, 9), "{report:?}");
    let after = flaws(&scratch);
    assert!(after.contains(&Flaw::FoundAtStart(HeadAtStart::Forged)), "{after:?}");
}

#[tokio::test]
async fn a_newest_file_that_is_broken_keeps_no_server_from_starting() {
    let scratch = Scratch::new("audit-broken-newest");
    written(&scratch, &settings(), 0..3).await;
    let compressed = Segment { form: Form::Compressed, ..Segment::plain(1) };
    fs::write(scratch.path().join(compressed.name()), "not gzip").unwrap();
    fs::remove_file(only_file(&scratch)).unwrap();
    written(&scratch, &settings(), 3..4).await;
    let after = flaws(&scratch);
    assert!(after.contains(&Flaw::FoundAtStart(HeadAtStart::Differs)), "{after:?}");
    assert!(after.contains(&Flaw::Broken), "{after:?}");
}

#[tokio::test]
async fn a_broken_newest_file_without_a_head_is_not_written_over() {
    let scratch = Scratch::new("audit-broken-headless");
    written(&scratch, &settings(), 0..3).await;
    let compressed = Segment { form: Form::Compressed, ..Segment::plain(1) };
    fs::write(scratch.path().join(compressed.name()), "not gzip").unwrap();
    fs::remove_file(only_file(&scratch)).unwrap();
    fs::remove_file(scratch.path().join(HEAD_NAME)).unwrap();
    written(&scratch, &settings(), 3..4).await;
    assert_eq!(segments(scratch.path()).unwrap(), [compressed, Segment::plain(2)]);
    let after = flaws(&scratch);
    assert!(after.contains(&Flaw::Broken), "{after:?}");
}

#[tokio::test]
async fn a_line_that_a_killed_server_had_not_finished_is_taken_away_and_told() {
    let scratch = Scratch::new("audit-torn");
    written(&scratch, &settings(), 0..3).await;
    let path = only_file(&scratch);
    let whole = fs::read_to_string(&path).unwrap();
    // Without its last line, that of the stop, and with a part of another.
    let kept: Vec<&str> = whole.lines().collect();
    let (_, kept) = kept.split_last().unwrap();
    let mut text = kept.join("\n") + "\n";
    let last: &str = kept.last().unwrap();
    text.push_str(last.split_at(last.len() / 2).0);
    fs::write(&path, &text).unwrap();
    // The head was written before the stop.
    let link = stead_audit::SealedLine::parse(last.as_bytes()).unwrap().link;
    let head = stead_audit::Head { first: 1, last: link }.sign(&some_key());
    fs::write(scratch.path().join(HEAD_NAME), head).unwrap();
    let torn = u64::try_from(last.len() / 2).unwrap();
    assert_eq!(check(&scratch).notes, [Note::Unfinished { bytes: torn }]);
    written(&scratch, &settings(), 3..4).await;
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    assert_eq!(report.notes, [Note::Killed { sequence: 6, torn_bytes: torn }]);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_refuses_calls_and_loses_nothing() {
    let scratch = Scratch::new("audit-refuses");
    // A file in the place where the next one is to begin.
    let small = Audit { file_bytes_max: 1, ..settings() };
    let log = open(&scratch, &small, &Arc::default());
    while lines(&scratch).len() < 2 {
        tokio::task::yield_now().await;
    }
    let obstacle = scratch.path().join(Segment::plain(3).name());
    fs::create_dir(&obstacle).unwrap();
    let long = format!("{{\"eventName\":\"{}\"}}", "x".repeat(200_000)).into_bytes();
    let mut accepted = 0;
    while log.admit().await.is_ok() {
        log.accept(&long);
        accepted += 1;
        tokio::task::yield_now().await;
    }
    assert!(!log.is_ready());
    assert!((80..200).contains(&accepted), "{accepted}");
    fs::remove_dir(&obstacle).unwrap();
    log.admit().await.unwrap();
    log.accept(&event(1));
    log.stop().await;
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    assert_eq!(report.events, accepted + 1);
}

#[tokio::test]
async fn events_that_need_not_be_kept_are_counted_when_they_are_lost() {
    let scratch = Scratch::new("audit-gap");
    let lenient = Audit { demand: Demand::BestEffort, file_bytes_max: 1, ..settings() };
    let log = open(&scratch, &lenient, &Arc::default());
    while lines(&scratch).len() < 2 {
        tokio::task::yield_now().await;
    }
    let obstacle = scratch.path().join(Segment::plain(3).name());
    fs::create_dir(&obstacle).unwrap();
    let long = format!("{{\"eventName\":\"{}\"}}", "x".repeat(200_000)).into_bytes();
    for _ in 0..200 {
        log.admit().await.unwrap();
        log.accept(&long);
    }
    assert!(log.is_ready());
    fs::remove_dir(&obstacle).unwrap();
    log.stop().await;
    let report = check(&scratch);
    assert!(report.holds(), "{report:?}");
    let lost: u64 = report
        .notes
        .iter()
        .map(|note| match note {
            Note::Gap { lost, .. } => *lost,
            _ => 0,
        })
        .sum();
    assert!(lost > 0 && report.events + lost == 200, "{report:?}");
}

#[test]
fn the_head_is_that_of_the_root_key() {
    let root = RootKey::new(&stead_types::Secret::new([1; 32]));
    let other = RootKey::new(&stead_types::Secret::new([2; 32]));
    let mut last = stead_audit::Link::START;
    last.seal(&Mark::open(Timestamp::from_epoch_seconds(0), &last).to_json(), &mut Vec::new());
    let head = stead_audit::Head { first: 1, last }.sign(&key(&root));
    let claimed = ClaimedHead::parse(head.as_bytes()).unwrap();
    assert_eq!(claimed.check(&[key(&root)]), Authenticity::Authentic);
    assert_eq!(claimed.check(&[key(&other)]), Authenticity::OtherKey);
}

#[tokio::test]
async fn another_key_signs_the_head_from_the_moment_it_is_put_in_place() {
    let scratch = Scratch::new("audit-rekey");
    let log = open(&scratch, &settings(), &Arc::default());
    log.accept(&event(1));
    let other = AuditKey::new("other", &[8; 32]);
    log.rekey(other.clone()).await.unwrap();
    // On the disk before it is told, whatever else is written then.
    let report = verify(scratch.path(), std::slice::from_ref(&other)).unwrap();
    assert!(report.holds(), "{report:?}");
    assert_eq!(flaws(&scratch), [Flaw::OtherKey]);
    log.accept(&event(2));
    log.stop().await;
    let report = verify(scratch.path(), std::slice::from_ref(&other)).unwrap();
    assert!(report.holds(), "{report:?}");
    assert_eq!(log.rekey(some_key()).await, Err(LogEnded));
}

#[tokio::test]
async fn a_head_of_the_replaced_key_is_believed_where_that_is_proven() {
    let proven = AuditKeys { current: AuditKey::new("new", &[9; 32]), replaced: Some(some_key()) };
    let unproven = keys(proven.current.clone());
    for (keys, holds) in [(proven, true), (unproven, false)] {
        let scratch = Scratch::new("audit-replaced");
        written(&scratch, &settings(), 0..3).await;
        let clock: Arc<dyn Clock> = Arc::<AdjustableClock>::default();
        let path = scratch.path().to_owned();
        let log = AuditLog::in_directory(path, &settings(), keys.clone(), clock).unwrap();
        log.stop().await;
        let report = verify(scratch.path(), &[keys.current]).unwrap();
        let found: Vec<_> = report.findings.iter().map(|finding| finding.flaw).collect();
        let expected = Flaw::FoundAtStart(HeadAtStart::OtherKey);
        assert_eq!(found, if holds { vec![] } else { vec![expected] });
    }
}

#[tokio::test]
async fn a_head_that_nobody_proves_moves_no_number() {
    // Whoever can write the files cannot make the chain jump to its last number.
    for (name, number) in
        [("key", SEQUENCE_MAX), ("other", SEQUENCE_MAX), ("other", u64::MAX), ("other", 1000)]
    {
        let scratch = Scratch::new("audit-jump");
        written(&scratch, &settings(), 0..3).await;
        let head = scratch.path().join(HEAD_NAME);
        let mut last = ClaimedHead::parse(&fs::read(&head).unwrap()).unwrap().head.last;
        last.sequence = number;
        let forged = stead_audit::Head { first: 1, last }.sign(&AuditKey::new(name, &[1; 32]));
        fs::write(&head, forged).unwrap();
        written(&scratch, &settings(), 3..4).await;
        let report = check(&scratch);
        assert!(!report.holds() && report.range.unwrap().1 < 20, "{report:?}");
    }
}

#[tokio::test]
async fn a_log_at_rest_is_signed_anew_where_its_head_is_proven() {
    let proven = AuditKeys { current: AuditKey::new("new", &[9; 32]), replaced: Some(some_key()) };
    let scratch = Scratch::new("audit-resign");
    let data = scratch.path();
    let path = directory(data);
    let clock: Arc<dyn Clock> = Arc::<AdjustableClock>::default();
    resign(data, &proven).unwrap();
    AuditLog::in_directory(path.clone(), &settings(), keys(some_key()), clock)
        .unwrap()
        .stop()
        .await;
    let stranger = AuditKeys { current: AuditKey::new("x", &[1; 32]), replaced: None };
    resign(data, &stranger).unwrap();
    assert!(verify(&path, &[some_key()]).unwrap().holds());
    for _ in 0..2 {
        resign(data, &proven).unwrap();
        assert!(verify(&path, std::slice::from_ref(&proven.current)).unwrap().holds());
    }
}
