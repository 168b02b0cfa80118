//! Providers whose issuer does not answer.

use serde_json::{Value, json};
use stead_analysis::{AuditOptions, IssuerAnswer, IssuerState, Progress, audit};

use crate::access::accounts::{Account, HERE, NOW, role, world};

const ISSUER: &str = "idp.example.com";

fn account(trusted: bool) -> Account {
    let provider = format!("arn:aws:iam::{HERE}:oidc-provider/{ISSUER}");
    let trust: Value = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {format!("{ISSUER}:aud"): "a", format!("{ISSUER}:sub"): "b"}},
    }]});
    Account {
        roles: if trusted { vec![role(HERE, "app", &trust, &[])] } else { Vec::new() },
        oidc: vec![json!({"Arn": provider, "Url": ISSUER, "ClientIDList": ["a"]})],
        ..Account::default()
    }
}

/// Severity, subject and evidence; and the notes about issuers.
fn of(trusted: bool, answers: &[(&str, IssuerState)]) -> (Vec<String>, Vec<String>) {
    let answers = answers.iter().map(|(issuer, state)| IssuerAnswer {
        issuer: format!("https://{issuer}"),
        state: state.clone(),
    });
    let options = AuditOptions {
        now: NOW,
        credential_reports: Vec::new(),
        unused_days: 90,
        activity: None,
        issuers: answers.collect(),
    };
    let world = world(&[(HERE, account(trusted))]);
    let audit = audit(&world, &options, &mut Progress::new(&mut |_, _, _| {}));
    let found = audit.findings.iter().filter(|it| it.rule.code == "dead-issuer");
    let told = found.map(|it| {
        let evidence: Vec<&str> = it.evidence.iter().map(|it| it.text.as_str()).collect();
        format!("{} {} {}", it.severity.as_str(), it.subject, evidence.join("; "))
    });
    let notes = audit.notes.into_iter().filter(|note| note.contains(ISSUER));
    (told.collect(), notes.collect())
}

#[test]
fn one_that_does_not_answer_is_worse_where_a_role_trusts_it() {
    let dead = || [(ISSUER, IssuerState::Dead("no answer".to_owned()))];
    let subject = format!("arn:aws:iam::{HERE}:oidc-provider/{ISSUER}");
    let told = format!(
        "high {subject} asked for keys: no answer; trusted by arn:aws:iam::{HERE}:role/app"
    );
    assert_eq!(of(true, &dead()), (vec![told], Vec::new()));
    let told = format!("medium {subject} asked for keys: no answer");
    assert_eq!(of(false, &dead()), (vec![told], Vec::new()));
}

#[test]
fn one_that_answers_or_was_not_asked_is_no_finding() {
    assert_eq!(of(true, &[]), (Vec::new(), Vec::new()));
    assert_eq!(of(true, &[(ISSUER, IssuerState::Alive)]), (Vec::new(), Vec::new()));
    let other = IssuerState::Dead("no answer".to_owned());
    assert_eq!(of(true, &[("other.example", other)]), (Vec::new(), Vec::new()));
    let unknown = [(ISSUER, IssuerState::NotKnown("not from here".to_owned()))];
    let note = format!("whether `https://{ISSUER}` answers is not known: not from here");
    assert_eq!(of(true, &unknown), (Vec::new(), vec![note]));
}
