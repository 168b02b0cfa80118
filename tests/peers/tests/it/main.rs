//! The policy engine beside others: a share of the comparison that README.md records,
//! over seeds that are not in it.

use stead_peers::case::Answer;
use stead_peers::classes::CLASSES;
use stead_peers::compare::{self, Report};
use stead_peers::disagreements::entries;
use stead_peers::random::Random;
use stead_peers::simulate::{Reply, Simulator};
use stead_peers::{cedar, documents, generate, real_world};

/// The first of the seeds here; the recorded run has those before.
const FIRST: u64 = 1_000_000;

#[test]
fn every_class_has_its_entry_and_its_example() {
    let mut simulator = Simulator::start().unwrap();
    let entries = entries().unwrap();
    let listed: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let known: Vec<&str> = CLASSES.iter().map(|class| class.id).collect();
    assert_eq!(listed, known);
    for entry in &entries {
        assert!(entry.source.contains(':') || entry.source.contains("RFC"), "{}", entry.id);
        let case = entry.case().unwrap();
        let ours = case.ours().unwrap();
        let theirs = simulator.ask_one(&case).unwrap();
        assert!(
            matches!(theirs, Reply::Answer(theirs) if theirs != ours),
            "{}: {ours:?} {theirs:?}",
            entry.id
        );
        let classes = compare::explain(&mut simulator, &case, ours).unwrap();
        assert_eq!(classes, Some(vec![entry.id.as_str()]), "{}", entry.id);
    }
}

#[test]
fn generated_questions_are_answered_alike_or_the_difference_is_known() {
    let cases = (FIRST..FIRST + 5_000).map(generate::case);
    let report = compare::run(&mut Simulator::start().unwrap(), cases).unwrap();
    check(&report, 85);
}

#[test]
fn documents_of_aws_are_read_alike_or_the_difference_is_known() {
    let documents = documents::managed_policies().unwrap();
    let cases = (FIRST..FIRST + 3_000).map(|seed| {
        let at = Random::new(seed).below(documents.len());
        real_world::case(&documents[at].document, seed)
    });
    let report = compare::run(&mut Simulator::start().unwrap(), cases).unwrap();
    check(&report, 98);
}

#[test]
fn cedar_answers_alike() {
    let report = cedar::compare(FIRST..FIRST + 3_000).unwrap();
    check(&report, 100);
}

/// Nothing unexplained, and so many of a hundred agreed that the rest is not hidden
/// behind classes; every answer is among them.
#[track_caller]
fn check(report: &Report, percent: usize) {
    let shown: Vec<String> = report
        .unexplained
        .iter()
        .take(3)
        .map(|(case, why)| format!("{why}: {}", serde_json::to_string(case).unwrap()))
        .collect();
    assert!(shown.is_empty(), "{} unexplained\n{}", report.unexplained.len(), shown.join("\n"));
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    assert!(report.agreements() * 100 >= report.asked * percent, "{:?}", report.agreed);
    for answer in [Answer::Allow, Answer::ExplicitDeny, Answer::ImplicitDeny] {
        let count = report.agreed.get(&answer).copied().unwrap_or_default();
        assert!(count * 100 >= report.asked * 3, "{answer:?}: {:?}", report.agreed);
    }
}
