//! The AWS policy language: text to policy, policy to compiled form, request to
//! decision and trace.
//!
//! Four stages, four types, each made from the one before:
//!
//! 1. [`PolicyText`]: the bytes exactly as they were sent, which is what is given back;
//! 2. [`Policy`]: what the text says, with the span of everything in it; [`parse`]
//!    yields it together with every [`Diagnostic`];
//! 3. [`CompiledPolicy`]: what is evaluated; compiled once, when a policy is written;
//! 4. [`Outcome`]: what [`evaluate`] answers for one [`Request`] and the [`Layers`]
//!    of policies that apply to it, explained by a [`FullTrace`] when one is asked for.
//!
//! A key may also be [unknown](ContextBuilder::unknown): [`evaluate_partial`] then says
//! whether the request is allowed or denied all the same, and else on which conditions
//! of which statements that depends, with an example of each side.
//!
//! There is no I/O here, no clock and no store: time, tags and addresses are values
//! in the [`Context`]. This crate is an API boundary: others build on it alone.
//!
//! ```
//! use stead_policy::{
//!     Caller, CompiledPolicy, Context, Decision, DocumentKind, Layers, NoTrace, PolicyRef,
//!     PolicySource, Request, evaluate,
//! };
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {
//!     "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"}}"#;
//! let (policy, diagnostics) = CompiledPolicy::compile_stored(text, DocumentKind::Identity);
//! assert!(diagnostics.is_empty());
//!
//! let account = "111122223333".parse()?;
//! let caller = Caller::User {
//!     account,
//!     arn: "arn:aws:iam::111122223333:user/Alice".parse()?,
//!     id: "AIDAIOSFODNN7EXAMPLE1".parse()?,
//! };
//! let source = PolicySource::Inline { owner: "arn:aws:iam::111122223333:user/Alice".parse()?, name: "read".into() };
//! let request = Request {
//!     action: "s3:GetObject",
//!     resource: "arn:aws:s3:::reports/2026.csv",
//!     resource_account: Some(account),
//!     caller: &caller,
//!     context: &Context::empty(),
//! };
//! let identity = [PolicyRef { source: &source, policy: &policy }];
//! let layers = Layers { identity: (&identity).into(), ..Layers::default() };
//! assert_eq!(evaluate(&request, &layers, &mut NoTrace).decision, Decision::Allow);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// The text and what it says.
mod kind;
mod limits;
mod span;
mod text;

mod diagnostics;

mod ast;
mod context_keys;
mod date;
mod grammar;
mod json;
mod operator;
mod print;
mod provider_controls;

// The compiled form.
mod arn_pattern;
mod compiled;
mod effort;
mod glob;
mod index;
mod operators;
mod reach;
mod services;
mod template;

// Patterns beside patterns.
mod pattern;

// The request and the answer.
mod caller;
mod context;
mod decide;
mod outcome;
mod policies;
mod request;
mod source;
mod trace;
mod value_form;

// The answer while keys are unknown.
mod cases;
mod completion;
mod dependence;
mod unknown;

pub use ast::{
    Condition, ConditionValue, Effect, Patterns, Polarity, Policy, PrincipalEntry, PrincipalKind,
    Principals, Shape, Statement, Version,
};
pub use caller::{Caller, FederatedIssuer, Named};
pub use compiled::CompiledPolicy;
pub use completion::{Completion, Supposed};
pub use context::{Context, ContextBuilder, ContextValue, ContextValues};
pub use context_keys::context_keys;
pub use decide::{evaluate, evaluate_partial};
pub use dependence::{Dependence, Dependences, DependentElement, Needed, Partial};
pub use diagnostics::{Diagnostic, DiagnosticCode, Parsed, Severity};
pub use grammar::{parse, parse_managed};
pub use kind::DocumentKind;
pub use limits::{DOCUMENT_BYTES_MAX, NESTING_DEPTH_MAX, STATEMENTS_MAX, VALUES_MAX};
pub use operator::{Operator, OperatorBase, Quantifier};
pub use outcome::{
    BlockReason, Blocker, Blockers, Cause, Decision, Outcome, PolicyType, StatementRef,
};
pub use pattern::Pattern;
pub use policies::{Policies, PolicyRef, PolicySet};
pub use provider_controls::{
    PROVIDER_CONTROLS, ProviderControl, ProviderRule, check_provider_controls,
};
pub use reach::{Reach, Trusted};
pub use request::{Layers, Request, ResourcePolicy};
pub use services::is_under_resource_control;
pub use source::PolicySource;
pub use span::{Span, Spanned};
pub use text::{PolicyText, replace_strings};
pub use trace::{
    Choice, ConditionReason, ConditionTrace, ElementTrace, FullTrace, LayerTrace, NoTrace,
    PolicyTrace, RequestValue, StatementTrace, Trace, TraceNote, ValueTrace,
};
pub use value_form::ValueForm;
