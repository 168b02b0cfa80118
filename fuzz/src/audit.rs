//! What `stead log` reads.

use stead_audit::{
    AuditKey, Authenticity, ClaimedHead, EventView, Filter, Flaw, Head, Line, Lines, Link, Mark,
    SealedLine, Verifier,
};

/// A file of the audit log and, behind its last line end, a head: read, verified and asked
/// for. Then the lines become a log of their own, which holds, and no longer does once a
/// byte of it is another, or has come or gone as the bytes of the head say.
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
    chain_of(&sealed, link, head);
}

fn chain_of(sealed: &[u8], last: Link, step: &[u8]) {
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
    if let Some(changed) = changed_by(step, sealed) {
        assert_ne!(found(&changed), [], "{step:?} does not show");
    }
}

/// A byte that is another one, comes or goes, but none at the end: a log that ends within a
/// line is written just then.
fn changed_by(step: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let &[kind, high, low, value, ..] = step else { return None };
    let at = place(sealed, high, low) % (sealed.len() - 1);
    let value = match value {
        128.. => WITH_A_MEANING[usize::from(value) % WITH_A_MEANING.len()],
        _ => value,
    };
    let mut changed = sealed.to_vec();
    match kind % 3 {
        0 => changed[at] ^= value,
        1 => changed.insert(at, value),
        _ => drop(changed.remove(at)),
    }
    (changed != sealed).then_some(changed)
}

const WITH_A_MEANING: &[u8] = b" \t\r\n\0{}[]\",:\\019aAfF";

/// Anywhere, or where what a line says of its place begins: there it is taken apart.
fn place(sealed: &[u8], high: u8, low: u8) -> usize {
    if low % 2 == 1 {
        return usize::from(u16::from_be_bytes([high, low]));
    }
    let chain = b",\"chain\":".as_slice();
    let begins = sealed.windows(chain.len()).enumerate().filter(|(_, bytes)| *bytes == chain);
    let begins: Vec<usize> = begins.map(|(at, _)| at).collect();
    begins[usize::from(high) % begins.len()] + usize::from(low / 2) % 32
}
