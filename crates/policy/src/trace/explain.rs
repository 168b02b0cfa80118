use crate::compiled::CompiledStatement;
use crate::request::Target;
use crate::{Effect, Request, Span, StatementTrace};

pub(super) fn statement(
    _: &CompiledStatement,
    _: &Request<'_>,
    _: &Target<'_>,
    applies: bool,
) -> StatementTrace {
    StatementTrace {
        index: 0,
        sid: None,
        effect: Effect::Allow,
        span: Span::default(),
        applies,
        unreadable: false,
        elements: Vec::new(),
        conditions: Vec::new(),
    }
}
