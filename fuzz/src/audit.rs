//! What `stead log` reads.

use stead_audit::{
    AuditKey, Authenticity, ClaimedHead, EventView, Filter, Flaw, Head, Line, Lines, Link, Mark,
    SealedLine, Verifier,
};

/// A file of the audit log and, behind its last line end, a head: read, verified and asked
/// for. Then the lines become a log of their own, which holds, and no longer does once a
/// byte of it is another.
pub fn audit_log(data: &[u8]) {
    let head = data.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let key = AuditKey::new("key", &[7; 32]);
    if let Ok(claimed) = ClaimedHead::parse(head) {
        assert_ne!(
            claimed.check(std::slice::from_ref(&key)),
            Authenticity::Authentic,
            "nobody signed it"
        );
    }
    let filter = Filter {
        principal: Some("*a*".to_owned()),
        role: Some("*:role/*".to_owned()),
        action: Some("sts:*".to_owned()),
        since: Some("2026-03-01T12:00:00Z".parse().expect("a moment")),
        ..Filter::default()
    };
    let (mut link, mut sealed) = (Link::START, Vec::new());
    let mut verifier = Verifier::new(None);
    verifier.file("file");
    let mut lines = Lines::new(data);
    while let Some(line) = lines.next_line().expect("memory can be read") {
        let Line::Whole(line) = line else {
            verifier.overlong();
            continue;
        };
        verifier.line(line);
        let _ = Mark::parse(line);
        let _ = EventView::parse(line).is_some_and(|event| filter.admits(&event));
        let _ = SealedLine::parse(line);
        // Marks say what a server has found, which would be found again.
        if line.starts_with(b"{") && line.ends_with(b"}") && !Mark::is(line) {
            link.seal(line, &mut sealed);
        }
    }
    let _ = verifier.finish();
    chain_of(&sealed, link);
}

fn chain_of(sealed: &[u8], last: Link) {
    if sealed.is_empty() || sealed.len() > 64 * 1024 {
        return;
    }
    let verify = |bytes: &[u8]| {
        let head = Head { first: 1, last };
        let mut verifier = Verifier::new(Some((head, Some(Authenticity::Authentic))));
        verifier.file("file");
        let mut lines = Lines::new(bytes);
        while let Some(line) = lines.next_line().expect("memory can be read") {
            match line {
                Line::Whole(line) => verifier.line(line),
                Line::Overlong => verifier.overlong(),
                Line::Torn { bytes } => verifier.torn(bytes),
            }
        }
        verifier.finish()
    };
    // These lines do not open a file, which is all that may be found.
    let found = |bytes: &[u8]| {
        let findings = verify(bytes).findings.into_iter().map(|finding| finding.flaw);
        findings.filter(|flaw| *flaw != Flaw::NoBeginning).collect::<Vec<_>>()
    };
    assert_eq!(found(sealed), []);
    // Somewhere that depends on the input, so that runs differ.
    let at = usize::from(sealed[sealed.len() / 2]) * 31 % sealed.len();
    let mut changed = sealed.to_vec();
    changed[at] ^= 1;
    assert_ne!(found(&changed), [], "a changed byte at {at} does not show");
}
