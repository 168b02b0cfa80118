use super::findings::{Dialect, Findings, quoted};
use crate::date::Moment;
use crate::diagnostics::Stage;
use crate::json::{Json, JsonValue, Member};
use crate::operators::value_fault;
use crate::{Condition, ConditionValue, DiagnosticCode, Operator, Spanned};

/// Reads the condition block.
pub(super) fn read(json: Option<&Json>, findings: &mut Findings) -> Option<Block> {
    let Some(json) = json else { return Some(Block::default()) };
    let object = findings.object(json, "Condition")?;
    let mut conditions = Vec::new();
    let mut readable = object.unique;
    for member in object.members {
        readable &= read_operator(member, &mut conditions, findings).is_some();
    }
    let operators = object.members.iter().map(|member| member.key.clone()).collect();
    readable.then_some(Block { operators: Some(operators), conditions })
}

/// A condition block.
#[derive(Default)]
pub(super) struct Block {
    pub(super) operators: Option<Vec<Spanned<String>>>,
    pub(super) conditions: Vec<Condition>,
}

fn read_operator(
    member: &Member,
    conditions: &mut Vec<Condition>,
    findings: &mut Findings,
) -> Option<()> {
    let name = &member.key.value;
    let object = findings.object(&member.value, name)?;
    let operator = Operator::named(name);
    // Observed: a name that is no operator passes as long as nothing is in it.
    if operator.is_none() && !object.members.is_empty() {
        let message = format!("there is no condition operator `{}`", quoted(name));
        findings.syntax(DiagnosticCode::UnknownOperator, member.key.span, message);
    }
    let operator = Spanned::new(member.key.span, operator);
    for key in object.members {
        let values = read_values(&key.value, &key.key.value, findings)?;
        if let Some(operator) = operator.value {
            check_values(operator, &values, findings);
        }
        if values.is_empty() {
            let message = format!("`{}` is compared with nothing", quoted(&key.key.value));
            findings.warn(
                DiagnosticCode::UselessValue,
                key.value.span,
                message,
                "give at least one value",
            );
        }
        let shape = key.value.value.shape();
        let (operator, key) = (operator.clone(), key.key.clone());
        conditions.push(Condition { operator, key, values, shape });
    }
    object.unique.then_some(())
}

/// A string, boolean or number, or an array of these, as text.
///
/// Spec: UG:reference_policies_grammar, `<condition_value>`.
fn read_values(json: &Json, key: &str, findings: &mut Findings) -> Option<Vec<ConditionValue>> {
    match &json.value {
        JsonValue::Array(elements) => {
            let values: Vec<_> =
                elements.iter().map(|element| read_value(element, key, findings)).collect();
            values.into_iter().collect()
        }
        _ => Some(vec![read_value(json, key, findings)?]),
    }
}

fn read_value(json: &Json, key: &str, findings: &mut Findings) -> Option<ConditionValue> {
    let text = match &json.value {
        JsonValue::String(text) | JsonValue::Number(text) => text.clone(),
        JsonValue::Bool(value) => value.to_string(),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => {
            findings.wrong_type(json, quoted(key), "a string, a boolean or a number");
            return None;
        }
    };
    findings.count(json.span)?;
    let quoted = matches!(json.value, JsonValue::String(_));
    Some(ConditionValue { span: json.span, value: text, quoted })
}

fn check_values(operator: Operator, values: &[ConditionValue], findings: &mut Findings) {
    for value in values {
        let shown = quoted(&value.value);
        if operator.base.is_date() && Moment::parse(&value.value).is_none() {
            let message = format!("`{shown}` is not a date");
            match findings.dialect() {
                Dialect::Identity => {
                    // Observed: recorded from IAM.
                    let wire = "The policy failed legacy parsing".to_owned();
                    let code = DiagnosticCode::InvalidDate;
                    findings.refuse(Stage::Legacy, code, value.span, wire, message);
                }
                Dialect::Resource | Dialect::Organization => {
                    findings.syntax(DiagnosticCode::InvalidDate, value.span, message);
                }
            }
        } else if let Some(fault) = value_fault(operator.base, &value.value) {
            // Choice: AWS is not known to refuse values of the wrong type.
            let message = format!("`{shown}` is not {fault} and never matches");
            findings.warn(
                DiagnosticCode::UselessValue,
                value.span,
                message,
                "the condition cannot hold through this value",
            );
        }
    }
}
