use super::condition::CompiledCondition;
use super::element::{Actions, Resources};
use super::open::Open;
use super::principal::PrincipalMatcher;
use crate::caller::Named;
use crate::index::ActionTest;
use crate::request::Target;
use crate::template::Variables;
use crate::unknown::{Assumed, Outlook};
use crate::{
    Context, DocumentKind, Effect, PolicySource, Request, Span, Statement, StatementRef, effort,
};

/// A statement made ready for evaluation.
#[derive(Clone, Debug)]
pub struct CompiledStatement {
    pub(crate) index: usize,
    pub(crate) span: Span,
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) body: Body,
}

/// What a statement asks of a request.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Its elements; all must match.
    Elements(Box<Elements>),
    /// It cannot be told: an Allow never applies, a Deny always does.
    Unreadable,
}

/// The elements of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Elements {
    pub(crate) principals: Option<PrincipalMatcher>,
    pub(crate) actions: Actions,
    pub(crate) resources: Option<Resources>,
    pub(crate) conditions: Box<[CompiledCondition]>,
}

impl CompiledStatement {
    pub(super) fn compile(
        index: usize,
        statement: &Statement,
        kind: DocumentKind,
        variables: Variables,
    ) -> Self {
        let effect = statement.effect.value;
        let body = compile_body(statement, kind, variables);
        let sid = statement.sid.as_ref().map(|sid| sid.value.as_str().into());
        Self { index, span: statement.span, sid, effect, body }
    }

    /// A statement that cannot be read. Without a known effect it may have been a
    /// Deny, so it is one.
    pub(super) fn broken(index: usize, span: Span, effect: Option<Effect>) -> Self {
        let effect = effect.unwrap_or(Effect::Deny);
        Self { index, span, sid: None, effect, body: Body::Unreadable }
    }

    /// Whether the statement is about the action, or cannot be read.
    pub(crate) fn concerns(&self, target: &Target<'_>) -> bool {
        match &self.body {
            Body::Unreadable => true,
            Body::Elements(elements) => elements.actions.matches(target.action),
        }
    }

    /// Whether the statement applies to the request, and as what it names the caller.
    ///
    /// What the index has found out about the action is not asked again. What depends
    /// on a key that is unknown is as the outlook has it.
    pub(crate) fn applies(
        &self,
        action: &ActionTest,
        request: &Request<'_>,
        target: &Target<'_>,
        outlook: Outlook,
    ) -> Option<Named> {
        effort::count(1);
        match &self.body {
            Body::Unreadable => match self.effect {
                Effect::Allow => None,
                Effect::Deny => Some(Named::NotAsked),
            },
            Body::Elements(elements) => {
                elements.apply(action, self.effect, request, target, outlook)
            }
        }
    }

    /// Its conditions; none when it cannot be read.
    pub(crate) fn conditions(&self) -> &[CompiledCondition] {
        match &self.body {
            Body::Elements(elements) => &elements.conditions,
            Body::Unreadable => &[],
        }
    }

    pub(crate) fn reference<'a>(&'a self, source: &'a PolicySource) -> StatementRef<'a> {
        StatementRef {
            source,
            index: self.index,
            sid: self.sid.as_deref(),
            effect: self.effect,
            span: self.span,
        }
    }
}

impl Elements {
    /// The cheapest questions come first.
    fn apply(
        &self,
        action: &ActionTest,
        effect: Effect,
        request: &Request<'_>,
        target: &Target<'_>,
        outlook: Outlook,
    ) -> Option<Named> {
        let context: &Context = request.context;
        if !self.actions.pass(action, target.action) {
            return None;
        }
        let named = match &self.principals {
            Some(principals) => principals.names(effect, request.caller, target.boundary)?,
            None => Named::NotAsked,
        };
        let fits = if context.is_complete() {
            self.fit(target, context)
        } else {
            self.fit_assuming(target, context, outlook.assumes(effect))
        };
        fits.then_some(named)
    }

    fn fit(&self, target: &Target<'_>, context: &Context) -> bool {
        let resource_fits = match &self.resources {
            Some(resources) => resources.matches(target.arn.as_ref(), context),
            None => true,
        };
        resource_fits && self.conditions.iter().all(|condition| condition.verdict(context).holds)
    }

    /// The same with unknown keys: what depends on them is as it is assumed to be.
    #[cold]
    fn fit_assuming(&self, target: &Target<'_>, context: &Context, assumed: Assumed) -> bool {
        Open::all(self).all(|element| element.holds(target.arn.as_ref(), context, assumed))
    }
}

/// What is missing or too much for the kind of document, or has an operator that
/// does not exist, cannot be told.
/// Choice: AWS refuses all of this when it is written; for stored text the
/// statement then fails closed.
fn compile_body(statement: &Statement, kind: DocumentKind, variables: Variables) -> Body {
    let principals_fit = statement.principals.is_some() == kind.has_principal();
    let resources_fit = statement.resources.is_some() == kind.has_resource();
    let conditions: Option<Box<[CompiledCondition]>> = statement
        .conditions
        .iter()
        .map(|condition| CompiledCondition::compile(condition, variables))
        .collect();
    let Some(conditions) = conditions.filter(|_| principals_fit && resources_fit) else {
        return Body::Unreadable;
    };
    let principals = statement
        .principals
        .as_ref()
        .map(|principals| PrincipalMatcher::compile(principals, &conditions));
    let resources =
        statement.resources.as_ref().map(|resources| Resources::compile(resources, variables));
    let actions = Actions::compile(&statement.actions);
    Body::Elements(Box::new(Elements { principals, actions, resources, conditions }))
}
