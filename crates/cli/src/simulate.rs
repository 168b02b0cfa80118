//! `stead simulate`: what requests are answered, and whether that is what is expected.

mod github;
mod input;
mod json;
mod junit;
mod places;
mod policies;
mod print;
mod requests;
mod table;

use std::io::Write as _;

use stead_analysis::{Expected, Inquiry, Simulated};

use crate::arguments::SimulateFlags;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use input::Input;
use places::{Place, Places};
use requests::Asked;

/// A request with its answer.
struct Answered {
    asked: Asked,
    simulated: Simulated,
    /// Where the deciding statements stand, in their order.
    places: Vec<Place>,
}

pub(crate) fn run(flags: &SimulateFlags) -> Result<Exit, Failure> {
    let asked = requests::read(flags)?;
    let input = Input::read(flags, &asked)?;
    let inquiries: Vec<&Inquiry> = asked.iter().map(|asked| &asked.inquiry).collect();
    let answers = table::answers(&input.simulation, &inquiries);
    let mut found = Places::new(&input);
    let (mut answered, mut faults) = (Vec::new(), Vec::new());
    for (asked, answer) in asked.into_iter().zip(answers) {
        match answer {
            Err(error) => faults.push(asked.fault(&error)),
            Ok(simulated) => {
                let places = simulated.statements.iter();
                let places = places.map(|it| found.find(it, &asked.given)).collect();
                answered.push(Answered { asked, simulated, places });
            }
        }
    }
    if let Some(failure) = requests::faulty(faults) {
        return Err(failure);
    }
    report(flags, &answered)?;
    Ok(exit(flags, &answered))
}

fn report(flags: &SimulateFlags, answered: &[Answered]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let text = match flags.report.json {
        true => json::lines(answered),
        false => print::table(answered, flags.expect.is_some()),
    };
    stdout.write_all(text.as_bytes())?;
    if let Some(path) = &flags.report.junit {
        let suite = flags.expect.as_deref().unwrap_or_default();
        let written = junit::report(suite, answered).and_then(|text| std::fs::write(path, text));
        written
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))?;
    }
    let on_github = || Environment::of_process().text("GITHUB_ACTIONS") == Some("true");
    if flags.expect.is_some() && (flags.report.github || on_github()) {
        let text = github::annotations(answered);
        // Lines of JSON stay alone; GitHub reads both streams.
        match flags.report.json {
            true => std::io::stderr().lock().write_all(text.as_bytes())?,
            false => stdout.write_all(text.as_bytes())?,
        }
    }
    Ok(())
}

fn exit(flags: &SimulateFlags, answered: &[Answered]) -> Exit {
    match flags.expect {
        Some(_) if answered.iter().any(Answered::is_different) => Exit::Different,
        Some(_) => Exit::Success,
        None if answered.iter().all(|it| it.simulated.is_allowed()) => Exit::Success,
        None => Exit::Denied,
    }
}

impl Answered {
    /// Whether the answer is another than the expected one.
    fn is_different(&self) -> bool {
        let expected = self.asked.expected.map(|expected| expected == Expected::Allow);
        expected.is_some_and(|allowed| allowed != self.simulated.is_allowed())
    }

    /// What was expected and what was found, in one line.
    fn difference(&self) -> String {
        let Inquiry { caller, action, resource, .. } = &self.asked.inquiry;
        let expected = self.asked.expected.map_or("", expected_name);
        let found = self.simulated.decision_name();
        format!("expected {expected}, found {found}: {caller} {action} {resource}")
    }

    /// Why the answer is what it is, a line for each reason.
    fn reasons(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (deciding, place) in self.simulated.statements.iter().zip(&self.places) {
            lines.push(place.words(deciding));
        }
        if lines.is_empty() {
            let layers = self.simulated.blocker_names();
            lines.extend(layers.map(|(layer, _)| format!("no {layer} allows it")));
        }
        lines.extend(self.simulated.reason.clone());
        if !self.simulated.is_allowed() && !self.simulated.missing_keys.is_empty() {
            lines.push(format!("not told: {}", self.simulated.missing_keys.join(", ")));
        }
        let missing = self.simulated.not_in_view.iter();
        lines.extend(missing.map(|text| format!("not in view: {text}")));
        lines
    }
}

const fn expected_name(expected: Expected) -> &'static str {
    match expected {
        Expected::Allow => "allow",
        Expected::Deny => "deny",
    }
}
