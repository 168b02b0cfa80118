//! Statements as answers show them: from which policy, and where in it.

use std::collections::BTreeMap;

use stead_api::iam::{PolicySourceType, Position, Statement};
use stead_authorizer::AppliedStatement;
use stead_policy::{DocumentKind, PolicySource, PolicyType, parse};
use stead_service::Call;
use stead_types::Arn;

use super::given::{Given, GivenPolicies};
use super::{held, positions};

/// The policies of a simulation, by where they come from.
pub(super) struct Sources<'a> {
    given: &'a GivenPolicies,
    call: &'a Call<'a>,
    // Of each policy that was shown, where its statements stand.
    places: BTreeMap<PolicySource, Vec<(Position, Position)>>,
}

impl<'a> Sources<'a> {
    pub(super) const fn new(given: &'a GivenPolicies, call: &'a Call<'a>) -> Self {
        Self { given, call, places: BTreeMap::new() }
    }

    /// A statement, as answers show it.
    pub(super) fn shown(&mut self, statement: &AppliedStatement) -> Statement {
        if !self.places.contains_key(&statement.source) {
            let places = self.places_in(&statement.source);
            self.places.insert(statement.source.clone(), places);
        }
        let places = self.places.get(&statement.source);
        let place = places.and_then(|places| places.get(statement.index)).cloned();
        let (start_position, end_position) = place.unzip();
        Statement {
            source_policy_id: Some(id(&statement.source)),
            source_policy_type: Some(shown_type(statement.policy_type)),
            start_position,
            end_position,
        }
    }

    /// The text of a policy, and what it is.
    pub(super) fn text(&self, source: &PolicySource) -> Option<(String, DocumentKind)> {
        if let Some(given) = self.given.all().find(|given: &&Given| given.is(source)) {
            return Some((given.text.clone(), given.kind));
        }
        if let PolicySource::Trust { role } = source {
            let role = self.call.account.role_by_arn(role)?;
            let text = role.trust.display(self.call).as_str().to_owned();
            return Some((text, DocumentKind::Trust));
        }
        let text = held::text_of(source, self.call.account)?;
        Some((text.as_str().to_owned(), DocumentKind::Identity))
    }

    fn places_in(&self, source: &PolicySource) -> Vec<(Position, Position)> {
        let Some((text, kind)) = self.text(source) else { return Vec::new() };
        // A stored document that today's grammar refuses has no places to show.
        let Some(policy) = parse(&text, kind).policy else { return Vec::new() };
        let statements = policy.statements().iter();
        statements.map(|statement| positions::of_statement(&text, statement.span)).collect()
    }
}

/// Observed: radkawar/stackd, recorded in 2026: an inline policy by the kind and the name of
/// whose it is and its own, a managed one by its name, a given one by its place. Choice: a
/// trust policy, which AWS never shows, by the ARN of its role.
fn id(source: &PolicySource) -> String {
    match source {
        PolicySource::Inline { owner, name } => {
            let (kind, owner) = kind_and_name(owner);
            format!("{kind}_{owner}_{name}")
        }
        PolicySource::Managed { arn, .. }
        | PolicySource::Boundary { arn }
        | PolicySource::SessionManaged { arn }
        | PolicySource::ServiceControl { arn, .. }
        | PolicySource::ResourceControl { arn, .. } => kind_and_name(arn).1.to_owned(),
        PolicySource::Trust { role } => role.to_string(),
        PolicySource::Resource { resource: name } | PolicySource::Restriction { name } => {
            name.to_string()
        }
        PolicySource::SessionInline => "SessionPolicy".to_owned(),
    }
}

fn kind_and_name(arn: &Arn) -> (&str, &str) {
    let (kind, path_and_name) = arn.resource().split_once('/').unwrap_or_default();
    (kind, path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name))
}

/// Observed: the same recording. How the values are written is said in the model's overrides.
const fn shown_type(policy_type: PolicyType) -> PolicySourceType {
    match policy_type {
        PolicyType::Identity | PolicyType::Session => PolicySourceType::User,
        PolicyType::Trust
        | PolicyType::Resource
        | PolicyType::ServiceControl
        | PolicyType::ResourceControl => PolicySourceType::Resource,
        PolicyType::Boundary => PolicySourceType::None,
    }
}
