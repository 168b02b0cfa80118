//! Making a disagreement small.

use serde_json::Value;

use crate::agree::{self, Disagreement};
use crate::generate::{Case, Documents, ResourceDocument};

/// The smallest case found that still disagrees: one question, and nothing in documents
/// and request that could be left out by itself.
#[must_use]
pub fn smallest(case: &Case) -> Option<(Case, Disagreement)> {
    let found = agree::check(case).err()?;
    let question = case.questions[found.question].clone();
    let mut smallest = Case { documents: case.documents.clone(), questions: vec![question] };
    let mut disagreement = agree::check(&smallest).err()?;
    while let Some((smaller, found)) = first_smaller(&smallest) {
        smallest = smaller;
        disagreement = found;
    }
    Some((smallest, *disagreement))
}

fn first_smaller(case: &Case) -> Option<(Case, Box<Disagreement>)> {
    let disagrees = |case: Case| agree::check(&case).err().map(|found| (case, found));
    let keys = &case.questions[0].keys.0;
    let fewer_keys = (0..keys.len()).map(|index| {
        let mut smaller = case.clone();
        smaller.questions[0].keys.0.remove(index);
        smaller
    });
    let fewer_documents = smaller_documents(&case.documents)
        .into_iter()
        .map(|documents| Case { documents, questions: case.questions.clone() });
    fewer_documents.chain(fewer_keys).find_map(disagrees)
}

/// Every way to leave one thing out of the documents.
fn smaller_documents(documents: &Documents) -> Vec<Documents> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Documents)| {
        let mut smaller = documents.clone();
        change(&mut smaller);
        all.push(smaller);
    };
    for index in 0..documents.identity.len() {
        add(&|smaller| drop(smaller.identity.remove(index)));
    }
    for index in 0..documents.resource_control.len() {
        add(&|smaller| drop(smaller.resource_control.remove(index)));
    }
    for level in 0..documents.service_control.len() {
        add(&|smaller| drop(smaller.service_control.remove(level)));
    }
    if documents.boundary.is_some() {
        add(&|smaller| smaller.boundary = None);
    }
    if documents.session.is_some() {
        add(&|smaller| smaller.session = None);
    }
    if documents.resource != ResourceDocument::None {
        add(&|smaller| smaller.resource = ResourceDocument::None);
    }
    let count = texts(&mut documents.clone()).len();
    for index in 0..count {
        let text = texts(&mut documents.clone())[index].clone();
        for smaller_text in smaller_texts(&text) {
            add(&|smaller| *texts(smaller)[index] = smaller_text.clone());
        }
    }
    all
}

fn texts(documents: &mut Documents) -> Vec<&mut String> {
    let resource = match &mut documents.resource {
        ResourceDocument::None => None,
        ResourceDocument::Trust(text) | ResourceDocument::Resource(text) => Some(text),
    };
    documents
        .identity
        .iter_mut()
        .chain(&mut documents.boundary)
        .chain(documents.session.iter_mut().flatten())
        .chain(resource)
        .chain(documents.service_control.iter_mut().flatten())
        .chain(&mut documents.resource_control)
        .collect()
}

/// Every way to leave one member or element out of a document, if it is JSON.
fn smaller_texts(text: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    smaller_values(&value).iter().map(Value::to_string).filter(|smaller| smaller != text).collect()
}

fn smaller_values(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Array(elements) => {
            for index in 0..elements.len() {
                let mut fewer = elements.clone();
                fewer.remove(index);
                all.push(Value::Array(fewer));
            }
            for (index, element) in elements.iter().enumerate() {
                for smaller in smaller_values(element) {
                    let mut changed = elements.clone();
                    changed[index] = smaller;
                    all.push(Value::Array(changed));
                }
            }
        }
        Value::Object(members) => {
            for key in members.keys() {
                let mut fewer = members.clone();
                fewer.remove(key);
                all.push(Value::Object(fewer));
            }
            for (key, member) in members {
                for smaller in smaller_values(member) {
                    let mut changed = members.clone();
                    changed.insert(key.clone(), smaller);
                    all.push(Value::Object(changed));
                }
            }
        }
        _ => {}
    }
    all
}
