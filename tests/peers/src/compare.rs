//! Asks both engines and explains where they disagree.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};

use crate::case::{Answer, Case};
use crate::classes::{CLASSES, Class};
use crate::simulate::{Reply, Simulator};

/// How many questions are asked at a time.
const BATCH: usize = 1_000;

/// How many agreed questions there are to one on which the classes are tried too.
const TRIED: usize = 16;

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The questions that were answered.
    pub asked: usize,
    /// The questions on which both agreed, by answer.
    pub agreed: BTreeMap<Answer, usize>,
    /// The disagreements of each class. One of two classes counts in both.
    pub classes: BTreeMap<&'static str, usize>,
    /// Disagreements of more than one class.
    pub combined: usize,
    /// The disagreements that no class explains, and how.
    pub unexplained: Vec<(Case, String)>,
    /// Questions that the other engine takes for none.
    pub refused: BTreeMap<String, usize>,
}

impl Report {
    /// Questions on which both agreed.
    #[must_use]
    pub fn agreements(&self) -> usize {
        self.agreed.values().sum()
    }
}

/// Asks many questions.
///
/// # Errors
///
/// Where a question is none, the other engine's process ends, or a class changes what
/// Stead answers: then it does not say the same in other words.
pub fn run(simulator: &mut Simulator, cases: impl Iterator<Item = Case>) -> Result<Report> {
    let mut report = Report::default();
    let mut cases = cases.peekable();
    while cases.peek().is_some() {
        let batch: Vec<Case> = cases.by_ref().take(BATCH).collect();
        let replies = simulator.ask(&batch)?;
        for (case, reply) in batch.into_iter().zip(replies) {
            judge(&mut report, simulator, case, reply)?;
        }
    }
    Ok(report)
}

fn judge(report: &mut Report, simulator: &mut Simulator, case: Case, reply: Reply) -> Result<()> {
    let ours = case.ours()?;
    report.asked += 1;
    match reply {
        Reply::Answer(theirs) if theirs == ours => {
            *report.agreed.entry(ours).or_default() += 1;
            if report.asked.is_multiple_of(TRIED) {
                for class in CLASSES {
                    reworded(class, &case, ours)?;
                }
            }
        }
        Reply::Refused(why) => *report.refused.entry(why).or_default() += 1,
        Reply::Answer(_) | Reply::Failed(_) => match explain(simulator, &case, ours)? {
            Some(classes) => {
                report.combined += usize::from(classes.len() > 1);
                for class in classes {
                    *report.classes.entry(class).or_default() += 1;
                }
            }
            None => report.unexplained.push((case, format!("{ours:?}, they {reply:?}"))),
        },
    }
    Ok(())
}

/// The question in a class's words, which must leave Stead's answer as it is.
fn reworded(class: &Class, case: &Case, ours: Answer) -> Result<Option<Case>> {
    let Some(reworded) = (class.reword)(case) else { return Ok(None) };
    let again = reworded.ours()?;
    ensure!(
        again == ours,
        "{}: {ours:?} became {again:?}\n{}\n{}",
        class.id,
        serde_json::to_string(case)?,
        serde_json::to_string(&reworded)?
    );
    Ok(Some(reworded))
}

/// The classes that a disagreement belongs to: one where one is enough, else the fewest
/// of all that apply without which it remains.
///
/// # Errors
///
/// As [`run`].
pub fn explain(
    simulator: &mut Simulator,
    case: &Case,
    ours: Answer,
) -> Result<Option<Vec<&'static str>>> {
    for class in CLASSES {
        if let Some(reworded) = reworded(class, case, ours)?
            && simulator.ask_one(&reworded)? == Reply::Answer(ours)
        {
            return Ok(Some(vec![class.id]));
        }
    }
    let mut applying: Vec<&Class> = CLASSES.iter().collect();
    if !settles(simulator, case, &applying, ours)? {
        return Ok(None);
    }
    let mut at = 0;
    while at < applying.len() {
        let mut fewer = applying.clone();
        fewer.remove(at);
        if settles(simulator, case, &fewer, ours)? {
            applying = fewer;
        } else {
            at += 1;
        }
    }
    Ok(Some(applying.iter().map(|class| class.id).collect()))
}

/// Whether the engines agree on the question in the words of all these classes.
fn settles(
    simulator: &mut Simulator,
    case: &Case,
    classes: &[&Class],
    ours: Answer,
) -> Result<bool> {
    let mut case = case.clone();
    for class in classes {
        if let Some(other) = reworded(class, &case, ours)? {
            case = other;
        }
    }
    match simulator.ask_one(&case)? {
        Reply::Answer(theirs) => Ok(theirs == ours),
        Reply::Failed(_) => Ok(false),
        Reply::Refused(why) => bail!("refused, {why}: {}", serde_json::to_string(&case)?),
    }
}
