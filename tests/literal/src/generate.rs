//! Documents and requests, made of choices: the choices come from a seed or from the
//! bytes of a fuzzer.
//!
//! Everything is drawn from small alphabets around one request, the focus, so that
//! patterns match, nearly match and miss in turn.

mod alphabet;
mod choices;
mod condition;
mod document;
mod flaw;
mod pattern;
mod principal;
mod request;
mod text;

use crate::literal::{Kind, Question};

pub use choices::{Bytes, Choices, Seeded};
pub use request::Focus;

/// Documents of every layer, and questions that are asked of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The documents.
    pub documents: Documents,
    /// The questions.
    pub questions: Vec<Question>,
}

/// The texts of the documents of every layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// Identity policies.
    pub identity: Vec<String>,
    /// The boundary.
    pub boundary: Option<String>,
    /// Session policies, if any were passed.
    pub session: Option<Vec<String>>,
    /// The resource's side.
    pub resource: ResourceDocument,
    /// Service control policies by level.
    pub service_control: Vec<Vec<String>>,
    /// Resource control policies.
    pub resource_control: Vec<String>,
}

impl Documents {
    /// One document in its layer, and an identity policy that allows everything.
    #[must_use]
    pub fn with(kind: Kind, text: &str) -> Self {
        let open = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let mut documents = Self { identity: vec![open.to_owned()], ..Self::default() };
        let text = text.to_owned();
        match kind {
            Kind::Identity => documents.identity = vec![text],
            Kind::Boundary => documents.boundary = Some(text),
            Kind::Session => documents.session = Some(vec![text]),
            Kind::Trust => documents.resource = ResourceDocument::Trust(text),
            Kind::Resource => documents.resource = ResourceDocument::Resource(text),
            Kind::ServiceControl => documents.service_control = vec![vec![text]],
            Kind::ResourceControl => documents.resource_control = vec![text],
        }
        documents
    }
}

/// The document on the side of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ResourceDocument {
    /// None.
    #[default]
    None,
    /// A role's trust policy.
    Trust(String),
    /// Any other.
    Resource(String),
}

/// How many questions are asked of one set of documents.
pub const QUESTIONS: usize = 10;

/// The case of a seed.
#[must_use]
pub fn of_seed(seed: u64) -> Case {
    of_choices(&mut Seeded::new(seed), QUESTIONS)
}

/// A case made of choices.
pub fn of_choices(choices: &mut dyn Choices, questions: usize) -> Case {
    let focus = Focus::of_choices(choices);
    let documents = documents(choices, &focus);
    let question = |index| if index == 0 { focus.question() } else { focus.near(choices) };
    let questions = (0..questions).map(question).collect();
    Case { documents, questions }
}

fn documents(choices: &mut dyn Choices, focus: &Focus) -> Documents {
    let several = |choices: &mut dyn Choices, kind, least: usize, most: usize| {
        let count = least + choices.below(most - least + 1);
        let mut texts: Vec<String> = Vec::with_capacity(count);
        for index in 0..count {
            let open = index == 0 && choices.percent(55);
            texts.push(document::document(choices, kind, focus, open));
        }
        texts
    };
    let most = if choices.percent(10) { 8 } else { 3 };
    let identity = several(choices, Kind::Identity, 0, most);
    let boundary = choices.percent(30).then(|| several(choices, Kind::Boundary, 1, 1).remove(0));
    let session = choices.percent(30).then(|| several(choices, Kind::Session, 0, 2));
    let resource = if focus.is_about_role() {
        ResourceDocument::Trust(several(choices, Kind::Trust, 1, 1).remove(0))
    } else if choices.percent(60) {
        ResourceDocument::Resource(several(choices, Kind::Resource, 1, 1).remove(0))
    } else {
        ResourceDocument::None
    };
    let levels = if choices.percent(35) { 1 + choices.below(3) } else { 0 };
    let service_control =
        (0..levels).map(|_| several(choices, Kind::ServiceControl, 1, 2)).collect();
    let resource_control = if choices.percent(25) {
        several(choices, Kind::ResourceControl, 1, 2)
    } else {
        Vec::new()
    };
    Documents { identity, boundary, session, resource, service_control, resource_control }
}
