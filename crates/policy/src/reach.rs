//! What a policy may allow, and whom, read off without a request: for indexes over many
//! policies. Nothing is decided here: what is not listed cannot be allowed by the policy,
//! and what is listed need not be.

use stead_types::{AccountId, UniqueId};

use crate::compiled::principal::Who;
use crate::compiled::{Body, CompiledStatement, Elements};
use crate::{CompiledPolicy, Effect, Polarity};

/// Resources on which a policy may allow an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach<'a> {
    /// Any resource.
    Anything,
    /// Those that a pattern matches, as it is written: with `*`, `?` and, in the newer
    /// version of the language, variables.
    Matching(&'a str),
}

/// Somebody whom a document with principals may allow something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trusted<'a> {
    /// Everybody, or everybody but some.
    Everyone,
    /// An account: whom its own policies let.
    Account(AccountId),
    /// A user, a role or a session, by ARN.
    Arn(&'a str),
    /// A user or a role, by unique id.
    Id(&'a UniqueId),
    /// An identity provider: its ARN, or a bare name such as `accounts.google.com`.
    Federated(&'a str),
    /// A service, such as `ec2.amazonaws.com`.
    Service(&'a str),
}

impl CompiledPolicy {
    /// The resources on which statements of the policy may allow this action, in any case;
    /// none where no Allow is about it.
    pub fn reach(&self, action: &str) -> impl Iterator<Item = Reach<'_>> {
        let action = action.to_ascii_lowercase();
        self.allowing().filter(move |elements| elements.actions.matches(&action)).flat_map(
            |elements| {
                let listed = elements.resources.as_ref().filter(|it| it.polarity == Polarity::Any);
                let anything = listed.is_none().then_some(Reach::Anything);
                let entries = listed.into_iter().flat_map(|resources| &resources.entries);
                anything.into_iter().chain(entries.map(|entry| Reach::Matching(&entry.text)))
            },
        )
    }

    /// Whom statements of the policy may allow something. Whom nobody can be is left out.
    pub fn trusted(&self) -> impl Iterator<Item = Trusted<'_>> {
        self.allowing().filter_map(|elements| elements.principals.as_ref()).flat_map(|principals| {
            let listed = Some(principals).filter(|it| it.polarity == Polarity::Any);
            let everyone = listed.is_none().then_some(Trusted::Everyone);
            let entries = listed.into_iter().flat_map(|principals| &principals.entries);
            everyone.into_iter().chain(entries.filter_map(|entry| trusted(&entry.pattern)))
        })
    }

    /// Whether a Deny of the policy may be about actions that this pattern matches too.
    #[must_use]
    pub fn may_deny(&self, actions: &str) -> bool {
        let wanted = literal(actions);
        let meets = |entry: &str| {
            let entry = literal(entry);
            entry.starts_with(&wanted) || wanted.starts_with(&entry)
        };
        let denies = self.statements().iter().filter(|it| it.effect == Effect::Deny);
        denies.into_iter().any(|statement| match &statement.body {
            Body::Unreadable => true,
            Body::Elements(elements) => {
                elements.actions.polarity == Polarity::NoneOf
                    || elements.actions.entries.iter().any(|entry| meets(&entry.text))
            }
        })
    }

    /// The statements that may allow this action, in any case: their places in the policy,
    /// from 0, and their Sids.
    pub fn reaching(&self, action: &str) -> impl Iterator<Item = (usize, Option<&str>)> {
        let action = action.to_ascii_lowercase();
        self.statements().iter().filter_map(move |statement| match statement {
            CompiledStatement { index, sid, effect: Effect::Allow, body, .. } => match body {
                Body::Elements(elements) if elements.actions.matches(&action) => {
                    Some((*index, sid.as_deref()))
                }
                _ => None,
            },
            CompiledStatement { .. } => None,
        })
    }

    fn allowing(&self) -> impl Iterator<Item = &Elements> {
        self.statements().iter().filter_map(|statement| match statement {
            CompiledStatement { effect: Effect::Allow, body: Body::Elements(elements), .. } => {
                Some(elements.as_ref())
            }
            _ => None,
        })
    }
}

/// What a pattern begins with, in lower case.
fn literal(pattern: &str) -> String {
    pattern.split(['*', '?']).next().unwrap_or_default().to_ascii_lowercase()
}

fn trusted(who: &Who) -> Option<Trusted<'_>> {
    Some(match who {
        Who::Everyone | Who::EveryoneUnderAws => Trusted::Everyone,
        Who::Account(account) => Trusted::Account(*account),
        Who::Arn(arn) => Trusted::Arn(arn),
        Who::Id(id) => Trusted::Id(id),
        Who::Federated(provider) => Trusted::Federated(provider),
        Who::Service(name) => Trusted::Service(name),
        // It never admits: see where callers are matched.
        Who::EveryoneFederated | Who::Nobody => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocumentKind;

    fn compiled(text: &str, kind: DocumentKind) -> CompiledPolicy {
        CompiledPolicy::compile_stored(text, kind).0
    }

    #[test]
    fn what_may_be_allowed_is_listed_and_nothing_of_other_actions_or_denies() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"STS:Assume*","Resource":["arn:aws:iam::*:role/a","b"]},
            {"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::x"},
            {"Effect":"Allow","Action":"s3:*","Resource":"c"},
            {"Effect":"Allow","NotAction":"sts:*","Resource":"d"},
            {"Effect":"Deny","Action":"*","Resource":"e"},
            {"Effect":"Allow","Action":"*","Resource":"f","Condition":{"Nonsense":{"a":"b"}}}]}"#;
        let policy = compiled(text, DocumentKind::Identity);
        let reach: Vec<_> = policy.reach("sts:AssumeRole").collect();
        assert_eq!(
            reach,
            [Reach::Matching("arn:aws:iam::*:role/a"), Reach::Matching("b"), Reach::Anything]
        );
    }

    #[test]
    fn a_deny_that_may_take_away_is_seen() {
        let deny = |actions: &str| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":[
                {{"Effect":"Deny",{actions},"Resource":"*"}},
                {{"Effect":"Allow","Action":"*","Resource":"*"}}]}}"#
            );
            compiled(&text, DocumentKind::Identity)
        };
        let one = deny(r#""Action":"S3:DeleteBucket""#);
        assert!(one.may_deny("s3:*") && one.may_deny("s3:Delete*") && one.may_deny("*"));
        assert!(!one.may_deny("s3:Get*") && !one.may_deny("ec2:*"));
        assert!(deny(r#""NotAction":"s3:*""#).may_deny("s3:GetObject"));
        let broken = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}"#;
        assert!(compiled(broken, DocumentKind::Identity).may_deny("s3:GetObject"));
    }

    #[test]
    fn who_may_be_allowed_is_listed() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"AWS":["111122223333","AIDAIOSFODNN7EXAMPLE1",
             "arn:aws:iam::111122223333:user/ann"],"Service":"ec2.amazonaws.com",
             "Federated":["accounts.google.com","*"]},"Action":"sts:AssumeRole"},
            {"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"},
            {"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}"#;
        let id = "AIDAIOSFODNN7EXAMPLE1".parse().unwrap();
        let policy = compiled(text, DocumentKind::Trust);
        let trusted: Vec<_> = policy.trusted().collect();
        let account = "111122223333".parse().unwrap();
        for expected in [
            Trusted::Account(account),
            Trusted::Id(&id),
            Trusted::Arn("arn:aws:iam::111122223333:user/ann"),
            Trusted::Service("ec2.amazonaws.com"),
            Trusted::Federated("accounts.google.com"),
        ] {
            assert!(trusted.contains(&expected), "{expected:?}: {trusted:?}");
        }
        // An Allow with NotPrincipal, which AWS refuses, lets in whom it does not list.
        assert_eq!(trusted.iter().filter(|it| **it == Trusted::Everyone).count(), 1);
    }
}
