//! What a document says, or that it cannot be told.
//!
//! Point 15 and the rule "doubt denies": a statement that cannot be read grants nothing,
//! and denies unless it is known to be an Allow; a document that cannot be read denies.

use super::json::{self, Node, Value};
use super::operator::Operator;

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum Kind {
    Identity,
    Boundary,
    Session,
    Trust,
    Resource,
    ServiceControl,
    ResourceControl,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::Boundary,
        Self::Session,
        Self::Trust,
        Self::Resource,
        Self::ServiceControl,
        Self::ResourceControl,
    ];

    /// Point 26: who has a Principal element.
    #[must_use]
    pub fn has_principal(self) -> bool {
        [Self::Trust, Self::Resource, Self::ResourceControl].contains(&self)
    }

    /// Point 26: who has a Resource element.
    #[must_use]
    pub fn has_resource(self) -> bool {
        self != Self::Trust
    }
}

/// A document as it is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Point 17: whether `${...}` is a variable.
    pub variables: bool,
    /// The statements, in their order.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its place, from 0.
    pub index: usize,
    /// The bytes it takes in the text.
    pub span: (usize, usize),
    /// Its Sid, where its elements could be told apart.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// What it asks; `None` when that cannot be told.
    pub elements: Option<Elements>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum Effect {
    Allow,
    Deny,
}

/// The elements of a statement; all must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elements {
    /// Principal or NotPrincipal: under which key, and what.
    pub principal: Option<Element<(String, String)>>,
    /// Action or NotAction.
    pub action: Element<String>,
    /// Resource or NotResource.
    pub resource: Option<Element<String>>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// An element and whether it is the `Not...` one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<E> {
    /// Whether it is the `Not...` one.
    pub negated: bool,
    /// What it lists.
    pub entries: Vec<E>,
}

/// One operator and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The key.
    pub key: String,
    /// The values as text.
    pub values: Vec<String>,
}

/// Under which key the bare `"Principal": "*"` stands.
pub const BARE: &str = "";

impl Document {
    /// What a text says as a document of this kind.
    #[must_use]
    pub fn read(text: &str, kind: Kind) -> Self {
        readable(text, kind).unwrap_or_else(unreadable)
    }
}

fn unreadable() -> Document {
    let deny =
        Statement { index: 0, span: (0, 0), sid: None, effect: Effect::Deny, elements: None };
    Document { variables: false, statements: vec![deny] }
}

fn readable(text: &str, kind: Kind) -> Option<Document> {
    if text.len() > stead_policy::DOCUMENT_BYTES_MAX {
        return None;
    }
    let document =
        json::read(text).filter(|node| json::depth(node) <= stead_policy::NESTING_DEPTH_MAX)?;
    let members = members(&document, &["Version", "Id", "Statement"])?;
    let variables = match member(members, "Version").map(|node| &node.value) {
        // Point 17: without a version the older one is meant.
        None => false,
        Some(Value::Text(version)) if version == "2008-10-17" => false,
        Some(Value::Text(version)) if version == "2012-10-17" => true,
        Some(_) => return None,
    };
    let statement = member(members, "Statement")?;
    let nodes = match &statement.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(statement),
    };
    if nodes.is_empty() {
        return None;
    }
    let statements = nodes.iter().enumerate().map(|(index, node)| statement_of(index, node, kind));
    Some(Document { variables, statements: statements.collect() })
}

/// The members of an object that has no others than these and none twice.
fn members<'n>(node: &'n Node, known: &[&str]) -> Option<&'n [(String, Node)]> {
    let members = object(node)?;
    members.iter().all(|(key, _)| known.contains(&key.as_str())).then_some(members)
}

/// The members of an object in which none occurs twice: nobody could tell which counts.
fn object(node: &Node) -> Option<&[(String, Node)]> {
    let Value::Object(members) = &node.value else { return None };
    let occurs_once = |key: &String| members.iter().filter(|(other, _)| other == key).count() == 1;
    members.iter().all(|(key, _)| occurs_once(key)).then_some(members)
}

fn member<'n>(members: &'n [(String, Node)], key: &str) -> Option<&'n Node> {
    members.iter().find(|(other, _)| other == key).map(|(_, node)| node)
}

fn statement_of(index: usize, node: &Node, kind: Kind) -> Statement {
    let span = (node.start, node.end);
    let effect = object(node).and_then(effect);
    match read_elements(node, kind) {
        Some((sid, elements)) => {
            let effect = effect.unwrap_or(Effect::Deny);
            Statement { index, span, sid, effect, elements }
        }
        None => Statement {
            index,
            span,
            sid: None,
            effect: effect.unwrap_or(Effect::Deny),
            elements: None,
        },
    }
}

fn effect(members: &[(String, Node)]) -> Option<Effect> {
    match &member(members, "Effect")?.value {
        Value::Text(text) if text == "Allow" => Some(Effect::Allow),
        Value::Text(text) if text == "Deny" => Some(Effect::Deny),
        _ => None,
    }
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The Sid and the elements; the elements are `None` when one of the operators does not
/// exist, everything is when an element is missing, too much or of the wrong type.
fn read_elements(node: &Node, kind: Kind) -> Option<(Option<String>, Option<Elements>)> {
    let members = members(node, &ELEMENTS)?;
    effect(members)?;
    let sid = match member(members, "Sid") {
        None => None,
        Some(node) => Some(text(node)?),
    };
    let principal = principal(members, kind)?;
    let action = either(members, "Action", "NotAction", texts)??;
    let resource = either(members, "Resource", "NotResource", texts)?;
    if resource.is_some() != kind.has_resource() {
        return None;
    }
    let conditions = match member(members, "Condition") {
        None => Some(Vec::new()),
        Some(node) => conditions(node)?,
    };
    Some((sid, conditions.map(|conditions| Elements { principal, action, resource, conditions })))
}

/// One of two elements: `Some(None)` when there is neither, `None` when there are both
/// or one cannot be read or lists nothing.
#[expect(clippy::option_option, reason = "absent and unreadable are different things here")]
fn either<E>(
    members: &[(String, Node)],
    name: &str,
    negated_name: &str,
    entries: impl Fn(&Node) -> Option<Vec<E>>,
) -> Option<Option<Element<E>>> {
    let (negated, node) = match (member(members, name), member(members, negated_name)) {
        (None, None) => return Some(None),
        (Some(node), None) => (false, node),
        (None, Some(node)) => (true, node),
        (Some(_), Some(_)) => return None,
    };
    let entries = entries(node).filter(|entries| !entries.is_empty())?;
    Some(Some(Element { negated, entries }))
}

#[expect(clippy::option_option, reason = "absent and unreadable are different things here")]
fn principal(members: &[(String, Node)], kind: Kind) -> Option<Option<Element<(String, String)>>> {
    let element =
        either(members, "Principal", "NotPrincipal", |node| principal_entries(node, kind))?;
    (element.is_some() == kind.has_principal()).then_some(element)
}

/// Point 25: `"*"`, or an object of AWS, Federated, Service and CanonicalUser.
fn principal_entries(node: &Node, kind: Kind) -> Option<Vec<(String, String)>> {
    if let Value::Text(everyone) = &node.value {
        return (everyone == "*").then(|| vec![(BARE.to_owned(), everyone.clone())]);
    }
    let known: &[&str] = match kind {
        Kind::Trust => &["AWS", "Federated", "Service"],
        _ => &["AWS", "Federated", "Service", "CanonicalUser"],
    };
    let mut entries = Vec::new();
    for (key, node) in members(node, known)? {
        entries.extend(texts(node)?.into_iter().map(|text| (key.clone(), text)));
    }
    Some(entries)
}

/// Every operator and key; `Some(None)` when an operator does not exist.
#[expect(clippy::option_option, reason = "two ways of being unreadable")]
fn conditions(node: &Node) -> Option<Option<Vec<Condition>>> {
    let mut conditions = Vec::new();
    let mut all_exist = true;
    for (name, keys) in object(node)? {
        for (key, values) in object(keys)? {
            let (key, values) = (key.clone(), condition_values(values)?);
            match Operator::read(name) {
                Some(operator) => conditions.push(Condition { operator, key, values }),
                None => all_exist = false,
            }
        }
    }
    Some(all_exist.then_some(conditions))
}

/// Strings, booleans and numbers, as text.
fn condition_values(node: &Node) -> Option<Vec<String>> {
    let one = |node: &Node| match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    };
    match &node.value {
        Value::List(nodes) => nodes.iter().map(one).collect(),
        _ => Some(vec![one(node)?]),
    }
}

fn texts(node: &Node) -> Option<Vec<String>> {
    match &node.value {
        Value::List(nodes) => nodes.iter().map(text).collect(),
        _ => Some(vec![text(node)?]),
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}
