//! The API crate: types, operations and error codes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, ensure};

use crate::codegen::overrides::Overrides;
use crate::codegen::service::{Member, Presence, Service};
use crate::codegen::{File, names};
use crate::facts::{Kind, Shape};

const DIRECTORY: &str = "crates/api/src/generated";

/// All files of the API crate.
pub(crate) fn generate(services: &[Service<'_>], overrides: &Overrides) -> Result<Vec<File>> {
    let mut files = vec![
        File::rust(format!("{DIRECTORY}/error_code.rs"), &error_codes(services, overrides)?),
        File::rust(format!("{DIRECTORY}/implemented.rs"), &implemented(services)),
    ];
    for service in services {
        let path = |kind: &str| format!("{DIRECTORY}/{}/{kind}.rs", service.name());
        files.push(File::rust(path("operations"), &operations(service)));
        files.push(File::rust(path("requests"), &structures(service, Role::Request)?));
        files.push(File::rust(path("responses"), &structures(service, Role::Response)?));
        files.push(File::rust(path("structures"), &structures(service, Role::Part)?));
        if service.enums().next().is_some() {
            files.push(File::rust(path("enums"), &enums(service)));
        }
    }
    Ok(files)
}

fn error_codes(services: &[Service<'_>], overrides: &Overrides) -> Result<String> {
    let mut codes: BTreeMap<&str, (u16, bool)> = BTreeMap::new();
    for error in &overrides.common_errors {
        codes.insert(&error.code, (error.status, error.status < 500));
    }
    let shapes = services.iter().flat_map(|service| service.model.shapes.values());
    for error in shapes.filter_map(|shape| shape.error.as_ref()) {
        let facts = (error.status, error.sender);
        let known = codes.insert(&error.code, facts);
        ensure!(known.is_none_or(|known| known == facts), "two errors {} differ", error.code);
    }
    let mut text = String::from("use crate::error::error_codes;\n\nerror_codes! {\n");
    for (code, (status, sender)) in codes {
        let fault = if sender { "Sender" } else { "Receiver" };
        writeln!(text, "    {code}, {status}, {fault};")?;
    }
    text.push_str("}\n");
    Ok(text)
}

fn implemented(services: &[Service<'_>]) -> String {
    let mut text = String::new();
    for service in services {
        let upper = service.type_name();
        let name = service.name();
        let operations = service.model.operations.iter().map(|(operation, _)| operation);
        let built: Vec<&str> =
            operations.filter(|operation| service.is_implemented(operation)).collect();
        text.push_str(&format!(
            "/// Calls a macro with the names of the built {} operations, so that a\n\
             /// dispatcher made of them does not compile while a handler is missing.\n\
             ///\n\
             /// `implemented_{name}!(arms, x, y)` expands to `arms! {{ [x, y] A, B, ... }}`;\n\
             /// the names are those of the types in [`{name}`](crate::{name}) and of the\n\
             /// variants of [`{upper}Operation`](crate::{name}::{upper}Operation).\n\
             #[macro_export]\n\
             macro_rules! implemented_{name} {{\n    \
                 ($callback:ident $(, $($context:tt)*)?) => {{\n        \
                     $callback! {{ [$($($context)*)?]\n",
            upper.to_uppercase(),
        ));
        for operation in built {
            text.push_str(&format!("            {operation},\n"));
        }
        text.push_str("        }\n    };\n}\n\n");
    }
    text
}

fn operations(service: &Service<'_>) -> String {
    let upper = service.type_name();
    let mut text = String::from(
        "use crate::operation::operations;\n\nuse super::requests::*;\nuse super::responses::*;\n\n",
    );
    text.push_str(&format!("operations! {{ {upper}, {upper}Operation, \"{}\";\n", service.name()));
    for (name, operation) in service.model.operations.iter() {
        let request = service.request_name(name, operation);
        let response = service.response_name(name, operation);
        let access = service.access_level(name);
        let signing = if operation.unsigned { "unsigned" } else { "signed" };
        let state = if service.is_implemented(name) { "built" } else { "known" };
        text.push_str(&format!(
            "    {name}({request}) -> {response}, {access:?}, {signing}, {state};\n"
        ));
    }
    text.push_str("}\n");
    if let Some(prefix) = &service.model.target_prefix {
        text.push_str(&format!(
            "\n/// What stands before an operation's name in `X-Amz-Target`.\n\
             pub const TARGET_PREFIX: &str = \"{prefix}\";\n"
        ));
    }
    text
}

/// Which structures go to which file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The parameters of an operation.
    Request,
    /// The result of an operation.
    Response,
    /// What either is made of.
    Part,
}

fn structures(service: &Service<'_>, role: Role) -> Result<String> {
    let mut bodies = String::new();
    match role {
        Role::Part => {
            for (name, shape) in service.structures() {
                if !is_request_or_response(service, name) {
                    bodies.push_str(&structure(service, name, shape, &part_doc(service, name))?);
                }
            }
        }
        Role::Request | Role::Response => {
            for (name, doc, shape) in tops(service, role) {
                let empty = Shape::default();
                let shape = shape.map_or(Ok(&empty), |shape| service.model.shape(shape))?;
                bodies.push_str(&structure(service, &name, shape, &doc)?);
            }
        }
    }
    Ok(imports(service, &bodies, role) + &bodies)
}

/// The requests or responses of all operations: name, documentation, shape.
fn tops<'a>(
    service: &'a Service<'_>,
    role: Role,
) -> BTreeMapIntoValues<(String, String, Option<&'a str>)> {
    let mut tops: BTreeMap<String, (String, String, Option<&'a str>)> = BTreeMap::new();
    for (operation, facts) in service.model.operations.iter() {
        let (name, shape, what) = match role {
            Role::Request => {
                (service.request_name(operation, facts), facts.input.as_deref(), "The parameters")
            }
            Role::Response | Role::Part => {
                (service.response_name(operation, facts), facts.output.as_deref(), "The result")
            }
        };
        let entry = tops.entry(name.clone()).or_insert_with(|| (name, format!("{what} of"), shape));
        let joint = if entry.1.ends_with(" of") { " " } else { " and " };
        entry.1.push_str(&format!("{joint}`{operation}`"));
    }
    tops.into_values()
}

type BTreeMapIntoValues<T> = std::collections::btree_map::IntoValues<String, T>;

fn is_request_or_response(service: &Service<'_>, name: &str) -> bool {
    service.model.operations.iter().any(|(_, operation)| {
        operation.input.as_deref() == Some(name) || operation.output.as_deref() == Some(name)
    })
}

fn part_doc(service: &Service<'_>, name: &str) -> String {
    let place = match (service.inputs.contains(name), service.outputs.contains(name)) {
        (true, true) => "requests and responses",
        (true, false) => "requests",
        _ => "responses",
    };
    format!("The structure `{name}` of {place}")
}

fn imports(service: &Service<'_>, bodies: &str, role: Role) -> String {
    let mut text = String::new();
    if bodies.contains("BTreeMap<") {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    let mut external = Vec::new();
    for name in ["Secret", "Timestamp"] {
        if bodies.contains(&format!("{name}<"))
            || bodies.contains(&format!("{name}>"))
            || bodies.contains(&format!(": {name},"))
        {
            external.push(name);
        }
    }
    if !external.is_empty() {
        text.push_str(&format!("use stead_types::{{{}}};\n\n", external.join(", ")));
    }
    if mentions(bodies, service.enums()) {
        text.push_str("use super::enums::*;\n");
    }
    if role != Role::Part && mentions(bodies, service.structures()) {
        text.push_str("use super::structures::*;\n");
    }
    text.push('\n');
    text
}

/// Whether a field of these structures has one of these types.
fn mentions<'a>(bodies: &str, shapes: impl Iterator<Item = (&'a str, &'a Shape)>) -> bool {
    shapes.map(|(name, _)| names::type_name(name)).any(|name| {
        bodies.contains(&format!(": {name},"))
            || bodies.contains(&format!("<{name}>"))
            || bodies.contains(&format!(", {name}>"))
    })
}

fn structure(service: &Service<'_>, name: &str, shape: &Shape, doc: &str) -> Result<String> {
    let members = service.members(name, shape)?;
    let default = if has_default(service, name, shape)? { ", Default" } else { "" };
    let mut text = format!("/// {doc}.\n#[derive(Clone, Debug{default}, PartialEq, Eq)]\n");
    let type_name = names::type_name(name);
    if members.is_empty() {
        text.push_str(&format!("pub struct {type_name} {{}}\n\n"));
        return Ok(text);
    }
    text.push_str(&format!("pub struct {type_name} {{\n"));
    for member in &members {
        let plain = service.rust_type(member.shape_name)?;
        let rust_type = match member.presence {
            Presence::Always | Presence::EmptyList => plain,
            Presence::Optional => format!("Option<{plain}>"),
        };
        text.push_str(&format!("    /// {}\n", member_doc(service, member)?));
        text.push_str(&format!("    pub {}: {rust_type},\n", member.field));
    }
    text.push_str("}\n\n");
    Ok(text)
}

/// Whether every field has a value that stands for nothing.
fn has_default(service: &Service<'_>, name: &str, shape: &Shape) -> Result<bool> {
    for member in service.members(name, shape)? {
        if member.presence != Presence::Always {
            continue;
        }
        let defaulted = match member.shape.kind {
            Kind::Structure => has_default(service, member.shape_name, member.shape)?,
            Kind::Timestamp => false,
            Kind::String => {
                member.shape.variants.is_empty()
                    && !service.is_secret(member.shape_name, member.shape)
            }
            Kind::Blob => !service.is_secret(member.shape_name, member.shape),
            Kind::List | Kind::Map | Kind::Integer | Kind::Long | Kind::Boolean => true,
        };
        if !defaulted {
            return Ok(false);
        }
    }
    Ok(true)
}

fn member_doc(service: &Service<'_>, member: &Member<'_>) -> Result<String> {
    let mut facts = Vec::new();
    if member.required {
        facts.push(String::from("required"));
    }
    let mut shape = member.shape;
    if let (Kind::List, Some(element)) = (shape.kind, &shape.member) {
        facts.extend(range(shape, "elements"));
        shape = service.model.shape(element)?;
    }
    let unit = match shape.kind {
        Kind::String => "characters",
        Kind::Blob => "bytes",
        _ => "",
    };
    if shape.kind != Kind::List && shape.kind != Kind::Structure {
        facts.extend(range(shape, unit));
    }
    if let Some(pattern) = &shape.pattern {
        facts.push(format!("matching `{pattern}`"));
    }
    let facts = facts.join(", ");
    Ok(if facts.is_empty() {
        format!("`{}`.", member.name)
    } else {
        format!("`{}`: {facts}.", member.name)
    })
}

fn range(shape: &Shape, unit: &str) -> Option<String> {
    let text = match (shape.min, shape.max) {
        (Some(min), Some(max)) if min == max => format!("{min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => return None,
    };
    Some(if unit.is_empty() { text } else { format!("{text} {unit}") })
}

fn enums(service: &Service<'_>) -> String {
    let mut text = String::from("use crate::closed::closed_set;\n\n");
    for (name, shape) in service.enums() {
        text.push_str(&format!("closed_set! {{ {}, \"{name}\";\n", names::type_name(name)));
        for variant in &shape.variants {
            let wire = service.overrides.enum_texts.get(variant).unwrap_or(variant);
            text.push_str(&format!("    {} = \"{wire}\";\n", names::variant(variant)));
        }
        text.push_str("}\n\n");
    }
    text
}
