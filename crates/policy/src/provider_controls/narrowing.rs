//! Which conditions say enough about a shared provider's tenant.

use super::ProviderRule;
use crate::{Condition, ConditionValue, OperatorBase};

/// Whether the conditions of a statement ask for one of these keys as the rule wants it.
pub(super) fn is_narrowed(rule: ProviderRule, keys: &[String], conditions: &[Condition]) -> bool {
    if rule == ProviderRule::Applications {
        return conditions.iter().any(|condition| names_application(keys, condition));
    }
    // Observed: each key of GitHub that is asked for must be narrowed; one is enough.
    // Choice: an operator that does not count does not ask either, so a negated one may
    // stand beside a narrow key. It can only narrow further.
    let mut asked = keys.iter().filter_map(|key| is_key_narrowed(rule, key, conditions)).peekable();
    asked.peek().is_some() && asked.all(|narrowed| narrowed)
}

/// Observed: these keys must be in exactly this case, and every value passes, `*` too,
/// which `StringEquals` does not take for a wildcard.
fn names_application(keys: &[String], condition: &Condition) -> bool {
    let base = counting_base(condition);
    let equals = [Some(OperatorBase::StringEquals), Some(OperatorBase::StringEqualsIgnoreCase)];
    keys.contains(&condition.key.value) && equals.contains(&base)
}

/// `None` for a key that no operator asks for that counts.
///
/// Observed: one condition that narrows is enough, though another on the same key
/// admits everything.
fn is_key_narrowed(rule: ProviderRule, key: &str, conditions: &[Condition]) -> Option<bool> {
    let on_key =
        conditions.iter().filter(|condition| condition.key.value.eq_ignore_ascii_case(key));
    let mut asking = on_key.filter_map(|condition| Some((counting_base(condition)?, condition)));
    let narrows = |(base, condition): (OperatorBase, &Condition)| {
        condition.values.iter().all(|value| is_narrow(rule, base, value))
    };
    let first = asking.next()?;
    Some(narrows(first) || asking.any(narrows))
}

/// The operator, if it is one that counts.
///
/// Observed: with a quantifier too, also `ForAllValues`; not with `IfExists`, and
/// neither negated ones, `Null` nor those of other types.
fn counting_base(condition: &Condition) -> Option<OperatorBase> {
    use OperatorBase as Base;
    let operator = condition.operator.value?;
    let positive = matches!(
        operator.base,
        Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike
    );
    (positive && !operator.if_exists).then_some(operator.base)
}

/// Observed: `*` is refused with every operator, `""` passes for all but GitHub; an empty
/// list has no value that could be refused.
fn is_narrow(rule: ProviderRule, base: OperatorBase, value: &ConditionValue) -> bool {
    let text = value.value.as_str();
    // Choice: AWS lets `**`, `?` and `*?` pass, GitHub's `?*` too. As patterns they admit
    // tenants that nobody named, all of them but for `?`, which is what the check is
    // there to prevent. Nothing and the empty text pass as on AWS: they match nobody.
    let wildcards = base == OperatorBase::StringLike
        && !text.is_empty()
        && text.bytes().all(|byte| byte == b'*' || byte == b'?');
    let scoped_to_all = match rule {
        ProviderRule::Workflows => text.trim().is_empty() || text.starts_with('*'),
        ProviderRule::Tenants | ProviderRule::IdentityPools | ProviderRule::Applications => {
            text == "*"
        }
    };
    !wildcards && !scoped_to_all
}
