//! Answers for people.

use std::fmt::Write as _;

use super::Answered;
use crate::excerpt::printable;

/// A line for each request, reasons below it; of what was expected only what is different.
/// Everything goes through [`printable`].
pub(super) fn table(answered: &[Answered], is_expected: bool) -> String {
    let mut out = String::new();
    let shown: Vec<&Answered> =
        answered.iter().filter(|it| !is_expected || it.is_different()).collect();
    let width = |part: fn(&Answered) -> &str| {
        shown.iter().map(|it| printable(part(it)).chars().count()).max().unwrap_or(0)
    };
    let caller = width(|it| &it.asked.inquiry.caller);
    let action = width(|it| &it.asked.inquiry.action);
    for it in shown {
        let inquiry = &it.asked.inquiry;
        if let (Some(origin), Some(expected)) = (&it.asked.origin, it.asked.expected) {
            let (file, expected) = (printable(&origin.file), super::expected_name(expected));
            let _ = writeln!(out, "{file}:{}: expected {expected}, found:", origin.line);
        }
        let _ = writeln!(
            out,
            "{:<13}  {:<caller$}  {:<action$}  {}",
            it.simulated.decision_name(),
            printable(&inquiry.caller),
            printable(&inquiry.action),
            printable(&inquiry.resource),
        );
        for reason in it.reasons() {
            let _ = writeln!(out, "    {}", printable(&reason));
        }
    }
    summary(&mut out, answered, is_expected);
    out
}

fn summary(out: &mut String, answered: &[Answered], is_expected: bool) {
    let requests = match answered.len() {
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    };
    if is_expected {
        let different = answered.iter().filter(|it| it.is_different()).count();
        let same = answered.len() - different;
        let _ = writeln!(out, "{requests}: {same} as expected, {different} not");
        return;
    }
    let count =
        |name: &str| answered.iter().filter(|it| it.simulated.decision_name() == name).count();
    let (allowed, explicit) = (count("allowed"), count("explicit-deny"));
    let implicit = count("implicit-deny");
    let _ = writeln!(
        out,
        "{requests}: {allowed} allowed, {explicit} denied by a statement, {implicit} by none that allows"
    );
}
