//! `stead explain`: why a call was denied, and what would let it through.

pub(crate) mod accounts;
mod apply;
mod denial;
pub(crate) mod faults;
mod input;
mod print;

use std::io::Write as _;

use serde_json::{Value, json};
use stead_analysis::{Explanation, Verdict, explain};

use crate::arguments::ExplainFlags;
use crate::excerpt::printable_json;
use crate::exit::{Exit, Failure};
use input::Input;

pub(crate) fn run(flags: &ExplainFlags) -> Result<Exit, Failure> {
    let input = Input::read(flags)?;
    let explanation = explain(&input.case).map_err(|error| input.no_case(&error))?;
    if flags.applying.apply {
        return apply::apply(flags, &input.case, &explanation);
    }
    let mut stdout = std::io::stdout().lock();
    if flags.output.print_case {
        writeln!(stdout, "{}", text(input.case.document())?)?;
    } else if flags.output.patch {
        let fix = explanation.fixes.first();
        let fix = fix.ok_or_else(|| Failure::new("no fix was found that helps"))?;
        writeln!(stdout, "{}", text(&fix.patch)?)?;
    } else if flags.output.json {
        writeln!(stdout, "{}", text(&object(&explanation, &input))?)?;
    } else {
        stdout.write_all(print::human(&explanation, &input).as_bytes())?;
    }
    Ok(match explanation.verdict {
        Verdict::Allowed => Exit::Success,
        Verdict::Denied | Verdict::Unexplained => Exit::Denied,
    })
}

/// The answer for programs; over several files with the place in the one that it is of.
fn object(explanation: &Explanation, input: &Input) -> Value {
    let mut answer = json!(explanation);
    let place = input.decisive(&explanation.place);
    let found = place.and_then(|pointer| input.place_in_file(pointer));
    if let (Some(found), Some(members)) =
        (found, answer.get_mut("where").and_then(Value::as_object_mut))
    {
        let (line, column) = found.position();
        members.insert("file".to_owned(), json!(found.name));
        members.insert("line".to_owned(), json!(line));
        members.insert("column".to_owned(), json!(column));
    }
    answer
}

fn text(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map(|text| printable_json(&text))
        .map_err(|error| Failure::new(format!("cannot write the answer: {error}")))
}
