//! A fix, carried out on a running server through IAM, and the call evaluated again.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use stead_analysis::{Case, Explanation, Export, Fix, Step, Verdict, explain, steps};

use super::accounts;
use crate::arguments::ExplainFlags;
use crate::excerpt::printable;
use crate::exit::{Exit, Failure};
use crate::{on_runtime, running};

/// Shows the fix, asks, applies it, and evaluates the same call over what is there then.
pub(super) fn apply(
    flags: &ExplainFlags,
    case: &Case,
    explanation: &Explanation,
) -> Result<Exit, Failure> {
    if explanation.verdict == Verdict::Allowed {
        writeln!(std::io::stdout().lock(), "the call succeeds: there is nothing to fix")?;
        return Ok(Exit::Success);
    }
    let (fix, steps) = chosen(flags, case, explanation)?;
    show(fix, &steps)?;
    if !flags.applying.yes && !is_agreed()? {
        return Err(Failure::new("nothing was changed"));
    }
    on_runtime(running::carry_out(&flags.of, &steps))?;
    let again = explain(&case_again(flags, case)?)
        .map_err(|error| Failure::new(format!("the account cannot be read again: {error}")))?;
    let mut stdout = std::io::stdout().lock();
    if again.verdict == Verdict::Allowed {
        writeln!(stdout, "\napplied, and the call succeeds over what the server has now")?;
        return Ok(Exit::Success);
    }
    let cause = again.cause.map(stead_analysis::Cause::code).unwrap_or_default();
    writeln!(stdout, "\napplied, and the call is still refused: {cause}")?;
    Ok(Exit::Denied)
}

/// The fix that is meant: the first that IAM can carry out, or the one by its number.
fn chosen<'a>(
    flags: &ExplainFlags,
    case: &Case,
    explanation: &'a Explanation,
) -> Result<(&'a Fix, Vec<Step>), Failure> {
    let fixes = &explanation.fixes;
    if let Some(number) = flags.applying.fix {
        let fix = number.checked_sub(1).and_then(|index| fixes.get(index));
        let fix = fix.ok_or_else(|| {
            Failure::usage(format!("there is no fix {number}, of {}", fixes.len()))
        })?;
        let steps = steps(case, &fix.patch)
            .map_err(|error| Failure::new(format!("fix {number} cannot be applied: {error}")))?;
        return Ok((fix, steps));
    }
    let possible = |fix: &'a Fix| Some((fix, steps(case, &fix.patch).ok()?));
    fixes.iter().find_map(possible).ok_or_else(|| {
        Failure::new("no fix was found that can be applied to the accounts")
            .with_help("without --apply the fixes are shown, such as changes of the call itself")
    })
}

fn show(fix: &Fix, steps: &[Step]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let widens = if fix.widens { "  LETS IN OTHERS TOO" } else { "" };
    writeln!(stdout, "{}{widens}", printable(&fix.title))?;
    for step in steps {
        writeln!(stdout, "\n  {} in account {}", step.action, step.account)?;
        for (name, value) in &step.parameters {
            writeln!(stdout, "    {name}: {}", printable(value))?;
        }
    }
    Ok(())
}

fn is_agreed() -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage("nobody is there to be asked").with_help("give --yes"));
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "\napply it? [y/N] ")?;
    stdout.flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim()))
}

/// The same attempt over the accounts as they are now. What was answered before the fix says
/// nothing of what is answered behind it.
fn case_again(flags: &ExplainFlags, case: &Case) -> Result<Case, Failure> {
    let (name, files) = accounts::read(&flags.of)?;
    let export =
        Export::read(&files).map_err(|error| super::faults::export(&error, &name, &files))?;
    let attempt = case.document().get("attempt").and_then(serde_json::Value::as_object);
    let mut attempt = attempt.cloned().unwrap_or_default();
    attempt.remove("error");
    Ok(export.case(attempt))
}
