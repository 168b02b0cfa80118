//! The classes of disagreement, each as a way to say the same question in other words.
//!
//! What is the same is decided by AWS's documentation, or by a documented choice where
//! AWS is silent; `disagreements.toml` names the source. A disagreement belongs to a
//! class when, asked in the other words, Stead answers as before and the other engine
//! answers as Stead does. A class that changes Stead's answer is wrong, and a test fails.

mod callers;
mod conditions;
mod resources;

use crate::case::Case;

/// A class of disagreements.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its name in `disagreements.toml`.
    pub id: &'static str,
    /// The question in other words, where the class has any to offer.
    pub reword: fn(&Case) -> Option<Case>,
}

/// The classes, in the order in which several are applied to one question.
pub const CLASSES: &[Class] = &[
    Class { id: "variables-of-the-old-version", reword: conditions::old_variables },
    Class { id: "escape-without-wildcards", reword: conditions::escapes },
    Class { id: "default-of-a-variable", reword: conditions::defaults },
    Class { id: "variable-in-an-arn", reword: conditions::arn_variables },
    Class { id: "negated-without-a-value", reword: conditions::unresolved },
    Class { id: "bool-of-a-variable", reword: conditions::bool_variables },
    Class { id: "bare-address", reword: conditions::bare_addresses },
    Class { id: "prefix-of-no-length", reword: conditions::whole_family },
    Class { id: "mapped-address", reword: conditions::mapped_addresses },
    Class { id: "seconds-of-the-epoch", reword: conditions::epoch_seconds },
    Class { id: "year-as-a-date", reword: conditions::years },
    Class { id: "no-date", reword: conditions::no_dates },
    Class { id: "no-number", reword: conditions::no_numbers },
    Class { id: "large-number", reword: conditions::large_numbers },
    Class { id: "negated-mistyped-policy", reword: conditions::mistyped_policy },
    Class { id: "negated-mistyped-request", reword: conditions::mistyped_request },
    Class { id: "null-of-an-empty-tag", reword: conditions::null_tags },
    Class { id: "empty-set", reword: conditions::empty_sets },
    Class { id: "any-value-if-exists", reword: conditions::any_if_exists },
    Class { id: "variable-in-a-resource", reword: resources::variables },
    Class { id: "wildcard-in-a-resource-type", reword: resources::types },
    Class { id: "short-arn", reword: resources::short },
    Class { id: "reserved-role", reword: resources::reserved },
    Class { id: "unique-id", reword: callers::unique_ids },
    Class { id: "role-of-another-path", reword: callers::role_paths },
    Class { id: "federating-user", reword: callers::federating_user },
    Class { id: "not-principal", reword: callers::not_principals },
    Class { id: "everyone-under-aws", reword: callers::everyone_under_aws },
    Class { id: "well-known-provider", reword: callers::well_known_provider },
    Class { id: "provider-in-the-account", reword: callers::provider_in_the_account },
    Class { id: "root-user", reword: callers::root_user },
    Class { id: "nobody-of-the-organization", reword: callers::without_account },
    Class { id: "everyone-and-boundary", reword: callers::everyone_and_boundary },
    Class { id: "boundary-of-a-trusted-user", reword: callers::trusted_user },
    Class { id: "named-session", reword: callers::named_session },
    Class { id: "federated-user-without-policies", reword: callers::without_session_policies },
];
