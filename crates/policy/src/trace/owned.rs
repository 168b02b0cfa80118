use std::borrow::Cow;

use super::record::{
    ConditionRecord, FullTrace, LayerPolicies, LayerRecord, RequestValue, StatementRecord,
    ValueTrace,
};

impl FullTrace<'_> {
    /// The same, expanded, and without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> FullTrace<'static> {
        let all = self.expanded();
        FullTrace {
            question: None,
            layers: all.layers.into_iter().map(layer).collect(),
            statements: all.statements.into_iter().map(statement).collect(),
            conditions: all.conditions.into_iter().map(condition).collect(),
            values: all.values.into_iter().map(value).collect(),
            request_values: all.request_values.into_iter().map(request_value).collect(),
            notes: all.notes,
        }
    }
}

fn layer(record: LayerRecord<'_>) -> LayerRecord<'static> {
    let policies = record.policies.iter().map(|(source, count)| (source.clone(), count)).collect();
    LayerRecord {
        policy_type: record.policy_type,
        level: record.level,
        policies: LayerPolicies::Owned(policies),
        statements: record.statements,
    }
}

fn statement(record: StatementRecord<'_>) -> StatementRecord<'static> {
    StatementRecord { sid: record.sid.map(text), ..record }
}

fn condition(record: ConditionRecord<'_>) -> ConditionRecord<'static> {
    ConditionRecord { key: text(record.key), ..record }
}

fn value(record: ValueTrace<'_>) -> ValueTrace<'static> {
    ValueTrace {
        span: record.span,
        text: text(record.text),
        matched: record.matched,
        unresolved_variable: record.unresolved_variable.map(text),
        choice: record.choice,
    }
}

fn request_value(record: RequestValue<'_>) -> RequestValue<'static> {
    RequestValue { text: text(record.text), ..record }
}

fn text(borrowed: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(borrowed.into_owned())
}
