//! Denials that people have met, replayed: the accounts of each case are imported into the
//! built server, its call is made there as the case's caller, and the denial is explained
//! by its id. Code and message are AWS's, and the cause is the case's. Then the first fix that
//! changes accounts is applied, and the same call succeeds.

mod assertion;
mod case;
mod known;
mod organization;
mod stage;
mod surroundings;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use case::Case;
use known::{DIFFERENT, OF_MANAGEMENT};
use stage::{Fixed, Outcome, Stage};

/// What a replayed case came to, and where that is not what the case has.
struct Row {
    name: String,
    outcome: Outcome,
    /// By what differs: `code`, `message`, `cause` or `fix`.
    differences: BTreeMap<&'static str, String>,
}

#[test]
fn the_server_denies_as_aws_did_and_explains_it_by_the_cause() {
    let cases = case::all();
    let (apart, together): (Vec<_>, Vec<_>) =
        cases.iter().partition(|case| surroundings::are_its_own(case));
    let stage = Stage::start(&together).unwrap();
    let mut rows: Vec<Row> = together.iter().map(|case| row(&stage, case)).collect();
    rows.extend(apart.iter().map(|case| row(&Stage::start(&[case]).unwrap(), case)));
    println!("{}", table(&rows));
    let mut found = BTreeMap::new();
    for row in &rows {
        for (what, text) in &row.differences {
            found.insert((row.name.as_str(), *what), text.as_str());
        }
    }
    let known: BTreeMap<_, _> =
        DIFFERENT.iter().map(|(name, what, text, _)| ((*name, *what), *text)).collect();
    assert_eq!(found, known, "what differs is not what is known to differ");
    for name in OF_MANAGEMENT {
        assert!(cases.iter().any(|case| case.name == name), "{name} is no case");
    }
    assert_eq!(rows.len(), cases.len());
}

fn row(stage: &Stage, case: &Case) -> Row {
    let outcome = stage.replay(case).unwrap_or_else(|error| panic!("{}: {error:#}", case.name));
    let mut differences = BTreeMap::new();
    if outcome.code != case.code {
        differences.insert("code", outcome.code.clone());
    }
    if core(&outcome.message) != core(&case.message) {
        differences.insert("message", core(&outcome.message));
    }
    if outcome.cause != case.cause {
        differences.insert("cause", outcome.cause.clone());
    }
    if let Fixed::No(said) = &outcome.fix {
        differences.insert("fix", said.clone());
    }
    for text in differences.values_mut() {
        *text = unnumbered(text);
    }
    Row { name: case.name.clone(), outcome, differences }
}

/// Which numbers the accounts of a case have depends on how many cases there are.
fn unnumbered(text: &str) -> String {
    let mut unnumbered = text.to_owned();
    for run in text.split(|it: char| !it.is_ascii_digit()).filter(|run| run.len() == 12) {
        unnumbered = unnumbered.replace(run, "ACCOUNT");
    }
    unnumbered
}

/// What AWS has said in every year. Which policies deny is told since 2021, and of which
/// type in other words since; numbers are moments, which a replay has its own of, and
/// percentages of tags that stand in for those of whoever was refused.
///
/// Spec: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
fn core(message: &str) -> String {
    const SUFFIXES: [&str; 4] =
        [" because ", " with an explicit deny", " (denial ", " Encoded authorization"];
    let end = SUFFIXES.iter().filter_map(|suffix| message.find(suffix)).min();
    let core = message.get(..end.unwrap_or(message.len())).unwrap_or_default();
    let digits = core.split(' ').map(|word| {
        let is_moment = word.bytes().filter(u8::is_ascii_digit).count() >= 8
            && !word.contains("arn:")
            && !word.contains("account:");
        let is_share = word.ends_with('%');
        if is_moment || is_share { "#" } else { word }
    });
    digits.collect::<Vec<_>>().join(" ")
}

fn table(rows: &[Row]) -> String {
    let mut table = String::new();
    for row in rows {
        let Outcome { code, cause, way, fix, .. } = &row.outcome;
        let fix = if *fix == Fixed::Yes { "fixed" } else { "" };
        let differences: Vec<_> =
            row.differences.iter().map(|(what, text)| format!("{what}: {text}")).collect();
        let _ = writeln!(
            table,
            "{:<36} {code:<26} {cause:<36} {way:<8} {fix:<6} {}",
            row.name,
            differences.join("; ")
        );
    }
    table
}
