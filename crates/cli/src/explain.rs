//! `stead explain`: why a call was denied, and what would let it through.

mod excerpt;
mod print;

use std::io::{Read as _, Write as _};

use stead_analysis::{CASE_BYTES_MAX, Case, Verdict, explain};

use crate::arguments::ExplainFlags;
use crate::exit::{Exit, Failure};

pub(crate) fn run(flags: &ExplainFlags) -> Result<Exit, Failure> {
    let text = input(&flags.case)?;
    let no_case = |error| Failure::new(format!("`{}` is no case: {error}", flags.case));
    let case = Case::parse(&text).map_err(no_case)?;
    let explanation = explain(&case).map_err(no_case)?;
    let mut stdout = std::io::stdout().lock();
    if flags.patch {
        let fix = explanation.fixes.first();
        let fix = fix.ok_or_else(|| Failure::new("no fix was found that helps"))?;
        writeln!(stdout, "{}", json(&fix.patch)?)?;
    } else if flags.json {
        writeln!(stdout, "{}", json(&explanation)?)?;
    } else {
        stdout.write_all(print::human(&explanation, &flags.case, &text).as_bytes())?;
    }
    Ok(match explanation.verdict {
        Verdict::Allowed => Exit::Success,
        Verdict::Denied | Verdict::Unexplained => Exit::Denied,
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write the answer: {error}")))
}

fn input(place: &str) -> Result<String, Failure> {
    let refuse =
        |reason: String| Failure::new(format!("cannot read the case from `{place}`: {reason}"));
    let most = u64::try_from(CASE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = match place {
        "-" => std::io::stdin().lock().take(most).read_to_string(&mut text),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text))
        }
    };
    read.map_err(|error| refuse(error.to_string()))?;
    Ok(text)
}
