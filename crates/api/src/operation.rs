use std::fmt::Debug;

use crate::{iam, organizations, sts};

/// An operation of a service: a zero-sized type such as [`iam::CreateRole`].
///
/// What handlers, codecs and dispatchers are generic over.
pub trait Operation: Debug + Clone + Copy + Send + Sync + 'static {
    /// The parameters.
    type Input: Debug + Send;
    /// The result.
    type Output: Debug + Send;

    /// The name on the wire, such as `CreateRole`.
    const NAME: &'static str;
    /// The service it belongs to.
    const SERVICE: Service;
    /// The action a policy must allow, such as `iam:CreateRole`.
    const ACTION: &'static str;
    /// What kind of access it is. For reports; no decision depends on it.
    const ACCESS: AccessLevel;
    /// The request carries its own proof and no signature.
    const UNSIGNED: bool;
    /// The same operation as a value.
    const KNOWN: KnownOperation;
}

/// A service whose operations this installation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// The Security Token Service.
    Sts,
    /// Identity and Access Management.
    Iam,
    /// Organizations.
    Organizations,
}

impl Service {
    /// The one API version that exists, as requests of the Query protocol name it.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
            Self::Organizations => "2016-11-28",
        }
    }

    /// The XML namespace of responses. Organizations answers in JSON only, and its namespace
    /// is written nowhere.
    #[must_use]
    pub const fn xml_namespace(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Organizations => "",
        }
    }

    /// The name in credential scopes and the prefix of actions: `sts`, `iam` or
    /// `organizations`.
    #[must_use]
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Organizations => "organizations",
        }
    }

    /// The service of this signing name.
    #[must_use]
    pub fn from_signing_name(name: &str) -> Option<Self> {
        match name {
            "sts" => Some(Self::Sts),
            "iam" => Some(Self::Iam),
            "organizations" => Some(Self::Organizations),
            _ => None,
        }
    }

    /// The service of the Query protocol that has this API version: each has one of its own.
    #[must_use]
    pub fn from_version(version: &str) -> Option<Self> {
        [Self::Sts, Self::Iam].into_iter().find(|service| service.version() == version)
    }
}

/// The groups into which the Service Authorization Reference sorts actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names what exists.
    List,
    /// Reads what exists.
    Read,
    /// Changes tags only.
    Tagging,
    /// Changes what exists.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
}

impl AccessLevel {
    /// Whether nothing is changed.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }
}

/// An operation as a value: one that exists, whether built or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownOperation {
    /// One of STS.
    Sts(sts::StsOperation),
    /// One of IAM.
    Iam(iam::IamOperation),
    /// One of Organizations.
    Organizations(organizations::OrganizationsOperation),
}

impl KnownOperation {
    /// The operation of this name; case matters, as on AWS.
    #[must_use]
    pub fn lookup(service: Service, name: &str) -> Option<Self> {
        match service {
            Service::Sts => sts::StsOperation::from_wire(name).map(Self::Sts),
            Service::Iam => iam::IamOperation::from_wire(name).map(Self::Iam),
            Service::Organizations => {
                organizations::OrganizationsOperation::from_wire(name).map(Self::Organizations)
            }
        }
    }

    /// The operation that an `X-Amz-Target` names: what stands before the dot is the service's.
    ///
    /// Spec: Smithy, "AWS JSON 1.1 protocol": the name of the service's shape and that of the
    /// operation, with a dot between; model/organizations.json has the former.
    #[must_use]
    pub fn from_target(target: &str) -> Option<Self> {
        let name = target.strip_prefix(organizations::TARGET_PREFIX)?.strip_prefix('.')?;
        Self::lookup(Service::Organizations, name)
    }

    /// The service it belongs to.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::Sts(_) => Service::Sts,
            Self::Iam(_) => Service::Iam,
            Self::Organizations(_) => Service::Organizations,
        }
    }

    /// The name on the wire, such as `CreateRole`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sts(operation) => operation.name(),
            Self::Iam(operation) => operation.name(),
            Self::Organizations(operation) => operation.name(),
        }
    }

    /// The action a policy must allow, such as `iam:CreateRole`.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Sts(operation) => operation.action(),
            Self::Iam(operation) => operation.action(),
            Self::Organizations(operation) => operation.action(),
        }
    }

    /// What kind of access it is.
    #[must_use]
    pub const fn access(self) -> AccessLevel {
        match self {
            Self::Sts(operation) => operation.access(),
            Self::Iam(operation) => operation.access(),
            Self::Organizations(operation) => operation.access(),
        }
    }

    /// Whether it is built; the others are answered with `NotImplemented`.
    #[must_use]
    pub const fn is_implemented(self) -> bool {
        match self {
            Self::Sts(operation) => operation.is_implemented(),
            Self::Iam(operation) => operation.is_implemented(),
            Self::Organizations(operation) => operation.is_implemented(),
        }
    }

    /// Whether the request carries its own proof and no signature.
    #[must_use]
    pub const fn is_unsigned(self) -> bool {
        match self {
            Self::Sts(operation) => operation.is_unsigned(),
            Self::Iam(operation) => operation.is_unsigned(),
            Self::Organizations(operation) => operation.is_unsigned(),
        }
    }
}

/// Defines a type per operation and the enum of all operations of a service.
macro_rules! operations {
    ($service:ident, $all:ident, $prefix:literal; $(
        $name:ident($input:ident) -> $output:ident, $access:ident, $signing:ident, $state:ident;
    )+) => {
        $(
            #[doc = concat!(
                "The operation [", stringify!($name), "](https://docs.aws.amazon.com/",
                stringify!($service), "/latest/APIReference/API_", stringify!($name), ".html)."
            )]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name;

            impl $crate::operation::Operation for $name {
                type Input = $input;
                type Output = $output;

                const NAME: &'static str = stringify!($name);
                const SERVICE: $crate::operation::Service = $crate::operation::Service::$service;
                const ACTION: &'static str = concat!($prefix, ":", stringify!($name));
                const ACCESS: $crate::operation::AccessLevel =
                    $crate::operation::AccessLevel::$access;
                const UNSIGNED: bool = $crate::operation::flag!($signing);
                const KNOWN: $crate::operation::KnownOperation =
                    $crate::operation::KnownOperation::$service($all::$name);
            }
        )+

        /// Every operation of the service, as a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $all {
            $(
                #[doc = concat!("[`", stringify!($name), "`](struct@", stringify!($name), ")")]
                $name,
            )+
        }

        impl $all {
            /// Every operation, by name.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The operation of this name; case matters, as on AWS.
            #[must_use]
            pub fn from_wire(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// The action a policy must allow.
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($prefix, ":", stringify!($name)),)+
                }
            }

            /// What kind of access it is.
            #[must_use]
            pub const fn access(self) -> $crate::operation::AccessLevel {
                match self {
                    $(Self::$name => $crate::operation::AccessLevel::$access,)+
                }
            }

            /// Whether it is built.
            #[must_use]
            pub const fn is_implemented(self) -> bool {
                match self {
                    $(Self::$name => $crate::operation::flag!($state),)+
                }
            }

            /// Whether the request carries its own proof and no signature.
            #[must_use]
            pub const fn is_unsigned(self) -> bool {
                match self {
                    $(Self::$name => $crate::operation::flag!($signing),)+
                }
            }
        }
    };
}

/// The words of the operation tables as booleans.
macro_rules! flag {
    (unsigned) => {
        true
    };
    (signed) => {
        false
    };
    (built) => {
        true
    };
    (known) => {
        false
    };
}

pub(crate) use {flag, operations};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_name_only() {
        assert_eq!(sts::StsOperation::ALL.len(), 11);
        assert_eq!(iam::IamOperation::ALL.len(), 176);
        assert_eq!(organizations::OrganizationsOperation::ALL.len(), 63);
        for operation in iam::IamOperation::ALL {
            let known = KnownOperation::Iam(*operation);
            assert_eq!(KnownOperation::lookup(Service::Iam, known.name()), Some(known));
            assert_eq!(KnownOperation::lookup(Service::Sts, known.name()), None);
        }
        for bad in ["", "createRole", "CreateRole ", "AssumeRole"] {
            assert_eq!(KnownOperation::lookup(Service::Iam, bad), None, "{bad}");
        }
    }

    #[test]
    fn a_target_names_an_operation_of_its_service_only() {
        let describe =
            KnownOperation::from_target("AWSOrganizationsV20161128.DescribeOrganization");
        assert_eq!(
            describe.map(KnownOperation::action),
            Some("organizations:DescribeOrganization")
        );
        for bad in [
            "",
            ".",
            "DescribeOrganization",
            ".DescribeOrganization",
            "AWSOrganizationsV20161128",
            "AWSOrganizationsV20161128.",
            "AWSOrganizationsV20161128DescribeOrganization",
            "AWSOrganizationsV20161128..DescribeOrganization",
            "awsorganizationsv20161128.DescribeOrganization",
            "AWSOrganizationsV20161128.describeorganization",
            "AWSOrganizationsV20161128.DescribeOrganization ",
            "AWSOrganizationsV20161128.GetUser",
            "AWSOrganizationsV20161129.DescribeOrganization",
        ] {
            assert_eq!(KnownOperation::from_target(bad), None, "{bad}");
        }
        assert_eq!(Service::from_version(Service::Organizations.version()), None);
    }

    #[test]
    fn only_two_operations_are_unsigned() {
        let all = sts::StsOperation::ALL.iter().map(|operation| KnownOperation::Sts(*operation));
        let all = all.chain(iam::IamOperation::ALL.iter().map(|name| KnownOperation::Iam(*name)));
        let all = all.chain(
            organizations::OrganizationsOperation::ALL
                .iter()
                .map(|name| KnownOperation::Organizations(*name)),
        );
        let unsigned: Vec<&str> =
            all.filter(|operation| operation.is_unsigned()).map(KnownOperation::name).collect();
        assert_eq!(unsigned, ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]);
    }

    #[test]
    fn types_and_values_agree() {
        assert_eq!(iam::CreateRole::ACTION, "iam:CreateRole");
        assert_eq!(iam::CreateRole::KNOWN.action(), "iam:CreateRole");
        assert_eq!(sts::AssumeRole::KNOWN.service(), Service::Sts);
        assert!(sts::GetCallerIdentity::ACCESS.is_read_only());
        assert!(iam::CreateRole::KNOWN.is_implemented());
    }

    #[test]
    fn implemented_macros_pass_context_and_names() {
        macro_rules! names {
            ([$prefix:literal] $($name:ident,)+) => { [$(concat!($prefix, stringify!($name))),+] };
        }
        let names = crate::implemented_sts!(names, "sts:");
        assert!(names.contains(&"sts:AssumeRole"));
        assert_eq!(names.len(), 11);
        for name in names {
            let operation =
                KnownOperation::lookup(Service::Sts, name.trim_start_matches("sts:")).unwrap();
            assert!(operation.is_implemented());
        }
    }
}
