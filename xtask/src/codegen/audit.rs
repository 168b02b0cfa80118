//! The audit crate: what requests and answers look like in an event.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::codegen::service::{Presence, Service};
use crate::codegen::{File, names};
use crate::facts::Shape;

/// All files of the audit crate.
pub(crate) fn generate(services: &[Service<'_>]) -> Result<Vec<File>> {
    let file = |service: &Service<'_>| {
        let path = format!("crates/audit/src/generated/{}.rs", service.name());
        Ok(File::rust(path, &records(service)?))
    };
    services.iter().map(file).collect()
}

fn records(service: &Service<'_>) -> Result<String> {
    let mut bodies = String::new();
    for (name, shape) in service.structures() {
        bodies.push_str(&record(service, name, shape)?);
    }
    let mut bare = BTreeSet::new();
    for (name, operation) in service.model.operations.iter() {
        if operation.input.is_none() {
            bare.insert(service.request_name(name, operation));
        }
        if operation.output.is_none() {
            bare.insert(service.response_name(name, operation));
        }
    }
    for name in bare {
        bodies.push_str(&record(service, &name, &Shape::default())?);
    }
    let enums: Vec<String> =
        service.enums().map(|(name, _)| format!("    {},\n", names::type_name(name))).collect();
    let (closed, import) = match enums.is_empty() {
        true => (String::new(), ""),
        false => {
            (format!("closed_set_records! {{\n{}}}\n\n", enums.concat()), ", closed_set_records")
        }
    };
    Ok(format!(
        "use stead_api::{}::*;\n\n\
         use crate::record::{{Record, Structure{import}}};\n\n{closed}{bodies}",
        service.name()
    ))
}

fn record(service: &Service<'_>, name: &str, shape: &Shape) -> Result<String> {
    let members = service.members(name, shape)?;
    let binding = if members.is_empty() { "members" } else { "mut members" };
    let mut text = format!(
        "impl Record for {} {{\n\
         fn record(&self, out: &mut Vec<u8>) {{\n\
         let {binding} = Structure::begin(out);\n",
        names::type_name(name)
    );
    for member in members {
        let (field, wire) = (&member.field, names::message_path(member.name));
        text.push_str(&match member.presence {
            Presence::Always => format!("members.always(\"{wire}\", &self.{field});\n"),
            Presence::Optional => {
                format!("members.optional(\"{wire}\", self.{field}.as_ref());\n")
            }
            Presence::EmptyList => format!("members.listed(\"{wire}\", &self.{field});\n"),
        });
    }
    text.push_str("members.end();\n}\n}\n\n");
    Ok(text)
}
