//! Both evaluators asked the same.

use std::sync::Arc;

use stead_policy::{
    BlockReason, CompiledPolicy, Context, ContextBuilder, DocumentKind, FullTrace, Layers, NoTrace,
    Outcome, Policies, PolicyRef, PolicySet, PolicySource, PolicyType, Request, ResourcePolicy,
    StatementRef, evaluate,
};
use stead_types::AccountId;

use crate::generate::{Case, Documents, ResourceDocument};
use crate::literal::document::Effect;
use crate::literal::{
    self, Answer, Blocker, Cause, Decision, Document, Given, Keys, Kind, Layer, Place, Question,
    Side,
};

/// Two answers to one question that should be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Who is compared with the literal evaluation: `list`, `set`, `traced list` ...
    pub who: &'static str,
    /// Which question of the case.
    pub question: usize,
    /// What the literal evaluation answers.
    pub literal: Answer,
    /// What the compiled one answers.
    pub compiled: Answer,
}

/// Asks every question of a case.
///
/// # Errors
/// The first disagreement.
pub fn check(case: &Case) -> Result<Vec<Answer>, Box<Disagreement>> {
    let compiled = Compiled::new(&case.documents);
    let literal = read(&case.documents);
    let questions = case.questions.iter().enumerate();
    questions.map(|(index, question)| compiled.compare(index, question, &literal)).collect()
}

/// The documents as the literal evaluation takes them.
#[must_use]
pub fn read(documents: &Documents) -> literal::Policies {
    let all = |prefix: &str, texts: &[String], kind| -> Vec<(String, Document)> {
        let named = |(index, text): (usize, &String)| {
            (format!("{prefix} {index}"), Document::read(text, kind))
        };
        texts.iter().enumerate().map(named).collect()
    };
    let one = |name: &str, text: &String, kind| (name.to_owned(), Document::read(text, kind));
    let levels = documents.service_control.iter().enumerate();
    literal::Policies {
        identity: all("identity", &documents.identity, Kind::Identity),
        boundary: documents.boundary.as_ref().map(|text| one("boundary", text, Kind::Boundary)),
        session: documents.session.as_ref().map(|texts| all("session", texts, Kind::Session)),
        resource: match &documents.resource {
            ResourceDocument::None => Side::None,
            ResourceDocument::Trust(text) => Side::Trust(one("trust", text, Kind::Trust)),
            ResourceDocument::Resource(text) => {
                Side::Resource(one("resource", text, Kind::Resource))
            }
        },
        service_control: levels
            .map(|(level, texts)| all(&format!("level {level}"), texts, Kind::ServiceControl))
            .collect(),
        resource_control: all(
            "resource control",
            &documents.resource_control,
            Kind::ResourceControl,
        ),
    }
}

type Stored = (PolicySource, Arc<CompiledPolicy>);

/// The documents compiled, by layer.
#[derive(Debug)]
struct Compiled {
    identity: Stack,
    boundary: Option<Stack>,
    session: Option<Stack>,
    resource: Option<(PolicyType, Stack)>,
    service_control: Vec<Stack>,
    resource_control: Stack,
}

/// The policies of one layer, listed and under an index.
#[derive(Debug)]
struct Stack {
    stored: Vec<Stored>,
    set: PolicySet,
}

impl Stack {
    fn new(prefix: &str, texts: &[String], kind: DocumentKind) -> Self {
        let stored = texts.iter().enumerate().map(|(index, text)| {
            let name = format!("{prefix} {index}");
            (source(&name), Arc::new(CompiledPolicy::compile_stored(text, kind).0))
        });
        let stored: Vec<Stored> = stored.collect();
        Self { set: PolicySet::new(stored.iter().cloned()), stored }
    }

    fn one(name: &str, text: &str, kind: DocumentKind) -> Self {
        let stored = vec![(source(name), Arc::new(CompiledPolicy::compile_stored(text, kind).0))];
        Self { set: PolicySet::new(stored.iter().cloned()), stored }
    }

    fn refs(&self) -> Vec<PolicyRef<'_>> {
        self.stored.iter().map(|(source, policy)| PolicyRef { source, policy }).collect()
    }

    fn first(&self) -> PolicyRef<'_> {
        let (source, policy) = &self.stored[0];
        PolicyRef { source, policy }
    }
}

/// A source that is only a name.
fn source(name: &str) -> PolicySource {
    PolicySource::Restriction { name: name.into() }
}

impl Compiled {
    fn new(documents: &Documents) -> Self {
        let levels = documents.service_control.iter().enumerate();
        let resource = match &documents.resource {
            ResourceDocument::None => None,
            ResourceDocument::Trust(text) => {
                Some((PolicyType::Trust, Stack::one("trust", text, DocumentKind::Trust)))
            }
            ResourceDocument::Resource(text) => {
                Some((PolicyType::Resource, Stack::one("resource", text, DocumentKind::Resource)))
            }
        };
        Self {
            identity: Stack::new("identity", &documents.identity, DocumentKind::Identity),
            boundary: documents
                .boundary
                .as_ref()
                .map(|text| Stack::one("boundary", text, DocumentKind::Boundary)),
            session: documents
                .session
                .as_ref()
                .map(|texts| Stack::new("session", texts, DocumentKind::Session)),
            resource,
            service_control: levels
                .map(|(level, texts)| {
                    Stack::new(&format!("level {level}"), texts, DocumentKind::ServiceControl)
                })
                .collect(),
            resource_control: Stack::new(
                "resource control",
                &documents.resource_control,
                DocumentKind::ResourceControl,
            ),
        }
    }

    fn compare(
        &self,
        index: usize,
        question: &Question,
        policies: &literal::Policies,
    ) -> Result<Answer, Box<Disagreement>> {
        let expected = literal::answer(question, policies);
        let context = context(&question.keys);
        let request = request(question, &context);
        let compare = |who, outcome: &Outcome<'_>| {
            let compiled = answer_of(outcome);
            if compiled == expected {
                return Ok(());
            }
            let literal = expected.clone();
            Err(Box::new(Disagreement { who, question: index, literal, compiled }))
        };
        self.with_lists(|layers| {
            compare("list", &evaluate(&request, layers, &mut NoTrace))?;
            compare("traced list", &evaluate(&request, layers, &mut FullTrace::default()))
        })?;
        self.with_sets(|layers| {
            compare("set", &evaluate(&request, layers, &mut NoTrace))?;
            compare("traced set", &evaluate(&request, layers, &mut FullTrace::default()))
        })?;
        Ok(expected)
    }

    fn with_lists<R>(&self, run: impl FnOnce(&Layers<'_>) -> R) -> R {
        let identity = self.identity.refs();
        let session = self.session.as_ref().map(Stack::refs);
        let levels: Vec<Vec<PolicyRef<'_>>> =
            self.service_control.iter().map(Stack::refs).collect();
        let levels: Vec<Policies<'_>> = levels.iter().map(Into::into).collect();
        let resource_control = self.resource_control.refs();
        run(&Layers {
            identity: (&identity).into(),
            session: session.as_ref().map(Into::into),
            service_control: &levels,
            resource_control: (&resource_control).into(),
            ..self.singles()
        })
    }

    fn with_sets<R>(&self, run: impl FnOnce(&Layers<'_>) -> R) -> R {
        let levels: Vec<Policies<'_>> =
            self.service_control.iter().map(|level| (&level.set).into()).collect();
        run(&Layers {
            identity: (&self.identity.set).into(),
            session: self.session.as_ref().map(|layer| (&layer.set).into()),
            service_control: &levels,
            resource_control: (&self.resource_control.set).into(),
            ..self.singles()
        })
    }

    /// The layers of one policy.
    fn singles(&self) -> Layers<'_> {
        Layers {
            boundary: self.boundary.as_ref().map(Stack::first),
            resource: match &self.resource {
                None => ResourcePolicy::None,
                Some((PolicyType::Trust, layer)) => ResourcePolicy::Trust(layer.first()),
                Some((_, layer)) => ResourcePolicy::Resource(layer.first()),
            },
            ..Layers::default()
        }
    }
}

fn request<'q>(question: &'q Question, context: &'q Context) -> Request<'q> {
    Request {
        action: &question.action,
        resource: &question.resource,
        resource_account: question.resource_account.as_deref().map(account),
        caller: &question.caller,
        context,
    }
}

fn account(number: &str) -> AccountId {
    number.parse().expect("generated accounts have twelve digits")
}

/// The keys as the compiled evaluation takes them.
#[must_use]
pub fn context(keys: &Keys) -> Context {
    let add = |builder: ContextBuilder, (key, given): &(String, Given)| match given {
        Given::One(value) => builder.single(key, value.as_str()),
        Given::Several(values) => builder.multi(key, values.iter().map(String::as_str)),
        Given::Bytes(bytes) => builder.binary(key, bytes),
    };
    keys.0.iter().fold(ContextBuilder::new(), add).build()
}

/// An outcome in the words of the literal evaluation.
#[must_use]
pub fn answer_of(outcome: &Outcome<'_>) -> Answer {
    let decision = match outcome.decision {
        stead_policy::Decision::Allow => Decision::Allow,
        stead_policy::Decision::ExplicitDeny => Decision::ExplicitDeny,
        stead_policy::Decision::ImplicitDeny => Decision::ImplicitDeny,
    };
    let cause = match outcome.cause {
        stead_policy::Cause::Statement { policy_type, statement } => {
            Cause::Statement(layer(policy_type), place(&statement))
        }
        stead_policy::Cause::NothingAllows { policy_type } => Cause::Silence(layer(policy_type)),
        stead_policy::Cause::RootUser => Cause::RootUser,
    };
    let blockers = outcome.blockers.iter().map(|blocker| {
        let layer = layer(blocker.policy_type);
        match blocker.reason {
            BlockReason::Denies(statement) => Blocker::Denies(layer, place(&statement)),
            BlockReason::DoesNotAllow { level } => Blocker::Silent(layer, level),
        }
    });
    Answer { decision, cause, blockers: blockers.collect() }
}

fn layer(policy_type: PolicyType) -> Layer {
    match policy_type {
        PolicyType::ServiceControl => Layer::ServiceControl,
        PolicyType::ResourceControl => Layer::ResourceControl,
        PolicyType::Trust => Layer::Trust,
        PolicyType::Resource => Layer::Resource,
        PolicyType::Identity => Layer::Identity,
        PolicyType::Boundary => Layer::Boundary,
        PolicyType::Session => Layer::Session,
    }
}

fn place(statement: &StatementRef<'_>) -> Place {
    let PolicySource::Restriction { name } = statement.source else {
        unreachable!("every policy got a name");
    };
    Place {
        policy: name.to_string(),
        index: statement.index,
        sid: statement.sid.map(str::to_owned),
        effect: match statement.effect {
            stead_policy::Effect::Allow => Effect::Allow,
            stead_policy::Effect::Deny => Effect::Deny,
        },
        span: (statement.span.start, statement.span.end),
    }
}
