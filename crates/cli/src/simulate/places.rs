//! Where the statements that decide stand in the files.

use std::collections::{BTreeMap, HashMap};

use stead_analysis::{Deciding, Lines, Located};
use stead_policy::{Effect, PolicySource};

use super::input::{Input, Source};
use super::policies::{Given, GivenPolicy};

/// Where a statement stands; nowhere of policies of AWS, which are in no file.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) file: Option<FilePlace>,
}

#[derive(Clone)]
pub(super) struct FilePlace {
    pub(super) name: String,
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
}

/// The places that were found: many requests are decided by one statement.
pub(super) struct Places<'a> {
    input: &'a Input,
    found: BTreeMap<(PolicySource, usize), Place>,
    documents: HashMap<&'a str, Option<Located<'a>>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        Self { input, found: BTreeMap::new(), documents: HashMap::new() }
    }

    pub(super) fn find(&mut self, deciding: &Deciding, given: &Given) -> Place {
        if let Some(file) = given_place(deciding, given) {
            return Place { file };
        }
        let key = (deciding.source.clone(), deciding.index);
        if let Some(place) = self.found.get(&key) {
            return place.clone();
        }
        let place = Place { file: self.look(deciding) };
        self.found.insert(key, place.clone());
        place
    }

    fn look(&mut self, deciding: &Deciding) -> Option<FilePlace> {
        let input = self.input;
        let (name, text, start) = match &input.source {
            Source::Policies(policies) => {
                let PolicySource::Inline { name, .. } = &deciding.source else { return None };
                let number: usize = name.strip_prefix("policy-")?.parse().ok()?;
                let (file, text) = policies.get(number.checked_sub(1)?)?;
                (file.clone(), text, deciding.span.start)
            }
            Source::Export { directory, files, export, case } => {
                let document = input.simulation.world().place_of(&deciding.source)?;
                let origin = export.origin(case, &document)?;
                let file = files.iter().find(|file| file.name == origin.file)?;
                let located = self.documents.entry(&file.name);
                let located = located.or_insert_with(|| Located::parse(&file.text)).as_ref()?;
                // A policy with one statement may have it without a list, and one that is
                // a text in its file is shown as a whole.
                let statement = format!("{}/Statement", origin.pointer);
                let ways = [format!("{statement}/{}", deciding.index), statement, origin.pointer];
                let span = ways.iter().find_map(|pointer| located.find(pointer, false))?;
                (format!("{directory}/{}", file.name), &file.text, span.start)
            }
        };
        let (line, column) = Lines(text).position(start);
        Some(FilePlace { name, line, column })
    }
}

/// Where a statement of a policy stands that was given with the request: nowhere where it was
/// no file. `None` of other policies.
fn given_place(deciding: &Deciding, given: &Given) -> Option<Option<FilePlace>> {
    let (policy, index) = match &deciding.source {
        PolicySource::SessionInline => given.of_session(deciding.index)?,
        PolicySource::Resource { .. } => (given.resource.as_ref()?, deciding.index),
        _ => return None,
    };
    Some(statement_place(policy, index))
}

fn statement_place(policy: &GivenPolicy, index: usize) -> Option<FilePlace> {
    if !policy.is_file {
        return None;
    }
    let located = Located::parse(&policy.text)?;
    let ways = [format!("/Statement/{index}"), "/Statement".to_owned()];
    let span = ways.iter().find_map(|pointer| located.find(pointer, false))?;
    let (line, column) = Lines(&policy.text).position(span.start);
    Some(FilePlace { name: policy.told.to_string(), line, column })
}

impl Place {
    /// A statement in a few words.
    pub(super) fn words(&self, deciding: &Deciding) -> String {
        let verb = match deciding.effect {
            Effect::Allow => "allowed",
            Effect::Deny => "denied",
        };
        let layer = deciding.policy_type.name();
        let sid = deciding.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
        let place = match &self.file {
            Some(FilePlace { name, line, column }) => format!("{name}:{line}:{column}"),
            None => policy_name(&deciding.source).1,
        };
        format!("{verb} by {layer}, statement {}{sid}, {place}", deciding.index)
    }
}

/// The name of a policy and its ARN, or whose it is.
pub(super) fn policy_name(source: &PolicySource) -> (String, String) {
    let last = |text: &str| text.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    match source {
        PolicySource::Inline { owner, name } => (name.to_string(), owner.to_string()),
        PolicySource::Trust { role } => ("trust policy".to_owned(), role.to_string()),
        PolicySource::SessionInline => ("session policy".to_owned(), "the session".to_owned()),
        PolicySource::Restriction { name } => (name.to_string(), "the credentials".to_owned()),
        PolicySource::Resource { resource } => ("resource policy".to_owned(), resource.to_string()),
        PolicySource::Managed { arn, .. }
        | PolicySource::Boundary { arn }
        | PolicySource::SessionManaged { arn }
        | PolicySource::ServiceControl { arn, .. }
        | PolicySource::ResourceControl { arn, .. } => (last(arn.as_str()), arn.to_string()),
    }
}
