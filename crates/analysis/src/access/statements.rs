//! The statements of somebody's own policies, as they are written.

use stead_directory::Snapshot;
use stead_policy::{DocumentKind, Effect, Patterns, Polarity, PolicySource, parse};

use super::people::{Kind, Person};

/// An Allow of an identity policy.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The policy: its ARN, or its name with whose it is.
    pub(super) policy: String,
    pub(super) index: usize,
    pub(super) sid: Option<String>,
    pub(super) actions: Patterns,
    pub(super) resources: Option<Patterns>,
}

/// Every Allow of the policies of somebody, and the policies that cannot be read.
pub(super) fn allows(person: &Person, home: &Snapshot) -> (Vec<Written>, Vec<String>) {
    let (mut statements, mut unreadable) = (Vec::new(), Vec::new());
    for (_, policy, text) in documents(person, home) {
        let Some(document) = parse(&text, DocumentKind::Identity).policy else {
            unreadable.push(policy);
            continue;
        };
        for (index, statement) in document.statements().iter().enumerate() {
            if statement.effect.value == Effect::Allow {
                statements.push(Written {
                    policy: policy.clone(),
                    index,
                    sid: statement.sid.as_ref().map(|sid| sid.value.clone()),
                    actions: statement.actions.clone(),
                    resources: statement.resources.clone(),
                });
            }
        }
    }
    (statements, unreadable)
}

/// The identity policies of somebody with their names and texts, in the order of the
/// evaluator's.
pub(crate) fn documents(person: &Person, home: &Snapshot) -> Vec<(PolicySource, String, String)> {
    let policies = person.identity_policies(home);
    let documents = policies.iter().filter_map(|policy| {
        let text = match policy.source {
            PolicySource::Managed { arn, .. } => {
                let policy = home.policy(arn)?;
                policy.versions.get(&policy.default_version)?.text.as_str().to_owned()
            }
            PolicySource::Inline { owner, name } => inline(person, home, owner.as_str(), name)?,
            _ => return None,
        };
        Some((policy.source.clone(), name_of(policy.source), text))
    });
    documents.collect()
}

fn inline(person: &Person, home: &Snapshot, owner: &str, name: &str) -> Option<String> {
    let name = name.parse().ok()?;
    let text = |policies: &stead_directory::entity::InlinePolicies| {
        policies.find(&name).map(|policy| policy.text.as_str().to_owned())
    };
    if person.kind == Kind::Role {
        return text(&home.role(&person.id)?.inline);
    }
    let user = home.user(&person.id)?;
    if person.arn.as_str() == owner {
        return text(&user.inline);
    }
    let number = home.account();
    let groups = home.groups_of(user);
    let group = groups.iter().find(|group| group.arn(number).as_str() == owner)?;
    text(&group.inline)
}

/// The entries of an element; of `Not...` one that says so and is asked as anything.
pub(super) fn entries(patterns: Option<&Patterns>) -> Vec<Entry> {
    let Some(patterns) = patterns else { return vec![Entry::pattern("*")] };
    let texts = patterns.values.iter().map(|value| value.value.as_str());
    match patterns.polarity {
        Polarity::Any => texts.map(Entry::pattern).collect(),
        Polarity::NoneOf => {
            let shown = format!("all but {}", texts.collect::<Vec<_>>().join(", "));
            vec![Entry { shown, pattern: "*".to_owned() }]
        }
    }
}

/// One entry of an element.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// As it is told.
    pub(super) shown: String,
    /// As a pattern.
    pub(super) pattern: String,
}

impl Entry {
    fn pattern(text: &str) -> Self {
        Self { shown: text.to_owned(), pattern: text.to_owned() }
    }

    /// Whether it means more than one thing.
    pub(super) fn is_wide(&self) -> bool {
        self.pattern.contains(['*', '?'])
    }

    /// A text that the pattern matches, with something for each wildcard that no policy
    /// names: whoever lets this pass lets everything pass that the pattern means, but for
    /// what is denied by name.
    pub(super) fn sample(&self, any: &str) -> String {
        self.pattern.replace('*', any).replace('?', "\u{a0}")
    }
}

/// How a policy is told.
pub(crate) fn name_of(source: &PolicySource) -> String {
    match source {
        PolicySource::Inline { owner, name } => format!("{name} of {owner}"),
        PolicySource::Boundary { arn } => format!("the permissions boundary {arn}"),
        PolicySource::ServiceControl { .. } => "a service control policy".to_owned(),
        PolicySource::ResourceControl { .. } => "a resource control policy".to_owned(),
        other => other.policy_arn().map_or_else(|| "a policy".to_owned(), ToString::to_string),
    }
}
